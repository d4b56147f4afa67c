// Package makertest is what the tests of the adapters of push have in common
// beside the suite of pushtest: recorded replies, replies of any shape, and what
// must become of each token.
//
// # Contract
//
// The functions complain to the testing.TB and hold no state. Only tests import
// this package.
package makertest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// Order is a notification that every maker takes.
func Order() *push.Notification {
	return &push.Notification{Kind: push.KindOrder, Title: "On its way", Body: "Ten minutes", Key: "order-17"}
}

// Named are a maker's tokens of these values.
func Named(vendor push.Vendor, values ...string) []push.Token {
	var out []push.Token
	for _, v := range values {
		out = append(out, push.Token{Vendor: vendor, Value: v})
	}
	return out
}

// Recorded reads a reply from the recordings that lie beside a development
// checkout, not in it: samples of the vendors' documentation and shapes that
// public clients know. Without them the test is skipped.
func Recorded(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "push", file))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return string(b)
}

// Outcome is what must become of one token: of a success the ID, of a failure
// the Code, and Dead.
type Outcome struct {
	ID   string
	Code waybill.Code
	Dead bool
}

// OK is the Code of a success.
const OK = waybill.Code(0xff)

// Taken is a success with this id.
func Taken(id string) Outcome { return Outcome{ID: id, Code: OK} }

// Failed is a failure that leaves the token alive.
func Failed(code waybill.Code) Outcome { return Outcome{Code: code} }

// Gone is a token that is dead.
func Gone() Outcome { return Outcome{Code: waybill.Unregistered, Dead: true} }

// Check compares the first results with what must become of their tokens.
func Check(t testing.TB, what string, got []push.Result, want ...Outcome) {
	t.Helper()
	if len(got) < len(want) {
		t.Fatalf("%s: %d results of %d tokens", what, len(got), len(want))
	}
	for i, w := range want {
		switch r := got[i]; {
		case w.Code == OK && (r.Err != nil || r.ID != w.ID):
			t.Errorf("%s, token %d: %v, id %q; want id %q", what, i, r.Err, r.ID, w.ID)
		case w.Code != OK && (r.Err == nil || r.Err.Code != w.Code || r.ID != ""):
			t.Errorf("%s, token %d: %v, id %q; want %v", what, i, r.Err, r.ID, w.Code)
		case r.Dead != w.Dead:
			t.Errorf("%s, token %d: dead %t, want %t", what, i, r.Dead, w.Dead)
		}
	}
}

// canned answers every request.
type canned struct {
	status int
	header http.Header
	body   string
}

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	for name, values := range c.header {
		w.Header()[name] = values
	}
	w.WriteHeader(c.status)
	_, _ = w.WriteString(c.body)
	return w.Result(), nil
}

// Reply passes a reply to a send through the guarded client, as an adapter gets
// it. A status that no vendor promises becomes 200. private is what must show in
// no error of the reply.
func Reply(t testing.TB, provider string, status int, header http.Header, body string, private ...string) *wire.Reply {
	t.Helper()
	if status < 200 || status > 599 || status == http.StatusNoContent || status == http.StatusNotModified {
		status = http.StatusOK
	}
	c, err := wire.New(wire.Config{Provider: provider, HTTPClient: &http.Client{Transport: canned{status, header, body}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Do(t.Context(), &wire.Request{Op: string(push.Send), URL: "http://maker.test/", Body: []byte("x"), Send: true, Private: private})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Replies are how an adapter reads the reply to a send.
type Replies struct {
	// Provider is the adapter's name.
	Provider string
	// Judge makes one outcome of each token's value.
	Judge func(r *wire.Reply, values []string) []pushbatch.Outcome
	// Exact is a vendor whose successes come under 200 and with an id.
	Exact bool
}

// Fuzz has replies of any shape judged, to one token and to two. Whatever they
// are, a success comes under a status of success, a dead token with the code that
// says so, and an error with who it is of, and not with Sent.
func (x Replies) Fuzz(f *testing.F, seeds ...string) {
	for _, s := range append(seeds, `[]`, `<html>`, ``, `null`) {
		f.Add(http.StatusOK, s)
		f.Add(http.StatusServiceUnavailable, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := Reply(t, x.Provider, status, nil, body)
		for _, values := range [][]string{{"a"}, {"a", "b"}} {
			got := x.Judge(r, values)
			if len(got) != len(values) {
				t.Fatalf("%d outcomes of %d tokens", len(got), len(values))
			}
			for _, o := range got {
				x.check(t, r, o)
			}
		}
	})
}

func (x Replies) check(t testing.TB, r *wire.Reply, o pushbatch.Outcome) {
	t.Helper()
	e := o.Err
	switch {
	case e != nil && (e.Delivery == waybill.Sent || e.VendorCode == "" || e.Provider != x.Provider):
		t.Errorf("incomplete: %v", e)
	case o.Dead && (e == nil || e.Code != waybill.Unregistered || e.Delivery != waybill.NotSent):
		t.Errorf("dead by %v", e)
	case e == nil && (!r.OK() || x.Exact && (r.Status != http.StatusOK || o.ID == "") || strings.ContainsAny(o.ID, " \n")):
		t.Errorf("status %d: success with id %q", r.Status, o.ID)
	}
}

// FuzzReceipts has receipts of any shape read. What is refused has no events, and
// an event is of a token and of a known status.
func FuzzReceipts(f *testing.F, read func([]byte) ([]push.Event, error), seeds ...string) {
	for _, s := range append(seeds, `{}`, `[]`, ``) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := read(body)
		for _, e := range events {
			if err != nil || e.Token.Value == "" || e.Status > push.EventDead {
				t.Errorf("an event of status %v, %v", e.Status, err)
			}
		}
	})
}
