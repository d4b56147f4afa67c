package smstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/sms"
)

// failures runs the suite and returns the names of the failed subtests.
func failures(t *testing.T, h Harness) []string {
	t.Helper()
	var out []string
	for _, c := range suitetest.Try(t, "", func(t tester) { run(t, h) }) {
		if !slices.Contains(out, c.Path) {
			out = append(out, c.Path)
		}
	}
	return out
}

// flawed is a gateway's adapter by hand, on net/http, with one flaw.
type flawed struct {
	base, flaw string
	hc         *http.Client
}

func (f *flawed) Name() string { return "flawed" }

func (f *flawed) String() string {
	if f.flaw == "prints its key" {
		return "flawed with key-12345678"
	}
	return "flawed"
}

func (f *flawed) GoString() string { return f.String() }

func (f *flawed) fail(m sms.Message, code waybill.Code, d waybill.Delivery, text string) error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeProvider, Delivery: d, Provider: "flawed", Op: "send", Ref: m.Key, Message: text, VendorCode: "x"}
}

func (f *flawed) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if err := m.Validate(); err != nil && f.flaw != "does not validate" {
		return sms.Receipt{}, err
	}
	if m.Template != "" && f.flaw != "sends no text for a template" {
		return sms.Receipt{}, waybill.NotSupported("send", "a template without a text").With("flawed", "", m.Key)
	}
	if e := waybill.FromContext(ctx); e != nil && f.flaw != "deaf" {
		e.Delivery = waybill.NotSent
		return sms.Receipt{}, e.With("flawed", "send", m.Key)
	}
	if f.flaw == "sends twice" {
		_, _ = f.post(ctx, m)
	}
	resp, err := f.post(ctx, m)
	if err != nil && f.flaw == "repeats" {
		resp, err = f.post(context.WithoutCancel(ctx), m)
	}
	if err != nil {
		if e := waybill.FromContext(ctx); e != nil {
			return sms.Receipt{}, e.With("flawed", "send", m.Key)
		}
		d := waybill.Ambiguous
		if f.flaw == "calls everything not sent" {
			d = waybill.NotSent
		}
		text := "the transport failed"
		if f.flaw == "shows the transport's error" {
			text = err.Error()
		}
		return sms.Receipt{}, f.fail(m, waybill.Unavailable, d, text)
	}
	defer func() { _ = resp.Body.Close() }()
	if f.flaw == "believes any 200" && resp.StatusCode == 200 {
		return sms.Receipt{Served: waybill.Served{Provider: "flawed"}, ID: "1"}, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	switch {
	case err != nil:
		if e := waybill.FromContext(ctx); e != nil {
			return sms.Receipt{}, e.With("flawed", "send", m.Key)
		}
		return sms.Receipt{}, f.fail(m, waybill.DataLoss, waybill.Ambiguous, "cut")
	case resp.StatusCode >= 500 && f.flaw == "calls 5xx not sent":
		return sms.Receipt{}, f.fail(m, waybill.Unavailable, waybill.NotSent, "")
	case resp.StatusCode != 200 && f.flaw == "blames the caller":
		return sms.Receipt{}, f.fail(m, waybill.InvalidArgument, waybill.NotSent, "")
	case resp.StatusCode != 200 && f.flaw == "believes the code":
		return sms.Receipt{}, f.fail(m, waybill.RateLimited, waybill.NotSent, "")
	case resp.StatusCode != 200 && f.flaw == "repeats the vendor":
		return sms.Receipt{}, f.fail(m, waybill.Unavailable, waybill.Ambiguous, string(body))
	case resp.StatusCode != 200:
		return sms.Receipt{}, f.fail(m, waybill.Unavailable, waybill.Ambiguous, "")
	case string(body) != "OK":
		if f.flaw == "quotes the message" {
			return sms.Receipt{}, f.fail(m, waybill.DataLoss, waybill.Ambiguous, m.Text)
		}
		return sms.Receipt{}, f.fail(m, waybill.DataLoss, waybill.Ambiguous, "odd")
	}
	r := sms.Receipt{Served: waybill.Served{Provider: "flawed"}, ID: "1"}
	if f.flaw == "nil in an interface" {
		return r, (*waybill.Error)(nil)
	}
	switch f.flaw {
	case "has no id":
		r.ID = ""
	case "has no provider":
		r.Provider = ""
	}
	return r, nil
}

