package googleroute_test

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
)

// ask asks an adapter that always gets body.
func ask(t *testing.T, o googleroute.Options, body string, change func(*route.Request)) (route.Path, error) {
	t.Helper()
	r := trip(2)
	if change != nil {
		change(&r)
	}
	res, err := replying(t, 200, body, o).Route(t.Context(), r)
	if err != nil {
		return route.Path{}, err
	}
	return res.Paths[0], nil
}

func TestRoutesValues(t *testing.T) {
	p, err := ask(t, googleroute.Options{}, `{"routes":[{"distanceMeters":1500,"duration":"90.5s","staticDuration":"80s","warnings":["w"],"unknown":[1],
		"legs":[{"distanceMeters":1500,"duration":"90.5s","steps":[
			{"distanceMeters":1500,"staticDuration":"80s","navigationInstruction":{"instructions":"Turn left\nToll road"}},{}]}]}]}`,
		func(r *route.Request) { r.Steps = true })
	if err != nil {
		t.Fatal(err)
	}
	if p.Distance != 1500 || p.Duration != 90500*time.Millisecond || len(p.Warnings) != 1 || len(p.Legs) != 1 || len(p.Legs[0].Steps) != 2 {
		t.Errorf("got %+v", p)
	}
	if s := p.Legs[0].Steps[0]; s.Text != "Turn left Toll road" || s.Distance != 1500 || s.Duration != 80*time.Second {
		t.Errorf("got %+v", s)
	}
}

// Numbers that are zero are left out, but a way always has a duration.
func TestZeroIsNotNoRoute(t *testing.T) {
	p, err := ask(t, googleroute.Options{}, `{"routes":[{"duration":"0s"}]}`, nil)
	if err != nil || p.Distance != 0 || p.Duration != 0 {
		t.Errorf("the same place: %+v %v", p, err)
	}
	for _, body := range []string{`{}`, `{"routes":[]}`, `{"fallbackInfo":{}}`, `{"routes":null}`} {
		if _, err := ask(t, googleroute.Options{}, body, nil); waybill.CodeOf(err) != waybill.NotFound {
			t.Errorf("%s: %v, want not found", body, err)
		}
	}
}

func TestOddRoutes(t *testing.T) {
	line := func(r *route.Request) { r.Polyline = true }
	for _, c := range []struct {
		body   string
		change func(*route.Request)
	}{
		{`{"routes":[{}]}`, nil},
		{`{"routes":[null]}`, nil},
		{`{"routes":[{"distanceMeters":5}]}`, nil},
		{`{"routes":[{"distanceMeters":5,"duration":"165"}]}`, nil},
		{`{"routes":[{"distanceMeters":5,"duration":"-1s"}]}`, nil},
		{`{"routes":[{"distanceMeters":5,"duration":"1e3s"}]}`, nil},
		{`{"routes":[{"distanceMeters":5,"duration":"99999999999s"}]}`, nil},
		{`{"routes":[{"distanceMeters":5,"duration":"1.2.3s"}]}`, nil},
		{`{"routes":[{"distanceMeters":5,"duration":165}]}`, nil},
		{`{"routes":[{"distanceMeters":-5,"duration":"1s"}]}`, nil},
		{`{"routes":[{"distanceMeters":5.5,"duration":"1s"}]}`, nil},
		{`{"routes":[{"distanceMeters":1e30,"duration":"1s"}]}`, nil},
		{`{"routes":[{"duration":"1s","legs":[{"duration":"1s"},{"duration":"1s"}]}]}`, nil},
		{`{"routes":[{"duration":"1s","legs":[{}]}]}`, nil},
		{`{"routes":[{"duration":"1s","legs":[{"duration":"1s","distanceMeters":-1}]}]}`, nil},
		{`{"routes":[{"duration":"1s","polyline":{"encodedPolyline":"?"}}]}`, line},
		{`{"routes":[{"duration":"1s","polyline":{"encodedPolyline":"~~~~~~~~~~~~~"}}]}`, line},
		{`{"routes":[{"duration":"1s","polyline":{"encodedPolyline":"??"}}]}`, line},
		{`{"routes":[{"distanceMeters":5000,"duration":"0s"}]}`, nil},
		{`{"routes":{}}`, nil},
		{`[]`, nil},
		{`[{}]`, nil},
		{`"x"`, nil},
		{`{"routes":[{"duration":"1s"}]}{}`, nil},
	} {
		_, err := ask(t, googleroute.Options{}, c.body, c.change)
		if waybill.CodeOf(err) != waybill.DataLoss || waybill.DeliveryOf(err) != waybill.Ambiguous {
			t.Errorf("%s: %v, want data loss", c.body, err)
		}
	}
	// What was not asked for is not looked at.
	if _, err := ask(t, googleroute.Options{}, `{"routes":[{"duration":"1s","polyline":{"encodedPolyline":"?"}}]}`, nil); err != nil {
		t.Error(err)
	}
}

