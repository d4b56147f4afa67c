package valhallaroute_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/routetest"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

// asked is the last request of a canned server.
type asked struct {
	path string
	body map[string]any
	n    int
}

// canned is an adapter whose server always gives one reply.
func canned(t testing.TB, status int, body string, o valhallaroute.Options) (*valhallaroute.Adapter, *asked) {
	t.Helper()
	last := new(asked)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		last.path, last.body = r.URL.Path, nil
		last.n++
		_ = json.Unmarshal(text, &last.body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := valhallaroute.New(&o)
	if err != nil {
		t.Fatal(err)
	}
	return a, last
}

// Points of Delaware, of which the recorded replies tell.
var (
	wilmington = geo.Point{Lat: 39.7447, Lng: -75.5484}
	dover      = geo.Point{Lat: 39.1582, Lng: -75.5244}
	rehoboth   = geo.Point{Lat: 38.7209, Lng: -75.0760}
	newark     = geo.Point{Lat: 39.6837, Lng: -75.7497}
	near       = geo.Point{Lat: 39.739, Lng: -75.552}
)

func trip(points ...geo.Point) route.Request { return route.Request{Points: points, Key: "order-7"} }

// ok is a way between two points of Wilmington; the shape goes from 39.7447 to 39.739.
const ok = `{"trip":{"locations":[],"legs":[{"summary":{"length":0.717,"time":517.5},"shape":"wjyxjA~mbboCfcJ~_F","maneuvers":[{"instruction":"Walk.","street_names":["Main"],"length":0.7,"time":500}]}],` +
	`"summary":{"length":0.717,"time":517.5,"has_toll":true,"has_highway":true,"has_ferry":true},"status":0,"units":"kilometers"}}`

func TestNewRefuses(t *testing.T) {
	for what, o := range map[string]*valhallaroute.Options{
		"nil": nil, "nothing": {}, "scheme": {BaseURL: "ftp://a.test"}, "user": {BaseURL: "https://u:p@a.test"}, "query": {BaseURL: "https://a.test/?key=x"},
		"points": {BaseURL: "https://a.test", MaxPoints: 1},
	} {
		if _, err := valhallaroute.New(o); err == nil || waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	a, err := valhallaroute.New(&valhallaroute.Options{BaseURL: "https://a.test/"})
	if err != nil || a.Name() != "valhallaroute" || a.Account().Name() != "valhallaroute" || fmt.Sprintf("%v %+v %#v", a, a, a) != "valhallaroute valhallaroute valhallaroute" {
		t.Errorf("%v %v", a, err)
	}
}

func TestRequest(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*route.Request)
		path   string
		want   string // as JSON, without locations
	}{
		"plain":      {func(*route.Request) {}, "/route", `{"costing":"auto","directions_type":"none","units":"kilometers"}`},
		"walk":       {func(r *route.Request) { r.Mode = route.Walk }, "/route", `{"costing":"pedestrian","directions_type":"none","units":"kilometers"}`},
		"cycle":      {func(r *route.Request) { r.Mode = route.Bicycle }, "/route", `{"costing":"bicycle","directions_type":"none","units":"kilometers"}`},
		"motorcycle": {func(r *route.Request) { r.Mode = route.Motorcycle }, "/route", `{"costing":"motorcycle","directions_type":"none","units":"kilometers"}`},
		"steps": {func(r *route.Request) { r.Steps, r.Language, r.Alternatives = true, "de-DE", 2 }, "/route",
			`{"alternates":2,"costing":"auto","directions_type":"instructions","language":"de-DE","units":"kilometers"}`},
		"avoid": {func(r *route.Request) { r.Avoid = route.Avoid{Tolls: true, Motorways: true, Ferries: true} }, "/route",
			`{"costing":"auto","costing_options":{"auto":{"use_ferry":0,"use_highways":0,"use_tolls":0}},"directions_type":"none","units":"kilometers"}`},
		"avoid on foot": {func(r *route.Request) {
			r.Mode, r.Avoid = route.Walk, route.Avoid{Tolls: true, Motorways: true, Ferries: true}
		}, "/route",
			`{"costing":"pedestrian","costing_options":{"pedestrian":{"use_ferry":0}},"directions_type":"none","units":"kilometers"}`},
		"truck": {func(r *route.Request) {
			r.Mode, r.Vehicle = route.Truck, route.Vehicle{Height: 4, Width: 2.5, Length: 12, Weight: 18, AxleLoad: 10, Axles: 3, Hazmat: true}
		}, "/route", `{"costing":"truck","costing_options":{"truck":{"axle_count":3,"axle_load":10,"hazmat":true,"height":4,"length":12,"weight":18,"width":2.5}},"directions_type":"none","units":"kilometers"}`},
		"a truck of which little is known": {func(r *route.Request) { r.Mode, r.Vehicle = route.Truck, route.Vehicle{Height: 4} }, "/route",
			`{"costing":"truck","costing_options":{"truck":{"height":4}},"directions_type":"none","units":"kilometers"}`},
		"order": {func(r *route.Request) { r.Points, r.OptimizeStops = []geo.Point{wilmington, dover, newark, near}, true }, "/optimized_route",
			`{"costing":"auto","directions_type":"none","units":"kilometers"}`},
		"one stop has one order": {func(r *route.Request) { r.Points, r.OptimizeStops = []geo.Point{wilmington, dover, near}, true }, "/route",
			`{"costing":"auto","directions_type":"none","units":"kilometers"}`},
	} {
		t.Run(name, func(t *testing.T) {
			a, last := canned(t, 200, ok, valhallaroute.Options{})
			r := trip(wilmington, near)
			c.change(&r)
			_, _ = a.Route(t.Context(), r)
			locations, _ := last.body["locations"].([]any)
			delete(last.body, "locations")
			got, _ := json.Marshal(last.body)
			if last.path != c.path || string(got) != c.want || len(locations) != len(r.Points) {
				t.Errorf("asked %s with %s and %d points", last.path, got, len(locations))
			}
			if p := locations[0].(map[string]any); p["lat"] != 39.7447 || p["lon"] != -75.5484 || p["type"] != "break" {
				t.Errorf("the first point is %v", p)
			}
		})
	}
	a, last := canned(t, 200, ok, valhallaroute.Options{Exclude: true})
	r := trip(wilmington, near)
	r.Avoid.Tolls = true
	_, _ = a.Route(t.Context(), r)
	if got := fmt.Sprint(last.body["costing_options"]); got != "map[auto:map[exclude_tolls:true use_tolls:0]]" {
		t.Errorf("asked %s", got)
	}
}

