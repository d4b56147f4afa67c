package osrmroute_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// asked is the last request of a canned server.
type asked struct{ path, query string }

// canned is an adapter whose server always gives one reply.
func canned(t testing.TB, status int, body string, o *osrmroute.Options) (*osrmroute.Adapter, *asked) {
	t.Helper()
	last := new(asked)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last.path, last.query = r.URL.Path, r.URL.RawQuery
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	if o == nil {
		o = new(osrmroute.Options)
	}
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := osrmroute.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a, last
}

// Four points of Delaware, of which the recorded replies tell.
var (
	wilmington = geo.Point{Lat: 39.7447, Lng: -75.5484}
	dover      = geo.Point{Lat: 39.1582, Lng: -75.5244}
	rehoboth   = geo.Point{Lat: 38.7209, Lng: -75.0760}
	newark     = geo.Point{Lat: 39.6837, Lng: -75.7497}
)

func trip(points ...geo.Point) route.Request { return route.Request{Points: points, Key: "order-7"} }

const ok = `{"code":"Ok","routes":[{"distance":1200.5,"duration":90.4,"legs":[{"distance":1200.5,"duration":90.4,"steps":[]}]}],` +
	`"waypoints":[{"location":[-75.5484,39.7447],"distance":0.2},{"location":[-75.5244,39.1582],"distance":0.3}]}`

func TestNewRefuses(t *testing.T) {
	for what, o := range map[string]*osrmroute.Options{
		"nil": nil, "nothing": {}, "scheme": {BaseURL: "ftp://a.test"}, "relative": {BaseURL: "/osrm"}, "user": {BaseURL: "https://u:p@a.test"},
		"query":               {BaseURL: "https://a.test/?key=x"},
		"a profile's server":  {Profiles: map[route.Mode]osrmroute.Profile{route.Walk: {BaseURL: "a.test"}}},
		"no profile's server": {Profiles: map[route.Mode]osrmroute.Profile{route.Walk: {}}},
		"a profile's name":    {BaseURL: "https://a.test", Profiles: map[route.Mode]osrmroute.Profile{route.Walk: {Name: "../x"}}},
		"mode":                {BaseURL: "https://a.test", Profiles: map[route.Mode]osrmroute.Profile{77: {}}},
	} {
		if _, err := osrmroute.New(o); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	a, err := osrmroute.New(&osrmroute.Options{BaseURL: "https://osrm.example.com/routed-car/"})
	if err != nil || a.Name() != "osrmroute" || a.Account().Name() != "osrmroute" || fmt.Sprintf("%v %+v %#v", a, a, a) != "osrmroute osrmroute osrmroute" {
		t.Errorf("%v %v", a, err)
	}
}

func TestRequest(t *testing.T) {
	const from = "/route/v1/driving/-75.548400,39.744700;-75.524400,39.158200"
	for name, c := range map[string]struct {
		change      func(*route.Request)
		path, query string
	}{
		"plain":        {func(*route.Request) {}, from, "generate_hints=false&geometries=polyline&overview=false"},
		"line":         {func(r *route.Request) { r.Polyline = true }, from, "generate_hints=false&geometries=polyline&overview=full"},
		"steps":        {func(r *route.Request) { r.Steps = true }, from, "generate_hints=false&geometries=polyline&overview=false&steps=true"},
		"alternatives": {func(r *route.Request) { r.Alternatives = 2 }, from, "generate_hints=false&geometries=polyline&overview=false&alternatives=2"},
		"avoid": {func(r *route.Request) { r.Avoid = route.Avoid{Tolls: true, Ferries: true} }, from,
			"generate_hints=false&geometries=polyline&overview=false&exclude=toll,ferry"},
		"departure": {func(r *route.Request) { r.Departure = time.Now().Add(time.Hour) }, from, "generate_hints=false&geometries=polyline&overview=false"},
	} {
		t.Run(name, func(t *testing.T) {
			a, last := canned(t, 200, ok, nil)
			r := trip(wilmington, dover)
			c.change(&r)
			_, _ = a.Route(t.Context(), r)
			if last.path != c.path || last.query != c.query {
				t.Errorf("asked %s?%s", last.path, last.query)
			}
		})
	}
	a, last := canned(t, 200, ok, nil)
	r := trip(wilmington, dover, newark, rehoboth)
	r.OptimizeStops = true
	_, _ = a.Route(t.Context(), r)
	if !strings.HasPrefix(last.path, "/trip/v1/driving/") || !strings.HasPrefix(last.query, "source=first&destination=last&roundtrip=false&") {
		t.Errorf("asked %s?%s", last.path, last.query)
	}
	_, _ = a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, dover}, Destinations: []geo.Point{newark}, Avoid: route.Avoid{Motorways: true}})
	if last.path != "/table/v1/driving/-75.548400,39.744700;-75.524400,39.158200;-75.749700,39.683700" ||
		last.query != "sources=0;1&destinations=2&annotations=duration,distance&generate_hints=false&exclude=motorway" {
		t.Errorf("asked %s?%s", last.path, last.query)
	}
}

