package geotest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/wire"
)

// finder is a small adapter of a small vendor with the verbs that look for
// places, as a stranger would write it.
type finder struct {
	base   string
	client *wire.Client
}

const finderIssuer = "finder"

func newFinder(base string, hc *http.Client) (waybill.Provider, error) {
	u, bad := wire.BaseURL("findergeo", base, "https://finder.example")
	if bad != nil {
		return nil, bad
	}
	c, err := wire.New(wire.Config{Provider: "findergeo", HTTPClient: hc, MaxReply: 1 << 18, Secrets: func() []string { return []string{honestKey} }})
	if err != nil {
		return nil, err
	}
	return &finder{u, c}, nil
}

func (f *finder) Name() string      { return "findergeo" }
func (f *finder) Issuers() []string { return []string{finderIssuer} }
func (f *finder) String() string    { return "findergeo" }

// finderPlace is a place of the vendor's reply.
type finderPlace struct {
	ID, Name, Address, Region, Code string
	Lat, Lng                        float64
	Children                        []finderPlace
}

func (f *finder) get(ctx context.Context, op waybill.Verb, ref string, q url.Values) ([]finderPlace, *waybill.Error) {
	var private []string
	for _, name := range []string{"q", "lat", "lng", "id", "session"} {
		private = append(private, q.Get(name))
	}
	q.Set("key", honestKey)
	q.Set("verb", string(op))
	reply, err := f.client.Do(ctx, &wire.Request{Op: string(op), Ref: ref, URL: f.base + "/find", Query: q, Private: private})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	var body struct {
		Error  string
		Places []finderPlace
	}
	if e := reply.JSON(&body); e != nil {
		return nil, e
	}
	switch {
	case body.Error == "busy":
		return nil, reply.Error(waybill.RateLimited, waybill.ScopeService, waybill.NotSent, "busy", "")
	case body.Error == "none":
		return nil, reply.Error(waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "none", "")
	case reply.StatusError() != nil:
		return nil, reply.StatusError()
	case len(body.Places) == 0:
		return nil, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "", "no places")
	}
	return body.Places, nil
}

func (f *finder) served() waybill.Served { return waybill.Served{Provider: f.Name()} }

func (p finderPlace) place() geo.Place {
	return geo.Place{ID: geo.PlaceID{Issuer: finderIssuer, Value: p.ID}, Name: p.Name, Point: geo.Point{Lat: p.Lat, Lng: p.Lng},
		Address: geo.Address{Formatted: p.Address, Region: p.Region}, Precision: geo.PrecisionPlace}
}

func (f *finder) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SuggestResult{}, err
	}
	list, err := f.get(ctx, geo.Suggest, r.Key, url.Values{"q": {r.Query}, "region": {r.Region}, "language": {r.Language}, "session": {r.Session}})
	if err != nil {
		return geo.SuggestResult{}, err
	}
	res := geo.SuggestResult{Served: f.served()}
	for _, p := range list {
		res.Suggestions = append(res.Suggestions, geo.Suggestion{ID: p.place().ID, Text: p.Name + ", " + p.Address, Name: p.Name, Session: r.Session})
	}
	return res, nil
}

func (f *finder) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SearchResult{}, err
	}
	page := 0
	if r.Cursor != "" {
		n, err := strconv.Atoi(r.Cursor)
		if err != nil || n < 1 || n > 1000 {
			return geo.SearchResult{}, waybill.Invalid("search", "cursor is none of ours").With(f.Name(), "", r.Key)
		}
		page = n
	}
	list, err := f.get(ctx, geo.Search, r.Key, url.Values{"q": {r.Query}, "region": {r.Region}, "language": {r.Language}})
	if err != nil {
		return geo.SearchResult{}, err
	}
	res := geo.SearchResult{Served: f.served(), Places: []geo.Place{}}
	size := r.Limit
	if size == 0 {
		size = 10
	}
	for i, p := range list {
		at := p.place()
		if !r.Near.IsZero() {
			if at.Distance = geo.Distance(r.Near, at.Point); r.Radius > 0 && at.Distance > r.Radius {
				continue
			}
		}
		switch {
		case i < page*size:
		case i < (page+1)*size:
			res.Places = append(res.Places, at)
		default:
			res.Next = strconv.Itoa(page + 1)
		}
	}
	return res, nil
}

func (f *finder) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return geo.PlaceResult{}, err
	}
	if r.ID.Issuer != finderIssuer {
		return geo.PlaceResult{}, waybill.NotSupported("place", "the id is somebody else's").With(f.Name(), "", r.Key)
	}
	list, err := f.get(ctx, geo.PlaceByID, r.Key, url.Values{"id": {r.ID.Value}, "language": {r.Language}, "session": {r.Session}})
	if err != nil {
		return geo.PlaceResult{}, err
	}
	return geo.PlaceResult{Served: f.served(), Place: list[0].place()}, nil
}

func (f *finder) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.LocalizeResult{}, err
	}
	if r.ID.Issuer != finderIssuer {
		return geo.LocalizeResult{}, waybill.NotSupported("localize", "the id is somebody else's").With(f.Name(), "", r.Key)
	}
	res := geo.LocalizeResult{Served: f.served()}
	for _, l := range r.Languages {
		list, err := f.get(ctx, geo.Localize, r.Key, url.Values{"id": {r.ID.Value}, "language": {l}})
		if err != nil {
			return geo.LocalizeResult{}, err
		}
		res.Places = append(res.Places, list[0].place())
	}
	return res, nil
}

