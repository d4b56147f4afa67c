package baiduroute

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func ask(t *testing.T, body string, r route.Request) route.Result {
	t.Helper()
	a, _ := adapter(t, body)
	res, err := a.Route(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestDriving(t *testing.T) {
	res := ask(t, fixture(t, "driving_two_legs.json"), route.Request{
		Points: []geo.Point{airport, civic, luohu}, Steps: true, Polyline: true, Alternatives: 1,
	})
	if res.Provider != Name || len(res.Paths) != 2 {
		t.Fatalf("served by %q, %d paths", res.Provider, len(res.Paths))
	}
	p := res.Paths[0]
	if p.Distance != 37000 || p.Duration != 3700*time.Second || !p.Traffic || p.Estimated || p.Substituted {
		t.Errorf("got %+v", p)
	}
	if p.Toll != "12" || p.TollCurrency != "CNY" || p.TollDistance != 18000 {
		t.Errorf("toll %q %q over %v m", p.Toll, p.TollCurrency, p.TollDistance)
	}
	if len(p.Legs) != 2 || p.Legs[0].Distance != 30000 || p.Legs[1].Distance != 7000 ||
		p.Legs[0].Duration != 3000*time.Second || p.Legs[1].Duration != 700*time.Second {
		t.Errorf("legs %+v", p.Legs)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "shared out") {
		t.Errorf("warnings %q", p.Warnings)
	}
	if s := p.Legs[0].Steps; len(s) != 2 || s[1].Text != "京港澳高速" || s[1].Road != "京港澳高速" || s[1].Distance != 20000 {
		t.Errorf("steps %+v", s)
	}
	want := []geo.Point{{Lat: 22.63088, Lng: 113.81695}, {Lat: 22.6, Lng: 113.85}, {Lat: 22.58, Lng: 113.9}, {Lat: 22.55, Lng: 114}, {Lat: 22.54038, Lng: 114.06297}, {Lat: 22.53076, Lng: 114.1173}}
	for i := range want {
		want[i].Datum = geo.GCJ02
	}
	if !slices.Equal(p.Polyline, want) {
		t.Errorf("polyline %v", p.Polyline)
	}
	if q := res.Paths[1]; q.Toll != "0" || q.TollDistance != 0 || q.Legs[1].Steps[0].Text != "" {
		t.Errorf("second is %+v", q)
	}
}

func TestOnlyWhatWasAskedFor(t *testing.T) {
	res := ask(t, fixture(t, "driving_two_legs.json"), route.Request{Points: []geo.Point{airport, luohu}})
	p := res.Paths[0]
	if len(res.Paths) != 1 || p.Polyline != nil || len(p.Legs) != 1 || p.Legs[0].Steps != nil || len(p.Warnings) != 0 {
		t.Errorf("got %+v", res)
	}
	if p.Legs[0].Distance != 37000 || p.Legs[0].Duration != 3700*time.Second {
		t.Errorf("leg %+v", p.Legs[0])
	}
}

func TestPricingAndSubstitution(t *testing.T) {
	res := ask(t, fixture(t, "driving_two_legs.json"), route.Request{
		Points: []geo.Point{airport, luohu}, Mode: route.Truck, AllowCarForTruck: true, Pricing: true, Vehicle: lorry,
	})
	if p := res.Paths[0]; !p.Substituted || p.Traffic {
		t.Errorf("got %+v", p)
	}
}

func TestRidingTextsArePlain(t *testing.T) {
	res := ask(t, fixture(t, "riding.json"), route.Request{Points: []geo.Point{airport, civic}, Mode: route.Bicycle, Steps: true, Polyline: true})
	p := res.Paths[0]
	if p.Traffic || p.Toll != "" || p.TollCurrency != "" || p.Distance != 1500 || p.Duration != 7*time.Minute {
		t.Errorf("got %+v", p)
	}
	s := p.Legs[0].Steps
	if len(s) != 2 || s[0].Text != "骑行900米,右转\u00a0进入" || s[0].Road != "深南大道" || s[0].Duration != 250*time.Second {
		t.Errorf("steps %+v", s)
	}
	if len(p.Polyline) != 3 {
		t.Errorf("polyline of %d points", len(p.Polyline))
	}
}

func TestTruckWarnings(t *testing.T) {
	res := ask(t, fixture(t, "truck_unavoided.json"), route.Request{Points: []geo.Point{airport, civic}, Mode: route.Truck, Vehicle: lorry})
	p := res.Paths[0]
	want := []string{"外地车牌限行，请注意", "not avoided: height limits (2)", "not avoided: weight limits (1)"}
	if !slices.Equal(p.Warnings, want) {
		t.Errorf("warnings %q", p.Warnings)
	}
	if p.Substituted || p.Distance != 38123.5 || p.Toll != "31.5" || p.Legs[0].Duration != 4100*time.Second {
		t.Errorf("got %+v", p)
	}
}

func TestRestrictions(t *testing.T) {
	body := func(restriction, info string) string {
		return `{"status":0,"result":{"restriction":` + restriction + `,"routes":[{"distance":30000,"duration":3000,"restriction_info":` + info + `,"steps":[]}]}}`
	}
	for name, v := range map[string]struct {
		body string
		want []string
	}{
		"none":                {body(`""`, `{"status":0}`), nil},
		"null":                {body(`null`, `null`), nil},
		"avoided":             {body(`""`, `{"status":1,"desc":"已避让"}`), nil},
		"text":                {body(`"限行提示"`, `{}`), []string{"限行提示"}},
		"not avoidable":       {body(`""`, `{"status":2,"desc":"起点限行"}`), []string{"起点限行"}},
		"not avoidable, mute": {body(`""`, `{"status":"2"}`), []string{"restrictions could not be avoided"}},
		"same twice":          {body(`"起点限行"`, `{"status":2,"desc":"起点限行"}`), []string{"起点限行"}},
		"object":              {body(`{"type":1,"info":""}`, `{}`), []string{"restrictions of plates apply"}},
		"several":             {body(`""`, `{"status":2,"desc":"起点限行|终点限行| |起点限行"}`), []string{"起点限行", "终点限行"}},
		"closures":            {body(`""`, `{"status":3,"desc":"途经管控区域"}`), []string{"途经管控区域"}},
		"empty list":          {body(`[]`, `[]`), nil},
		"empty text":          {body(`""`, `""`), nil},
		"list of one":         {body(`""`, `[{"status":2,"desc":"起点限行"}]`), []string{"起点限行"}},
		"closures, mute":      {body(`""`, `{"status":3}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			res := ask(t, v.body, route.Request{Points: []geo.Point{airport, civic}})
			if got := res.Paths[0].Warnings; !slices.Equal(got, v.want) {
				t.Errorf("warnings %q, want %q", got, v.want)
			}
		})
	}
}

func TestRestrictionsOfBicycles(t *testing.T) {
	const forbidden, against = "a part of the way is forbidden", "a part of the way is against the traffic"
	for fields, want := range map[string][]string{
		`"restrictions_status":0,"restrictions_info":""`:              nil,
		`"restrictions_status":3,"restrictions_info":"包含禁行路段|包含逆行路段"`: {"包含禁行路段", "包含逆行路段"},
		`"restrictions_status":"2","restrictions_info":""`:            {against},
		`"restrictions_status":1`:                                     {forbidden},
		`"restrictions_status":3,"restrictions_info":null`:            {forbidden, against},
		`"restrictions_info":"x"`:                                     nil,
	} {
		body := `{"status":0,"result":{"routes":[{"distance":900,"duration":300,` + fields + `,"steps":[{"distance":900,"duration":300,"restrictions_status":3}]}]}}`
		res := ask(t, body, route.Request{Points: []geo.Point{airport, civic}, Mode: route.Bicycle})
		if got := res.Paths[0].Warnings; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", fields, got, want)
		}
	}
}

func TestLegsThatCannotBeToldApart(t *testing.T) {
	body := func(indices ...string) string {
		var steps []string
		for _, i := range indices {
			steps = append(steps, `{"distance":1000,`+i+`"path":""}`)
		}
		return `{"status":0,"result":{"routes":[{"distance":37000,"duration":3000,"steps":[` + strings.Join(steps, ",") + `]}]}}`
	}
	for name, b := range map[string]string{
		"no steps":      body(),
		"no index":      body(``, ``),
		"beyond":        body(`"leg_index":0,`, `"leg_index":2,`),
		"backwards":     body(`"leg_index":1,`, `"leg_index":0,`),
		"negative":      body(`"leg_index":-1,`, `"leg_index":1,`),
		"one leg alone": body(`"leg_index":0,`, `"leg_index":0,`),
	} {
		if p := ask(t, b, route.Request{Points: []geo.Point{airport, civic, luohu}}).Paths[0]; p.Legs != nil || p.Distance != 37000 || p.Warnings != nil {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func TestOddReplies(t *testing.T) {
	for name, v := range map[string]struct {
		body string
		code waybill.Code
	}{
		"no result":            {`{"status":0,"result":{}}`, waybill.NotFound},
		"no routes":            {`{"status":0,"result":{"routes":[]}}`, waybill.NotFound},
		"null routes":          {`{"status":0,"result":{"routes":null,"total":0}}`, waybill.NotFound},
		"route in no time":     {`{"status":0,"result":{"routes":[{"distance":5000,"duration":0}]}}`, waybill.DataLoss},
		"route of nothing":     {`{"status":0,"result":{"routes":[{"distance":0,"duration":0}]}}`, waybill.NotFound},
		"status 7":             {`{"status":7,"message":"无返回结果"}`, waybill.NotFound},
		"status 2001":          {`{"status":2001,"message":"无路线"}`, waybill.NotFound},
		"no distance":          {`{"status":0,"result":{"routes":[{"duration":10}]}}`, waybill.DataLoss},
		"no duration":          {`{"status":0,"result":{"routes":[{"distance":10}]}}`, waybill.DataLoss},
		"negative":             {`{"status":0,"result":{"routes":[{"distance":-10,"duration":1}]}}`, waybill.DataLoss},
		"too long":             {`{"status":0,"result":{"routes":[{"distance":1e300,"duration":1}]}}`, waybill.DataLoss},
		"too slow":             {`{"status":0,"result":{"routes":[{"distance":1,"duration":1e300}]}}`, waybill.DataLoss},
		"routes is an object":  {`{"status":0,"result":{"routes":{"distance":1}}}`, waybill.DataLoss},
		"step is a word":       {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":["a"]}]}}`, waybill.DataLoss},
		"step too long":        {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"distance":1e300}]}]}}`, waybill.DataLoss},
		"path of one number":   {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"path":"114.1"}]}]}}`, waybill.DataLoss},
		"path of words":        {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"path":"a,b"}]}]}}`, waybill.DataLoss},
		"path not finite":      {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"path":"NaN,22"}]}]}}`, waybill.DataLoss},
		"path of zero":         {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"path":"0,0"}]}]}}`, waybill.DataLoss},
		"path in wrong order":  {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"path":"22.5,114.1"}]}]}}`, waybill.DataLoss},
		"path with a blank":    {`{"status":0,"result":{"routes":[{"distance":1,"duration":1,"steps":[{"path":"114.1, 22.5"}]}]}}`, waybill.DataLoss},
		"restriction is a bit": {`{"status":0,"result":{"restriction":true,"routes":[{"distance":1,"duration":1}]}}`, waybill.DataLoss},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := adapter(t, v.body)
			res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{airport, civic}, Polyline: true, Key: "order-1"})
			delivery := waybill.NotSent
			if v.code == waybill.DataLoss {
				delivery = waybill.Ambiguous
			}
			if e := wantError(t, err, v.code, delivery); e.Ref != "order-1" || len(res.Paths) != 0 {
				t.Errorf("got %q, %d paths", e.Ref, len(res.Paths))
			}
		})
	}
}

