package googlegeo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// Each fault of googlemaps.github.io/maps v1.7.0 that was proven has a test
// here which would fail if the fault came through.

const one = `{"status":"OK","results":[{"formatted_address":"1 Main St","place_id":"x","types":["street_address"],
	"geometry":{"location":{"lat":1.3,"lng":103.8},"location_type":"ROOFTOP"},
	"address_components":[{"long_name":"Singapore","short_name":"SG","types":["country"]}]}]}`

func geocode(t *testing.T, a *googlegeo.Adapter) *waybill.Error {
	t.Helper()
	_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "1 Main Street"})
	if err == nil {
		return nil
	}
	return waybill.AsError(err)
}

// The library takes a 500 that says OK for a success.
func TestServerErrorThatSaysOK(t *testing.T) {
	for _, status := range []int{500, 502, 403, 404} {
		if e := geocode(t, replying(t, status, one)); e == nil || e.Code == waybill.NotFound {
			t.Errorf("HTTP %d: got %v", status, e)
		}
	}
	if e := geocode(t, replying(t, 200, one)); e != nil {
		t.Errorf("HTTP 200: got %v", e)
	}
}

// The library loses HTTP status and google.rpc body: "maps:  - ".
func TestStatusAndBodyAreKept(t *testing.T) {
	rpc := `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}`
	for _, c := range []struct {
		status int
		body   string
		want   waybill.Code
		vendor string
	}{
		{429, rpc, waybill.RateLimited, "RESOURCE_EXHAUSTED"},
		{200, rpc, waybill.RateLimited, "RESOURCE_EXHAUSTED"},
		{403, `{"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"BILLING_DISABLED"}]}}`, waybill.PermissionDenied, "BILLING_DISABLED"},
		{502, "<html>bad gateway</html>", waybill.Unavailable, "502"},
		{503, "", waybill.Unavailable, "503"},
		{500, `{"error":"oops"}`, waybill.Internal, "500"},
		{404, "<html>", waybill.PermissionDenied, "404"},
		{400, `{"status":"SOMETHING_ELSE"}`, waybill.Unsupported, "400"},
	} {
		e := geocode(t, replying(t, c.status, c.body))
		if e == nil || e.Code != c.want || e.VendorCode != c.vendor {
			t.Errorf("HTTP %d %s: got %v", c.status, c.body, e)
		}
		if c.body == rpc && e.RetryAfter != 3500*time.Millisecond {
			t.Errorf("wait %v, want 3.5 s", e.RetryAfter)
		}
	}
}

// The library's time-out of its limiter is no context error, and it blocks: 500
// calls would take nine seconds.
func TestNoLimiterOfItsOwn(t *testing.T) {
	a := replying(t, 200, one)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	for range 500 {
		if _, err := a.Geocode(ctx, geo.GeocodeRequest{Query: "1 Main Street"}); err != nil {
			t.Fatal(err)
		}
	}
}

// The library replaces the transport of the client that it is given.
func TestGivenClientIsNotChanged(t *testing.T) {
	rt := &http.Transport{}
	hc := &http.Client{Transport: rt, Timeout: time.Minute}
	s := geotest.NewGoogle(nil)
	defer s.Close()
	a, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: s.URL(), HTTPClient: hc})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "Raffles Hotel", Region: "SG"}); err != nil && waybill.CodeOf(err) != waybill.NotFound {
		t.Fatal(err)
	}
	if hc.Transport != rt || hc.Timeout != time.Minute || hc.CheckRedirect != nil {
		t.Error("the given client was changed")
	}
	rt.CloseIdleConnections()
}

