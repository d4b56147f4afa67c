package amap

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// Every code once more, written down independently of the table: what it is,
// whose, and how long to wait in seconds (-1 until midnight in Beijing).
func TestTable(t *testing.T) {
	const (
		account = waybill.ScopeAccount
		service = waybill.ScopeService
		request = waybill.ScopeRequest
		vendor  = waybill.ScopeProvider
		night   = -1
	)
	for code, want := range map[string]struct {
		code  waybill.Code
		scope waybill.Scope
		wait  int
	}{
		"10001": {waybill.Unauthenticated, account, 0},
		"10002": {waybill.PermissionDenied, service, 0},
		"10003": {waybill.QuotaExhausted, service, night},
		"10004": {waybill.RateLimited, service, 60},
		"10005": {waybill.PermissionDenied, account, 0},
		"10006": {waybill.PermissionDenied, account, 0},
		"10007": {waybill.Unauthenticated, account, 0},
		"10008": {waybill.Unauthenticated, account, 0},
		"10009": {waybill.Unauthenticated, account, 0},
		"10010": {waybill.QuotaExhausted, account, 0},
		"10011": {waybill.PermissionDenied, account, 0},
		"10012": {waybill.PermissionDenied, service, 0},
		"10013": {waybill.Unauthenticated, account, 0},
		"10014": {waybill.RateLimited, service, 1},
		"10015": {waybill.RateLimited, service, 1},
		"10016": {waybill.Unavailable, vendor, 0},
		"10017": {waybill.Unavailable, vendor, 0},
		"10019": {waybill.RateLimited, service, 1},
		"10020": {waybill.RateLimited, service, 1},
		"10021": {waybill.RateLimited, service, 1},
		"10022": {waybill.RateLimited, service, 1},
		"10023": {waybill.RateLimited, service, 1},
		"10024": {waybill.PermissionDenied, service, 0},
		"10026": {waybill.PermissionDenied, account, 0},
		"10029": {waybill.QuotaExhausted, request, night},
		"10041": {waybill.PermissionDenied, service, 0},
		"10044": {waybill.QuotaExhausted, account, night},
		"10045": {waybill.QuotaExhausted, request, night},
		"20000": {waybill.Unsupported, request, 0},
		"20001": {waybill.Unsupported, request, 0},
		"20002": {waybill.PermissionDenied, account, 0},
		"20003": {waybill.Internal, vendor, 0},
		"20011": {waybill.Unsupported, request, 0},
		"20012": {waybill.Unsupported, request, 0},
		"20800": {waybill.NotFound, request, 0},
		"20801": {waybill.NotFound, request, 0},
		"20802": {waybill.NotFound, request, 0},
		"20803": {waybill.Unsupported, request, 0},
		"30001": {waybill.Internal, vendor, 0},
		"32000": {waybill.Internal, vendor, 0},
		"40000": {waybill.QuotaExhausted, account, 0},
		"40001": {waybill.QuotaExhausted, service, 0},
		"40002": {waybill.PermissionDenied, service, 0},
		"40003": {waybill.QuotaExhausted, request, 0},
		"77777": {waybill.Unknown, waybill.ScopeUnknown, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			// Both envelopes say it alike.
			for name, body := range map[string]string{
				"v3": `{"status":"0","info":"WORD","infocode":"` + code + `"}`,
				"v4": `{"errcode":` + code + `,"errmsg":"WORD","errdetail":null,"data":""}`,
			} {
				e := refusalOf(t, body)
				if e.Code != want.code || e.Scope != want.scope || e.Delivery != waybill.NotSent || e.VendorCode != code {
					t.Errorf("%s %s: %v %v %v %s", name, code, e.Code, e.Scope, e.Delivery, e.VendorCode)
				}
				wait := time.Duration(want.wait) * time.Second
				if want.wait == night {
					wait = 16 * time.Hour // the bubble begins at midnight UTC, 8:00 in Beijing
				}
				if e.RetryAfter != wait {
					t.Errorf("%s %s: wait %v, want %v", name, code, e.RetryAfter, wait)
				}
				if e.Provider != "amaptest" || e.Op != "verb" || e.Ref != "ref" || e.Message == "" {
					t.Errorf("%s %s: incomplete: %+v", name, code, e)
				}
			}
		})
	}
}

// oneReply answers every request with a body, without a network.
type oneReply string

func (b oneReply) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: readCloser{strings.NewReader(string(b))}, ContentLength: int64(len(b)), Request: r}, nil
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func refusalOf(t *testing.T, body string) *waybill.Error {
	t.Helper()
	c, err := New(Config{Provider: "amaptest", Key: "K", HTTPClient: &http.Client{Transport: oneReply(body)}})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Do(t.Context(), Call{Op: "verb", Ref: "ref", Path: "/v3/try"}, new(struct{ Envelope }))
	if err == nil {
		t.Fatalf("no error of %s", body)
	}
	return waybill.AsError(err)
}

// The engine's failure is the empty answer of the geocoders, and of them alone.
func TestEmptyAnswer(t *testing.T) {
	for empty, want := range map[bool]waybill.Code{true: waybill.NotFound, false: waybill.Internal} {
		for code, want := range map[string]waybill.Code{"30001": want, "30002": waybill.Internal, "10021": waybill.RateLimited} {
			c, err := New(Config{Provider: "amaptest", Key: "K",
				HTTPClient: &http.Client{Transport: oneReply(`{"status":"0","info":"ENGINE_RESPONSE_DATA_ERROR","infocode":"` + code + `"}`)}})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Do(t.Context(), Call{Op: "verb", Empty: empty}, new(struct{ Envelope })); waybill.CodeOf(err) != want {
				t.Errorf("%s with empty %v: %v", code, empty, err)
			}
		}
	}
}

