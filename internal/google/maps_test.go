package google

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// library returns a Maps on a server that answers with f, and the number of
// requests that it saw.
func newLibrary(t *testing.T, creds Credentials, f http.HandlerFunc) (*Maps, *atomic.Int64) {
	t.Helper()
	seen := new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { seen.Add(1); f(w, r) }))
	t.Cleanup(s.Close)
	k, bad := NewKeyring(creds, nil, false)
	if bad != nil {
		t.Fatal(bad)
	}
	c, err := wire.New(wire.Config{Provider: "googletest", HTTPClient: s.Client(), Secrets: k.Secrets})
	if err != nil {
		t.Fatal(err)
	}
	m, bad := NewMaps(MapsConfig{Wire: c, Keys: k, Base: s.URL})
	if bad != nil {
		t.Fatal(bad)
	}
	return m, seen
}

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func geocode(ctx context.Context, c *maps.Client) error {
	_, err := c.Geocode(ctx, &maps.GeocodingRequest{Address: "x"})
	return err
}

func TestOneCallIsOneExchange(t *testing.T) {
	m, seen := newLibrary(t, Credentials{Key: "key-1"}, answer(`{"status":"OK","results":[]}`))
	reply, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, func(ctx context.Context, c *maps.Client) error {
		if err := geocode(ctx, c); err != nil {
			return err
		}
		if err := geocode(ctx, c); err == nil {
			t.Error("a second request passed")
		}
		return nil
	})
	if bad != nil || !reply.OK() || seen.Load() != 1 {
		t.Errorf("%v, %d requests", bad, seen.Load())
	}
}

// A library that sends nothing is no success.
func TestNothingSent(t *testing.T) {
	m, seen := newLibrary(t, Credentials{Key: "key-1"}, answer(`{}`))
	nothing := func(context.Context, *maps.Client) error { return nil }
	if _, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, nothing); bad == nil || bad.Code != waybill.Unsupported || bad.Delivery != waybill.NotSent {
		t.Errorf("got %v", bad)
	}
	refuses := func(ctx context.Context, c *maps.Client) error {
		_, err := c.Geocode(ctx, &maps.GeocodingRequest{})
		return err
	}
	if _, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, refuses); bad == nil || bad.Code != waybill.Unsupported {
		t.Errorf("got %v", bad)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, call := range []func(context.Context, *maps.Client) error{nothing, geocode} {
		if _, bad := m.Do(ctx, wire.Request{Op: "verb"}, call); bad == nil || !errors.Is(bad, context.Canceled) || bad.Delivery != waybill.NotSent {
			t.Errorf("cancelled: %v", bad)
		}
	}
	if seen.Load() != 0 {
		t.Errorf("%d requests", seen.Load())
	}
}

// A request without our context goes nowhere.
func TestForeignContext(t *testing.T) {
	m, seen := newLibrary(t, Credentials{Key: "key-1"}, answer(`{"status":"OK"}`))
	_, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, func(_ context.Context, c *maps.Client) error {
		return geocode(context.Background(), c)
	})
	if bad == nil || seen.Load() != 0 {
		t.Errorf("%v, %d requests", bad, seen.Load())
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	m, seen := newLibrary(t, Credentials{Key: "key-1"}, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	if _, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, geocode); bad == nil || bad.VendorCode != "302" || seen.Load() != 1 {
		t.Errorf("%v, %d requests", bad, seen.Load())
	}
}

// The worked example of Google's documentation of signatures.
func TestSignature(t *testing.T) {
	var got string
	m, _ := newLibrary(t, Credentials{ClientID: "clientID", SigningSecret: "vNIXE0xscrmjlyV-12Nj_BvUPaw="}, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.RequestURI()
		_, _ = w.Write([]byte(`{"status":"OK"}`))
	})
	_, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, func(ctx context.Context, c *maps.Client) error {
		_, err := c.Geocode(ctx, &maps.GeocodingRequest{Address: "New York"})
		return err
	})
	const want = "/maps/api/geocode/json?address=New+York&client=clientID&signature=chaRF2hTJKOScPr-RQCEhZbSzIE="
	if bad != nil || got != want {
		t.Errorf("%v\n%s, want\n%s", bad, got, want)
	}
}

// The library's client is made once for each credential, also by many at once.
func TestClientIsKept(t *testing.T) {
	m, _ := newLibrary(t, Credentials{Key: "key-1"}, answer(`{"status":"OK"}`))
	a, _ := m.client(Credentials{Key: "key-1"})
	b, _ := m.client(Credentials{Key: "key-1"})
	c, _ := m.client(Credentials{Key: "key-2"})
	if a != b || a == c {
		t.Error("clients are mixed up or made anew")
	}
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if _, bad := m.client(Credentials{Key: "key-" + string(rune('1'+i%3))}); bad != nil {
				t.Error(bad)
			}
			if _, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, geocode); bad != nil {
				t.Error(bad)
			}
		})
	}
	wg.Wait()
	if _, bad := m.client(Credentials{}); bad == nil || bad.Code != waybill.Unauthenticated {
		t.Errorf("no credentials: %v", bad)
	}
}
