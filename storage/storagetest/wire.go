package storagetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/storage"
)

// slowLimit is the deadline of calls whose reply never ends, faultLimit that of
// the others, which is not meant to be reached.
const (
	slowLimit  = 150 * time.Millisecond
	faultLimit = time.Minute
)

// under returns the context of a call under a fault, which ends when the server
// has a request that it will not answer.
func under(f Fault, srv Server) (ctx context.Context, end func()) {
	limit := faultLimit
	if f.Kind == fakehttp.SlowBodyKind {
		limit = slowLimit
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	if f.Kind == fakehttp.HangBeforeReadKind || f.Kind == fakehttp.HangAfterReadKind {
		before := srv.Count("")
		go suitetest.When(ctx, func() bool { return srv.Count("") > before }, cancel)
	}
	return ctx, cancel
}

// most is more than a reader may hand out of any object here.
const most = 1 << 20

// wireCall is one verb with traffic.
type wireCall struct {
	verb waybill.Verb
	// write is set for verbs after which the key "new" is there.
	write bool
	do    func(ctx context.Context, b storage.Bucket) error
}

// The objects "here" and "new" of the fault tests: here is there before.
func wireCalls() []wireCall {
	return []wireCall{
		{storage.Put, true, func(ctx context.Context, b storage.Bucket) error {
			_, err := b.Put(ctx, "new", strings.NewReader("content"), storage.PutOptions{Ref: "r-1"})
			return err
		}},
		{storage.Get, false, func(ctx context.Context, b storage.Bucket) error {
			r, err := b.Get(ctx, "here", storage.GetOptions{})
			if err != nil {
				return err
			}
			data, err := io.ReadAll(io.LimitReader(r, most))
			_ = r.Close()
			if len(data) == most {
				return errors.New("storagetest: a Read goes on behind the end of the object")
			}
			if err == nil && string(data) != "content" {
				return errors.New("storagetest: other content without an error")
			}
			return err
		}},
		{storage.Head, false, func(ctx context.Context, b storage.Bucket) error {
			o, err := b.Head(ctx, "here")
			if err == nil && o.Size != 7 {
				return errors.New("storagetest: other attributes without an error")
			}
			return err
		}},
		{storage.Delete, false, func(ctx context.Context, b storage.Bucket) error { return b.Delete(ctx, "gone") }},
		{"delete many", false, func(ctx context.Context, b storage.Bucket) error { return b.Delete(ctx, "gone", "gone too") }},
		{storage.List, false, func(ctx context.Context, b storage.Bucket) error {
			n := 0
			for _, err := range b.List(ctx, storage.ListOptions{}) {
				if err != nil {
					return err
				}
				n++
			}
			if n == 0 {
				return errors.New("storagetest: an empty list without an error")
			}
			return nil
		}},
		{storage.Copy, true, func(ctx context.Context, b storage.Bucket) error { _, err := b.Copy(ctx, "here", "new"); return err }},
	}
}

// runWire tries every verb with every fault and every vendor code.
func runWire(t tester, h *Harness) {
	for _, c := range wireCalls() {
		verb := strings.ReplaceAll(string(c.verb), " ", "_")
		t.Group(verb, func(t tester) {
			t.Sub("healthy", func(t tester) { wireHealthy(t, h, c) })
			for _, f := range Faults() {
				h.skips().Sub(t, "wire/"+verb+"/"+f.String(), func(t tester) { wireFault(t, h, c, f) })
			}
			for _, code := range h.Wire.Codes {
				if len(code.Verbs) == 0 || slices.Contains(code.Verbs, c.verb) {
					t.Sub("code_"+code.Code, func(t tester) { wireCode(t, h, c, code) })
				}
			}
		})
	}
}

// wired starts a server with the object "here", and an adapter that has no
// connection to it yet, so that a refused one is no broken one.
func wired(t testing.TB, h *Harness) (Server, storage.Bucket) {
	t.Helper()
	srv := h.Wire.Server(t)
	t.Cleanup(srv.Close)
	b, err := h.Wire.New(srv.URL(), srv.Client())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(context.Background(), "here", strings.NewReader("content"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if b, err = h.Wire.New(srv.URL(), srv.Client()); err != nil {
		t.Fatal(err)
	}
	return srv, b
}

func wireHealthy(t tester, h *Harness, c wireCall) {
	srv, b := wired(t, h)
	if err := c.do(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if c.write && !srv.Stored("new") {
		t.Error("a success, but nothing is stored")
	}
	before := srv.Count("")
	s := &session{tester: t, h: h, b: b, ctx: context.Background(), prefix: "p/"}
	keysRefused(s)
	if n := srv.Count("") - before; n != 0 {
		t.Errorf("%d requests for keys that are refused", n)
	}
	for _, x := range srv.Log() {
		for _, secret := range h.Secrets {
			if strings.Contains(x.String(), secret) {
				t.Errorf("a secret was sent")
			}
		}
		for _, name := range []string{"Traceparent", "Idempotency-Key"} {
			if x.Header.Get(name) != "" {
				t.Errorf("the header %s was sent", name)
			}
		}
	}
}

func wireFault(t tester, h *Harness, c wireCall, f Fault) {
	if c.verb == storage.Head && (spoiled(f) || f.Processed && f.Kind == fakehttp.EndlessKind) {
		t.Skip("a reply to HEAD has no body that could be spoiled")
	}
	srv, b := wired(t, h)
	srv.Fail(f)
	ctx, end := under(f, srv)
	defer end()
	err := c.do(ctx, b)
	srv.Heal()
	if err == nil {
		// A reply that says all is well may hide nothing.
		if c.write && !srv.Stored("new") {
			t.Errorf("a success, but nothing is stored")
		}
		if !c.write && c.verb != storage.Delete && c.verb != "delete many" {
			t.Errorf("a success in spite of %s", f)
		}
		if !f.Replied() && !c.write && !(f.Processed && spoiled(f)) {
			t.Errorf("a success without a reply")
		}
		return
	}
	var e *waybill.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is not a *waybill.Error: %v", err, err)
	}
	if e.Provider == "" || e.Op == "" {
		t.Errorf("provider %q, op %q", e.Provider, e.Op)
	}
	if e.Code == waybill.InvalidArgument || e.Code == waybill.NotFound || e.Code == waybill.AlreadyExists {
		if !(f.Code == 404 && c.verb == storage.Head) && !(f.Code == 404 && c.verb == storage.Copy) {
			t.Errorf("%v: a fault of the transport is no %v", err, e.Code)
		}
	}
	if e.Delivery == waybill.NotSent && c.write && srv.Stored("new") {
		t.Errorf("%v: said not to have happened, but it is stored", err)
	}
	if f.Unreached() && e.Delivery != waybill.NotSent {
		t.Errorf("%v: delivery %v, but nothing was reached", err, e.Delivery)
	}
	if f.Code == 429 && (e.Code != waybill.RateLimited || f.Header.Get("Retry-After") == "7" && e.RetryAfter != 7*time.Second) {
		t.Errorf("%v: code %v, wait %v", err, e.Code, e.RetryAfter)
	}
	h.leaks().Error(t, err)
}

// spoiled reports whether the fault lies in the reply's body, which a success of
// some verbs does not need.
func spoiled(f Fault) bool {
	switch f.Kind {
	case fakehttp.ResetMidReplyKind, fakehttp.CutBodyKind, fakehttp.SlowBodyKind:
		return true
	}
	return false
}

func wireCode(t tester, h *Harness, c wireCall, code CodeCase) {
	srv, b := wired(t, h)
	srv.FailCode(code.Code)
	err := c.do(context.Background(), b)
	srv.Heal()
	var e *waybill.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is not a *waybill.Error", err)
	}
	if e.Code != code.Want || e.Scope != code.Scope || e.Delivery != code.Delivery {
		t.Errorf("%v is %v, %v, %v; want %v, %v, %v", err, e.Code, e.Scope, e.Delivery, code.Want, code.Scope, code.Delivery)
	}
	if (e.RetryAfter > 0) != code.RetryAfter {
		t.Errorf("%v: wait %v", err, e.RetryAfter)
	}
	h.leaks().Error(t, err)
}