// The library's transport errors hold the whole URL with the key.
func TestTransportErrorsHoldNoURL(t *testing.T) {
	s := httptest.NewServer(nil)
	base := s.URL
	s.Close()
	a, err := googlegeo.New("very-secret-key", &googlegeo.Options{BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Geocode(t.Context(), geo.GeocodeRequest{Query: "221B Baker Street"})
	if waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("got %v", err)
	}
	var address *url.Error
	if errors.As(err, &address) {
		t.Error("a url.Error came through")
	}
	for _, text := range []string{fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		if strings.Contains(text, "secret") || strings.Contains(text, "Baker") {
			t.Errorf("leaks: %s", text)
		}
	}
}

// A reply that refuses a signature repeats the request's URL.
func TestSignatureTextIsNotRepeated(t *testing.T) {
	e := geocode(t, replying(t, 403, badSignature))
	if e == nil || strings.Contains(e.Error(), "Columbia") || strings.Contains(e.Error(), "9dJq") || strings.Contains(e.Error(), "foo") {
		t.Errorf("got %v", e)
	}
}

// The library gives a result without a location the point 0,0.
func TestResultsWithoutPoint(t *testing.T) {
	for _, body := range []string{
		`{"status":"OK","results":[{"formatted_address":"x"}]}`,
		`{"status":"OK","results":[{"formatted_address":"x","geometry":{"location":{"lat":0,"lng":0}}}]}`,
		`{"status":"OK","results":[{"formatted_address":"x","geometry":{"location":{"lat":91,"lng":0}}}]}`,
		`{"status":"OK","results":[{"formatted_address":"x","geometry":{"location":{"lat":"1"}}}]}`, // not 1,0
		`{"status":"OK","results":[]}`,
		`{"status":"OK"}`,
		`{"status":"ZERO_RESULTS","error_message":"nothing","results":[]}`,
	} {
		if e := geocode(t, replying(t, 200, body)); e == nil || e.Code != waybill.NotFound {
			t.Errorf("%s: got %v, want not found", body, e)
		}
	}
}

// The library reads the first JSON value and leaves the rest.
func TestOddReplies(t *testing.T) {
	for _, body := range []string{
		one + "<html>", one[:len(one)/2], `{"status":"OK","results":{}}`, `{"status":"OK","results":[1]}`, `{"status":1}`, `{"status":""}`, `{}`, `[]`,
		`[{"error":1}]`, `{"error":null}`, `null`, ``, `"OK"`, `{"status":"OK","results":[{"geometry":{"location":{"lat":"north"}}}]}`,
	} {
		e := geocode(t, replying(t, 200, body))
		if e == nil || e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous {
			t.Errorf("%s: got %v, want data loss", body, e)
		}
	}
}

// What the table does not know is not taken for more than it is.
// What is odd beside the point of a place costs nobody the place.
func TestOddBesideThePoint(t *testing.T) {
	for from, to := range map[string]string{
		`"types":["street_address"]`: `"types":{}`, `"formatted_address":"x"`: `"formatted_address":[]`, `"place_id":"ChIJ1"`: `"place_id":5`,
		`"location_type":"ROOFTOP"`: `"location_type":[]`, `"long_name":"1"`: `"long_name":1`,
	} {
		const whole = `{"status":"OK","results":[{"types":["street_address"],"formatted_address":"x","place_id":"ChIJ1","address_components":[{"long_name":"1","types":["street_number"]}],"geometry":{"location_type":"ROOFTOP","location":{"lat":48.5,"lng":"2.25"}}}]}`
		body := strings.Replace(whole, from, to, 1)
		if body == whole {
			t.Fatalf("no %s", from)
		}
		res, err := replying(t, 200, body).Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		if err != nil || res.Places[0].Point != (geo.Point{Lat: 48.5, Lng: 2.25}) {
			t.Errorf("%s: %+v %v", to, res, err)
		}
	}
	for _, latitude := range []string{`"x"`, `[]`, `{}`, `true`, `""`, `"NaN"`, `1e400`} { // and never makes a point at 0
		body := `{"id":"ChIJ1","formattedAddress":"x","types":{},"location":{"latitude":` + latitude + `,"longitude":2.25}}`
		res, err := replying(t, 200, body).Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: geo.IssuerGoogle, Value: "ChIJ1"}})
		if err == nil {
			t.Errorf("%s: %+v", latitude, res.Place.Point)
		}
	}
	body := `{"id":"ChIJ1","formattedAddress":5,"types":{},"location":{"latitude":"48.5","longitude":2.25}}`
	res, err := replying(t, 200, body).Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: geo.IssuerGoogle, Value: "ChIJ1"}})
	if err != nil || res.Place.Point != (geo.Point{Lat: 48.5, Lng: 2.25}) {
		t.Errorf("%+v %v", res, err)
	}
}

func TestUnknownStatus(t *testing.T) {
	for status, vendor := range map[string]string{"NEW_STATUS": "NEW_STATUS", "key=secret": "", strings.Repeat("A", 65): "", "lower": ""} {
		e := geocode(t, replying(t, 200, `{"status":"`+status+`"}`))
		if e == nil || e.Code != waybill.Unknown || e.VendorCode != vendor {
			t.Errorf("%s: got %v", status, e)
		}
	}
}

// badSignature is how Google refuses a client's signature: plain text that
// repeats the request.
const badSignature = "Unable to authenticate the request. Provided 'signature' is not valid for the provided client ID.\n" +
	"The signature was checked against the URL: /maps/api/geocode/json?address=Columbia%20University&client=foo&signature=9dJq-secret=\n"
