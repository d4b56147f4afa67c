package geo_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// stub is a provider whose answers a test writes down.
type stub struct {
	name    string
	calls   int
	geocode func(geo.GeocodeRequest) (geo.GeocodeResult, error)
	reverse func(geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error)
}

func (s *stub) Name() string { return s.name }

func (s *stub) Geocode(_ context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	s.calls++
	res, err := s.geocode(r)
	res.Provider = s.name
	return res, err
}

func (s *stub) ReverseGeocode(_ context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	s.calls++
	res, err := s.reverse(r)
	res.Provider = s.name
	return res, err
}

var (
	shenzhen = geo.Point{Lat: 22.5431, Lng: 114.0579}
	seoul    = geo.Point{Lat: 37.5665, Lng: 126.9780}
)

// at answers every query with one place.
func at(p geo.Point, region string) func(geo.GeocodeRequest) (geo.GeocodeResult, error) {
	return func(geo.GeocodeRequest) (geo.GeocodeResult, error) {
		return geo.GeocodeResult{Places: []geo.Place{{Point: p, Address: geo.Address{Region: region}}}}, nil
	}
}

func failing(e waybill.Error) func(geo.GeocodeRequest) (geo.GeocodeResult, error) {
	return func(geo.GeocodeRequest) (geo.GeocodeResult, error) { return geo.GeocodeResult{}, &e }
}

func newClient(t *testing.T, options ...geo.Option) *geo.Client {
	t.Helper()
	c, err := geo.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

func TestClientFailsOver(t *testing.T) {
	first := &stub{name: "amapgeo", geocode: failing(waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, VendorCode: "10021"})}
	second := &stub{name: "baidugeo", geocode: at(shenzhen, "CN")}
	c := newClient(t, geo.With(first, geo.In("CN")), geo.With(second, geo.In("CN")), geo.WithDefaultRegion("CN"))
	ctx, rec := waybill.WithRecorder(t.Context())
	res, err := c.Geocode(ctx, geo.GeocodeRequest{Query: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if res.Provider != "baidugeo" || res.Instance != "baidugeo" || res.Attempts != 2 {
		t.Errorf("served by %+v", res.Served)
	}
	if a := rec.Attempts(); len(a) != 2 || a[0].Err == nil || a[0].Err.VendorCode != "10021" || a[1].Err != nil {
		t.Errorf("attempts: %+v", a)
	}
}

func TestClientRegions(t *testing.T) {
	home := &stub{name: "home", geocode: at(shenzhen, "CN")}
	world := &stub{name: "world", geocode: at(seoul, "KR")}
	c := newClient(t, geo.With(home, geo.In("CN")), geo.With(world, geo.Outside("CN")))

	if res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Region: "KR"}); err != nil || res.Provider != "world" {
		t.Errorf("KR: %v, %v", res.Provider, err)
	}
	if res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Region: "CN"}); err != nil || res.Provider != "home" {
		t.Errorf("CN: %v, %v", res.Provider, err)
	}
	_, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
	if !errors.Is(err, waybill.ErrInvalidArgument) || !strings.Contains(err.Error(), "Region") {
		t.Errorf("without a region: %v", err)
	}
	if home.calls != 1 || world.calls != 1 {
		t.Errorf("calls: %d at home, %d abroad", home.calls, world.calls)
	}
}

func TestClientDropsPlacesOutsideTheRegion(t *testing.T) {
	// A village of the same name in the mainland is no answer for Tokyo.
	village := &stub{name: "village", geocode: at(shenzhen, "CN")}
	right := &stub{name: "right", geocode: at(seoul, "")}
	c := newClient(t, geo.With(village), geo.With(right))
	res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "東京", Region: "JP"})
	if !errors.Is(err, waybill.ErrNotFound) {
		t.Fatalf("got %+v, %v; a point in KR is not in JP", res, err)
	}
	if res, err = c.Geocode(t.Context(), geo.GeocodeRequest{Query: "서울", Region: "KR"}); err != nil || res.Provider != "right" {
		t.Errorf("KR: %v %v", res.Provider, err)
	}
}