func TestEachModeHasItsServer(t *testing.T) {
	car, foot := routetest.NewOSRM(nil), routetest.NewOSRM(&routetest.OSRMOptions{Mode: route.Walk})
	defer car.Close()
	defer foot.Close()
	o := &osrmroute.Options{BaseURL: car.URL(), Profiles: map[route.Mode]osrmroute.Profile{route.Walk: {BaseURL: foot.URL()}, route.Bicycle: {BaseURL: car.URL()}}}
	a, err := osrmroute.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := routetest.Singapore()
	r := trip(s.From, s.Via)
	for mode, want := range map[route.Mode]waybill.Code{
		route.Truck: waybill.Unsupported, route.Motorcycle: waybill.Unsupported,
		route.Bicycle: waybill.PermissionDenied, // its server has a car's data
	} {
		r.Mode = mode
		_, err := a.Route(t.Context(), r)
		_, err2 := a.Matrix(t.Context(), route.MatrixRequest{Origins: r.Points[:1], Destinations: r.Points[1:], Mode: mode})
		if waybill.CodeOf(err) != want || waybill.CodeOf(err2) != want {
			t.Errorf("%v: %v, %v", mode, err, err2)
		}
	}
	r.Mode = route.Walk
	if res, err := a.Route(t.Context(), r); err != nil || res.Paths[0].Duration < 3*time.Hour || foot.Accepted("route") != 1 {
		t.Errorf("%+v %v", res, err)
	}
	r.Mode, r.AllowCarForTruck = route.Truck, true
	if res, err := a.Route(t.Context(), r); err != nil || !res.Paths[0].Substituted || len(res.Paths[0].Warnings) != 1 {
		t.Errorf("%+v %v", res, err)
	}
}

func TestATrucksNumbersAreTheServers(t *testing.T) {
	s := routetest.NewOSRM(&routetest.OSRMOptions{Mode: route.Truck})
	defer s.Close()
	a, err := osrmroute.New(&osrmroute.Options{Profiles: map[route.Mode]osrmroute.Profile{route.Truck: {BaseURL: s.URL(), Name: "hgv"}}})
	if err != nil {
		t.Fatal(err)
	}
	where := routetest.Singapore()
	r := trip(where.From, where.Via)
	r.Mode, r.Vehicle = route.Truck, route.Vehicle{Height: 4}
	res, err := a.Route(t.Context(), r)
	if err != nil || res.Paths[0].Substituted || len(res.Paths[0].Warnings) != 1 {
		t.Errorf("%+v %v", res, err)
	}
	if log := s.Log(); !strings.Contains(log[0].Path, "/route/v1/hgv/") {
		t.Errorf("asked %v", log[0].Path)
	}
}

// A point out at sea is moved 41 km to a road, and OSRM answers Ok.
func TestAPointAtSea(t *testing.T) {
	s := routetest.NewOSRM(nil)
	defer s.Close()
	where := routetest.Singapore()
	sea := geo.Point{Lat: 2.5, Lng: 108}
	for _, c := range []struct {
		most float64
		want waybill.Code
	}{{0, waybill.NotFound}, {40_000, waybill.NotFound}, {42_000, 0}, {-1, 0}} {
		a, err := osrmroute.New(&osrmroute.Options{BaseURL: s.URL(), MaxSnap: c.most})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Route(t.Context(), trip(where.From, sea))
		if (err != nil) != (c.want != 0) || err != nil && waybill.CodeOf(err) != c.want {
			t.Errorf("at most %.0f m: %v", c.most, err)
		}
		res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{where.From, sea}, Destinations: []geo.Point{where.To}})
		if err != nil || res.Cells[0][0].Err != nil || (res.Cells[1][0].Err != nil) != (c.want != 0) {
			t.Errorf("at most %.0f m: %+v %v", c.most, res, err)
		}
	}
}