func (f *flawed) post(ctx context.Context, m sms.Message) (*http.Response, error) {
	q := url.Values{"to": {string(m.To)}, "from": {m.From}, "ref": {m.Key}, "ttl": {m.TTL.String()}}
	text := sms.SignText(m.Gateway.Sign, m.Text)
	switch f.flaw {
	case "another recipient":
		q.Set("to", "+447700900999")
	case "another sender":
		q.Set("from", "Acme")
	case "another text":
		text = strings.ToUpper(m.Text)
	case "no reference":
		q.Del("ref")
	case "no sign":
		text = m.Text
	case "a longer life":
		q.Set("ttl", (m.TTL * 60).String())
	case "deaf":
		ctx = context.WithoutCancel(ctx)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+"/send?"+q.Encode(), bytes.NewReader([]byte(text)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Key", "key-12345678")
	if f.flaw != "can be replayed" {
		r.GetBody = nil
	}
	if f.flaw == "has an idempotency key" {
		r.Header.Set("Idempotency-Key", m.Key)
	}
	return f.hc.Do(r)
}

func takesAll() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") })
}

func readFlawed(r *http.Request, body []byte) (Seen, bool) {
	q := r.URL.Query()
	ttl, err := time.ParseDuration(q.Get("ttl"))
	return Seen{To: sms.Number(q.Get("to")), From: q.Get("from"), Ref: q.Get("ref"), Text: string(body), TTL: ttl}, err == nil
}

func refuseFlawed(w http.ResponseWriter, _ *http.Request, code string) {
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, `{"code":"`+code+`","text":"come back later"}`)
}

func flawedHarness(flaw string) Harness {
	return Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return &flawed{base: base, hc: hc, flaw: flaw}, nil
		},
		Handler: takesAll,
		Options: &ServerOptions{Read: readFlawed, Refuse: refuseFlawed},
		Secrets: []string{"key-12345678"},
	}
}

// TestTheSuiteFindsNoFlawWhereThereIsNone tries the same adapter without a flaw
// on what it does right.
func TestTheSuiteFindsNoFlawWhereThereIsNone(t *testing.T) {
	h := flawedHarness("")
	h.Codes = []CodeCase{{Code: "busy"}}
	h.Skip = map[string]string{"provider": "takes any URL", "faults": "knows no 429", "client": "knows no 429", "codes/busy": "knows no codes"}
	if got := failures(t, h); len(got) != 0 {
		t.Errorf("failed: %v", got)
	}
}

// A call that hangs is one finding, and ends the run.
func TestAHangingCallStopsTheRun(t *testing.T) {
	h := flawedHarness("deaf")
	h.Skip = map[string]string{"provider": "another flaw"}
	found := suitetest.Try(t, "", func(t tester) {
		(&suite{Harness: h, keys: new(keys), halt: new(suitetest.Halt), patience: 300 * time.Millisecond}).run(t)
	})
	for _, c := range found {
		if !strings.HasPrefix(c.Path, "context/") {
			t.Errorf("after the hang: %v", c)
		}
	}
	if len(found) == 0 || !strings.Contains(found[len(found)-1].Text, "has not returned") {
		t.Errorf("found %v", found)
	}
}

// A wrong answer in good weather is found once.
func TestAWrongFirstMessageStopsTheRun(t *testing.T) {
	h := flawedHarness("another recipient")
	h.Skip = map[string]string{"provider": "another flaw"}
	found := suitetest.Try(t, "", func(t tester) { run(t, h) })
	if len(found) != 1 || found[0].Path != "messages/plain" {
		t.Errorf("found %v", found)
	}
}

// An error that is none is told apart from one.
func TestANilErrorInAnInterface(t *testing.T) {
	found := suitetest.Try(t, "messages", func(t tester) { run(t, flawedHarness("nil in an interface")) })
	if len(found) != 1 || !strings.Contains(found[0].Text, "nil *waybill.Error in an interface") {
		t.Errorf("found %v", found)
	}
}