func TestWayToWhereOneIs(t *testing.T) {
	res := ask(t, `{"status":0,"result":{"routes":[{"distance":0,"duration":0,"steps":[]}]}}`, route.Request{Points: []geo.Point{civic, civic}, Polyline: true})
	if p := res.Paths[0]; p.Distance != 0 || len(p.Legs) != 1 || len(p.Polyline) != 0 {
		t.Errorf("got %+v", p)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " a ": "a", "a<b>b</b>c": "abc", "a &amp; b": "a & b", "a<b": "a", "&lt;b&gt;x": "x", "<><>": "", "a>b": "a>b",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A reply recorded from the light driving service, which came in BD-09 and has a
// time for each step. Its author kept two of the steps.
func TestRecordedDriving(t *testing.T) {
	table := geo.DefaultDatums().With(geo.VendorBaidu, geo.ZoneMainland, geo.BD09)
	a, _ := adapter(t, recorded(t, "directionlite_driving_two_steps.json"), func(o *Options) { o.Datums = table })
	from := geo.Point{Lat: 39.908823, Lng: 116.39748, Datum: geo.BD09}
	to := geo.Point{Lat: 39.896499, Lng: 116.321317, Datum: geo.BD09}
	res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{from, to}, Steps: true, Polyline: true})
	if err != nil {
		t.Fatal(err)
	}
	p := res.Paths[0]
	if len(res.Paths) != 1 || p.Distance != 8557 || p.Duration != 1797*time.Second || p.Toll != "0" || len(p.Warnings) != 0 {
		t.Errorf("got %+v", p)
	}
	if s := p.Legs[0].Steps; len(s) != 2 || s[0].Distance != 51 || s[1].Duration != 85*time.Second ||
		s[0].Text != "从起点向正东方向出发,沿前红井胡同行驶50米,右转进入人大会堂西路" {
		t.Errorf("steps %+v", s)
	}
	if len(p.Polyline) != 7 || math.Abs(p.Polyline[0].Lng-116.39746069298) > 1e-12 || math.Abs(p.Polyline[0].Lat-39.908720916234) > 1e-12 {
		t.Errorf("polyline of %d points", len(p.Polyline))
	}
}

