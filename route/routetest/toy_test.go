package routetest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// The toy is a vendor of mainland China with a small protocol, its fake and an
// adapter that can be wrong in many ways. The suite must pass the right one and
// find each of the wrong ones.

const toyKey = "toy-secret-key"

// toyReply is what the vendor answers.
type toyReply struct {
	Code int `json:"code"`
	Ways []struct {
		Metres  float64      `json:"metres"`
		Seconds float64      `json:"seconds"`
		Parts   [][2]float64 `json:"parts"` // metres and seconds of each leg
		Line    [][2]float64 `json:"line"`
		Texts   []string     `json:"texts"`
	} `json:"ways"`
}

// toyServer is the vendor's fake.
type toyServer struct {
	Server
	mu    sync.Mutex
	asked []geo.Point

	origins, destinations []geo.Point
}

func (s *toyServer) AskedMatrix() (origins, destinations []geo.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.origins, s.destinations
}

// toyTable is the vendor's table: metres and seconds, or null without a way.
func toyTable(w *world.World, origins, destinations []geo.Point, q url.Values) any {
	mode := world.Car
	if q.Get("mode") == "walk" {
		mode = world.Walk
	}
	table := [][]any{}
	for _, from := range origins {
		row := []any{}
		for _, to := range destinations {
			a, b := from.To(geo.WGS84), to.To(geo.WGS84)
			if t, ok := w.Travel(mode, a.Lat, a.Lng, b.Lat, b.Lng, 0); ok {
				row = append(row, []float64{t.Metres, t.Seconds})
			} else {
				row = append(row, nil)
			}
		}
		table = append(table, row)
	}
	return map[string]any{"code": 0, "table": table}
}

func (s *toyServer) Asked() []geo.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func newToyServer() *toyServer {
	s := &toyServer{}
	w := world.Default()
	s.Server = NewServer("toy", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("key") != toyKey {
			_, _ = rw.Write([]byte(`{"code":101}`))
			return
		}
		var points []geo.Point
		for _, text := range strings.Split(q.Get("points"), ";") {
			a, b, _ := strings.Cut(text, ",")
			lat, _ := strconv.ParseFloat(a, 64)
			lng, _ := strconv.ParseFloat(b, 64)
			points = append(points, geo.Point{Lat: lat, Lng: lng, Datum: geo.GCJ02})
		}
		if n, err := strconv.Atoi(q.Get("origins")); err == nil {
			s.mu.Lock()
			s.origins, s.destinations = points[:n], points[n:]
			s.mu.Unlock()
			_ = json.NewEncoder(rw).Encode(toyTable(w, points[:n], points[n:], q))
			return
		}
		s.mu.Lock()
		s.asked = points
		s.mu.Unlock()
		_ = json.NewEncoder(rw).Encode(toyWay(w, points, q))
	}), func(rw http.ResponseWriter, _ *http.Request, code string) {
		_, _ = fmt.Fprintf(rw, `{"code":%s}`, code)
	}, "key")
	return s
}

func toyWay(w *world.World, points []geo.Point, q url.Values) any {
	var metres, seconds float64
	parts, line := [][2]float64{}, [][2]float64{}
	mode := world.Car
	if q.Get("mode") == "walk" {
		mode = world.Walk
	}
	for i := range len(points) - 1 {
		a, b := points[i].To(geo.WGS84), points[i+1].To(geo.WGS84)
		t, ok := w.Travel(mode, a.Lat, a.Lng, b.Lat, b.Lng, 0)
		if !ok {
			return map[string]any{"code": 0}
		}
		metres, seconds = metres+t.Metres, seconds+t.Seconds
		parts = append(parts, [2]float64{t.Metres, t.Seconds})
		for _, p := range t.Line {
			at := geo.Point{Lat: p.Lat, Lng: p.Lng}.To(geo.GCJ02)
			line = append(line, [2]float64{at.Lat, at.Lng})
		}
	}
	way := map[string]any{"metres": metres, "seconds": seconds, "parts": parts, "line": line, "texts": []string{"Turn <b>left</b>"}}
	return map[string]any{"code": 0, "ways": []any{way, way, way, way}}
}

