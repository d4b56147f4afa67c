package wire_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

func TestScrub(t *testing.T) {
	c := newClient(t, nil, wiretest.Options{})
	for text, want := range map[string]string{
		"":                             "",
		"CUQPS_HAS_EXCEEDED_THE_LIMIT": "CUQPS_HAS_EXCEEDED_THE_LIMIT",
		"INVALID_USER_KEY":             "INVALID_USER_KEY",
		"Throughput Rate Exceeded - please wait [ 702 ] and retry":  "Throughput Rate Exceeded - please wait [ 702 ] and retry",
		"The access token expired":                                  "The access token expired",
		"Missing to param":                                          "Missing to param",
		"status 10021: 请求过快":                                        "status 10021: 请求过快",
		"bad key " + secretKey + ", sorry":                          "bad key [secret], sorry",
		"key=" + secretKey + "&x":                                   "key=[secret]&x",
		"bad key " + strings.ToUpper(secretKey):                     "bad key [secret]",
		"token " + url.QueryEscape(secretToken) + ".":               "token [secret].",
		"token " + secretToken + ".":                                "token [secret].",
		"number +8613812345678 is barred":                           "number [number] is barred",
		"number 138-1234-5678 is barred":                            "number [number] is barred",
		"number (020) 7946 0018 is barred":                          "number ([number] is barred",
		"number ١٢٣٤٥٦٧٨٩ is barred":                                "number [number] is barred",
		"mail jan.novák@example.test bounced":                       "mail [mail] bounced",
		"see https://user:pw@api.example.test/v3/x?key=1#f for it":  "see https://api.example.test for it",
		"see HTTPS://api.example.test?key=1":                        "see HTTPS://api.example.test",
		"api_key=abcd&x=1":                                          "api_key=[secret]&x=1",
		`{"api_secret":"hunter"}`:                                   `{"api_secret":"[secret]"}`,
		"Authorization: Bearer abc.def":                             "Authorization: Bearer [secret]",
		"sent bearer abcdef":                                        "sent bearer [secret]",
		"no route from 22.54,114.05 to 1.3;103.8":                   "no route from [point] to [point]",
		"token eyJhbGciOiJFUzI1NiIsImtpZCI6IkFCQzEyM0RFRkcifQ dead": "token [secret] dead",
		"device dGVzdHRva2VuMTIzNDU2Nzg5MA== is gone":               "device [token] is gone",
		"a\r\nb\x00c\td\u2028e":                                     "a b c d e",
		"bad \xff\xfe utf-8":                                        "bad \uFFFD utf-8",
	} {
		if got := c.Scrub(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestScrubPrivate(t *testing.T) {
	c := newClient(t, nil, wiretest.Options{})
	quoted, err := json.Marshal("12/4 \"Rose\" Street")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ text, private, want string }{
		{"no such place: 1 Infinite Loop", "1 Infinite Loop", "no such place: [private]"},
		{"no such place: 1 INFINITE LOOP", "1 Infinite Loop", "no such place: [private]"},
		{"no such place: 1+Infinite+Loop", "1 Infinite Loop", "no such place: [private]"},
		{"no such place: 1%20Infinite%20Loop", "1 Infinite Loop", "no such place: [private]"},
		{"no such place: Infinite Loop, Cup", "1 Infinite Loop, Cupertino", "no such place:[private]"},
		{`no such place: \u6df1\u5733\u5e02A`, "深圳市A", "no such place: [private]"},
		{`no such place: 12\/4 Rose St`, "12/4 Rose St", "no such place: [private]"},
		{"unknown " + string(quoted), "12/4 \"Rose\" Street", `unknown "[private]"`},
		{"no such place: 1%2F2%20O'Neill%20(rear)", "1/2 O'Neill (rear)", "no such place: [private]"},
		{"no such place: 1%2F2%20O%27Neill%20%28rear%29", "1/2 O'Neill (rear)", "no such place: [private]"},
		{`no such place: \"Rose\" & Son`, `"Rose" & Son`, "no such place: [private]"},
		{"no such place: O&#39;Neill &amp; Co", "O'Neill & Co", "no such place: [private]"},
		{"no such place: O&apos;Neill &amp; &quot;Co&quot;", `O'Neill & "Co"`, "no such place: [private]"},
		{"no such place: O'Neill &amp; Co", "O'Neill & Co", "no such place: [private]"},
		{"找不到 科技园南区", "深圳市南山区科技园南区", "找不到 [private]"},
		{"找不到 南山 区", "深圳市南山区科技园", "找不到 南山 区"},
		{"too many messages", "your messages are here", "too many messages"},
		{"short abc", "abc", "short abc"},
		{"nothing", "", "nothing"},
	} {
		if got := c.Scrub(x.text, x.private); got != x.want {
			t.Errorf("%q without %q: %q, want %q", x.text, x.private, got, x.want)
		}
	}
}

func TestScrubLength(t *testing.T) {
	c := newClient(t, nil, wiretest.Options{})
	for _, s := range []string{strings.Repeat("ab ", 1000), strings.Repeat("深", 5000), strings.Repeat("x", 199) + "深深"} {
		got := c.Scrub(s)
		if len(got) > 200 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	}
	// A secret that the bound would cut in two does not show its first half.
	if got := c.Scrub(strings.Repeat("a ", 95) + secretKey); strings.Contains(got, secretKey[:4]) {
		t.Errorf("half a secret: %q", got)
	}
	if got := c.Scrub(strings.Repeat("a ", 2040) + secretKey + secretKey); strings.Contains(got, secretKey[:4]) {
		t.Errorf("half a secret: %q", got)
	}
}

// TestScrubCut: what the bound on the text cuts in two stays hidden although
// what stood before it shrinks.
func TestScrubCut(t *testing.T) {
	c := newClient(t, nil, wiretest.Options{})
	for _, value := range []string{secretKey, url.QueryEscape(secretToken), "11 Lane Rd", url.QueryEscape("11/12, Lane")} {
		for cut := 4; cut < len(value); cut++ {
			text := "see http://h.example.test/"
			text += strings.Repeat("a", 4096-len(text)-1-cut) + " " + value
			if got := c.Scrub(text, "11 Lane Rd", "11/12, Lane"); strings.Contains(got, value[:4]) {
				t.Errorf("%d bytes of %q: %q", cut, value, got)
			}
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("key "+secretKey, "13812345678")
	f.Add("https://"+secretKey+"@x/?"+secretKey, "深圳市南山区科技园")
	f.Add("\xff"+secretKey+"\x00", "a b c d")
	f.Add("Bearer  "+secretKey+"é", "é@é")
	c, err := wire.New(wire.Config{Provider: "testsms", Secrets: func() []string { return []string{secretKey} }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, private string) {
		got := c.Scrub(text, private)
		if len(got) > 200 || !utf8.ValidString(got) {
			t.Errorf("%q: %d bytes", got, len(got))
		}
		if strings.Contains(strings.ToLower(got), secretKey) {
			t.Errorf("%q shows the secret", got)
		}
		if p := strings.TrimSpace(private); len(p) >= 12 && strings.Contains(got, p) && !strings.Contains("[private][secret][number][token][point][mail]", p) {
			t.Errorf("%q shows %q", got, p)
		}
	})
}