func TestTraffic(t *testing.T) {
	later := func(r *route.Request) { r.Departure = time.Now().Add(time.Hour) }
	walk := func(r *route.Request) { later(r); r.Mode = route.Walk }
	for _, c := range []struct {
		body   string
		change func(*route.Request)
		want   bool
	}{
		{`{"routes":[{"duration":"1s"}]}`, nil, false},
		{`{"routes":[{"duration":"1s"}]}`, later, true},
		{`{"routes":[{"duration":"1s"}]}`, walk, false},
		{`{"routes":[{"duration":"1s"}],"fallbackInfo":{"routingMode":"FALLBACK_TRAFFIC_UNAWARE","reason":"SERVER_ERROR"}}`, later, false},
		{`{"routes":[{"duration":"1s"}],"fallbackInfo":{"routingMode":"FALLBACK_TRAFFIC_AWARE"}}`, later, true},
	} {
		if p, err := ask(t, googleroute.Options{}, c.body, c.change); err != nil || p.Traffic != c.want {
			t.Errorf("%s: traffic %t, want %t (%v)", c.body, p.Traffic, c.want, err)
		}
	}
}

func TestTolls(t *testing.T) {
	for _, c := range []struct{ price, toll, currency string }{
		{`[{"currencyCode":"USD","units":"12","nanos":500000000}]`, "12.5", "USD"},
		{`[{"currencyCode":"JPY","units":"1320"}]`, "1320", "JPY"},
		{`[{"currencyCode":"USD","nanos":50000000}]`, "0.05", "USD"},
		{`[{"currencyCode":"USD","units":"1"},{"currencyCode":"USD","units":2,"nanos":1}]`, "3.000000001", "USD"},
		{`[{"currencyCode":"USD","units":"1"},{"currencyCode":"CAD","units":"1"}]`, "", ""},
		{`[{"currencyCode":"USD","units":"-1"}]`, "", ""},
		{`[{"currencyCode":"USD","units":"99999999999999999999"}]`, "", ""},
		{`[{"currencyCode":"US","units":"1"}]`, "", ""},
		{`[{"currencyCode":"USD","nanos":2000000000}]`, "", ""},
		{`[]`, "", ""},
		{`null`, "", ""},
	} {
		body := `{"routes":[{"duration":"1s","travelAdvisory":{"tollInfo":{"estimatedPrice":` + c.price + `}}}]}`
		p, err := ask(t, googleroute.Options{Tolls: true}, body, nil)
		if err != nil || p.Toll != c.toll || p.TollCurrency != c.currency {
			t.Errorf("%s: %q %q %v, want %q %q", c.price, p.Toll, p.TollCurrency, err, c.toll, c.currency)
		}
		if (len(p.Warnings) == 0) != (c.toll != "") {
			t.Errorf("%s: warnings %v", c.price, p.Warnings)
		}
	}
	if p, err := ask(t, googleroute.Options{Tolls: true}, `{"routes":[{"duration":"1s"}]}`, nil); err != nil || p.Toll != "" || len(p.Warnings) != 0 {
		t.Errorf("no tolls: %+v %v", p, err)
	}
}