// wrong says in which way an adapter is wrong; the empty one is right.
type wrong string

// toy is the adapter.
type toy struct {
	wrong wrong
	base  string
	Key   string
	wire  *wire.Client
	last  *toyReply // for the wrong one that keeps state
	mu    sync.Mutex
	own   *waybill.Account
}

func newToy(w wrong, base string, hc *http.Client) (waybill.Provider, error) {
	u, err := url.Parse(base)
	if w != "any base" && (err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "") {
		return nil, waybill.Invalid("new", "bad base URL")
	}
	c, err := wire.New(wire.Config{Provider: "toyroute", HTTPClient: hc, Secrets: func() []string { return []string{toyKey} }})
	t := &toy{wrong: w, base: base, wire: c}
	if w == "prints its key" {
		t.Key = toyKey
	}
	if w != "no account" {
		t.own = waybill.NewAccount("toyroute", waybill.Limits{})
	}
	return t, err
}

func (t *toy) Name() string              { return "toyroute" }
func (t *toy) Account() *waybill.Account { return t.own }

func (t *toy) fail(r *route.Request, code waybill.Code, scope waybill.Scope, d waybill.Delivery, vendor, text string) (route.Result, error) {
	e := &waybill.Error{Code: code, Scope: scope, Delivery: d, VendorCode: vendor, Message: text, Provider: "toyroute", Op: "route", Ref: r.Key}
	switch t.wrong {
	case "another name":
		e.Provider = "toy"
	case "another verb":
		e.Op = "directions"
	case "forgets the key":
		e.Ref = ""
	case "leaks its key":
		e.Err = &url.Error{Op: "Get", URL: "http://vendor.test/?key=" + toyKey, Err: context.Canceled}
	case "leaks coordinates":
		e.Message = fmt.Sprintf("no way from %.5f,%.5f", r.Points[0].Lat, r.Points[0].Lng)
	case "a foreign error":
		return route.Result{}, fmt.Errorf("toy: %v", e)
	}
	return route.Result{}, e
}

// Route implements [route.Router], more or less.
func (t *toy) Route(ctx context.Context, r route.Request) (route.Result, error) {
	if err := r.Validate(); err != nil && t.wrong != "does not validate" {
		return t.fail(&r, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, "", "invalid request")
	}
	unsupported := func(text string) (route.Result, error) {
		return t.fail(&r, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, "", text)
	}
	truck := r.Mode == route.Truck
	switch {
	case r.Mode == route.Motorcycle || r.Mode == route.Bicycle:
		if t.wrong != "any mode" {
			return unsupported("mode")
		}
	case truck && !r.AllowCarForTruck && t.wrong != "a car for a truck":
		return unsupported("trucks")
	case r.NeedsOrder() && t.wrong != "forgets the order":
		return unsupported("order")
	case len(r.Points) > 12 && t.wrong != "no limit":
		return unsupported("too many points")
	}
	got, err := t.ask(ctx, &r)
	if err != nil {
		return route.Result{}, err
	}
	if got.Code == 0 && len(got.Ways) == 0 {
		return t.fail(&r, waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "0", "no way")
	}
	res := route.Result{Served: waybill.Served{Provider: "toyroute"}}
	if t.wrong == "served by nobody" {
		res.Provider = ""
	}
	for i := range got.Ways {
		if i > r.Alternatives && t.wrong != "all it has" {
			break
		}
		p := t.path(got, i, &r)
		p.Substituted = truck && t.wrong != "an unmarked car"
		res.Paths = append(res.Paths, p)
	}
	return res, nil
}

