package failover

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// option is a domain's option type.
type option func(*Builder) error

// abroad is a provider that must be asked for in the mainland.
type abroad struct{ *fake }

func (abroad) DefaultOutside() []string { return []string{"CN"} }

func TestBuilder(t *testing.T) {
	b := Builder{Domain: "test"}
	with := func(p waybill.Provider, use ...waybill.UseOption) option {
		return func(b *Builder) error { return b.Add(p, use) }
	}
	err := Apply(&b, []option{
		with(newFake("a"), waybill.In("CN")), nil, with(abroad{newFake("b")}), with(abroad{newFake("c")}, waybill.In("CN", "US")),
		func(b *Builder) error { return b.SetRegion("CN") },
	})
	if err != nil || b.Region != "CN" || len(b.Members()) != 3 {
		t.Fatalf("%v, %+v", err, b)
	}
	set, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l := NewLane[asker](set, "ask", Read, waybill.Policy{}, b.Policy("ask"))
	if err := set.CheckUsed(); err != nil {
		t.Fatal(err)
	}
	for region, want := range map[string]string{"CN": "a c", "US": "b c", "FR": "b"} {
		if got := names(l.Explain(&Select{Regions: []string{region}})); got != want {
			t.Errorf("%s: asked %q; want %q", region, got, want)
		}
	}
}

func TestBuilderRefuses(t *testing.T) {
	own := errors.New("own")
	for name, o := range map[string]option{
		"nil provider": func(b *Builder) error { return b.Add(nil, nil) },
		"bad use":      func(b *Builder) error { return b.Add(newFake("a"), []waybill.UseOption{waybill.In("china")}) },
		"region":       func(b *Builder) error { return b.SetRegion("cn") },
		"no provider":  func(b *Builder) error { _, err := b.Build(); return err },
	} {
		err := Apply(&Builder{Domain: "test"}, []option{o})
		if e := waybill.AsError(err); e == nil || e.Code != waybill.InvalidArgument || e.Delivery != ns {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Apply(new(Builder), []option{func(*Builder) error { return own }}); err != own {
		t.Fatal("an option's own error is lost")
	}
}

// A verb's own policy wins over that for all; of two the later one's fields.
func TestBuilderPolicies(t *testing.T) {
	var b Builder
	b.SetPolicy(waybill.Policy{AttemptTimeout: 1, Tries: 1, Backoff: 1}, nil)
	b.SetPolicy(waybill.Policy{AttemptTimeout: 2}, []waybill.Verb{"ask", "tell"})
	b.SetPolicy(waybill.Policy{Tries: 3}, []waybill.Verb{"ask"})
	b.SetPolicy(waybill.Policy{Backoff: 4}, nil)
	if p := b.Policy("ask"); p.AttemptTimeout != 2 || p.Tries != 3 || p.Backoff != 4 {
		t.Fatalf("ask: %+v", p)
	}
	if p := b.Policy("tell"); p.AttemptTimeout != 2 || p.Tries != 1 {
		t.Fatalf("tell: %+v", p)
	}
	if p := b.Policy("other"); p.AttemptTimeout != 1 || p.Backoff != 4 {
		t.Fatalf("other: %+v", p)
	}
	b = Builder{}
	if p := b.Policy("any"); p.Tries != 0 {
		t.Fatalf("any: %+v", p)
	}
}

func TestBuilderHooks(t *testing.T) {
	calls := 0
	b := Builder{Domain: "test"}
	count := &waybill.Hooks{StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
		calls++
		return ctx, nil
	}}
	b.AddHooks(count)
	b.AddHooks(nil)
	b.AddHooks(count)
	if err := b.Add(newFake("a"), nil); err != nil {
		t.Fatal(err)
	}
	set, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l := NewLane[asker](set, "ask", Read, waybill.Policy{AttemptTimeout: time.Second}, waybill.Policy{})
	if _, _, err := One(t.Context(), l, nil, "q", asker.Ask); err != nil || calls != 2 {
		t.Fatalf("%v, %d calls seen", err, calls)
	}
}
