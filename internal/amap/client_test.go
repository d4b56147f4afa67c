package amap

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// answer is what a server of one reply says.
type answer struct {
	status int
	header http.Header
	body   string
}

// serve returns a client of a server with one answer, and the last request.
func serve(t *testing.T, a answer, c Config) (*Client, *http.Request) {
	t.Helper()
	last := new(http.Request)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*last = *r
		for name, v := range a.header {
			w.Header()[name] = v
		}
		if a.status != 0 {
			w.WriteHeader(a.status)
		}
		w.Write([]byte(a.body))
	}))
	t.Cleanup(s.Close)
	c.Provider, c.BaseURL, c.HTTPClient = "amaptest", s.URL+c.BaseURL, s.Client()
	if c.Key == "" {
		c.Key = "secret-key-of-the-test"
	}
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client, last
}

type plain struct {
	Envelope
	Things List[thing] `json:"things"`
}

const success = `{"status":"1","info":"OK","infocode":"10000","things":[{"id":"a"}]}`

func call() Call {
	return Call{Op: "try", Ref: "ref-1", Path: "/v3/try", Query: url.Values{"b": {"2 +|"}, "a": {"1"}}, Private: []string{"2 +|"}}
}

func TestDoSendsKeyAndSignature(t *testing.T) {
	c, last := serve(t, answer{body: success}, Config{BaseURL: "/proxy/", Key: "K", PrivateKey: "P", UserAgent: "test/1"})
	request := call()
	var r plain
	if err := c.Do(t.Context(), request, &r); err != nil || len(r.Things) != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	q := last.URL.Query()
	if last.URL.Path != "/proxy/v3/try" || last.Method != http.MethodGet || last.UserAgent() != "test/1" {
		t.Errorf("sent %s %s", last.Method, last.URL.Path)
	}
	if q.Get("key") != "K" || q.Get("b") != "2 +|" || q.Get("sig") != Sign(url.Values{"a": {"1"}, "b": {"2 +|"}, "key": {"K"}}, "P") {
		t.Errorf("sent %v", q)
	}
	if len(request.Query) != 2 {
		t.Error("the caller's query was changed")
	}
}

func TestDoWithoutAPrivateKeyDoesNotSign(t *testing.T) {
	c, last := serve(t, answer{body: success}, Config{})
	if err := c.Do(t.Context(), call(), new(plain)); err != nil || last.URL.Query().Has("sig") {
		t.Errorf("%v, sent %v", err, last.URL.Query())
	}
}

func TestStatusAndBodyTogether(t *testing.T) {
	refused := `{"status":"0","info":"CUQPS_HAS_EXCEEDED_THE_LIMIT","infocode":"10021"}`
	for name, v := range map[string]struct {
		a    answer
		code waybill.Code
		d    waybill.Delivery
		wait time.Duration
	}{
		"refusal":                   {answer{body: refused}, waybill.RateLimited, waybill.NotSent, time.Second},
		"refusal with a header":     {answer{body: refused, header: http.Header{"Retry-After": {"5"}}}, waybill.RateLimited, waybill.NotSent, 5 * time.Second},
		"known refusal with 403":    {answer{status: 403, body: refused}, waybill.RateLimited, waybill.NotSent, time.Second},
		"unknown refusal with 503":  {answer{status: 503, body: `{"status":"0","info":"x","infocode":"77777"}`}, waybill.Unavailable, waybill.Ambiguous, 0},
		"success with 500":          {answer{status: 500, body: success}, waybill.Internal, waybill.Ambiguous, 0},
		"HTML with 502":             {answer{status: 502, body: "<html>"}, waybill.Unavailable, waybill.Ambiguous, 0},
		"HTML with 200":             {answer{body: " <html>"}, waybill.Unavailable, waybill.Ambiguous, 0},
		"HTML with 403":             {answer{status: 403, body: "<html>"}, waybill.Unavailable, waybill.Ambiguous, 0},
		"HTML with 404":             {answer{status: 404, body: "<html>"}, waybill.PermissionDenied, waybill.NotSent, 0},
		"429":                       {answer{status: 429, header: http.Header{"Retry-After": {"3"}}}, waybill.RateLimited, waybill.NotSent, 3 * time.Second},
		"nothing":                   {answer{}, waybill.DataLoss, waybill.Ambiguous, 0},
		"no head":                   {answer{body: `{"things":[]}`}, waybill.DataLoss, waybill.Ambiguous, 0},
		"wrong type with a success": {answer{body: strings.Replace(success, `[{"id":"a"}]`, "7", 1)}, waybill.DataLoss, waybill.Ambiguous, 0},
		"wrong type with a refusal": {answer{body: strings.Replace(refused, `"status"`, `"things":7,"status"`, 1)}, waybill.RateLimited, waybill.NotSent, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := serve(t, v.a, Config{})
			err := c.Do(t.Context(), call(), new(plain))
			e := waybill.AsError(err)
			if e == nil || e.Code != v.code || e.Delivery != v.d || e.RetryAfter != v.wait {
				t.Fatalf("%v, delivery %v, wait %v", err, waybill.DeliveryOf(err), waybill.RetryAfterOf(err))
			}
			if e.Provider != "amaptest" || e.Op != "try" || e.Ref != "ref-1" {
				t.Errorf("%q %q %q", e.Provider, e.Op, e.Ref)
			}
		})
	}
}

func TestEmptyIsNotFoundOnlyWhereItMeansThat(t *testing.T) {
	c, _ := serve(t, answer{body: `{"status":"0","info":"ENGINE_RESPONSE_DATA_ERROR","infocode":"30001"}`}, Config{})
	r := call()
	if err := c.Do(t.Context(), r, new(plain)); !errors.Is(err, waybill.ErrInternal) {
		t.Errorf("elsewhere: %v", err)
	}
	r.Empty = true
	if err := c.Do(t.Context(), r, new(plain)); !errors.Is(err, waybill.ErrNotFound) || waybill.ScopeOf(err) != waybill.ScopeRequest {
		t.Errorf("geocoding: %v", err)
	}
}

func TestCredentialsThatDoNotCome(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, v := range map[string]struct {
		ctx  context.Context
		f    func(context.Context) (string, string, error)
		want error
	}{
		"error":    {t.Context(), func(context.Context) (string, string, error) { return "k", "", errors.New("sealed") }, waybill.ErrUnauthenticated},
		"no key":   {t.Context(), func(context.Context) (string, string, error) { return "", "p", nil }, waybill.ErrUnauthenticated},
		"canceled": {ended, func(ctx context.Context) (string, string, error) { return "", "", ctx.Err() }, context.Canceled},
	} {
		c, last := serve(t, answer{body: success}, Config{Credentials: v.f})
		err := c.Do(v.ctx, call(), new(plain))
		if !errors.Is(err, v.want) || waybill.DeliveryOf(err) != waybill.NotSent || last.URL != nil || strings.Contains(err.Error(), "sealed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOwnErrors(t *testing.T) {
	c, _ := serve(t, answer{}, Config{})
	if e := c.Error(call(), waybill.NotFound, waybill.NotSent, "nothing"); e.Error() != "amaptest: try: not found (nothing)" || e.Scope != waybill.ScopeRequest {
		t.Errorf("%v %v", e, e.Scope)
	}
	if e := c.Malformed(call(), "odd"); e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous || e.Scope != waybill.ScopeProvider {
		t.Errorf("%v", e)
	}
	if c.Account() == nil || c.Provider() != "amaptest" {
		t.Error("account and provider")
	}
}
