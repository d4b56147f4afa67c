package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/routetest"
)

// start runs the whole program in this process.
func start(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out, &errs)
	return code, out.String(), errs.String()
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the output has no %q:\n%s", p, text)
		}
	}
}

func TestWithoutKeys(t *testing.T) {
	code, out, errs := start(t, nil)
	if code != exitOK || errs != "" {
		t.Fatalf("status %d: %s", code, errs)
	}
	wantAll(t, out, "Fakes in this process", "asked in this order: amap, baidu, valhalla, osrm, line", " 1  44.1 km in 52 min by amaproute", "leg 2",
		"one table by amaproute", "driver 1      1.1 km")
}

func TestOtherTrips(t *testing.T) {
	for name, c := range map[string]struct {
		args string
		want []string
	}{
		"abroad":         {"-from 1.359,103.989 -to 1.265,103.822 -drivers 0", []string{"by googleroute", " 2  "}},
		"an outage":      {"-outage amap,baidu", []string{"by valhallaroute", "one table by valhallaroute"}},
		"all are down":   {"-outage amap,baidu,valhalla,osrm,google", []string{"by lineroute, an estimate"}},
		"a lorry":        {"-mode truck -length 12 -width 2.5 -height 4 -weight 18 -axle-load 9 -axles 3 -hazmat", []string{"by amaproute", "note: the hazardous goods were not considered"}},
		"a lorry abroad": {"-mode truck -height 4 -from 1.359,103.989 -to 1.265,103.822", []string{"by valhallaroute"}},
		"stops in order": {"-from 1.359,103.989 -via 1.265,103.822 -via 1.293,103.852 -to 1.2645,103.8225 -optimize", []string{"the stops in this order: [2 1]"}},
		"a price":        {"-price -drivers 0", []string{"by amaproute"}},
		"on foot":        {"-mode walk -from 22.5431,114.0579 -to 22.5347,114.0675 -drivers 0 -steps", []string{"by amaproute", " m  "}},
		"avoiding":       {"-avoid tolls,motorways,ferries -drivers 3", []string{"driver 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := start(t, nil, strings.Fields(c.args)...)
			if code != exitOK {
				t.Fatalf("status %d: %s", code, errs)
			}
			wantAll(t, out, c.want...)
		})
	}
}

func TestJSON(t *testing.T) {
	code, out, errs := start(t, nil, "-json", "-drivers", "2")
	var got struct {
		Route   route.Result `json:"route"`
		Drivers []driver     `json:"drivers"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitOK {
		t.Fatalf("status %d: %v %s", code, err, errs)
	}
	if got.Route.Provider != "amaproute" || len(got.Route.Paths[0].Legs) != 2 || len(got.Drivers) != 2 || got.Drivers[0].Way.Err != nil || got.Drivers[0].Way.Distance <= 0 {
		t.Errorf("%+v", got)
	}
}

// The page draws everything inside its frame and fetches nothing.
func TestPage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.html")
	code, out, errs := start(t, nil, "-map", file, "-from", "22.6339,113.8121", "-to", "22.5347,114.1175", "-alternatives", "2")
	if code != exitOK {
		t.Fatalf("status %d: %s", code, errs)
	}
	wantAll(t, out, "The page is in")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, word := range []string{"http://", "https://", "src=", "href=", "@import", "url(", "<script"} {
		if strings.Contains(text, word) {
			t.Errorf("the page has %q", word)
		}
	}
	if n := strings.Count(text, "<polyline"); n != 3 {
		t.Errorf("%d lines", n)
	}
	if n := strings.Count(text, "<circle"); n != 7 {
		t.Errorf("%d points", n)
	}
	from, end := strings.Index(text, "<svg"), strings.Index(text, "</svg>")
	if err := xml.Unmarshal([]byte(text[from:end+6]), new(struct{})); err != nil {
		t.Errorf("the drawing is no XML: %v", err)
	}
}

func TestRealServicesOfTheEnvironment(t *testing.T) {
	fake := routetest.NewOSRM(nil)
	defer fake.Close()
	env := map[string]string{"OSRM_URL": fake.URL(), "AMAP_KEY": "k"}
	code, out, errs := start(t, env, "-from", "1.359,103.989", "-to", "1.265,103.822")
	if code != exitOK || strings.Contains(out, "Fakes") || fake.Accepted("route") != 1 || fake.Accepted("table") != 1 {
		t.Errorf("status %d: %s%s", code, out, errs)
	}
	wantAll(t, out, "by osrmroute")
	for _, bad := range []map[string]string{{"VALHALLA_URL": "nowhere"}, {"GOOGLE_MAPS_KEY": "with a blank"}, {"BAIDU_AK": " "}} {
		if code, _, errs := start(t, bad); code != exitUsage || errs == "" {
			t.Errorf("%v: status %d: %s", bad, code, errs)
		}
	}
}

func TestUsage(t *testing.T) {
	code, out, _ := start(t, nil, "-h")
	if code != exitOK {
		t.Errorf("status %d", code)
	}
	wantAll(t, out, "AMAP_KEY", "AMAP_PRIVATE_KEY", "BAIDU_AK", "BAIDU_SK", "GOOGLE_MAPS_KEY", "VALHALLA_URL", "OSRM_URL", "-map FILE")
	for _, args := range []string{"-nothing", "stray", "-mode boat", "-avoid hills", "-drivers 101", "-from 22,114", "-from x -to y", "-from 22,114 -to 99,114",
		"-mode truck -height 99", "-height 3", "-alternatives 7", "-outage nobody", "-optimize -alternatives 1 -from 22.5,114 -to 22.6,114"} {
		code, out, errs := start(t, nil, strings.Fields(args)...)
		if code != exitUsage || out != "" || errs == "" {
			t.Errorf("%s: status %d, %q %q", args, code, out, errs)
		}
	}
}

func TestNoWay(t *testing.T) {
	// Nobody has a way for a lorry's price when those who know it are down.
	code, out, errs := start(t, nil, strings.Fields("-mode truck -price -outage amap,valhalla -drivers 0")...)
	if code != exitFailed || out != "" {
		t.Errorf("status %d: %s", code, out)
	}
	wantAll(t, errs, "valhallaroute")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var o, e bytes.Buffer
	if code := run(ctx, nil, func(string) string { return "" }, &o, &e); code != exitFailed {
		t.Errorf("cancelled: status %d", code)
	}
	if code, _, errs := start(t, nil, "-map", filepath.Join(t.TempDir(), "no", "such", "folder.html")); code != exitFailed || errs == "" {
		t.Errorf("status %d: %s", code, errs)
	}
}