func TestExclude(t *testing.T) {
	s := routetest.NewOSRM(&routetest.OSRMOptions{NoClasses: true})
	defer s.Close()
	a, err := osrmroute.New(&osrmroute.Options{BaseURL: s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	where := routetest.Singapore()
	r := trip(where.From, where.Via)
	r.Avoid.Tolls = true
	if _, err := a.Route(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Errorf("a profile without classes: %v", err)
	}
}

func TestOtherReplies(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   waybill.Code
	}{
		"no route with 200":  {200, `{"code":"NoRoute","routes":[]}`, waybill.NotFound},
		"no routes":          {200, `{"code":"Ok","routes":[],"waypoints":[]}`, waybill.NotFound},
		"no code":            {200, `{"routes":[]}`, waybill.DataLoss},
		"unknown code":       {400, `{"code":"Strange"}`, waybill.Unknown},
		"busy":               {429, `<html>slow down</html>`, waybill.RateLimited},
		"blocked":            {403, ``, waybill.PermissionDenied},
		"gateway":            {504, `<html>`, waybill.Unavailable},
		"ok with 500":        {500, ok, waybill.Internal},
		"array":              {200, `[]`, waybill.DataLoss},
		"one waypoint":       {200, strings.Replace(ok, `,{"location":[-75.5244,39.1582],"distance":0.3}`, "", 1), waybill.DataLoss},
		"no distance":        {200, strings.Replace(ok, `"distance":1200.5,`, "", 1), waybill.DataLoss},
		"null":               {200, strings.Replace(ok, `"duration":90.4`, `"duration":null`, 1), waybill.DataLoss},
		"negative":           {200, strings.Replace(ok, `1200.5`, `-1`, 2), waybill.DataLoss},
		"absurd":             {200, strings.Replace(ok, `1200.5`, `1e300`, 2), waybill.DataLoss},
		"in no time":         {200, strings.ReplaceAll(ok, `90.4`, `0`), waybill.DataLoss},
		"two legs":           {200, strings.Replace(ok, `"legs":[`, `"legs":[{"distance":1,"duration":1},`, 1), waybill.DataLoss},
		"moved":              {200, strings.Replace(ok, `"distance":0.3`, `"distance":1000.1`, 1), waybill.NotFound},
		"moved, no distance": {200, strings.Replace(ok, `-75.5244,39.1582],"distance":0.3`, `-75.5244,39.2]`, 1), waybill.NotFound},
		"nowhere":            {200, strings.Replace(ok, `[-75.5244,39.1582],"distance":0.3`, `[]`, 1), waybill.NotFound},
		"number as text":     {200, strings.Replace(ok, `1200.5`, `"1200"`, 1), waybill.DataLoss},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := canned(t, c.status, c.body, nil)
			res, err := a.Route(t.Context(), trip(wilmington, dover))
			if err == nil || waybill.CodeOf(err) != c.code {
				t.Errorf("%+v %v, want %v", res, err, c.code)
			}
		})
	}
	a, _ := canned(t, 200, ok, nil)
	res, err := a.Route(t.Context(), trip(wilmington, dover))
	if err != nil || res.Paths[0].Distance != 1200.5 || res.Paths[0].Duration != 90400*time.Millisecond || res.Paths[0].Polyline != nil {
		t.Errorf("%+v %v", res, err)
	}
}

func TestTripOrder(t *testing.T) {
	point := func(index, trip int) string {
		return fmt.Sprintf(`{"location":[-75.5,39.5],"distance":1,"waypoint_index":%d,"trips_index":%d}`, index, trip)
	}
	body := func(points ...string) string {
		leg := `{"distance":10,"duration":1}`
		return `{"code":"Ok","trips":[{"distance":30,"duration":3,"legs":[` + strings.Join([]string{leg, leg, leg}, ",") + `]}],"waypoints":[` + strings.Join(points, ",") + `]}`
	}
	r := trip(wilmington, dover, newark, rehoboth)
	r.OptimizeStops = true
	for name, c := range map[string]struct {
		body string
		want []int
	}{
		"turned":    {body(point(0, 0), point(2, 0), point(1, 0), point(3, 0)), []int{2, 1}},
		"as it was": {body(point(0, 0), point(1, 0), point(2, 0), point(3, 0)), []int{1, 2}},
		"twice":     {body(point(0, 0), point(1, 0), point(1, 0), point(3, 0)), nil},
		"outside":   {body(point(0, 0), point(9, 0), point(1, 0), point(3, 0)), nil},
		"backwards": {body(point(3, 0), point(2, 0), point(1, 0), point(0, 0)), nil},
		"two trips": {body(point(0, 0), point(2, 1), point(1, 0), point(3, 0)), nil},
	} {
		a, _ := canned(t, 200, c.body, nil)
		res, err := a.Route(t.Context(), r)
		if c.want == nil {
			if waybill.CodeOf(err) != waybill.DataLoss {
				t.Errorf("%s: %+v %v", name, res, err)
			}
		} else if err != nil || !slices.Equal(res.Paths[0].StopOrder, c.want) {
			t.Errorf("%s: %+v %v", name, res, err)
		}
	}
}

