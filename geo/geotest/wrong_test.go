package geotest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/wire"
)

// try runs the suite on a provider and returns what failed.
func try(t *testing.T, only string, change func(*Harness)) []suitetest.Complaint {
	t.Helper()
	h := honestHarness()
	if change != nil {
		change(&h)
	}
	return suitetest.Try(t, only, func(t tester) { run(t, h) })
}

// wrong is an honest adapter with one thing made wrong.
type wrong struct {
	*honest
	geocode func(context.Context, geo.GeocodeRequest) (geo.GeocodeResult, error)
	reverse func(context.Context, geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error)
}

func (w *wrong) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if w.geocode != nil {
		return w.geocode(ctx, r)
	}
	return w.honest.Geocode(ctx, r)
}

func (w *wrong) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if w.reverse != nil {
		return w.reverse(ctx, r)
	}
	return w.honest.ReverseGeocode(ctx, r)
}

// spoilt returns a harness change that wraps the honest adapter.
func spoilt(f func(w *wrong)) func(*Harness) {
	return func(h *Harness) {
		inner := h.New
		h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
			p, err := inner(base, hc)
			if err != nil {
				return nil, err
			}
			w := &wrong{honest: p.(*honest)}
			f(w)
			return w, nil
		}
	}
}

// onPlaces spoils the places of a good answer.
func onPlaces(f func(*geo.Place)) func(*Harness) {
	return spoilt(func(w *wrong) {
		w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
			res, err := w.honest.Geocode(ctx, r)
			for i := range res.Places {
				f(&res.Places[i])
			}
			return res, err
		}
	})
}

// onError spoils the error of a failed call.
func onError(f func(geo.GeocodeRequest, *waybill.Error) error) func(*Harness) {
	return spoilt(func(w *wrong) {
		w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
			res, err := w.honest.Geocode(ctx, r)
			if err != nil {
				c := *waybill.AsError(err)
				err = f(r, &c)
			}
			return res, err
		}
	})
}

func TestAnHonestAdapterPasses(t *testing.T) {
	for _, c := range try(t, "", nil) {
		t.Error(c)
	}
}

func TestAnHonestAdapterPassesForReal(t *testing.T) { Run(t, honestHarness()) }