func TestReplies(t *testing.T) {
	a, _ := canned(t, 200, ok, valhallaroute.Options{})
	r := trip(wilmington, near)
	r.Steps, r.Polyline, r.Avoid, r.Vehicle.Plate = true, true, route.Avoid{Tolls: true, Motorways: true, Ferries: true}, "ABC 123"
	res, err := a.Route(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p := res.Paths[0]
	if p.Distance != 717 || p.Duration != 517500*time.Millisecond || len(p.Polyline) != 2 || len(p.Warnings) != 4 || p.Traffic {
		t.Errorf("%+v", p)
	}
	if s := p.Legs[0].Steps[0]; s.Text != "Walk." || s.Road != "Main" || s.Distance != 700 || s.Duration != 500*time.Second {
		t.Errorf("%+v", s)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		code   waybill.Code
	}{
		"no trip":          {200, `{}`, waybill.DataLoss},
		"status":           {200, strings.Replace(ok, `"status":0`, `"status":1`, 1), waybill.DataLoss},
		"no time":          {200, strings.ReplaceAll(ok, `"time":517.5`, `"time":null`), waybill.DataLoss},
		"no length":        {200, strings.ReplaceAll(ok, `"length":0.717,`, ``), waybill.DataLoss},
		"negative":         {200, strings.ReplaceAll(ok, `0.717`, `-1`), waybill.DataLoss},
		"in no time":       {200, strings.ReplaceAll(strings.ReplaceAll(ok, `0.717`, `71.7`), `517.5`, `0`), waybill.DataLoss},
		"no shape":         {200, strings.Replace(ok, `"wjyxjA~mbboCfcJ~_F"`, `""`, 1), waybill.DataLoss},
		"broken shape":     {200, strings.Replace(ok, `"wjyxjA~mbboCfcJ~_F"`, `"~~~~~~~~~~~~~~~"`, 1), waybill.DataLoss},
		"no leg":           {200, `{"trip":{"summary":{"length":0.717,"time":517.5}}}`, waybill.DataLoss},
		"elsewhere":        {200, strings.Replace(ok, `"wjyxjA~mbboC`, `"wjyxjA~mbbA`, 1), waybill.NotFound},
		"a code with 200":  {200, `{"error_code":442,"error":"No path could be found for input"}`, waybill.NotFound},
		"a code as text":   {400, `{"error_code":"171"}`, waybill.NotFound},
		"an unknown code":  {400, `{"error_code":999}`, waybill.Unknown},
		"unknown with 503": {503, `{"error_code":999}`, waybill.Unavailable},
		"OSRM's word":      {400, `{"code":"NoRoute","message":"Impossible route between points"}`, waybill.NotFound},
		"busy":             {429, `<html>`, waybill.RateLimited},
		"text":             {400, `Bad Request`, waybill.Unsupported},
		"array":            {200, `[]`, waybill.DataLoss},
		"length as text":   {200, strings.ReplaceAll(ok, `0.717`, `"0.717"`), waybill.DataLoss},
	} {
		a, _ := canned(t, c.status, c.body, valhallaroute.Options{})
		if res, err := a.Route(t.Context(), trip(wilmington, near)); err == nil || waybill.CodeOf(err) != c.code {
			t.Errorf("%s: %+v %v, want %v", name, res, err, c.code)
		}
	}
}

func TestMilesAreKilometresToo(t *testing.T) {
	where := routetest.Singapore()
	var got []float64
	for _, o := range []routetest.ValhallaOptions{{}, {Miles: true}, {ShortTables: true}, {Miles: true, ShortTables: true}} {
		s := routetest.NewValhalla(&o)
		defer s.Close()
		a, err := valhallaroute.New(&valhallaroute.Options{BaseURL: s.URL()})
		if err != nil {
			t.Fatal(err)
		}
		res, err := a.Route(t.Context(), trip(where.From, where.Via))
		table, err2 := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{where.From}, Destinations: []geo.Point{where.Via}})
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		got = append(got, res.Paths[0].Distance, table.Cells[0][0].Distance)
	}
	for _, d := range got {
		if d < got[0]-2 || d > got[0]+2 {
			t.Errorf("%v metres", got)
		}
	}
}

