package amaproute_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/routetest"
)

// three is a request for a row for each of the three points, to Ping An.
func three(f func(*route.MatrixRequest)) route.MatrixRequest {
	r := route.MatrixRequest{Origins: []geo.Point{tencent, between, tencent}, Destinations: []geo.Point{pingan}, Key: "order-9"}
	if f != nil {
		f(&r)
	}
	return r
}

func TestDistanceRequest(t *testing.T) {
	a, last := canned(t, map[string]string{"": `{"status":"1","infocode":"10000","results":[]}`}, nil)
	for _, c := range []struct {
		change func(*route.MatrixRequest)
		kind   string
	}{
		{nil, "1"}, {func(r *route.MatrixRequest) { r.Mode, r.AllowCarForTruck = route.Truck, true }, "1"},
		{func(r *route.MatrixRequest) { r.Departure = time.Now() }, "1"},
		{func(r *route.MatrixRequest) { r.Mode, r.Origins = route.Walk, []geo.Point{pingan, pingan, pingan} }, "3"},
	} {
		r := three(c.change)
		if _, err := a.Matrix(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if last.path != "/v3/distance" || last.query.Get("type") != c.kind || strings.Count(last.query.Get("origins"), "|") != 2 ||
			last.query.Get("destination") != "114.055300,22.533300" || len(last.query) != 4 {
			t.Errorf("asked %s %v", last.path, last.query)
		}
	}
	r := three(nil)
	_, _ = a.Matrix(t.Context(), r)
	if got := last.query.Get("origins"); got != "113.934600,22.540400|113.950000,22.540000|113.934600,22.540400" {
		t.Errorf("origins %s", got)
	}
}

func TestDistanceUnsupported(t *testing.T) {
	a, last := canned(t, nil, nil)
	for name, change := range map[string]func(*route.MatrixRequest){
		"truck":            func(r *route.MatrixRequest) { r.Mode = route.Truck },
		"motorcycle":       func(r *route.MatrixRequest) { r.Mode = route.Motorcycle },
		"bicycle":          func(r *route.MatrixRequest) { r.Mode = route.Bicycle },
		"a price":          func(r *route.MatrixRequest) { r.Pricing = true },
		"tolls":            func(r *route.MatrixRequest) { r.Avoid.Tolls = true },
		"tomorrow":         func(r *route.MatrixRequest) { r.Departure = time.Now().Add(24 * time.Hour) },
		"two destinations": func(r *route.MatrixRequest) { r.Destinations = []geo.Point{pingan, tencent} },
		"101 origins":      func(r *route.MatrixRequest) { r.Origins = slices.Repeat(r.Origins[:1], 101) },
		"abroad":           func(r *route.MatrixRequest) { r.Origins[1] = geo.Point{Lat: 1.3, Lng: 103.8} },
		"to abroad":        func(r *route.MatrixRequest) { r.Destinations[0] = geo.Point{Lat: 1.3, Lng: 103.8} },
		"a region":         func(r *route.MatrixRequest) { r.Region = "TW" },
		"long walks":       func(r *route.MatrixRequest) { r.Mode = route.Walk },
	} {
		_, err := a.Matrix(t.Context(), three(change))
		e := waybill.AsError(err)
		if e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.Ref != "order-9" || e.Op != "matrix" || last.path != "" {
			t.Errorf("%s: %v, asked %q", name, err, last.path)
		}
	}
}

// Of several walks those over 5 km are Unsupported alone, and not asked for.
func TestLongWalksAmongShortOnes(t *testing.T) {
	s := routetest.NewAmap(nil)
	defer s.Close()
	a, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: s.URL(), HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	r := three(func(r *route.MatrixRequest) {
		r.Mode = route.Walk
		r.Origins[1] = pingan
		r.Origins[1].Lat += 0.01
	})
	res, err := a.Matrix(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range res.Cells {
		if i == 1 != (row[0].Err == nil) || i != 1 && waybill.CodeOf(row[0].Err) != waybill.Unsupported {
			t.Errorf("%d: %+v", i, row[0])
		}
	}
	if origins, _ := s.AskedMatrix(); len(origins) != 1 || res.Cells[1][0].Traffic {
		t.Errorf("asked for %d origins, %+v", len(origins), res.Cells[1][0])
	}
}

func TestDistanceRows(t *testing.T) {
	ok := `{"status":"1","info":"OK","infocode":"10000","results":`
	const way = `"distance":"1500","duration":"300"`
	for name, c := range map[string]struct {
		results string
		want    [3]string // metres, or the code
	}{
		"in order":         {`[{"origin_id":"1",` + way + `},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"1500", "1500", "1500"}},
		"out of order":     {`[{"origin_id":"3","distance":"3","duration":"3"},{"origin_id":"1",` + way + `},{"origin_id":"2",` + way + `}]`, [3]string{"1500", "1500", "3"}},
		"without ids":      {`[{` + way + `},{"distance":"7","duration":"7"},{` + way + `}]`, [3]string{"1500", "7", "1500"}},
		"numbers":          {`[{"origin_id":1,"distance":1500,"duration":300},{"origin_id":2,` + way + `},{"origin_id":3,` + way + `}]`, [3]string{"1500", "1500", "1500"}},
		"in an object":     {`{"result":[{"origin_id":"1",` + way + `},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]}`, [3]string{"1500", "1500", "1500"}},
		"a row is missing": {`[{"origin_id":"1",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"1500", "data_loss", "1500"}},
		"none":             {`[]`, [3]string{"data_loss", "data_loss", "data_loss"}},
		"nothing":          {`""`, [3]string{"data_loss", "data_loss", "data_loss"}},
		"no road":          {`[{"origin_id":"1","distance":"0","duration":"0","code":"1"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"not_found", "1500", "1500"}},
		"far from a road":  {`[{"origin_id":"1","distance":"0","duration":"0","code":"2"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"not_found", "1500", "1500"}},
		"outside":          {`[{"origin_id":"1","distance":"0","duration":"0","code":"3"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"unsupported", "1500", "1500"}},
		"a new code":       {`[{"origin_id":"1",` + way + `,"code":"9"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"not_found", "1500", "1500"}},
		"below zero":       {`[{"origin_id":"1","distance":"-1","duration":"-1"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"not_found", "1500", "1500"}},
		"zero apart":       {`[{"origin_id":"1","distance":"0","duration":"0"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"not_found", "1500", "1500"}},
		"no duration":      {`[{"origin_id":"1","distance":"1500"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"data_loss", "1500", "1500"}},
		"in no time":       {`[{"origin_id":"1","distance":"1500","duration":"0"},{"origin_id":"2",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"data_loss", "1500", "1500"}},
		"ids of nobody":    {`[{"origin_id":"9",` + way + `},{"origin_id":"-1",` + way + `},{"origin_id":"3",` + way + `}]`, [3]string{"data_loss", "data_loss", "1500"}},
	} {
		a, _ := canned(t, map[string]string{"": ok + c.results + "}"}, nil)
		res, err := a.Matrix(t.Context(), three(nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, row := range res.Cells {
			got := ""
			if e := waybill.AsError(row[0].Err); e != nil {
				got = e.Code.String()
				if e.Provider != "amaproute" || e.Op != "matrix" || e.Ref != "order-9" {
					t.Errorf("%s: %v of %q", name, e, e.Ref)
				}
			} else {
				got = strconv.FormatFloat(row[0].Distance, 'f', -1, 64)
				if !row[0].Traffic {
					t.Errorf("%s: %+v", name, row[0])
				}
			}
			if got != c.want[i] {
				t.Errorf("%s: origin %d is %s, want %s", name, i, got, c.want[i])
			}
		}
	}
}

func TestRecordedDistances(t *testing.T) {
	abroad := "unsupported"
	for file, want := range map[string][3]any{
		"distance_driving_three.json": {260315.0, 98418.0, 211650.0},
		"distance_item_error.json":    {abroad, 98418.0, 211649.0},
		"distance_minus_one.json":     {"not_found", 62398.0, "not_found"},
	} {
		a, _ := canned(t, recorded(t, file), nil)
		res, err := a.Matrix(t.Context(), three(nil))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, row := range res.Cells {
			if c := row[0]; c.Err != nil && want[i] != waybill.CodeOf(c.Err).String() || c.Err == nil && want[i] != c.Distance {
				t.Errorf("%s: origin %d: %+v, want %v", file, i, c, want[i])
			}
		}
	}
}
