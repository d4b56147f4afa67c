package googleroute_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
)

// grid is a request for a table.
func grid(rows, columns int) route.MatrixRequest {
	return route.MatrixRequest{Origins: trip(rows).Points[:rows], Destinations: trip(columns).Points[:columns], Key: "order-7"}
}

func TestMatrixRequest(t *testing.T) {
	var path, mask, body string
	var query url.Values
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		path, mask, body, query = r.URL.Path, r.Header.Get("X-Goog-FieldMask"), string(text), r.URL.Query()
		_, _ = w.Write([]byte(`[]`))
	}))
	defer s.Close()
	ask := func(o googleroute.Options, change func(*route.MatrixRequest)) {
		o.BaseURL, o.HTTPClient = s.URL, s.Client()
		a, err := googleroute.New("key", &o)
		if err != nil {
			t.Fatal(err)
		}
		r := grid(1, 1)
		change(&r)
		_, _ = a.Matrix(t.Context(), r)
	}
	const points = `{"origins":[{"waypoint":{"location":{"latLng":{"latitude":37.4,"longitude":-122.08}}}%s}],"destinations":[{"waypoint":{"location":{"latLng":{"latitude":37.4,"longitude":-122.08}}}}],`
	const fields = "originIndex,destinationIndex,status,condition,distanceMeters,duration"
	for name, c := range map[string]struct {
		change          func(*route.MatrixRequest)
		modifiers, rest string
		mask            string
	}{
		"car":        {func(*route.MatrixRequest) {}, "", `"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE"}`, fields},
		"price":      {func(r *route.MatrixRequest) { r.Pricing = true }, "", `"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE"}`, fields},
		"walk":       {func(r *route.MatrixRequest) { r.Mode, r.Avoid.Tolls = route.Walk, true }, "", `"travelMode":"WALK"}`, fields},
		"motorcycle": {func(r *route.MatrixRequest) { r.Mode = route.Motorcycle }, "", `"travelMode":"TWO_WHEELER","routingPreference":"TRAFFIC_UNAWARE"}`, fields},
		"now":        {func(r *route.MatrixRequest) { r.Departure = time.Now() }, "", `"travelMode":"DRIVE","routingPreference":"TRAFFIC_AWARE"}`, fields + ",fallbackInfo"},
		"no tolls": {func(r *route.MatrixRequest) { r.Avoid = route.Avoid{Tolls: true, Ferries: true} }, `,"routeModifiers":{"avoidTolls":true,"avoidFerries":true}`,
			`"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE"}`, fields},
	} {
		ask(googleroute.Options{}, c.change)
		if want := fmt.Sprintf(points, c.modifiers) + c.rest; path != "/distanceMatrix/v2:computeRouteMatrix" || body != want || mask != c.mask {
			t.Errorf("%s: asked %s with %s for %s", name, path, body, mask)
		}
	}
	ask(googleroute.Options{}, func(r *route.MatrixRequest) { r.Departure = time.Now().Add(time.Hour) })
	var sent struct {
		At time.Time `json:"departureTime"`
	}
	if err := json.Unmarshal([]byte(body), &sent); err != nil || time.Until(sent.At) < 59*time.Minute {
		t.Errorf("departure %s %v", body, err)
	}
	ask(googleroute.Options{Legacy: true}, func(r *route.MatrixRequest) { r.Avoid = route.Avoid{Tolls: true, Motorways: true, Ferries: true} })
	if path != "/maps/api/distancematrix/json" || query.Get("avoid") != "tolls|highways|ferries" || query.Get("origins") != "37.4,-122.08" || query.Has("departure_time") {
		t.Errorf("asked %s %v", path, query)
	}
	ask(googleroute.Options{Legacy: true}, func(r *route.MatrixRequest) { r.Departure = time.Now() })
	if query.Get("departure_time") != "now" {
		t.Errorf("asked %v", query)
	}
}

