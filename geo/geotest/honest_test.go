package geotest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/wire"
)

const honestKey = "key-of-an-honest-adapter"

// honest is a small adapter of a small vendor that speaks WGS-84 and serves
// Singapore, as a stranger would write it.
type honest struct {
	base    string
	client  *wire.Client
	account *waybill.Account
}

func newHonest(base string, hc *http.Client) (waybill.Provider, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, waybill.Invalid("new", "the base URL is wrong")
	}
	c, err := wire.New(wire.Config{Provider: "honestgeo", HTTPClient: hc, MaxReply: 1 << 18, Secrets: func() []string { return []string{honestKey} }})
	if err != nil {
		return nil, err
	}
	return &honest{base, c, waybill.NewAccount("honest", waybill.Limits{})}, nil
}

func (h *honest) Name() string              { return "honestgeo" }
func (h *honest) Account() *waybill.Account { return h.account }
func (h *honest) String() string            { return "honestgeo" }

type honestReply struct {
	Error  string
	Places []struct {
		Lat, Lng      float64
		Name, Address string
		Metres        float64
	}
}

func (h *honest) ask(ctx context.Context, op, ref string, q url.Values) (geo.GeocodeResult, error) {
	private := []string{q.Get("q"), q.Get("lat"), q.Get("lng")}
	q.Set("key", honestKey)
	reply, err := h.client.Do(ctx, &wire.Request{Op: op, Ref: ref, URL: h.base + "/find", Query: q, Private: private})
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	var body honestReply
	if e := reply.JSON(&body); e != nil {
		return geo.GeocodeResult{}, e
	}
	switch {
	case body.Error == "busy":
		return geo.GeocodeResult{}, reply.Error(waybill.RateLimited, waybill.ScopeService, waybill.NotSent, "busy", "")
	case body.Error == "none":
		return geo.GeocodeResult{}, reply.Error(waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "none", "")
	case reply.StatusError() != nil:
		return geo.GeocodeResult{}, reply.StatusError()
	case len(body.Places) == 0:
		return geo.GeocodeResult{}, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "", "no places")
	}
	res := geo.GeocodeResult{Served: waybill.Served{Provider: h.Name()}}
	for _, p := range body.Places {
		res.Places = append(res.Places, geo.Place{Name: p.Name, Point: geo.Point{Lat: p.Lat, Lng: p.Lng}, Distance: p.Metres,
			Address: geo.Address{Formatted: p.Address, Region: "SG", Language: "en"}, Precision: geo.PrecisionPlace})
	}
	return res, nil
}

func (h *honest) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, err
	}
	if r.Region != "" && r.Region != "SG" {
		return geo.GeocodeResult{}, h.unsupported(geo.Geocode, r.Key)
	}
	res, err := h.ask(ctx, string(geo.Geocode), r.Key, url.Values{"q": {r.Query}})
	if r.Limit > 0 && len(res.Places) > r.Limit {
		res.Places = res.Places[:r.Limit]
	}
	return res, err
}

func (h *honest) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	if region, _ := geo.RegionOf(r.Point); region != "SG" {
		return geo.ReverseGeocodeResult{}, h.unsupported(geo.ReverseGeocode, r.Key)
	}
	at := r.Point.To(geo.WGS84)
	res, err := h.ask(ctx, string(geo.ReverseGeocode), r.Key, url.Values{
		"lat": {strconv.FormatFloat(at.Lat, 'f', 6, 64)}, "lng": {strconv.FormatFloat(at.Lng, 'f', 6, 64)}})
	if err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	n := min(len(res.Places), r.Nearby)
	return geo.ReverseGeocodeResult{Served: res.Served, Place: res.Places[0], Nearby: res.Places[:n]}, nil
}

func (h *honest) unsupported(op waybill.Verb, ref string) error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: h.Name(), Op: string(op), Ref: ref}
}

// honestServer is that vendor's fake.
func honestServer(testing.TB) Server {
	w := world.Default()
	answer := func(rw http.ResponseWriter, r honestReply) {
		rw.Header().Set("Content-Type", "application/json")
		json.NewEncoder(rw).Encode(r)
	}
	return NewServer("honest", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("key") != honestKey {
			http.Error(rw, "who are you?", http.StatusUnauthorized)
			return
		}
		var out honestReply
		add := func(p *world.Place, metres float64) {
			out.Places = append(out.Places, struct {
				Lat, Lng      float64
				Name, Address string
				Metres        float64
			}{p.Lat, p.Lng, p.Name("en"), p.Address("en").Text, metres})
		}
		if q.Has("q") {
			for _, p := range w.Find(q.Get("q"), "SG", "en") {
				add(p, 0)
			}
		} else {
			lat, _ := strconv.ParseFloat(q.Get("lat"), 64)
			lng, _ := strconv.ParseFloat(q.Get("lng"), 64)
			for _, n := range w.Around(lat, lng, 5000) {
				add(n.Place, n.Metres)
			}
		}
		if len(out.Places) == 0 {
			out.Error = "none"
		}
		answer(rw, out)
	}), func(rw http.ResponseWriter, _ *http.Request, code string) { answer(rw, honestReply{Error: code}) }, "key")
}

func honestHarness() Harness {
	return Harness{
		New:     newHonest,
		Server:  honestServer,
		Geocode: GeocodeCases("honest", "en", "SG"),
		Reverse: ReverseCases("honest", "en", "SG"),
		Codes: []CodeCase{
			{Code: "busy", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
			{Code: "none", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		},
		Unsupported: []UnsupportedCase{
			{Name: "geocode elsewhere", Geocode: &geo.GeocodeRequest{Query: "Shenzhen North", Region: "CN"}},
			{Name: "reverse elsewhere", Reverse: &geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.61, Lng: 114.0245}}},
		},
		Secrets: []string{honestKey},
	}
}

func TestCasesAreThere(t *testing.T) {
	for _, region := range []string{"CN", "HK", "MO", "TW", "SG", "TH", "IN", "BR"} {
		if n := len(GeocodeCases(geo.VendorAmap, "en", region)); n < 3 {
			t.Errorf("%s: %d cases", region, n)
		}
		if n := len(ReverseCases(geo.VendorAmap, "zh", region)); n < 3 {
			t.Errorf("%s: %d points", region, n)
		}
	}
	for _, c := range GeocodeCases(geo.VendorAmap, "zh", "CN", "TW") {
		if want := map[string]geo.Datum{"CN": geo.GCJ02, "TW": geo.WGS84}[c.Region]; c.Datum != want {
			t.Errorf("%s: %v", c.Name, c.Datum)
		}
	}
}
