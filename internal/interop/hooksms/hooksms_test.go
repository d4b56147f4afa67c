package hooksms

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

const testKey = "relay-secret-key-1"

// relay is a strict fake of the relay.
func relay() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v1/messages" || r.URL.RawQuery != "" {
			http.NotFound(w, r)
			return
		}
		if r.Header.Get("X-Relay-Key") != testKey {
			refuse(w, r, "auth")
			return
		}
		if r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusUnsupportedMediaType)
			return
		}
		var m struct {
			To, Text, Sender, Ref *string
			TTL                   *int `json:"ttl_seconds"`
		}
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		if d.Decode(&m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if _, err := d.Token(); err != io.EOF {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		switch {
		case m.To == nil || sms.Number(*m.To).Validate() != nil:
			refuse(w, r, "bad_number")
		case m.Sender == nil || *m.Sender == "" || utf8.RuneCountInString(*m.Sender) > 15:
			refuse(w, r, "unknown_sender")
		case m.Text == nil || *m.Text == "" || m.TTL != nil && (*m.TTL < 1 || *m.TTL > 7*86400) || m.Ref != nil && len(*m.Ref) > 40:
			w.WriteHeader(http.StatusBadRequest)
		default:
			p, err := sms.Count(*m.Text)
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusAccepted)
			fmt.Fprintf(w, `{"id":"r-1","parts":%d,"price":"0.012","currency":"EUR"}`, p.Count)
		}
	})
}

func refuse(w http.ResponseWriter, r *http.Request, code string) {
	body, _ := io.ReadAll(r.Body) // the relay echoes what it was sent, key and all
	w.Header().Set("Content-Type", "application/json")
	if code == "slow_down" {
		w.Header().Set("Retry-After", "7")
	}
	status := codes[code].status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	detail, _ := json.Marshal("no " + code + " for " + r.Header.Get("X-Relay-Key") + " sending " + string(body))
	fmt.Fprintf(w, `{"error":{"code":%q,"detail":%s}}`, code, detail)
}

func TestConformance(t *testing.T) {
	// Written by hand from the relay's page, not from the adapter's table.
	cases := []smstest.CodeCase{
		{Code: "bad_number", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent},
		{Code: "blocked", Want: waybill.OptedOut, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent},
		{Code: "unknown_sender", Want: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent},
		{Code: "no_credit", Want: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "slow_down", Want: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, RetryAfter: true},
		{Code: "auth", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "busy", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
		{Code: "crash", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
	}
	smstest.Run(t, smstest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return New(testKey, &Options{BaseURL: baseURL, HTTPClient: hc})
		},
		Handler: relay,
		Options: &smstest.ServerOptions{Refuse: refuse, Read: func(_ *http.Request, body []byte) (smstest.Seen, bool) {
			var m request
			err := json.Unmarshal(body, &m)
			return smstest.Seen{To: sms.Number(m.To), From: m.Sender, Text: m.Text, Ref: m.Ref, TTL: time.Duration(m.TTL) * time.Second}, err == nil
		}},
		Codes:   cases,
		Secrets: []string{testKey},
		Unsupported: []smstest.MessageCase{
			{Name: "template", Message: sms.Message{To: "+447700900123", Text: "x {key}", From: "Waybill", Gateway: sms.GatewayMessage{TemplateID: "T1"}}},
			{Name: "no sender", Message: sms.Message{To: "+447700900123", Text: "x {key}"}},
			{Name: "short ttl", Message: sms.Message{To: "+447700900123", Text: "x {key}", From: "Waybill", TTL: 1}},
		},
	})
}

func TestNoSecretInPrint(t *testing.T) {
	a, err := New(testKey, &Options{BaseURL: "http://relay.test"})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", a, a, a, a); strings.Contains(s, testKey) {
		t.Error(s)
	}
}
