package google

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// The context that the library gets is the caller's in everything but one key.
func TestExchangeIsTheCallersContext(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithDeadline(context.WithValue(t.Context(), key{}, "v"), time.Now().Add(time.Hour))
	defer cancel()
	x := &exchange{Context: ctx}
	if x.Value(key{}) != "v" || x.Value(exchangeKey{}) != x || x.Value("other") != nil {
		t.Error("values")
	}
	child, stop := context.WithCancel(x)
	defer stop()
	if d, ok := child.Deadline(); !ok || time.Until(d) > time.Hour {
		t.Error("deadline")
	}
	cancel()
	<-child.Done()
	if !errors.Is(child.Err(), context.Canceled) || !errors.Is(x.Err(), context.Canceled) {
		t.Error("cancellation")
	}
}

// What the library gets to see is the whole reply, from memory.
func TestLibrarySeesTheReply(t *testing.T) {
	const body = `{"status":"OK","results":[{"place_id":"p"}]}`
	m, _ := newLibrary(t, Credentials{Key: "key-1"}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Goog-Maps-Metro-Area", "somewhere")
		answer(body)(w, r)
	})
	reply, bad := m.Do(t.Context(), wire.Request{Op: "verb"}, func(ctx context.Context, c *maps.Client) error {
		found, err := c.Geocode(ctx, &maps.GeocodingRequest{Address: "x"})
		if err != nil || len(found) != 1 || found[0].PlaceID != "p" {
			t.Errorf("%+v %v", found, err)
		}
		return err
	})
	if bad != nil || string(reply.Body) != body || reply.Header.Get("X-Goog-Maps-Metro-Area") != "somewhere" {
		t.Errorf("%v %v", reply, bad)
	}
	x := &exchange{}
	x.body.Reset([]byte(body))
	if b, err := io.ReadAll(&x.body); err != nil || string(b) != body || x.body.Close() != nil {
		t.Errorf("%s %v", b, err)
	}
}

// Each of the library's known faults with odd answers, and what comes of it.
func TestLibrarysFaults(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   waybill.Code
		d      waybill.Delivery
	}{
		"an error of the newer kind": {403, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"x"}}`, waybill.PermissionDenied, waybill.NotSent},
		"too many":                   {429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}`, waybill.RateLimited, waybill.NotSent},
		"too many, empty":            {429, ``, waybill.RateLimited, waybill.NotSent},
		"a page":                     {502, `<html>`, waybill.Unavailable, waybill.Ambiguous},
		"nothing":                    {503, ``, waybill.Unavailable, waybill.Ambiguous},
		"a failure that says OK":     {500, `{"status":"OK","results":[]}`, waybill.Internal, waybill.Ambiguous},
		"a signature":                {403, `Unable to authenticate the request. Provided 'signature' is not valid`, waybill.Unauthenticated, waybill.NotSent},
		"a signature with 200":       {200, `Unable to authenticate the request. Provided 'signature' is not valid`, waybill.Unauthenticated, waybill.NotSent},
		"a denial":                   {200, `{"status":"REQUEST_DENIED","error_message":"The provided API key is invalid."}`, waybill.Unauthenticated, waybill.NotSent},
		"half":                       {200, `{"status":"OK","results":[`, waybill.DataLoss, waybill.Ambiguous},
		"more behind":                {200, `{"status":"OK","results":[]}]`, waybill.DataLoss, waybill.Ambiguous},
		"another type":               {200, `{"status":"OK","results":7}`, waybill.DataLoss, waybill.Ambiguous},
	} {
		m, seen := newLibrary(t, Credentials{Key: "key-1"}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		reply, bad := m.Do(t.Context(), wire.Request{Op: "verb", Ref: "ref"}, geocode)
		if reply != nil || bad == nil || bad.Code != c.code || bad.Delivery != c.d || seen.Load() != 1 {
			t.Errorf("%s: %v, want %v, after %d requests", name, bad, c.code, seen.Load())
		}
	}
}

func TestCallersEnd(t *testing.T) {
	m, seen := newLibrary(t, Credentials{Key: "key-1"}, answer(`{"status":"OK","results":[]}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, bad := m.Do(ctx, wire.Request{Op: "verb"}, geocode)
	if bad == nil || !errors.Is(bad, context.Canceled) || bad.Delivery != waybill.NotSent || seen.Load() != 0 {
		t.Errorf("%v after %d requests", bad, seen.Load())
	}
	late, stop := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer stop()
	if _, bad = m.Do(late, wire.Request{Op: "verb"}, geocode); bad == nil || !errors.Is(bad, context.DeadlineExceeded) || bad.Delivery != waybill.NotSent {
		t.Errorf("%v", bad)
	}
}