// One point far from every road makes Valhalla refuse the whole table; its pairs
// alone have no way here.
func TestOnePointOffTheRoad(t *testing.T) {
	s := routetest.NewValhalla(nil)
	defer s.Close()
	a, err := valhallaroute.New(&valhallaroute.Options{BaseURL: s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	where := routetest.Singapore()
	r := route.MatrixRequest{Destinations: []geo.Point{where.To, where.Via}}
	for i := range 16 {
		p := where.From
		p.Lat += float64(i) / 1000
		r.Origins = append(r.Origins, p)
	}
	r.Origins[5] = geo.Point{Lat: 2.5, Lng: 108}
	res, err := a.Matrix(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range res.Cells {
		for j, c := range row {
			if (waybill.CodeOf(c.Err) == waybill.NotFound) != (i == 5) || i != 5 && c.Err != nil {
				t.Errorf("%d to %d: %+v", i, j, c)
			}
		}
	}
	if n := s.Count(""); n > 14 {
		t.Errorf("%d requests", n)
	}
	// Another refusal is the whole table's.
	s.FailCode("154")
	before := s.Count("")
	if _, err := a.Matrix(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported || s.Count("")-before != 1 {
		t.Errorf("%v after %d requests", err, s.Count("")-before)
	}
}

func TestOddTables(t *testing.T) {
	const good = `{"units":"kilometers","sources_to_targets":[[{"distance":0.9,"time":60,"from_index":0,"to_index":0,"begin_lat":39.7447,"begin_lon":-75.5484,"end_lat":39.739,"end_lon":-75.552}]]}`
	r := route.MatrixRequest{Origins: []geo.Point{wilmington}, Destinations: []geo.Point{near}, Key: "order-7"}
	for name, c := range map[string]struct {
		body string
		code waybill.Code // of the cell, or of the call
		cell bool
	}{
		"good":             {good, 0, true},
		"without indices":  {strings.Replace(good, `"from_index":0,"to_index":0,`, "", 1), 0, true},
		"no table":         {`{}`, waybill.DataLoss, false},
		"no rows":          {`{"sources_to_targets":[]}`, waybill.DataLoss, false},
		"no columns":       {`{"sources_to_targets":[[]]}`, waybill.DataLoss, false},
		"another index":    {strings.Replace(good, `"to_index":0`, `"to_index":7`, 1), waybill.DataLoss, false},
		"short, no rows":   {`{"sources_to_targets":{"durations":[],"distances":[]}}`, waybill.DataLoss, false},
		"short, ragged":    {`{"sources_to_targets":{"durations":[[1,2]],"distances":[[1]]}}`, waybill.DataLoss, false},
		"short":            {`{"sources_to_targets":{"durations":[[60]],"distances":[[0.9]]}}`, 0, true},
		"no way":           {strings.Replace(good, `0.9`, `null`, 1), waybill.NotFound, true},
		"no time":          {strings.Replace(good, `"time":60`, `"time":null`, 1), waybill.NotFound, true},
		"negative":         {strings.Replace(good, `0.9`, `-0.9`, 1), waybill.DataLoss, true},
		"in no time":       {strings.Replace(strings.Replace(good, `0.9`, `90`, 1), `"time":60`, `"time":0`, 1), waybill.DataLoss, true},
		"moved":            {strings.Replace(good, `"end_lat":39.739`, `"end_lat":39.8`, 1), waybill.NotFound, true},
		"a refusal of one": {`{"error_code":171}`, waybill.NotFound, true},
	} {
		a, _ := canned(t, 200, c.body, valhallaroute.Options{})
		res, err := a.Matrix(t.Context(), r)
		switch {
		case !c.cell && waybill.CodeOf(err) != c.code:
			t.Errorf("%s: %+v %v", name, res, err)
		case c.cell && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.cell && c.code == 0 && (res.Cells[0][0].Err != nil || res.Cells[0][0].Distance != 900 || res.Cells[0][0].Duration != time.Minute):
			t.Errorf("%s: %+v", name, res.Cells[0][0])
		case c.cell && c.code != 0 && waybill.CodeOf(res.Cells[0][0].Err) != c.code:
			t.Errorf("%s: %+v", name, res.Cells[0][0])
		}
	}
}

func TestTheOrderIsTheServers(t *testing.T) {
	where := routetest.Singapore()
	s := routetest.NewValhalla(nil)
	defer s.Close()
	a, err := valhallaroute.New(&valhallaroute.Options{BaseURL: s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	r := trip(where.From, where.To, where.Via, where.From)
	r.OptimizeStops = true
	res, err := a.Route(t.Context(), r)
	if err != nil || !slices.Equal(res.Paths[0].StopOrder, []int{2, 1}) || s.Accepted("/optimized_route") != 1 {
		t.Errorf("%+v %v", res, err)
	}
	// A reply without the stops' places is no order.
	b, _ := canned(t, 200, ok, valhallaroute.Options{})
	if _, err := b.Route(t.Context(), r); waybill.CodeOf(err) != waybill.DataLoss {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	a, last := canned(t, 200, ok, valhallaroute.Options{})
	r := trip(slices.Repeat([]geo.Point{dover}, 21)...)
	for mode, want := range map[route.Mode]waybill.Code{route.Car: waybill.Unsupported, route.Truck: waybill.Unsupported, route.Bicycle: waybill.DataLoss} {
		r.Mode = mode
		if _, err := a.Route(t.Context(), r); waybill.CodeOf(err) != want {
			t.Errorf("%v: %v", mode, err)
		}
	}
	if last.n != 1 {
		t.Errorf("%d requests", last.n)
	}
	b, _ := canned(t, 200, ok, valhallaroute.Options{MaxPoints: 30, Limits: route.MatrixLimits{Origins: 7}})
	r.Mode = route.Car
	if _, err := b.Route(t.Context(), r); waybill.CodeOf(err) != waybill.DataLoss {
		t.Error(err)
	}
	if l := b.MatrixLimits(nil); l.Origins != 7 || l.Elements != 2500 {
		t.Errorf("%+v", l)
	}
}