func FuzzReplies(f *testing.F) {
	for _, name := range []string{"driving_two_legs.json", "riding.json", "truck_unavoided.json"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, body string) {
		a, _ := adapter(t, body)
		res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{airport, civic, luohu}, Steps: true, Polyline: true, Alternatives: 3})
		if err != nil {
			if e, ok := err.(*waybill.Error); !ok || e.Provider != Name {
				t.Fatalf("got %v", err)
			}
			return
		}
		if len(res.Paths) == 0 || len(res.Paths) > 4 {
			t.Fatalf("%d paths", len(res.Paths))
		}
		for _, p := range res.Paths {
			if !(p.Distance >= 0) || p.Duration < 0 || len(p.Legs) != 0 && len(p.Legs) != 2 {
				t.Fatalf("got %+v", p)
			}
			for _, q := range p.Polyline {
				if q.Validate() != nil || q.IsZero() {
					t.Fatal("a bad point")
				}
			}
			for _, l := range p.Legs {
				if !(l.Distance >= 0) || l.Duration < 0 {
					t.Fatal("a bad leg")
				}
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("沿<b>x</b>&lt;")
	f.Fuzz(func(t *testing.T, s string) {
		if got := plain(s); strings.Contains(got, "<") {
			t.Fatalf("%q", got)
		}
	})
}

func BenchmarkRoute(b *testing.B) {
	a, _ := adapter(b, fixture(b, "driving_two_legs.json"))
	r := route.Request{Points: []geo.Point{airport, civic, luohu}, Polyline: true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Route(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