func TestEnvelopes(t *testing.T) {
	const fine = waybill.Code(255)
	for body, want := range map[string]waybill.Code{
		`{"status":"1","info":"OK","infocode":"10000"}`:       fine,
		`{"status":1,"info":"ok","infocode":10000}`:           fine,
		`{"status":"1","info":"anything","infocode":"10000"}`: fine,
		`{"status":"1"}`: fine,
		`{"errcode":0,"errmsg":"OK","errdetail":null,"data":{}}`:    fine,
		`{"errcode":"10000","errmsg":"OK"}`:                         fine,
		`{"status":"1","info":"INVALID_USER_KEY","infocode":10001}`: waybill.Unauthenticated,
		`{"status":"0","info":"OK","infocode":"10000"}`:             waybill.Unknown,
		`{"status":"0","info":"no code"}`:                           waybill.Unknown,
		`{"status":"0","info":"\u0000","infocode":"10016"}`:         waybill.Unavailable,
		`{"status":[],"info":[],"infocode":[]}`:                     waybill.DataLoss,
		`{"status":null}`:                                           waybill.DataLoss,
		`{}`:                                                        waybill.DataLoss,
		`[]`:                                                        waybill.DataLoss,
		`null`:                                                      waybill.DataLoss,
		``:                                                          waybill.DataLoss,
		`{"status":"1","infocode":"10000"`:                          waybill.DataLoss,
		`cb({"status":"1"})`:                                        waybill.DataLoss,
		"\xef\xbb\xbf{\"status\":\"1\",\"infocode\":\"10000\"}": fine,
	} {
		c, err := New(Config{Provider: "amaptest", Key: "K", HTTPClient: &http.Client{Transport: oneReply(body)}})
		if err != nil {
			t.Fatal(err)
		}
		err = c.Do(t.Context(), Call{Op: "verb"}, new(struct{ Envelope }))
		if want == fine && err != nil || want != fine && (err == nil || waybill.CodeOf(err) != want) {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
}

func TestDivisionCodes(t *testing.T) {
	for code, want := range map[Text]string{"110000": "CN", "440305": "CN", "650100": "CN", "100000": "CN", "810001": "HK", "820001": "MO", "710000": "TW",
		"900000": "", "990000": "", "": "", "0": "", "44030": "", "4403051": "", "ab0000": "", "-10000": "", "+10000": ""} {
		if got := RegionOfAdcode(code); got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
	for code, want := range map[Text]string{"110105": "P", "120100": "P", "310000": "P", "500101": "P", "440300": "", "810000": "", "11": "", "": "",
		"429004": "D", "419001": "D", "659001": "D", "469005": "D", "440390": ""} {
		if got := City(code, "P", "", "D"); got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
		if got := City(code, "P", "C", "D"); got != "C" {
			t.Errorf("%q: %q in place of the city", code, got)
		}
	}
	if City("", "上海市", "", "D") != "上海市" || City("", "广东省", "", "D") != "" {
		t.Error("without a division code")
	}
	for region, want := range map[string]bool{"": true, "CN": true, "HK": true, "MO": true, "TW": false, "JP": false, "US": false} {
		if Covered(region) != want {
			t.Errorf("%q: %v", region, !want)
		}
	}
}

func TestLocations(t *testing.T) {
	for _, v := range []struct {
		lat, lng float64
		want     string
	}{
		{22.5404001, 113.9346, "113.934600,22.540400"}, {-33.8688197, 151.2092957, "151.209296,-33.868820"},
		{39.99047512345, 116.481499987, "116.481500,39.990475"}, {1e-7, 180, "180.000000,0.000000"},
	} {
		if got := FormatLocation(v.lat, v.lng); got != v.want {
			t.Errorf("%v,%v: %s, want %s", v.lat, v.lng, got, v.want)
		}
	}
	for _, s := range []Text{"", ",", "1", "1,", ",1", "0,0", "0.0,-0.0", "181,1", "1,91", "NaN,1", "Inf,1", "1e400,1", "0x1,1", "1_0,1", "1,2,3", "a,b", "[]", "1;2"} {
		if lat, lng, ok := s.Location(); ok {
			t.Errorf("%q is %v,%v", s, lat, lng)
		}
	}
	if lat, lng, ok := Text(" 116.5 , 39.9 ").Location(); !ok || lat != 39.9 || lng != 116.5 {
		t.Errorf("%v,%v %v", lat, lng, ok)
	}
}

// A reply that is too large, or endless nesting, ends as an error.
func TestHugeReplies(t *testing.T) {
	c, err := New(Config{Provider: "amaptest", Key: "K", MaxReply: 1 << 16, HTTPClient: &http.Client{Transport: oneReply(strings.Repeat("[", 1<<15) + strings.Repeat("]", 1<<15))}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Do(t.Context(), Call{Op: "verb"}, new(struct{ Envelope })); waybill.CodeOf(err) != waybill.DataLoss {
		t.Error(err)
	}
	c, err = New(Config{Provider: "amaptest", Key: "K", MaxReply: 1 << 10, HTTPClient: &http.Client{Transport: oneReply(`{"status":"1","x":"` + strings.Repeat("a", 1<<11) + `"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Do(t.Context(), Call{Op: "verb"}, new(struct{ Envelope })); waybill.AsError(err).VendorCode != wire.CodeTooLarge {
		t.Error(err)
	}
}
