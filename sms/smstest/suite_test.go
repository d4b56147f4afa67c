package smstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

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
	case resp.StatusCode != 200:
		return sms.Receipt{}, f.fail(m, waybill.Unavailable, waybill.Ambiguous, "")
	case string(body) != "OK":
		if f.flaw == "quotes the message" {
			return sms.Receipt{}, f.fail(m, waybill.DataLoss, waybill.Ambiguous, m.Text)
		}
		return sms.Receipt{}, f.fail(m, waybill.DataLoss, waybill.Ambiguous, "odd")
	}
	r := sms.Receipt{Served: waybill.Served{Provider: "flawed"}, ID: "1"}
	switch f.flaw {
	case "has no id":
		r.ID = ""
	case "has no provider":
		r.Provider = ""
	}
	return r, nil
}

func (f *flawed) post(ctx context.Context, m sms.Message) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+"/send?to="+m.To.Digits(), bytes.NewReader([]byte(m.Text)))
	if err != nil {
		return nil, err
	}
	return f.hc.Do(r)
}

func takesAll() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") })
}

// TestTheSuiteFindsFlaws tries the suite on adapters that are wrong in one way.
func TestTheSuiteFindsFlaws(t *testing.T) {
	for flaw, want := range map[string]string{
		"prints its key":              "provider/names",
		"does not validate":           "invalid/no number",
		"sends twice":                 "messages/plain",
		"repeats":                     "faults/reset_mid_reply_processed",
		"calls everything not sent":   "faults/reset_before_reply_processed",
		"shows the transport's error": "faults/reset_before_reply",
		"believes any 200":            "faults/html_200",
		"calls 5xx not sent":          "client/html_502_processed",
		"blames the caller":           "faults/status_400",
		"quotes the message":          "odd/odd_null",
		"has no id":                   "messages/plain",
		"has no provider":             "messages/plain",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			group, _, _ := strings.Cut(want, "/")
			h := Harness{
				New: func(base string, hc *http.Client) (waybill.Provider, error) {
					return &flawed{base: base, hc: hc, flaw: flaw}, nil
				},
				Handler: takesAll,
				Secrets: []string{"key-12345678"},
				Skip:    map[string]string{},
			}
			for _, g := range []string{"provider", "messages", "invalid", "faults", "odd", "context", "client"} {
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
