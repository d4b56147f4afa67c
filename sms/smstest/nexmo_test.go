package smstest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/sms/smstest"
)

const form = "application/x-www-form-urlencoded"

// good is a right request with some parameters changed; "-" leaves one out.
func good(pairs ...string) string {
	v := url.Values{"api_key": {smstest.NexmoKey}, "api_secret": {smstest.NexmoSecret}, "from": {"Waybill"}, "to": {"447700900123"}, "text": {"Hello"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "-" {
			v.Del(pairs[i])
		}
	}
	return v.Encode()
}

type part struct {
	To        string
	ID        string `json:"message-id"`
	Status    string
	Text      string `json:"error-text"`
	Price     string `json:"message-price"`
	Balance   string `json:"remaining-balance"`
	Network   string
	ClientRef string `json:"client-ref"`
}

// ask sends a form and returns the reply's parts. Everything in it must be a
// string.
func ask(t *testing.T, s *smstest.Nexmo, body string) []part {
	t.Helper()
	code, text := post(t, s, "/sms/json", form, body)
	var reply struct {
		Count    string `json:"message-count"`
		Messages []part
	}
	if err := json.Unmarshal([]byte(text), &reply); err != nil || code != 200 {
		t.Fatalf("%d %s: %v", code, text, err)
	}
	if reply.Count != fmt.Sprint(len(reply.Messages)) {
		t.Errorf("message-count %s of %d", reply.Count, len(reply.Messages))
	}
	return reply.Messages
}

func newNexmo(t *testing.T, o *smstest.NexmoOptions) *smstest.Nexmo {
	t.Helper()
	s := smstest.NewNexmo(o)
	t.Cleanup(s.Close)
	return s
}

func TestNexmoAccepts(t *testing.T) {
	s := newNexmo(t, nil)
	p := ask(t, s, good("client-ref", "order-42"))
	if len(p) != 1 || p[0].Status != "0" || p[0].To != "447700900123" || len(p[0].ID) != 16 || p[0].Price != "0.03330000" ||
		p[0].Network != "23410" || p[0].ClientRef != "order-42" || p[0].Balance != "999999.96670000" {
		t.Errorf("%+v", p)
	}
	long := ask(t, s, good("text", strings.Repeat("a", 400)))
	if len(long) != 3 || long[0].ID == long[1].ID || long[2].Balance != "999999.86680000" {
		t.Errorf("%+v", long)
	}
	if n := len(ask(t, s, good("text", strings.Repeat("中", 71), "type", "unicode"))); n != 2 {
		t.Errorf("%d parts", n)
	}
	m := s.Messages()
	if len(m) != 3 || m[0].Ref != "order-42" || len(m[1].IDs) != 3 || m[2].Type != "unicode" {
		t.Errorf("%+v", m)
	}
	if s.Accepted("order-42") != 1 || s.Accepted("447700900123 "+strings.Repeat("a", 400)) != 1 {
		t.Error("the ledger")
	}
}

// TestNexmoGarbles holds that a text outside the alphabet is not detected, as at
// the vendor.
func TestNexmoGarbles(t *testing.T) {
	s := newNexmo(t, nil)
	ask(t, s, good("text", "Order 订单 €"))
	if got := s.Messages()[0].Text; got != "Order ?? €" {
		t.Errorf("%q", got)
	}
}

func TestNexmoIsStrict(t *testing.T) {
	s := newNexmo(t, nil)
	for name, x := range map[string]struct{ body, status, text string }{
		"no key":             {good("api_key", "-"), "2", "api_key"},
		"wrong key":          {good("api_key", "otherkey"), "4", ""},
		"no secret":          {good("api_secret", "-"), "2", "api_secret"},
		"wrong secret":       {good("api_secret", "x"), "4", ""},
		"secret and sig":     {good("sig", "x"), "32", ""},
		"no from":            {good("from", "-"), "2", "from"},
		"empty from":         {good("from", ""), "2", "from"},
		"no to":              {good("to", "-"), "2", "to"},
		"no text":            {good("text", "-"), "2", "text"},
		"empty text":         {good("text", ""), "2", "text"},
		"plus":               {good("to", "+447700900123"), "3", "to"},
		"two zeros":          {good("to", "00447700900"), "3", "to"},
		"short to":           {good("to", "447700"), "3", "to"},
		"long to":            {good("to", "4477009001234567"), "3", "to"},
		"letters in to":      {good("to", "4477OO900123"), "3", "to"},
		"two recipients":     {good("to", "447700900123,447700900124"), "3", "to"},
		"repeated":           {good() + "&to=447700900124", "3", "to"},
		"unknown":            {good("flash", "1"), "3", "flash"},
		"long from":          {good("from", "WaybillExpress"), "15", ""},
		"odd from":           {good("from", "Way-bill"), "15", ""},
		"unknown type":       {good("type", "auto"), "3", "type"},
		"ttl in seconds":     {good("ttl", "3600"), "3", "ttl"},
		"ttl too long":       {good("ttl", "604800001"), "3", "ttl"},
		"ttl in words":       {good("ttl", "1h"), "3", "ttl"},
		"long text":          {good("text", strings.Repeat("a", 3201)), "12", ""},
		"report":             {good("status-report-req", "0"), "3", "status-report-req"},
		"class":              {good("message-class", "4"), "3", "message-class"},
		"long ref":           {good("client-ref", strings.Repeat("k", 41)), "3", "client-ref"},
		"callback":           {good("callback", "reports"), "23", ""},
		"broken text":        {strings.Replace(good(), "Hello", "%ff", 1), "3", "text"},
		"not a form at all":  {"%zz", "2", ""},
		"sig, none expected": {good("api_secret", "-", "sig", "x", "timestamp", "1"), "4", ""},
	} {
		p := ask(t, s, x.body)
		if len(p) != 1 || p[0].Status != x.status || !strings.Contains(p[0].Text, x.text) || p[0].ID != "" || p[0].Text == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for name, x := range map[string][2]string{
		"JSON": {"application/json", `{"api_key":"` + smstest.NexmoKey + `"}`},
		"text": {"text/plain", good()},
	} {
		if _, body := post(t, s, "/sms/json", x[0], x[1]); !strings.Contains(body, `"status":"2"`) {
			t.Errorf("%s: %s", name, body)
		}
	}
	if _, body := post(t, s, "/sms/json?to=1", form, good()); !strings.Contains(body, `"status":"2"`) {
		t.Errorf("query beside a form: %s", body)
	}
	if code, _ := post(t, s, "/sms/xml", form, good()); code != http.StatusNotFound {
		t.Errorf("another path: %d", code)
	}
	if resp, err := s.Client().Get(s.URL() + "/sms/json"); err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v", err)
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d accepted", n)
	}
}

// TestNexmoSignatures uses the vectors computed from the vendor's documentation.
func TestNexmoSignatures(t *testing.T) {
	for method, sig := range map[string]string{
		"md5hash": "6d66314bcdb10a26ca49887747e9f4c8",
		"md5":     "AFCF13C887A1561706894D34658C1E3E",
		"sha1":    "1c9cdb19fc09149c20f7e6268dae4d8cd9bdf2fe",
		"sha256":  "8cb7b99c849cb9c21932c5a59fba2a5ce562f83ef9d517bb9eb119b5daaa3d74",
		"sha512":  "deeaa1967aba4e647b1c2561a19bedaea0ca661682f29a8efb536869abdf7269f162c2c9b389f598afb8d41dd984b6b5e9b4f99fb7d2fe80946efdf9d62835cb",
	} {
		s := newNexmo(t, &smstest.NexmoOptions{Key: "abcd1234", Secret: "my_signature_secret_32_bytes_long", Signing: method})
		signed := func(pairs ...string) string {
			return good(append([]string{"api_key", "abcd1234", "api_secret", "-", "client-ref", "order-42", "from", "AcmeInc", "text", "Fish & chips = tea",
				"timestamp", "1700000000", "type", "text", "to", "447700900000", "sig", sig}, pairs...)...)
		}
		if p := ask(t, s, signed()); p[0].Status != "0" {
			t.Errorf("%s: %+v", method, p)
		}
		for name, body := range map[string]string{
			"changed text": signed("text", "Fish and chips"), "no timestamp": signed("timestamp", "-"), "odd timestamp": signed("timestamp", "now"),
			"no sig": signed("sig", "-"), "wrong sig": signed("sig", "00"), "secret": signed("sig", "-", "api_secret", "my_signature_secret_32_bytes_long"),
		} {
			if p := ask(t, s, body); p[0].Status != "14" {
				t.Errorf("%s, %s: %+v", method, name, p)
			}
		}
	}
}

func TestNexmoScripts(t *testing.T) {
	s := newNexmo(t, nil)
	s.FailCode("1")
	if p := ask(t, s, good()); p[0].Status != "1" || p[0].To != "447700900123" || p[0].Network != "23410" || !strings.Contains(p[0].Text, "please wait [ 702 ]") {
		t.Errorf("%+v", p)
	}
	s.Heal()
	s.FailParts("0", "1")
	s.FailParts("5")
	long := strings.Repeat("a", 400)
	if p := ask(t, s, good("text", long, "client-ref", "x")); len(p) != 3 || p[0].Status != "0" || p[1].Status != "1" || p[1].ID != "" || p[2].Status != "0" {
		t.Errorf("%+v", p)
	}
	if p := ask(t, s, good("client-ref", "y")); len(p) != 1 || p[0].Status != "5" {
		t.Errorf("%+v", p)
	}
	if p := ask(t, s, good("client-ref", "z")); p[0].Status != "0" {
		t.Errorf("%+v", p)
	}
	if s.Accepted("x") != 1 || s.Accepted("y") != 0 || s.Accepted("z") != 1 || len(s.Messages()[0].IDs) != 2 {
		t.Error("the ledger")
	}
}

func TestNexmoMasksItsLog(t *testing.T) {
	s := newNexmo(t, nil)
	ask(t, s, good())
	for _, x := range s.Log() {
		if text := x.String(); strings.Contains(text, smstest.NexmoSecret) || strings.Contains(text, smstest.NexmoKey) {
			t.Error("the log holds the credentials")
		}
	}
}