// TestWrongAdaptersAreCaught is the suite's own proof: each adapter has one
// thing wrong, and the group named must notice.
func TestWrongAdaptersAreCaught(t *testing.T) {
	for name, v := range map[string]struct {
		group  string
		change func(*Harness)
	}{
		"swapped numbers":   {"geocode/answers", onPlaces(func(p *geo.Place) { p.Point.Lat, p.Point.Lng = p.Point.Lng, p.Point.Lat })},
		"wrong datum":       {"geocode/answers", onPlaces(func(p *geo.Place) { p.Point.Datum = geo.BD09 })},
		"converted":         {"geocode/answers", onPlaces(func(p *geo.Place) { p.Point = p.Point.To(geo.GCJ02) })},
		"converted tag":     {"geocode/answers", onPlaces(func(p *geo.Place) { p.Point.Datum = geo.GCJ02 })},
		"zero point":        {"geocode/answers", onPlaces(func(p *geo.Place) { p.Point = geo.Point{} })},
		"not a number":      {"geocode/answers", onPlaces(func(p *geo.Place) { p.Point.Lat = math.NaN() })},
		"wrong region":      {"geocode/answers", onPlaces(func(p *geo.Place) { p.Address.Region = "CN" })},
		"country as region": {"geocode/answers", onPlaces(func(p *geo.Place) { p.Address.Region = "China" })},
		"negative distance": {"geocode/answers", onPlaces(func(p *geo.Place) { p.Distance = -1 })},
		"no address":        {"geocode/answers", onPlaces(func(p *geo.Place) { p.Address = geo.Address{} })},
		"id with a space":   {"geocode/answers", onPlaces(func(p *geo.Place) { p.ID = geo.PlaceID{Issuer: "a b", Value: "x"} })},
		"wrong provider":    {"geocode/codes", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Provider = "other"; return e })},
		"wrong verb":        {"geocode/codes", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Op = "search"; return e })},
		"no key":            {"geocode/faults/status_500", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Ref = ""; return e })},
		"wrapped error":     {"geocode/faults/status_500", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { return fmt.Errorf("oops: %w", e) })},
		"query in message":  {"geocode/codes", onError(func(r geo.GeocodeRequest, e *waybill.Error) error { e.Message = "no " + r.Query; return e })},
		"query escaped":     {"geocode/codes", onError(func(r geo.GeocodeRequest, e *waybill.Error) error { e.Message = url.QueryEscape(r.Query); return e })},
		"key in message":    {"geocode/faults/cut_body", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Message = honestKey; return e })},
		"key in cause":      {"geocode/faults/status_500", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Err = errors.New(honestKey); return e })},
		"key deep in cause": {"geocode/faults/status_500", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Err = deep{errors.New(honestKey)}; return e })},
		"url in cause": {"geocode/faults/status_500", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error {
			e.Err = &url.Error{Op: "Get", URL: "http://x/?k=" + honestKey, Err: e.Err}
			return e
		})},
		"not sent for lost":  {"geocode/faults/reset_before_reply", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Delivery = waybill.NotSent; return e })},
		"ambiguous refusal":  {"geocode/faults/refuse", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Delivery = waybill.Ambiguous; return e })},
		"no wait":            {"geocode/faults/status_429", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.RetryAfter = 0; return e })},
		"all not found":      {"geocode/odd/odd_string", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Code = waybill.NotFound; return e })},
		"all unavailable":    {"geocode/codes", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.Code = waybill.Unavailable; return e })},
		"no vendor code":     {"geocode/codes", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { e.VendorCode = ""; return e })},
		"time-out as caller": {"geocode/context", onError(func(_ geo.GeocodeRequest, e *waybill.Error) error { return waybill.AsError(context.DeadlineExceeded) })},
		"errors swallowed": {"geocode/faults/html", spoilt(func(w *wrong) {
			w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
				res, err := w.honest.Geocode(ctx, r)
				if waybill.AsError(err) != nil && waybill.CodeOf(err) != waybill.InvalidArgument {
					err = nil
				}
				return res, err
			}
		})},
		"nothing found and no error": {"geocode/answers", spoilt(func(w *wrong) {
			w.geocode = func(context.Context, geo.GeocodeRequest) (geo.GeocodeResult, error) {
				return geo.GeocodeResult{Served: waybill.Served{Provider: w.Name()}}, nil
			}
		})},
		"nothing known and no error": {"geocode/answers", spoilt(func(w *wrong) {
			w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
				res, err := w.honest.Geocode(ctx, r)
				if errors.Is(err, waybill.ErrNotFound) {
					return geo.GeocodeResult{Served: waybill.Served{Provider: "honestgeo"}}, nil
				}
				return res, err
			}
		})},
		"point sent as it came": {"reverse_geocode/answers", spoilt(func(w *wrong) {
			w.reverse = func(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
				r.Point.Datum = geo.WGS84
				return w.honest.ReverseGeocode(ctx, r)
			}
		})},
		"no provider in result": {"geocode/answers", spoilt(func(w *wrong) {
			w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
				res, err := w.honest.Geocode(ctx, r)
				res.Provider = ""
				return res, err
			}
		})},
		"no validation": {"geocode/invalid", spoilt(func(w *wrong) {
			w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
				return w.honest.ask(ctx, "geocode", r.Key, url.Values{"q": {r.Query}})
			}
		})},
		"validation after the network": {"reverse_geocode/invalid", spoilt(func(w *wrong) {
			w.reverse = func(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
				w.honest.ask(ctx, "reverse geocode", r.Key, url.Values{"q": {"x"}})
				return w.honest.ReverseGeocode(ctx, r)
			}
		})},
		"asks where it cannot serve": {"geocode/unsupported", spoilt(func(w *wrong) {
			w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
				r.Region = ""
				return w.honest.Geocode(ctx, r)
			}
		})},
		"ignores cancellation": {"geocode/context/canceled_before", spoilt(func(w *wrong) {
			w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
				return w.honest.Geocode(context.WithoutCancel(ctx), r)
			}
		})},
		"too many around": {"reverse_geocode/answers", spoilt(func(w *wrong) {
			w.reverse = func(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
				res, err := w.honest.ReverseGeocode(ctx, r)
				res.Nearby = append(res.Nearby, make([]geo.Place, 60)...)
				return res, err
			}
		})},
		"distance in kilometres": {"reverse_geocode/answers", spoilt(func(w *wrong) {
			w.reverse = func(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
				res, err := w.honest.ReverseGeocode(ctx, r)
				res.Place.Distance += 1000
				return res, err
			}
		})},
		"key when printed": {"provider", func(h *Harness) {
			inner := h.New
			h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
				p, err := inner(base, hc)
				if err != nil {
					return nil, err
				}
				return leaky{p.(*honest)}, nil
			}
		}},
		"takes any base URL": {"provider", func(h *Harness) {
			inner := h.New
			h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
				if !strings.HasPrefix(base, "http://127.0.0.1") {
					base = "http://127.0.0.1:1"
				}
				return inner(base, hc)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := try(t, v.group, v.change)
			if len(failed) == 0 {
				t.Errorf("nothing in %s noticed", v.group)
			}
		})
	}
}

type deep struct{ error }

func (d deep) Error() string { return "something went wrong" }
func (d deep) Unwrap() error { return d.error }