func (f *finder) Districts(ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	if err := r.Validate(); err != nil {
		return geo.DistrictResult{}, err
	}
	if r.Region != "HK" {
		return geo.DistrictResult{}, waybill.NotSupported("districts", "of Hong Kong only").With(f.Name(), "", r.Key)
	}
	list, err := f.get(ctx, geo.Districts, r.Key, url.Values{"q": {r.Query}, "region": {r.Region}, "language": {r.Language}})
	if err != nil {
		return geo.DistrictResult{}, err
	}
	p := list[0]
	d := geo.District{Name: p.Name, Adcode: p.Code, Region: p.Region, Level: geo.LevelProvince, Center: geo.Point{Lat: p.Lat, Lng: p.Lng}}
	for _, c := range p.Children {
		if r.Children > 0 {
			d.Children = append(d.Children, geo.District{Name: c.Name, Adcode: c.Code})
		}
	}
	return geo.DistrictResult{Served: f.served(), Districts: []geo.District{d}}, nil
}

// finderServer is that vendor's fake.
func finderServer(testing.TB) Server {
	w := world.Default()
	answer := func(rw http.ResponseWriter, list []finderPlace, code string) {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(map[string]any{"Error": code, "Places": list})
	}
	return NewServer("finder", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("key") != honestKey {
			http.Error(rw, "who are you?", http.StatusUnauthorized)
			return
		}
		var found []*world.Place
		switch {
		case q.Get("verb") == string(geo.Districts):
			for _, c := range w.Cities() {
				if c.AdCode == q.Get("q") || c.Name(q.Get("language")) == q.Get("q") {
					found = append(found, c)
				}
			}
		case q.Has("id"):
			for _, p := range w.Places() {
				if "N"+strconv.FormatInt(p.OSMID, 10) == q.Get("id") {
					found = append(found, p)
				}
			}
		default:
			found = w.Find(q.Get("q"), q.Get("region"), q.Get("language"))
		}
		var list []finderPlace
		for _, p := range found {
			lang := q.Get("language")
			x := finderPlace{ID: "N" + strconv.FormatInt(p.OSMID, 10), Name: p.Name(lang), Address: p.Address(lang).Text, Region: p.Region, Code: p.AdCode, Lat: p.Lat, Lng: p.Lng}
			for _, k := range w.Places() {
				if p.Kind == world.City && k.CityKey == p.CityKey {
					x.Children = append(x.Children, finderPlace{Name: k.Address(lang).District, Code: k.AdCode})
				}
			}
			list = append(list, x)
		}
		if len(list) == 0 {
			answer(rw, nil, "none")
			return
		}
		answer(rw, list, "")
	}), func(rw http.ResponseWriter, _ *http.Request, code string) { answer(rw, nil, code) }, "key")
}

func finderHarness() Harness {
	h := Harness{
		New:       newFinder,
		Server:    finderServer,
		Suggest:   SuggestCases("finder", "en", "SG"),
		Search:    SearchCases("finder", "en", "SG", "TH"),
		Place:     PlaceCases("finder", geo.IssuerNominatim, "en", "SG"),
		Localize:  LocalizeCases("finder", geo.IssuerNominatim, []string{"en", "zh"}, "SG"),
		Districts: DistrictCases("finder", "en", "HK"),
		Codes: []CodeCase{
			{Code: "busy", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
			{Code: "none", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		},
		Unsupported: []UnsupportedCase{{Name: "districts elsewhere", Districts: &geo.DistrictRequest{Query: "深圳市", Region: "CN"}}},
		Secrets:     []string{honestKey},
	}
	for i := range h.Place {
		h.Place[i].Request.ID.Issuer = finderIssuer
	}
	for i := range h.Localize {
		h.Localize[i].Request.ID.Issuer = finderIssuer
	}
	return h
}

func TestAFinderPasses(t *testing.T) { Run(t, finderHarness()) }

func TestPlaceCasesAreThere(t *testing.T) {
	for _, c := range []struct{ issuer, language, region string }{
		{geo.IssuerAmap, "zh", "CN"}, {geo.IssuerBaidu, "zh", "CN"}, {geo.IssuerGoogle, "en", "TH"}, {geo.IssuerNominatim, "en", "BR"},
	} {
		if n := len(SuggestCases(c.issuer, c.language, c.region)); n < 3 {
			t.Errorf("%s: %d suggestions", c.issuer, n)
		}
		searches := SearchCases(c.issuer, c.language, c.region)
		if n := len(searches); n < 4 {
			t.Errorf("%s: %d searches", c.issuer, n)
		} else if last := searches[n-1]; !strings.HasPrefix(last.Name, "pages_") || last.Pages < 2 {
			t.Errorf("%s: no paged search: %+v", c.issuer, last)
		}
		if n := len(PlaceCases(c.issuer, c.issuer, c.language, c.region)); n < 4 {
			t.Errorf("%s: %d places", c.issuer, n)
		}
		for _, l := range append(LocalizeCases(c.issuer, c.issuer, []string{"en", "zh"}, c.region), LocalizeCases(c.issuer, "", []string{"en"}, c.region)...) {
			if l.Request.Validate() != nil {
				t.Errorf("%s: %+v", c.issuer, l.Request)
			}
		}
	}
	if n := len(DistrictCases(geo.VendorAmap, "zh", "CN", "HK")); n < 4 {
		t.Errorf("%d divisions", n)
	}
}