func TestMatrixLimits(t *testing.T) {
	for _, c := range []struct {
		legacy        bool
		rows, columns int
		fits          bool
	}{{false, 25, 25, true}, {false, 25, 26, false}, {false, 625, 1, true}, {true, 25, 4, true}, {true, 26, 1, false}, {true, 1, 26, false}, {true, 11, 10, false}} {
		a := replying(t, 200, `{}`, googleroute.Options{Legacy: c.legacy})
		r := route.MatrixRequest{Origins: slices.Repeat(trip(2).Points[:1], c.rows), Destinations: slices.Repeat(trip(2).Points[:1], c.columns)}
		if _, err := a.Matrix(t.Context(), r); (waybill.CodeOf(err) == waybill.Unsupported) == c.fits {
			t.Errorf("%+v: %v", c, err)
		}
	}
	a := replying(t, 200, `[]`, googleroute.Options{})
	r := grid(1, 1)
	r.Mode = route.Truck
	if _, err := a.Matrix(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
	legacy := replying(t, 200, `{}`, googleroute.Options{Legacy: true})
	r.Mode = route.Motorcycle
	if _, err := legacy.Matrix(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
}

func TestRecordedMatrix(t *testing.T) {
	a := replying(t, 200, recorded(t, "routes_compute_route_matrix.json"), googleroute.Options{})
	res, err := a.Matrix(t.Context(), grid(2, 2))
	if err != nil {
		t.Fatal(err)
	}
	// The elements are not in the order of rows.
	want := [2][2][2]float64{{{822, 160}, {7259, 712}}, {{2919, 361}, {5598, 402}}}
	for i, row := range res.Cells {
		for j, c := range row {
			if c.Err != nil || c.Distance != want[i][j][0] || c.Duration.Seconds() != want[i][j][1] || c.Traffic || c.Provider != "googleroute" {
				t.Errorf("from %d to %d: %+v", i, j, c)
			}
		}
	}
	a = replying(t, 200, recorded(t, "routes_matrix_route_not_found.json"), googleroute.Options{})
	res, err = a.Matrix(t.Context(), grid(1, 1))
	if e := waybill.AsError(res.Cells[0][0].Err); err != nil || e.Code != waybill.NotFound || e.VendorCode != "ROUTE_NOT_FOUND" || e.Ref != "order-7" {
		t.Errorf("%+v %v", res, err)
	}
}

func TestRecordedDistanceMatrix(t *testing.T) {
	for _, c := range []struct {
		file    string
		rows    int
		columns int
		traffic bool
		mode    route.Mode
		want    [][2]float64 // row by row
	}{
		{"distance_matrix_multi.json", 2, 1, false, route.Car, [][2]float64{{23846, 2215}, {22242, 2058}}},
		{"distance_matrix_traffic.json", 1, 1, true, route.Car, [][2]float64{{12535, 1134}}},
		{"distance_matrix_traffic.json", 1, 1, false, route.Car, [][2]float64{{12535, 1083}}},
		{"spec_distancematrix.json", 2, 2, true, route.Car, [][2]float64{{33253, 2019}, {41491, 2342}, {31100, 1754}, {39338, 2077}}},
		{"spec_distancematrix_bicycling.json", 2, 2, false, route.Bicycle, [][2]float64{{1711765, 318119}, {139695, 24567}, {1451704, 266680}, {146500, 10374}}},
	} {
		a := replying(t, 200, recorded(t, c.file), googleroute.Options{Legacy: true})
		r := grid(c.rows, c.columns)
		r.Mode = c.mode
		if c.traffic {
			r.Departure = time.Now()
		}
		res, err := a.Matrix(t.Context(), r)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		for n, want := range c.want {
			got := res.Cells[n/c.columns][n%c.columns]
			if got.Err != nil || got.Distance != want[0] || got.Duration.Seconds() != want[1] || got.Traffic != c.traffic {
				t.Errorf("%s: cell %d: %+v", c.file, n, got)
			}
		}
	}
	a := replying(t, 200, recorded(t, "spec_distancematrix_encoded_error.json"), googleroute.Options{Legacy: true})
	_, err := a.Matrix(t.Context(), grid(1, 1))
	if e := waybill.AsError(err); e == nil || e.Code != waybill.InvalidArgument || e.VendorCode != "INVALID_REQUEST" || e.Ref != "order-7" {
		t.Error(err)
	}
}

func TestElements(t *testing.T) {
	const way = `"status":{},"condition":"ROUTE_EXISTS","distanceMeters":800,"duration":"60s"`
	for name, c := range map[string]struct {
		body string
		want [2]string // metres, or the code
	}{
		"without zero indices":   {`[{` + way + `},{"originIndex":1,` + way + `}]`, [2]string{"800", "800"}},
		"one is missing":         {`[{"originIndex":1,"destinationIndex":0,` + way + `}]`, [2]string{"data_loss", "800"}},
		"none":                   {`[]`, [2]string{"data_loss", "data_loss"}},
		"an element failed":      {`[{"status":{"code":5,"message":"x"}},{"originIndex":1,` + way + `}]`, [2]string{"not_found", "800"}},
		"an element is wrong":    {`[{"status":{"code":3,"message":"x"}},{"originIndex":1,` + way + `}]`, [2]string{"unsupported", "800"}},
		"an element is late":     {`[{"status":{"code":14}},{"originIndex":1,"status":{"code":99}}]`, [2]string{"unavailable", "unknown"}},
		"cut off by an error":    {`[{` + way + `},{"error":{"code":503,"status":"UNAVAILABLE","message":"x"}}]`, [2]string{"800", "unavailable"}},
		"no duration":            {`[{"condition":"ROUTE_EXISTS","distanceMeters":800},{"originIndex":1,` + way + `}]`, [2]string{"data_loss", "800"}},
		"no condition":           {`[{"distanceMeters":800,"duration":"60s"},{"originIndex":1,"condition":"STRANGE","duration":"60s"}]`, [2]string{"800", "data_loss"}},
		"no distance":            {`[{"condition":"ROUTE_EXISTS","duration":"60s"},{"originIndex":1,"condition":"ROUTE_EXISTS","duration":"60s"}]`, [2]string{"0", "data_loss"}},
		"the same place":         {`[{"condition":"ROUTE_EXISTS"},{"originIndex":1,` + way + `}]`, [2]string{"0", "800"}},
		"negative":               {`[{"condition":"ROUTE_EXISTS","distanceMeters":-1,"duration":"60s"},{"originIndex":1,` + way + `}]`, [2]string{"data_loss", "800"}},
		"a kilometre in no time": {`[{"condition":"ROUTE_EXISTS","distanceMeters":9000,"duration":"0s"},{"originIndex":1,` + way + `}]`, [2]string{"data_loss", "800"}},
		"a fraction of a second": {`[{"condition":"ROUTE_EXISTS","distanceMeters":800,"duration":"60.5s"},{"originIndex":1,` + way + `}]`, [2]string{"800", "800"}},
	} {
		a := replying(t, 200, c.body, googleroute.Options{})
		res, err := a.Matrix(t.Context(), grid(2, 1))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, row := range res.Cells {
			got := fmt.Sprint(row[0].Distance)
			if e := waybill.AsError(row[0].Err); e != nil {
				if got = e.Code.String(); e.Provider != "googleroute" || e.Op != "matrix" || e.Ref != "order-7" {
					t.Errorf("%s: %v of %q", name, e, e.Ref)
				}
			}
			if got != c.want[i] {
				t.Errorf("%s: origin %d is %s, want %s (%v)", name, i, got, c.want[i], row[0].Err)
			}
		}
	}
	for name, body := range map[string]string{
		"an index of nobody": `[{"originIndex":7,` + way + `}]`, "an object": `{}`, "a negative index": `[{"destinationIndex":-1,` + way + `}]`, "text": `"[]"`,
	} {
		a := replying(t, 200, body, googleroute.Options{})
		if _, err := a.Matrix(t.Context(), grid(2, 1)); waybill.CodeOf(err) != waybill.DataLoss {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := replying(t, 429, `[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}]`, googleroute.Options{})
	if _, err := a.Matrix(t.Context(), grid(2, 1)); waybill.CodeOf(err) != waybill.RateLimited {
		t.Errorf("an error in an array: %v", err)
	}
	fallback := strings.Replace(way, `"status"`, `"fallbackInfo":{"routingMode":"FALLBACK_TRAFFIC_UNAWARE"},"status"`, 1)
	a = replying(t, 200, `[{`+way+`},{"originIndex":1,`+fallback+`}]`, googleroute.Options{})
	r := grid(2, 1)
	r.Departure = time.Now()
	if res, err := a.Matrix(t.Context(), r); err != nil || !res.Cells[0][0].Traffic || res.Cells[1][0].Traffic {
		t.Errorf("%+v %v", res, err)
	}
}

func TestLegacyElements(t *testing.T) {
	const way = `{"status":"OK","distance":{"text":"0.8 km","value":800},"duration":{"text":"1 min","value":60}}`
	body := func(elements ...string) string {
		return `{"status":"OK","rows":[{"elements":[` + strings.Join(elements, "]},{\"elements\":[") + `]}]}`
	}
	for name, c := range map[string]struct {
		body string
		want [2]string
	}{
		"good":        {body(way, way), [2]string{"800", "800"}},
		"no way":      {body(`{"status":"ZERO_RESULTS"}`, `{"status":"NOT_FOUND"}`), [2]string{"not_found", "not_found"}},
		"too long":    {body(`{"status":"MAX_ROUTE_LENGTH_EXCEEDED"}`, way), [2]string{"unsupported", "800"}},
		"no status":   {body(`{}`, way), [2]string{"data_loss", "800"}},
		"no distance": {body(`{"status":"OK","duration":{"value":60}}`, way), [2]string{"data_loss", "800"}},
		"no duration": {body(`{"status":"OK","distance":{"text":"0.8 km","value":800}}`, way), [2]string{"data_loss", "800"}},
		"in no time":  {body(`{"status":"OK","distance":{"text":"13 ft","value":4},"duration":{"text":"1 min","value":0}}`, way), [2]string{"4", "800"}},
	} {
		a := replying(t, 200, c.body, googleroute.Options{Legacy: true})
		res, err := a.Matrix(t.Context(), grid(2, 1))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, row := range res.Cells {
			got := fmt.Sprint(row[0].Distance)
			if row[0].Err != nil {
				got = waybill.CodeOf(row[0].Err).String()
			}
			if got != c.want[i] {
				t.Errorf("%s: origin %d is %s, want %s", name, i, got, c.want[i])
			}
		}
	}
	for name, text := range map[string]string{"one row": body(way), "two columns": body(way+","+way, way), "no rows": `{"status":"OK"}`} {
		a := replying(t, 200, text, googleroute.Options{Legacy: true})
		if _, err := a.Matrix(t.Context(), grid(2, 1)); waybill.CodeOf(err) != waybill.DataLoss {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRecordedOrder(t *testing.T) {
	a := replying(t, 200, recorded(t, "spec_directions_waypoints_optimize.json"), googleroute.Options{Legacy: true})
	r := trip(6)
	r.OptimizeStops = true
	res, err := a.Route(t.Context(), r)
	if err != nil || !slices.Equal(res.Paths[0].StopOrder, []int{4, 3, 1, 2}) {
		t.Errorf("%+v %v", res.Paths, err)
	}
	for name, order := range map[string]string{"": `[]`, "twice": `[0,0]`, "outside": `[0,2]`, "one": `[0]`} {
		a := replying(t, 200, `{"routes":[{"distanceMeters":1,"duration":"1s","optimizedIntermediateWaypointIndex":`+order+`}]}`, googleroute.Options{})
		r := trip(4)
		r.OptimizeStops = true
		if _, err := a.Route(t.Context(), r); waybill.CodeOf(err) != waybill.DataLoss {
			t.Errorf("%s: %v", name, err)
		}
	}
}
