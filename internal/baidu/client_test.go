package baidu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

const (
	keyA, keyB       = "ak0123456789abcdefghijklmnop", "ak9876543210zyxwvutsrqponmlk"
	secretA, secretB = "sk0123456789abcdefghijklmnop", "sk9876543210zyxwvutsrqponmlk"
)

// answering starts a server that answers with body, and a client for it.
func answering(t *testing.T, code int, body string, change ...func(*Config)) *Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return client(t, s.URL, change...)
}

func client(t *testing.T, base string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{Provider: "baidutest", AK: keyA, BaseURL: base}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func call() Call { return Call{Op: "geocode", Ref: "order-7", Path: "/geocoding/v3/"} }

func failure(t *testing.T, err error) *waybill.Error {
	t.Helper()
	e, ok := err.(*waybill.Error)
	if !ok {
		t.Fatalf("got %v, want a *waybill.Error", err)
	}
	if e.Provider != "baidutest" || e.Op != "geocode" || e.Ref != "order-7" {
		t.Errorf("got %q %q %q", e.Provider, e.Op, e.Ref)
	}
	return e
}

func TestReplies(t *testing.T) {
	for name, v := range map[string]struct {
		http       int
		body       string
		code       waybill.Code
		delivery   waybill.Delivery
		vendorCode string
	}{
		"number":               {200, `{"status":302,"message":"天配额超限"}`, waybill.QuotaExhausted, waybill.NotSent, "302"},
		"quoted number":        {200, `{"status":"302","message":"天配额超限"}`, waybill.QuotaExhausted, waybill.NotSent, "302"},
		"text in msg":          {200, `{"status":1,"msg":"Internal Service Error:无相关结果","results":[]}`, waybill.NotFound, waybill.NotSent, "1"},
		"text in message":      {200, `{"status":1,"message":"无相关结果"}`, waybill.NotFound, waybill.NotSent, "1"},
		"server error":         {200, `{"status":1,"message":"服务器内部错误"}`, waybill.Unavailable, waybill.NotSent, "1"},
		"refusal with 403":     {403, `{"status":240,"message":"APP 服务被禁用"}`, waybill.PermissionDenied, waybill.NotSent, "240"},
		"message of odd type":  {200, `{"status":401,"message":12,"result":"x"}`, waybill.RateLimited, waybill.NotSent, "401"},
		"word of retired":      {200, `{"status":"INVILID_KEY","result":{}}`, waybill.Unauthenticated, waybill.NotSent, "INVILID_KEY"},
		"word OK of retired":   {200, `{"status":"OK","result":{"a":1}}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"no status":            {200, `{"result":{"a":1}}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"status null":          {200, `{"status":null,"result":{"a":1}}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"status of odd type":   {200, `{"status":{},"result":{"a":1}}`, waybill.DataLoss, waybill.Ambiguous, ""},
		"status half":          {200, `{"status":0.5,"result":{"a":1}}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"no result":            {200, `{"status":0}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"result of odd type":   {200, `{"status":0,"result":"x"}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"value of odd type":    {200, `{"status":0,"result":{"n":true}}`, waybill.DataLoss, waybill.Ambiguous, "reply"},
		"jsonp":                {200, `cb&&cb({"status":0,"result":{"n":1}})`, waybill.DataLoss, waybill.Ambiguous, ""},
		"page of a block":      {200, "<html><body>blocked</body></html>", waybill.Unavailable, waybill.Ambiguous, "reply"},
		"page of a firewall":   {403, "<html><body>blocked</body></html>", waybill.Unavailable, waybill.Ambiguous, "reply"},
		"page of nowhere":      {404, "<html></html>", waybill.PermissionDenied, waybill.NotSent, "404"},
		"xml":                  {200, "\xef\xbb\xbf<?xml version=\"1.0\"?><a/>", waybill.Unavailable, waybill.Ambiguous, "reply"},
		"empty":                {200, "", waybill.DataLoss, waybill.Ambiguous, ""},
		"null":                 {200, "null", waybill.DataLoss, waybill.Ambiguous, ""},
		"list":                 {200, "[]", waybill.DataLoss, waybill.Ambiguous, ""},
		"cut":                  {200, `{"status":0,"result":{"n":`, waybill.DataLoss, waybill.Ambiguous, ""},
		"two values":           {200, `{"status":0,"result":{"n":1}}{}`, waybill.DataLoss, waybill.Ambiguous, ""},
		"deep":                 {200, `{"status":0,"result":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", waybill.DataLoss, waybill.Ambiguous, ""},
		"502 page":             {502, "<html></html>", waybill.Unavailable, waybill.Ambiguous, "502"},
		"500 with success":     {500, `{"status":0,"result":{"n":1}}`, waybill.Internal, waybill.Ambiguous, "500"},
		"429":                  {429, "", waybill.RateLimited, waybill.NotSent, "429"},
		"success as not found": {404, `{"status":0,"result":{"n":1}}`, waybill.PermissionDenied, waybill.NotSent, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			var result struct {
				N Number `json:"n"`
			}
			found, err := answering(t, v.http, v.body).Get(t.Context(), call(), &result)
			e := failure(t, err)
			if found || e.Code != v.code || e.Delivery != v.delivery {
				t.Errorf("got %v %v, want %v %v: %v", e.Code, e.Delivery, v.code, v.delivery, e)
			}
			if v.vendorCode != "" && e.VendorCode != v.vendorCode {
				t.Errorf("vendor code %q, want %q", e.VendorCode, v.vendorCode)
			}
		})
	}
}

func TestSuccess(t *testing.T) {
	for body, want := range map[string]struct {
		found bool
		n     float64
	}{
		`{"status":0,"message":"ok","result":{"n":"3"}}`:   {true, 3},
		"\xef\xbb\xbf {\"status\":0,\"result\":{\"n\":4}}": {true, 4},
		`{"status":"0","result":{"n":5}}`:                  {true, 5},
		`{"status":0,"result":{}}`:                         {false, 0},
		`{"status":0,"result":[]}`:                         {false, 0},
		`{"status":0,"result":null}`:                       {false, 0},
		`{"status":0,"results":{"n":6}}`:                   {true, 6},
		`{"status":0,"results":[]}`:                        {false, 0},
	} {
		var result struct {
			N Number `json:"n"`
		}
		found, err := answering(t, 200, body).Get(t.Context(), call(), &result)
		if err != nil || found != want.found || result.N.V != want.n {
			t.Errorf("%s: %t, %v, %v", body, found, result, err)
		}
	}
}

func TestRetryAfterOfTheHeader(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "9")
		_, _ = w.Write([]byte(`{"status":499}`))
	}))
	defer s.Close()
	_, err := client(t, s.URL).Get(t.Context(), call(), nil)
	if e := failure(t, err); e.RetryAfter != 9*time.Second {
		t.Errorf("waits %v", e.RetryAfter)
	}
}

func TestWhatIsSent(t *testing.T) {
	for name, sk := range map[string]string{"plain": "", "signed": secretA} {
		t.Run(name, func(t *testing.T) {
			var query, path string
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query, path = r.URL.RawQuery, r.URL.Path
				_, _ = w.Write([]byte(`{"status":0,"result":{"n":1}}`))
			}))
			defer s.Close()
			c := call()
			c.Params.Add("address", "深圳 A+B")
			params := c.Params
			var result struct{}
			if _, err := client(t, s.URL+"/proxy/", func(cfg *Config) { cfg.SK = sk }).Get(t.Context(), c, &result); err != nil {
				t.Fatal(err)
			}
			if path != "/proxy/geocoding/v3/" {
				t.Errorf("asked %s", path)
			}
			const plain = "address=%E6%B7%B1%E5%9C%B3%20A%2BB&output=json&ak=" + keyA
			if sk == "" {
				if query != plain {
					t.Errorf("sent %s", query)
				}
				return
			}
			signed, sn, _ := strings.Cut(query, "&sn=")
			if !strings.HasPrefix(signed, plain+"&timestamp=") || sn != Sign("/geocoding/v3/", signed, sk) {
				t.Errorf("sent %s", query)
			}
			if len(params) != 1 {
				t.Error("the call's own parameters were changed")
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no key":           {},
		"blank key":        {AK: " "},
		"key with newline": {AK: keyA + "\n"},
		"bad secret":       {AK: keyA, SK: "a b"},
		"ftp":              {AK: keyA, BaseURL: "ftp://example.test"},
		"relative":         {AK: keyA, BaseURL: "/baidu"},
		"user":             {AK: keyA, BaseURL: "https://u:p@example.test"},
		"query":            {AK: keyA, BaseURL: "https://example.test?a=b"},
		"empty query":      {AK: keyA, BaseURL: "https://example.test?"},
		"fragment":         {AK: keyA, BaseURL: "https://example.test#a"},
		"no URL":           {AK: keyA, BaseURL: "http://\x7f"},
		"negative reply":   {AK: keyA, MaxReply: -1},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.Provider = "baidutest"
			_, err := New(cfg)
			if waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("got %v", err)
			}
			if strings.Contains(fmt.Sprintf("%+v", err), keyA) {
				t.Error("the error holds the key")
			}
		})
	}
}

func TestCredentialsAreAskedEveryTime(t *testing.T) {
	var mu sync.Mutex
	n, seen := 0, map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.URL.Query().Get("ak")]++
		mu.Unlock()
		_, _ = w.Write([]byte(`{"status":0,"result":{"n":1}}`))
	}))
	defer s.Close()
	c := client(t, s.URL, func(cfg *Config) {
		cfg.AK = ""
		cfg.Credentials = func(context.Context) (string, string, error) {
			mu.Lock()
			defer mu.Unlock()
			n++
			if n%2 == 0 {
				return keyA, secretA, nil
			}
			return keyB, secretB, nil
		}
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			var result struct{}
			if _, err := c.Get(t.Context(), call(), &result); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if seen[keyA] != 10 || seen[keyB] != 10 {
		t.Errorf("sent %v", seen)
	}
}

func TestCredentialsMayFail(t *testing.T) {
	var asked int
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer s.Close()
	get := func(ctx context.Context, f func(context.Context) (string, string, error)) *waybill.Error {
		_, err := client(t, s.URL, func(cfg *Config) { cfg.Credentials = f }).Get(ctx, call(), nil)
		e := failure(t, err)
		if e.Delivery != waybill.NotSent {
			t.Errorf("got %v", e.Delivery)
		}
		return e
	}
	if e := get(t.Context(), func(context.Context) (string, string, error) { return "", "", errors.New("vault: " + keyA) }); e.Code != waybill.Unauthenticated || strings.Contains(fmt.Sprintf("%#v", e), keyA) {
		t.Errorf("got %v", e)
	}
	if e := get(t.Context(), func(context.Context) (string, string, error) { return "", "", nil }); e.Code != waybill.Unauthenticated {
		t.Errorf("got %v", e)
	}
	if e := get(t.Context(), func(context.Context) (string, string, error) { return keyA, "b c", nil }); e.Code != waybill.Unauthenticated {
		t.Errorf("got %v", e)
	}
	known := &waybill.Error{Code: waybill.Unavailable, RetryAfter: time.Minute}
	if e := get(t.Context(), func(context.Context) (string, string, error) { return "", "", known }); e.Code != waybill.Unavailable || e.RetryAfter != time.Minute {
		t.Errorf("got %v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := get(ctx, func(ctx context.Context) (string, string, error) { return "", "", ctx.Err() })
	if e.Code != waybill.Canceled || !errors.Is(e, context.Canceled) {
		t.Errorf("got %v", e)
	}
	if asked != 0 {
		t.Errorf("%d requests without a key", asked)
	}
}

func TestClientPrintsNoKey(t *testing.T) {
	c := client(t, "http://127.0.0.1:1", func(cfg *Config) { cfg.SK = secretA })
	for _, format := range []string{"%v", "%+v"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, keyA) || strings.Contains(s, secretA) {
			t.Errorf("%s prints a key", format)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"status":0,"result":{"n":1}}`, `{"status":302}`, `{"status":"OK"}`, `cb&&cb({})`, "<a>", "", "null", `{"status":1e99}`,
	} {
		f.Add(s, 200)
	}
	f.Fuzz(func(t *testing.T, body string, code int) {
		if code < 200 || code > 599 || code == 204 || code == 304 {
			return
		}
		c, err := New(Config{Provider: "baidutest", AK: keyA, HTTPClient: &http.Client{Transport: canned{code, body}}})
		if err != nil {
			t.Fatal(err)
		}
		var result struct {
			N Number `json:"n"`
		}
		found, err := c.Get(t.Context(), call(), &result)
		if found && err != nil {
			t.Fatal("a result and an error")
		}
		if err != nil {
			failure(t, err)
		}
	})
}

// canned answers every request without a network.
type canned struct {
	code int
	body string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	rec.WriteHeader(c.code)
	_, _ = rec.WriteString(c.body)
	resp := rec.Result()
	resp.Request = r
	return resp, nil
}