// TestTheSuiteFindsFlaws tries the suite on adapters that are wrong in one way.
func TestTheSuiteFindsFlaws(t *testing.T) {
	for flaw, want := range map[string]string{
		"prints its key":               "provider/names",
		"does not validate":            "invalid/no number",
		"sends twice":                  "messages/plain",
		"sends no text for a template": "unsupported/template_without_an_id",
		"repeats":                      "faults/reset_mid_reply_processed",
		"calls everything not sent":    "faults/reset_before_reply_processed",
		"shows the transport's error":  "faults/reset_before_reply",
		"believes any 200":             "faults/html_200",
		"calls 5xx not sent":           "client/html_502_processed",
		"blames the caller":            "faults/status_400",
		"quotes the message":           "odd/odd_null",
		"another recipient":            "messages/plain",
		"another sender":               "messages/plain",
		"another text":                 "messages/plain",
		"no reference":                 "messages/plain",
		"no sign":                      "messages/signature",
		"a longer life":                "messages/time to live",
		"can be replayed":              "replay/by_the_transport",
		"has an idempotency key":       "replay/by_the_transport",
		"believes the code":            "codes/unknown_under_500",
		"repeats the vendor":           "privacy/echoed_words",
		"has no id":                    "messages/plain",
		"has no provider":              "messages/plain",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			group, _, _ := strings.Cut(want, "/")
			h := flawedHarness(flaw)
			h.Codes = []CodeCase{{Code: "busy", Want: waybill.RateLimited, Delivery: waybill.NotSent}}
			h.Skip = map[string]string{}
			for _, g := range []string{"provider", "context", "messages", "invalid", "codes", "privacy", "replay", "faults", "odd", "client"} {
				if g != group {
					h.Skip[g] = "another flaw"
				}
			}
			if flaw == "repeats" { // a repeat after a hang would never end
				for _, f := range Faults() {
					if expectation(f).Hangs {
						h.Skip["faults/"+f.String()] = "hangs"
						h.Skip["faults/"+f.String()+"_on_a_used_connection"] = "hangs"
					}
				}
				want = "faults/reset_before_reply_processed"
			}
			got := failures(t, h)
			for _, name := range got {
				if name == want {
					return
				}
			}
			t.Errorf("%s did not fail; failed: %v", want, got)
		})
	}
}

func TestHarnessNeedsItsParts(t *testing.T) {
	made := func(string, *http.Client) (waybill.Provider, error) { return nameOnly{}, nil }
	for name, h := range map[string]Harness{
		"nothing":   {},
		"no server": {New: made},
		"no sender": {New: made, Handler: takesAll},
		"New fails": {New: func(string, *http.Client) (waybill.Provider, error) { return nil, errors.New("no") }, Handler: takesAll},
	} {
		if got := failures(t, h); len(got) != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "nameonly" }

func TestOutcome(t *testing.T) {
	as := func(d waybill.Delivery) error { return &waybill.Error{Delivery: d} }
	for i, x := range []struct {
		err      error
		accepted int
		bad      bool
	}{
		{nil, 1, false}, {nil, 0, true}, {nil, 2, true},
		{as(waybill.NotSent), 0, false}, {as(waybill.NotSent), 1, true},
		{as(waybill.Sent), 1, false}, {as(waybill.Sent), 0, true},
		{as(waybill.Ambiguous), 0, false}, {as(waybill.Ambiguous), 1, false}, {as(waybill.Ambiguous), 2, true},
	} {
		if why := outcome(x.err, x.accepted); (why != "") != x.bad {
			t.Errorf("case %d: %q", i, why)
		}
	}
}

func TestEveryFaultHasAnExpectation(t *testing.T) {
	for _, f := range Faults() {
		if e := expectation(f); len(e.Codes) == 0 && len(e.Never) == 0 {
			t.Errorf("%s expects nothing", f)
		}
	}
}

func TestKeyed(t *testing.T) {
	m := sms.Message{Text: "a {key}", Params: map[string]string{"x": "{key}"}, Gateway: sms.GatewayMessage{Params: []sms.Param{{Name: "n", Value: "<{key}>"}}}}
	got := keyed(m, "K")
	if fmt.Sprint(got.Key, got.Text, got.Params["x"], got.Gateway.Params[0].Value) != fmt.Sprint("K", "a K", "K", "<K>") || m.Gateway.Params[0].Value != "<{key}>" || m.Params["x"] != "{key}" {
		t.Errorf("%+v", got)
	}
	for _, c := range Messages() {
		if err := keyed(c.Message, "smstest00000001").Validate(); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	for name, m := range badMessages() {
		if !errors.Is(m.Validate(), waybill.ErrInvalidArgument) {
			t.Errorf("%s is valid", name)
		}
	}
}