func TestClientsLimitCountsWhatIsInTheRegion(t *testing.T) {
	s := &stub{name: "a"}
	s.geocode = func(r geo.GeocodeRequest) (geo.GeocodeResult, error) {
		places := []geo.Place{{Point: shenzhen, Address: geo.Address{Region: "CN"}}, {Point: seoul, Address: geo.Address{Region: "KR"}}, {Point: seoul}}
		if r.Limit > 0 {
			places = places[:r.Limit] // as vendors do
		}
		return geo.GeocodeResult{Places: places}, nil
	}
	c := newClient(t, geo.With(s))
	for limit, want := range []int{2, 1, 2, 2} {
		res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Region: "KR", Limit: limit})
		if err != nil || len(res.Places) != want || res.Places[0].Point != seoul {
			t.Errorf("limit %d: %+v %v", limit, res.Places, err)
		}
	}
	if res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Limit: 1}); err != nil || len(res.Places) != 1 {
		t.Errorf("without a region: %+v %v", res.Places, err)
	}
}

func TestPlaceSurvivesJSON(t *testing.T) {
	in := geo.Place{ID: geo.PlaceID{Issuer: geo.IssuerAmap, Value: "B0:1"}, Name: "n", Point: shenzhen.To(geo.GCJ02),
		Address: geo.Address{Region: "CN"}, Precision: geo.PrecisionDoor, Partial: true, Types: []string{"t"}, Distance: 3}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out geo.Place
	if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%s came back as %+v, %v", b, out, err)
	}
	p := geo.PrecisionCity
	if err := p.UnmarshalText([]byte("exact")); !errors.Is(err, waybill.ErrInvalidArgument) || p != geo.PrecisionCity {
		t.Errorf("%v %v", p, err)
	}
	if err := p.UnmarshalText(nil); err != nil || p != geo.PrecisionUnknown {
		t.Errorf("%v %v", p, err)
	}
}

func TestClientConvertsToTheAskedDatum(t *testing.T) {
	gcj := shenzhen.To(geo.GCJ02)
	c := newClient(t, geo.With(&stub{name: "a", geocode: at(gcj, "CN")}))
	for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Datum: d})
		if err != nil {
			t.Fatal(err)
		}
		got := res.Places[0].Point
		if got.Datum != d || geo.Distance(got, shenzhen) > 0.01 {
			t.Errorf("%v: got %v, %.3f m away", d, got, geo.Distance(got, shenzhen))
		}
	}
	// Where nobody shifts the map, nothing is shifted, whatever was asked.
	c = newClient(t, geo.With(&stub{name: "a", geocode: at(seoul, "KR")}))
	res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Datum: geo.BD09})
	if err != nil || res.Places[0].Point != seoul {
		t.Errorf("Seoul moved: %v, %v", res.Places, err)
	}
}

func TestClientReverseAnswersInThePointsDatum(t *testing.T) {
	s := &stub{name: "a"}
	s.reverse = func(r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
		p := shenzhen.To(geo.GCJ02)
		return geo.ReverseGeocodeResult{Place: geo.Place{Point: p}, Nearby: []geo.Place{{Name: "station", Point: p}}}, nil
	}
	c := newClient(t, geo.With(s, geo.In("CN")))
	bd := shenzhen.To(geo.BD09)
	res, err := c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: bd})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []geo.Place{res.Place, res.Nearby[0]} {
		if p.Point.Datum != geo.BD09 || geo.Distance(p.Point, bd) > 0.01 {
			t.Errorf("got %v, want %v", p.Point, bd)
		}
	}
}