func TestLegacyReplies(t *testing.T) {
	legacy := googleroute.Options{Legacy: true}
	leg := `{"distance":{"value":1000,"text":"1 km"},"duration":{"value":100,"text":"2 mins"}`
	wrap := func(legs string) string { return `{"status":"OK","routes":[{"legs":[` + legs + `]}]}` }
	later := func(r *route.Request) { r.Departure = time.Now().Add(time.Hour) }

	p, err := ask(t, legacy, wrap(leg+`,"duration_in_traffic":{"value":150,"text":"3 mins"}}`), later)
	if err != nil || !p.Traffic || p.Duration != 150*time.Second {
		t.Errorf("with traffic: %+v %v", p, err)
	}
	if p, err = ask(t, legacy, wrap(leg+`}`), later); err != nil || p.Traffic || p.Duration != 100*time.Second {
		t.Errorf("asked for traffic and got none: %+v %v", p, err)
	}
	if p, err = ask(t, legacy, wrap(leg+`,"duration_in_traffic":{"value":150}}`), nil); err != nil || p.Traffic || p.Duration != 100*time.Second {
		t.Errorf("not asked for traffic: %+v %v", p, err)
	}
	if p, err = ask(t, legacy, wrap(`{"distance":{"value":0,"text":"1 m"},"duration":{"value":0,"text":"1 min"}}`), nil); err != nil || p.Distance != 0 {
		t.Errorf("the same place: %+v %v", p, err)
	}
	if p, err = ask(t, legacy, wrap(`{"distance":{"value":4,"text":"13 ft"},"duration":{"value":0,"text":"1 min"}}`), nil); err != nil || p.Distance != 4 || p.Duration != 0 {
		t.Errorf("some metres in no second: %+v %v", p, err)
	}
	for _, body := range []string{wrap(`{"distance":{"value":4000,"text":"4 km"},"duration":{"value":0,"text":"1 min"}}`), wrap(`null`), wrap(`{}`), wrap(``), wrap(leg + `},` + leg + `}`), wrap(`{"distance":{"value":5,"text":"5 m"}}`), wrap(`{"distance":{"value":-5,"text":"x"},"duration":{"value":1}}`)} {
		if _, err := ask(t, legacy, body, nil); waybill.CodeOf(err) != waybill.DataLoss {
			t.Errorf("%s: %v, want data loss", body, err)
		}
	}
	for _, body := range []string{`{"status":"OK","routes":[]}`, `{"status":"ZERO_RESULTS"}`, `{"status":"NOT_FOUND","routes":[]}`} {
		if _, err := ask(t, legacy, body, nil); waybill.CodeOf(err) != waybill.NotFound {
			t.Errorf("%s: %v, want not found", body, err)
		}
	}
}

func TestPlainTexts(t *testing.T) {
	for _, c := range []struct{ html, want string }{
		{"Turn <b>left</b> onto <b>A &amp; B St</b>", "Turn left onto A & B St"},
		{`Merge<div style=\"font-size:0.9em\">Toll road</div>`, "Merge Toll road"},
		{"Slight <wbr/>right<br/>now", "Slight right now"},
		{"a < b", "a"},
		{"", ""},
	} {
		body := `{"status":"OK","routes":[{"legs":[{"distance":{"value":1,"text":"1 m"},"duration":{"value":1},"steps":[null,{"html_instructions":"` + c.html + `"}]}]}]}`
		p, err := ask(t, googleroute.Options{Legacy: true}, body, func(r *route.Request) { r.Steps = true })
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(p.Legs[0].Steps[0].Text); got != c.want {
			t.Errorf("%s: %q, want %q", c.html, got, c.want)
		}
	}
}

// Only as many paths as were asked for, the first one first.
func TestAlternatives(t *testing.T) {
	body := `{"routes":[{"duration":"1s"},{"duration":"2s"},{"duration":"3s"}]}`
	for n, want := range []int{1, 2, 3, 3} {
		r := trip(2)
		r.Alternatives = n
		res, err := replying(t, 200, body, googleroute.Options{}).Route(t.Context(), r)
		if err != nil || len(res.Paths) != want || res.Paths[0].Duration != time.Second {
			t.Errorf("%d alternatives: %d paths, %v", n, len(res.Paths), err)
		}
	}
}