func TestTexts(t *testing.T) {
	step := func(kind, modifier, name string, exit int) string {
		return fmt.Sprintf(`{"distance":1,"duration":1,"name":%q,"ref":"","maneuver":{"type":%q,"modifier":%q,"exit":%d}}`, name, kind, modifier, exit)
	}
	for _, c := range []struct{ step, want string }{
		{step("depart", "", "Main Street", 0), "Start on Main Street"},
		{step("depart", "", "", 0), "Start"},
		{step("turn", "left", "Elm Street", 0), "Turn left onto Elm Street"},
		{step("turn", "slight right", "", 0), "Turn slight right"},
		{step("turn", "uturn", "", 0), "Make a U-turn"},
		{step("turn", "straight", "", 0), "Continue straight"},
		{step("new name", "straight", "Elm Street", 0), "Continue onto Elm Street"},
		{step("continue", "left", "Elm Street", 0), "Turn left onto Elm Street"},
		{step("merge", "slight left", "I 95", 0), "Merge slight left onto I 95"},
		{step("on ramp", "slight right", "", 0), "Take the ramp on the right"},
		{step("off ramp", "left", "", 0), "Take the exit on the left"},
		{step("fork", "slight left", "", 0), "Keep slight left"},
		{step("fork", "", "", 0), "Keep straight"},
		{step("end of road", "right", "Elm Street", 0), "At the end of the road turn right onto Elm Street"},
		{step("roundabout", "right", "Elm Street", 2), "At the roundabout take exit 2 onto Elm Street"},
		{step("rotary", "right", "", 0), "Enter the roundabout"},
		{step("exit roundabout", "right", "", 0), "Leave the roundabout"},
		{step("arrive", "left", "", 0), "Arrive, on the left"},
		{step("arrive", "", "", 0), "Arrive"},
		{step("a new type of turn", "left", "", 0), "Turn left"},
	} {
		a, _ := canned(t, 200, strings.Replace(ok, `"steps":[]`, `"steps":[`+c.step+`]`, 1), nil)
		r := trip(wilmington, dover)
		r.Steps = true
		res, err := a.Route(t.Context(), r)
		if err != nil || res.Paths[0].Legs[0].Steps[0].Text != c.want {
			t.Errorf("got %q, want %q (%v)", res.Paths[0].Legs[0].Steps[0].Text, c.want, err)
		}
	}
}

func TestOddTables(t *testing.T) {
	const good = `{"code":"Ok","durations":[[60]],"distances":[[900.5]],"sources":[{"location":[-75.5,39.7],"distance":1}],"destinations":[{"location":[-75.5,39.1],"distance":1}]}`
	r := route.MatrixRequest{Origins: []geo.Point{wilmington}, Destinations: []geo.Point{dover}, Key: "order-7"}
	for name, c := range map[string]struct {
		body string
		code waybill.Code
		cell bool
	}{
		"no distances":  {strings.Replace(good, `"distances":[[900.5]],`, "", 1), waybill.DataLoss, false},
		"empty":         {strings.Replace(good, `[[60]]`, `[]`, 1), waybill.DataLoss, false},
		"too wide":      {strings.Replace(good, `[[60]]`, `[[60,70]]`, 1), waybill.DataLoss, false},
		"no sources":    {strings.Replace(good, `"sources":[{"location":[-75.5,39.7],"distance":1}],`, "", 1), waybill.DataLoss, false},
		"no way":        {strings.Replace(good, `[[60]]`, `[[null]]`, 1), waybill.NotFound, true},
		"no way's path": {strings.Replace(good, `[[900.5]]`, `[[null]]`, 1), waybill.NotFound, true},
		"negative":      {strings.Replace(good, `900.5`, `-900`, 1), waybill.DataLoss, true},
		"moved":         {strings.Replace(good, `39.1],"distance":1`, `39.1],"distance":5000`, 1), waybill.NotFound, true},
		"refused":       {`{"code":"NoTable","message":""}`, waybill.NotFound, false},
	} {
		a, _ := canned(t, 200, c.body, nil)
		res, err := a.Matrix(t.Context(), r)
		if c.cell {
			if err != nil || waybill.CodeOf(res.Cells[0][0].Err) != c.code {
				t.Errorf("%s: %+v %v", name, res, err)
			}
		} else if waybill.CodeOf(err) != c.code {
			t.Errorf("%s: %+v %v", name, res, err)
		}
	}
}

func TestLimitsAreTheServers(t *testing.T) {
	a, _ := canned(t, 200, ok, &osrmroute.Options{Limits: route.MatrixLimits{Elements: 4}})
	if l := a.MatrixLimits(nil); l.Elements != 4 || l.Points != 300 {
		t.Errorf("%+v", l)
	}
	_, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{dover, dover, dover}, Destinations: []geo.Point{newark, newark}})
	if waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
}