func TestHarnessMistakesAreTold(t *testing.T) {
	for name, change := range map[string]func(*Harness){
		"no New":    func(h *Harness) { h.New = nil },
		"no server": func(h *Harness) { h.Server = nil },
		"no cases":  func(h *Harness) { h.Geocode = nil },
		"New fails": func(h *Harness) {
			h.New = func(string, *http.Client) (waybill.Provider, error) { return nil, errors.New("no") }
		},
		"no verb": func(h *Harness) {
			h.New = func(string, *http.Client) (waybill.Provider, error) { return nameOnly{}, nil }
		},
	} {
		if failed := try(t, "", change); len(failed) == 0 {
			t.Errorf("%s: nothing failed", name)
		}
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "nameonly" }

func TestSkippedSubtestsDoNotRun(t *testing.T) {
	failed := try(t, "geocode/codes", func(h *Harness) {
		h.Codes = append(h.Codes, CodeCase{Code: "busy", Want: waybill.NotFound})
		h.Skip = map[string]string{"geocode/codes/busy": "known"}
	})
	for _, c := range failed {
		t.Error(c)
	}
}

// leaky shows its key when printed.
type leaky struct{ *honest }

func (leaky) String() string { return "honestgeo with " + honestKey }

// deaf does not heed its context.
func deaf(h *Harness) {
	spoilt(func(w *wrong) {
		w.geocode = func(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
			return w.honest.Geocode(context.WithoutCancel(ctx), r)
		}
	})(h)
}

// A call that hangs is one finding, and ends the run.
func TestAHangingCallStopsTheRun(t *testing.T) {
	h := honestHarness()
	deaf(&h)
	found := suitetest.Try(t, "", func(t tester) {
		(&suite{Harness: &h, halt: new(suitetest.Halt), patience: 300 * time.Millisecond}).run(t)
	})
	hung := false
	for _, c := range found {
		hung = hung || strings.Contains(c.Text, "has not returned")
		if !strings.HasPrefix(c.Path, "geocode/context/") {
			t.Errorf("after the hang: %v", c)
		}
	}
	if !hung {
		t.Errorf("found %v", found)
	}
}

// A wrong answer in good weather is found once.
func TestAWrongFirstAnswerStopsTheRun(t *testing.T) {
	found := try(t, "", onPlaces(func(p *geo.Place) { p.Point.Datum = geo.BD09 }))
	for _, c := range found {
		if c.Path != found[0].Path {
			t.Errorf("found %v", found)
		}
	}
	if len(found) == 0 {
		t.Error("found nothing")
	}
}

// What a vendor repeats must not be passed on, under any status.
func TestRepeatedRequestsAreFound(t *testing.T) {
	for name, op := range map[string]struct {
		path   string
		change func(*Harness)
	}{
		"query": {"geocode/privacy", onError(func(r geo.GeocodeRequest, e *waybill.Error) error {
			if e.Code == waybill.Unavailable {
				e.Message = "no " + r.Query
			}
			return e
		})},
		"key": {"geocode/privacy/echoed_query", func(h *Harness) {
			h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
				c, err := wire.New(wire.Config{Provider: "honestgeo", HTTPClient: hc})
				return &repeating{honest{base, c, nil}}, err
			}
		}},
	} {
		if found := try(t, op.path, op.change); len(found) == 0 {
			t.Errorf("%s: found nothing", name)
		}
	}
}

// repeating passes on what its vendor says.
type repeating struct{ honest }

func (r *repeating) Geocode(ctx context.Context, q geo.GeocodeRequest) (geo.GeocodeResult, error) {
	reply, err := r.client.Do(ctx, &wire.Request{Op: string(geo.Geocode), Ref: q.Key, URL: r.base + "/find", Query: url.Values{"pass": {honestKey}}})
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	e := reply.Error(waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, "x", "")
	e.Message = string(reply.Body)
	return geo.GeocodeResult{}, e
}

// table is an adapter without a network and without an account.
type table struct{ wrong bool }

func (table) Name() string { return "table" }

func (a table) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, err
	}
	if e := waybill.FromContext(ctx); e != nil {
		return geo.GeocodeResult{}, e.With("table", string(geo.Geocode), r.Key)
	}
	at := geo.Point{Lat: 1.3236, Lng: 103.6522}
	if a.wrong {
		at.Lat++
	}
	return geo.GeocodeResult{Served: waybill.Served{Provider: "table"}, Places: []geo.Place{{Point: at, Address: geo.Address{Formatted: "Depot Tuas"}}}}, nil
}

func TestAnAdapterWithoutANetwork(t *testing.T) {
	h := Harness{Geocode: []GeocodeCase{{Name: "tuas", Request: geo.GeocodeRequest{Query: "Depot Tuas"}, Want: geo.Point{Lat: 1.3236, Lng: 103.6522}}}}
	for _, a := range []table{{}, {wrong: true}} {
		h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
			if base != "" || hc != nil {
				t.Error("an adapter without a network got a URL or a client")
			}
			return a, nil
		}
		if found := suitetest.Try(t, "", func(t tester) { run(t, h) }); (len(found) > 0) != a.wrong {
			t.Errorf("%+v: %v", a, found)
		}
	}
}