func TestClientRefusesBadInputBeforeAnyCall(t *testing.T) {
	s := &stub{name: "a", geocode: at(shenzhen, "CN")}
	c := newClient(t, geo.With(s))
	for _, r := range []geo.GeocodeRequest{
		{}, {Query: " "}, {Query: strings.Repeat("x", 1025)}, {Query: "\xff"}, {Query: "a\nb"},
		{Query: "x", Region: "cn"}, {Query: "x", Limit: -1}, {Query: "x", Limit: 21}, {Query: "x", Language: "中文"}, {Query: "x", Datum: 9},
	} {
		_, err := c.Geocode(t.Context(), r)
		if !errors.Is(err, waybill.ErrInvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent || waybill.ScopeOf(err) != waybill.ScopeRequest {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, r := range []geo.ReverseGeocodeRequest{
		{}, {Point: geo.Point{Lat: 91}}, {Point: shenzhen, Nearby: -1}, {Point: shenzhen, Nearby: 51}, {Point: shenzhen, Radius: 6000}, {Point: shenzhen, Region: "China"},
	} {
		if _, err := c.ReverseGeocode(t.Context(), r); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if s.calls != 0 {
		t.Errorf("%d calls", s.calls)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	ok := &stub{name: "a"}
	for name, options := range map[string][]geo.Option{
		"nothing":         nil,
		"nil provider":    {geo.With(nil)},
		"no verb":         {geo.With(nameOnly{})},
		"same instance":   {geo.With(ok), geo.With(ok)},
		"in and outside":  {geo.With(ok, geo.In("CN"), geo.Outside("CN"))},
		"bad region":      {geo.With(ok, geo.In("china"))},
		"default region":  {geo.With(ok), geo.WithDefaultRegion("XXX")},
		"empty region":    {geo.With(ok, geo.In())},
		"empty name":      {geo.With(ok, geo.As(""))},
		"negative weight": {geo.With(ok, waybill.Weight(-1))},
	} {
		if c, err := geo.New(options...); err == nil || c != nil || !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if _, err := geo.New(nil, geo.With(ok), geo.With(ok, geo.As("b"))); err != nil {
		t.Error(err)
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "nothing" }

func TestClientNests(t *testing.T) {
	down := &stub{name: "down", geocode: failing(waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent})}
	up := &stub{name: "up", geocode: at(shenzhen, "CN")}
	inner := newClient(t, geo.With(down), geo.WithName("inner"))
	outer := newClient(t, geo.With(inner), geo.With(up))
	ctx, rec := waybill.WithRecorder(t.Context())
	res, err := outer.Geocode(ctx, geo.GeocodeRequest{Query: "x"})
	if err != nil || res.Provider != "up" {
		t.Fatalf("%v %v", res.Served, err)
	}
	names := map[string]bool{}
	for _, a := range rec.Attempts() {
		names[a.Provider] = true
	}
	if !names["down"] || !names["up"] {
		t.Errorf("recorded %v", names)
	}
	if v := inner.Verbs(); len(v) != 2 {
		t.Errorf("verbs %v", v)
	}
}

func TestClientExplains(t *testing.T) {
	c := newClient(t,
		geo.With(&stub{name: "a", geocode: at(shenzhen, "CN")}, geo.In("CN")),
		geo.With(&stub{name: "b", geocode: at(shenzhen, "CN")}))
	if err := c.Drain("b"); err != nil {
		t.Fatal(err)
	}
	got, err := c.Explain(geo.GeocodeRequest{Query: "x", Region: "KR"})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	for _, g := range got {
		if g.Order != 0 || g.Reason == "" || g.Err == nil {
			t.Errorf("%+v should be passed over", g)
		}
	}
	if err := c.Restore("b"); err != nil {
		t.Fatal(err)
	}
	if got, _ = c.Explain(geo.ReverseGeocodeRequest{Point: seoul}); got[0].Provider != "b" || got[0].Order != 1 {
		t.Errorf("%+v", got)
	}
	if _, err := c.Explain("x"); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
	if err := c.Drain("nobody"); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
	if s := c.Status(); len(s) != 4 {
		t.Errorf("status: %+v", s)
	}
}

func TestPlaceIDText(t *testing.T) {
	for _, s := range []string{"google:ChIJ-_x", "amap:B0FFF", "osm:N1:2", "a-b9:x"} {
		id, err := geo.ParsePlaceID(s)
		if err != nil || id.String() != s {
			t.Errorf("%q: %v %v", s, id, err)
		}
		b, _ := id.MarshalText()
		var back geo.PlaceID
		if err := back.UnmarshalText(b); err != nil || back != id {
			t.Errorf("%q came back as %v, %v", s, back, err)
		}
	}
	for _, s := range []string{"", "x", "x:", ":x", "X:y", "9:y", "g:\n", "g:" + strings.Repeat("x", 1100)} {
		if _, err := geo.ParsePlaceID(s); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%q: %v", s, err)
		}
	}
	var zero geo.PlaceID
	if err := zero.UnmarshalText(nil); err != nil || !zero.IsZero() || zero.String() != "" {
		t.Errorf("%v %v", zero, err)
	}
}
