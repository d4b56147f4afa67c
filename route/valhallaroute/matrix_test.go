package valhallaroute_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

// A point off the road is found by few requests, whichever side it is on and
// however many there are, and those that lie too far apart for one request too.
func TestFewRequestsForPointsOffTheRoad(t *testing.T) {
	near := func(i int) place { return place{39.7 + float64(i)/1000, -75.5} }
	far := func(i int) place { return place{38.5 + float64(i)/1000, -73} }
	many := func(n int, f func(int) place) (out []place) {
		for i := range n {
			out = append(out, f(i))
		}
		return out
	}
	for name, c := range map[string]struct {
		from, to []place
		most     int
	}{
		"nobody":           {many(20, near), many(20, near), 1},
		"the only pick-up": {many(20, near), many(1, far), 3},
		"one driver":       {append(many(19, near), far(0)), many(1, near), 14},
		"one of many":      {append(many(24, near), far(0)), many(50, near), 15},
		"all of them":      {many(25, far), many(25, far), 50},
		"a town too far":   {append(many(3, near), place{48, 2}), many(3, near), 1},
		"far from another": {[]place{{44, -75}, {36, -75}}, []place{{40, -75}}, 6},
	} {
		asked := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			status, body := offRoad(r)
			w.WriteHeader(status)
			_, _ = w.Write(body)
		}))
		a, err := valhallaroute.New(&valhallaroute.Options{BaseURL: srv.URL, HTTPClient: srv.Client(), MaxSnap: -1})
		if err != nil {
			t.Fatal(err)
		}
		r := route.MatrixRequest{}
		for _, p := range c.from {
			r.Origins = append(r.Origins, geo.Point{Lat: p.Lat, Lng: p.Lon})
		}
		for _, p := range c.to {
			r.Destinations = append(r.Destinations, geo.Point{Lat: p.Lat, Lng: p.Lon})
		}
		res, err := a.Matrix(t.Context(), r)
		srv.Close()
		if asked > c.most {
			t.Errorf("%s: %d requests, want at most %d", name, asked, c.most)
		}
		if name == "a town too far" {
			if waybill.CodeOf(err) != waybill.Unsupported {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, row := range res.Cells {
			for j, cell := range row {
				if off := c.from[i].Lat < 39 || c.to[j].Lat < 39; off != (waybill.CodeOf(cell.Err) == waybill.NotFound) || !off && cell.Err != nil {
					t.Errorf("%s, %d to %d: %v", name, i, j, cell.Err)
				}
			}
		}
	}
}

type place struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// offRoad answers as a server does for which south of 39° is the sea, and more than
// five degrees are too far.
func offRoad(r *http.Request) (status int, body []byte) {
	var q struct {
		Sources, Targets []place
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		return 400, []byte(`{"error_code":100}`)
	}
	table := make([][]map[string]any, len(q.Sources))
	sea := false
	for i, from := range q.Sources {
		for _, to := range q.Targets {
			if math.Abs(from.Lat-to.Lat) > 5 {
				return 400, []byte(`{"error_code":154}`)
			}
			sea = sea || from.Lat < 39 || to.Lat < 39
			table[i] = append(table[i], map[string]any{"distance": 1.5, "time": 90})
		}
	}
	if sea {
		return 400, []byte(`{"error_code":171}`)
	}
	body, _ = json.Marshal(map[string]any{"sources_to_targets": table, "units": "kilometers"})
	return 200, body
}

// For a lorry beyond its bounds Valhalla plans its default one without a word, so
// it is not asked.
func TestTooLargeForTheServer(t *testing.T) {
	for name, c := range map[string]struct {
		v  route.Vehicle
		ok bool
	}{
		"the largest":   {route.Vehicle{Height: 10, Width: 10, Length: 50, Weight: 100, AxleLoad: 40, Axles: 20}, true},
		"the fewest":    {route.Vehicle{Axles: 2}, true},
		"too high":      {route.Vehicle{Height: 10.1}, false},
		"too wide":      {route.Vehicle{Width: 10.1}, false},
		"a road train":  {route.Vehicle{Length: 53.5}, false},
		"a transformer": {route.Vehicle{Weight: 240}, false},
		"a heavy axle":  {route.Vehicle{AxleLoad: 41}, false},
		"many axles":    {route.Vehicle{Axles: 21}, false},
		"one axle":      {route.Vehicle{Axles: 1}, false},
	} {
		a, last := canned(t, 200, ok, valhallaroute.Options{MaxSnap: -1})
		r := route.Request{Points: []geo.Point{wilmington, near}, Mode: route.Truck, Vehicle: c.v}
		_, err := a.Route(t.Context(), r)
		_, err2 := a.Matrix(t.Context(), route.MatrixRequest{Origins: r.Points[:1], Destinations: r.Points[1:], Mode: r.Mode, Vehicle: c.v})
		if c.ok != (err == nil) || c.ok != (last.n == 2) {
			t.Errorf("%s: %v after %d requests", name, err, last.n)
		}
		if !c.ok && (waybill.CodeOf(err) != waybill.Unsupported || waybill.CodeOf(err2) != waybill.Unsupported || waybill.DeliveryOf(err) != waybill.NotSent) {
			t.Errorf("%s: %v, %v", name, err, err2)
		}
	}
}

// A way of no length has no ends that would tell how far its points were moved: it
// is right for two points beside one road, and not for two that lie far apart.
func TestOnePlace(t *testing.T) {
	const body = `{"units":"kilometers","sources_to_targets":[[{"distance":0.0,"time":0,"from_index":0,"to_index":0}]]}`
	at := func(metres float64) geo.Point {
		return geo.Point{Lat: wilmington.Lat + metres/111195, Lng: wilmington.Lng}
	}
	for _, c := range []struct {
		metres, snap float64
		want         waybill.Code
	}{{0, 0, 0}, {1900, 0, 0}, {2100, 0, waybill.NotFound}, {90, 50, 0}, {110, 50, waybill.NotFound}, {40000, -1, 0}} {
		a, _ := canned(t, 200, body, valhallaroute.Options{MaxSnap: c.snap})
		res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington}, Destinations: []geo.Point{at(c.metres)}})
		if err != nil {
			t.Fatal(err)
		}
		if cell := res.Cells[0][0]; waybill.CodeOf(cell.Err) != c.want || c.want == 0 && cell.Err != nil {
			t.Errorf("%v m apart, moved up to %v: %+v", c.metres, c.snap, cell)
		}
	}
}

// Codes that the list of the errors has beyond those of these services, and such
// as it does not have.
func TestOtherCodes(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   waybill.Code
	}{
		{400, "155", waybill.NotFound}, {400, "173", waybill.InvalidArgument}, {400, "312", waybill.InvalidArgument},
		{400, "503", waybill.Internal}, {400, "599", waybill.Internal}, {400, "777", waybill.Unknown}, {503, "777", waybill.Unavailable},
	} {
		a, _ := canned(t, c.status, `{"error_code":`+c.code+`,"error":"words"}`, valhallaroute.Options{})
		if _, err := a.Route(t.Context(), route.Request{Points: []geo.Point{wilmington, near}}); waybill.CodeOf(err) != c.want {
			t.Errorf("%s with %d: %v", c.code, c.status, err)
		}
	}
}
