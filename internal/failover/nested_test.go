package failover

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// client is a client behind another client.
type client struct {
	*rig
	name string
}

func (c client) Name() string { return c.name }

func (c client) Verbs() []waybill.Verb { return []waybill.Verb{"ask"} }

func (c client) Ask(ctx context.Context, q string) (string, error) {
	v, _, err := One(ctx, c.lane, nil, q, asker.Ask)
	return v, err
}

// nest puts an inner rig before the provider z.
func nest(t *testing.T, inner, outer rigging, fakes ...*fake) (in, out *rig, z *fake) {
	t.Helper()
	in = newRig(t, inner, fakes...)
	z = newFake("z")
	out = newRig(t, outer, z)
	set, err := NewSet(Config{Domain: out.set.cfg.Domain, Hooks: out.hooks(), Rand: middle},
		[]Member{{Provider: client{in, "inner"}}, {Provider: z}})
	if err != nil {
		t.Fatal(err)
	}
	out.set = set
	out.lane = NewLane[asker](set, "ask", outer.kind, waybill.Policy{AttemptTimeout: 20 * time.Second}, outer.policy)
	return in, out, z
}

// A nested client runs under the outer one's budget of tries.
func TestNestedBudgetOfTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := newFake("x", fails(maybeSent)), newFake("y", fails(maybeSent))
		in, out, z := nest(t, rigging{}, rigging{policy: waybill.Policy{RetryTokens: 100}}, x, y)
		z.will(fails(maybeSent))
		e := out.mustFail(waybill.Unavailable)
		if n := x.tries() + y.tries() + z.tries(); n > 5+1 {
			t.Fatalf("%d tries in all", n)
		}
		if n := len(waybill.Attempts(e)); n != x.tries()+y.tries()+z.tries() {
			t.Fatalf("%d attempts listed of %d", n, x.tries()+y.tries()+z.tries())
		}
		in.quiet()
		out.quiet()
	})
}

// The outer retry tokens hold inside.
func TestNestedBudgetOfTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake("x", fails(maybeSent))
		_, out, z := nest(t, rigging{}, rigging{}, x)
		z.will(fails(maybeSent))
		for range 10 {
			out.set.tokens.fail(10)
		}
		out.mustFail(waybill.Unavailable)
		if x.tries() != 1 || z.tries() != 1 {
			t.Fatalf("x was tried %d times, z %d", x.tries(), z.tries())
		}
	})
}

// The outer hooks see the inner attempts; the inner ones do not see them twice.
func TestNestedHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out, _ := nest(t, rigging{}, rigging{}, newFake("x"))
		out.must("x")
		if len(in.events) != 0 {
			t.Fatalf("the inner hooks saw %v", in.events)
		}
		want := []string{"attempt x ok", "call ok", "attempt inner ok", "call ok"}
		for i, w := range want {
			if len(out.events) != len(want) || out.events[i] != w {
				t.Fatalf("events %v; want %v", out.events, want)
			}
		}
		// Outside of an attempt its own hooks hold.
		in.must("x")
		if len(in.events) != 2 {
			t.Fatalf("the inner hooks saw %v", in.events)
		}
	})
}

// Every attempt is listed once, by the verdict and by the recorder.
func TestNestedAttemptsAreListedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake("x", fails(fault(waybill.Unsupported, 0, ns)))
		_, out, z := nest(t, rigging{}, rigging{}, x)
		ctx, rec := waybill.WithRecorder(t.Context())
		if _, _, err := out.ask(ctx, nil); err != nil {
			t.Fatal(err)
		}
		if all := rec.Attempts(); len(all) != 2 || all[0].Provider != "x" || all[1].Provider != "z" {
			t.Fatalf("recorded %+v", all)
		}
		z.will(fails(fault(waybill.NotFound, 0, ns)))
		e := out.mustFail(waybill.NotFound)
		if all := waybill.Attempts(e); len(all) != 2 || all[0].Provider != "x" || all[1].Number != 2 {
			t.Fatalf("listed %+v", all)
		}
	})
}

// An ambiguous send inside is ambiguous outside.
func TestNestedAmbiguousSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := newFake("x", fails(down)), newFake("y", fails(maybeSent))
		_, out, z := nest(t, rigging{kind: Send}, rigging{kind: Send}, x, y)
		e := out.mustFail(waybill.Unavailable)
		if e.Delivery != amb || z.tries() != 0 || len(waybill.Attempts(e)) != 3 {
			t.Fatalf("verdict %v, z was asked %d times", e, z.tries())
		}
	})
}

// A nested client's verdict idles nothing outside: it has obeyed already.
func TestNestedVerdictIdlesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake("x", fails(limited(waybill.ScopeAccount, time.Hour)))
		y := newFake("y", fails(fault(waybill.Unsupported, 0, ns)), ok)
		_, out, _ := nest(t, rigging{}, rigging{}, x, y)
		out.must("z")
		out.must("y")
	})
}

// The outer attempt's time-out ends the inner call, and is nobody's deadline.
func TestNestedTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake("x", hangs)
		in, out, z := nest(t, rigging{policy: waybill.Policy{AttemptTimeout: -1, TriesPerProvider: -1}}, rigging{policy: waybill.Policy{AttemptTimeout: 3 * time.Second, TriesPerProvider: -1}}, x)
		z.will(fails(fault(waybill.Unsupported, 0, ns)))
		_, _, err := out.ask(t.Context(), nil)
		if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("verdict %v", err)
		}
		in.quiet()
		if s := in.status("x"); s.Failures != 0 {
			t.Fatal("for the inner client its caller left: neutral")
		}
	})
}

// A client of another domain that an attempt uses is no nested one.
func TestOtherDomainIsNotNested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newRig(t, rigging{domain: "storage"}, newFake("oss"))
		a := newFake("a", func(ctx context.Context, q string) (string, error) {
			if !InAttempt(ctx) || Instance(ctx) != "a" {
				t.Error("the attempt does not know itself")
			}
			_, _, err := store.ask(ctx, nil)
			return "a", err
		})
		g := newRig(t, rigging{domain: "mail"}, a)
		ctx, rec := waybill.WithRecorder(t.Context())
		if _, _, err := g.ask(ctx, nil); err != nil || len(store.events) != 2 {
			t.Fatalf("%v, %v", err, store.events)
		}
		if len(rec.Attempts()) != 2 {
			t.Fatalf("recorded %+v", rec.Attempts())
		}
		if InAttempt(t.Context()) || Instance(t.Context()) != "" {
			t.Fatal("outside of an attempt")
		}
	})
}