// ask performs the exchange and maps the vendor's codes.
func (t *toy) ask(ctx context.Context, r *route.Request) (*toyReply, error) {
	texts := make([]string, len(r.Points))
	for i, p := range r.Points {
		if t.wrong != "no conversion" && t.wrong != "no datum at all" {
			p = p.To(geo.GCJ02)
		}
		j := i
		if t.wrong == "backwards" {
			j = len(r.Points) - 1 - i
		}
		texts[j] = strconv.FormatFloat(p.Lat, 'f', 6, 64) + "," + strconv.FormatFloat(p.Lng, 'f', 6, 64)
	}
	if t.wrong == "deaf" {
		ctx = context.WithoutCancel(ctx)
	}
	if t.wrong == "ignores the caller" {
		detached, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), 50*time.Millisecond, waybill.ErrAttemptTimeout)
		defer cancel()
		ctx = detached
	}
	reply, err := t.wire.Do(ctx, &wire.Request{Op: "route", Ref: r.Key, URL: t.base + "/route", Query: url.Values{
		"key": {toyKey}, "mode": {r.Mode.String()}, "points": {strings.Join(texts, ";")},
	}})
	if err != nil {
		e := waybill.AsError(err)
		switch {
		case t.wrong == "its time-out is the caller's" && e.Code == waybill.DeadlineExceeded:
			return nil, waybill.AsError(context.DeadlineExceeded).With("toyroute", "route", r.Key)
		case t.wrong == "all is not sent":
			e.Delivery = waybill.NotSent
			return nil, e
		}
		_, err = t.fail(r, e.Code, e.Scope, e.Delivery, e.VendorCode, e.Message)
		if _, ours := err.(*waybill.Error); !ours || t.wrong == "another verb" || t.wrong == "leaks its key" {
			return nil, err
		}
		return nil, e
	}
	var got toyReply
	if t.wrong == "repeats its vendor" && !reply.OK() {
		return nil, &waybill.Error{Code: waybill.Unavailable, Provider: "toyroute", Op: "route", Ref: r.Key, Message: string(reply.Body)}
	}
	if e := reply.StatusError(); e != nil {
		if t.wrong == "does not wait" {
			e.RetryAfter = 0
		}
		return nil, e
	}
	if e := reply.JSON(&got); e != nil {
		if t.wrong == "all is not found" {
			_, err := t.fail(r, waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "x", "no way")
			return nil, err
		}
		return nil, e
	}
	if got.Code == 101 && t.wrong != "mixes up codes" {
		_, err := t.fail(r, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "101", "bad key")
		return nil, err
	} else if got.Code != 0 {
		_, err := t.fail(r, waybill.Unknown, waybill.ScopeUnknown, waybill.Ambiguous, strconv.Itoa(got.Code), "unknown")
		return nil, err
	}
	if t.wrong == "keeps state" {
		t.mu.Lock()
		if t.last == nil {
			t.last = &got
		}
		old := t.last
		t.mu.Unlock()
		return old, nil
	}
	return &got, nil
}

func (t *toy) path(got *toyReply, i int, r *route.Request) route.Path {
	way := got.Ways[i]
	unit, tick := 1.0, float64(time.Second)
	switch t.wrong {
	case "kilometres":
		unit = 0.001
	case "minutes":
		tick /= 60
	case "milliseconds":
		tick *= 1000
	}
	p := route.Path{Distance: way.Metres * unit, Duration: time.Duration(way.Seconds * tick), Estimated: t.wrong == "an estimate"}
	p.Traffic = t.wrong == "traffic in prices"
	for _, part := range way.Parts {
		leg := route.Leg{Distance: part[0] * unit, Duration: time.Duration(part[1] * tick)}
		if r.Steps || t.wrong == "steps for all" {
			text := "Turn left"
			if t.wrong == "markup" {
				text = way.Texts[0]
			}
			leg.Steps = []route.Step{{Text: text, Distance: leg.Distance, Duration: leg.Duration}}
		}
		p.Legs = append(p.Legs, leg)
	}
	switch {
	case t.wrong == "legs backwards" && len(p.Legs) == 2:
		p.Legs[0], p.Legs[1] = p.Legs[1], p.Legs[0]
	case t.wrong == "one leg":
		p.Legs = p.Legs[:1]
	}
	if r.Polyline || t.wrong == "lines for all" {
		for _, at := range way.Line {
			q := geo.Point{Lat: at[0], Lng: at[1], Datum: geo.GCJ02}
			if t.wrong == "no tags" || t.wrong == "no datum at all" {
				q.Datum = geo.WGS84
			}
			p.Polyline = append(p.Polyline, q)
		}
	}
	if t.wrong == "a point at zero" && len(p.Polyline) > 2 {
		p.Polyline[1] = geo.Point{}
	}
	return p
}
