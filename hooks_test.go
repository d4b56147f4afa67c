package waybill_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/waybill-go/waybill"
)

type tagKey struct{}

// tags returns hooks that note what is called in seen, and add their name to the
// context so that nesting shows.
func tags(name string, seen *[]string) *waybill.Hooks {
	note := func(ctx context.Context, what string) {
		path, _ := ctx.Value(tagKey{}).(string)
		*seen = append(*seen, name+" "+what+path)
	}
	into := func(ctx context.Context) context.Context {
		path, _ := ctx.Value(tagKey{}).(string)
		return context.WithValue(ctx, tagKey{}, path+"/"+name)
	}
	return &waybill.Hooks{
		StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
			note(ctx, "call")
			return into(ctx), func(waybill.CallEnd) { note(context.Background(), "end") }
		},
		StartAttempt: func(ctx context.Context, _ waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			note(ctx, "attempt")
			return into(ctx), func(waybill.AttemptEnd) { note(context.Background(), "done") }
		},
		OnFailover: func(ctx context.Context, _ waybill.Failover) { note(ctx, "failover") },
		OnEject:    func(ctx context.Context, _ waybill.Ejection) { note(ctx, "eject") },
		OnIdle:     func(ctx context.Context, _ waybill.Idle) { note(ctx, "idle") },
	}
}

// play calls every hook as a client does.
func play(ctx context.Context, h *waybill.Hooks) {
	ctx, end := h.StartCall(ctx, waybill.Call{})
	inner, done := h.StartAttempt(ctx, waybill.AttemptStart{})
	h.OnFailover(inner, waybill.Failover{})
	if done != nil {
		done(waybill.AttemptEnd{})
	}
	h.OnEject(ctx, waybill.Ejection{})
	h.OnIdle(ctx, waybill.Idle{})
	if end != nil {
		end(waybill.CallEnd{})
	}
}

// TestJoinHooks: starts and events run in order, ends in reverse, and each start
// gets the context of the one before.
func TestJoinHooks(t *testing.T) {
	var seen []string
	h := waybill.JoinHooks(nil, tags("a", &seen), nil, tags("b", &seen), tags("c", &seen))
	play(t.Context(), h)
	want := "[a call b call/a c call/a/b a attempt/a/b/c b attempt/a/b/c/a c attempt/a/b/c/a/b " +
		"a failover/a/b/c/a/b/c b failover/a/b/c/a/b/c c failover/a/b/c/a/b/c c done b done a done " +
		"a eject/a/b/c b eject/a/b/c c eject/a/b/c a idle/a/b/c b idle/a/b/c c idle/a/b/c c end b end a end]"
	if fmt.Sprint(seen) != want {
		t.Errorf("order\n%v, want\n%s", seen, want)
	}
}

func TestJoinHooksNil(t *testing.T) {
	if waybill.JoinHooks() != nil || waybill.JoinHooks(nil, nil) != nil {
		t.Error("nothing joined is something")
	}
	one := &waybill.Hooks{}
	if waybill.JoinHooks(nil, one) != one {
		t.Error("one set of hooks was copied")
	}
	var seen []string
	full := tags("a", &seen)
	for _, h := range []*waybill.Hooks{waybill.JoinHooks(full, one), waybill.JoinHooks(one, full)} {
		seen = nil
		play(t.Context(), h)
		if len(seen) != 7 {
			t.Errorf("beside empty hooks: %v", seen)
		}
	}
	empty := waybill.JoinHooks(one, &waybill.Hooks{})
	if empty.StartCall != nil || empty.StartAttempt != nil || empty.OnFailover != nil || empty.OnEject != nil || empty.OnIdle != nil {
		t.Error("empty hooks joined are not empty")
	}
	// A start may return no end.
	endless := &waybill.Hooks{
		StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) { return ctx, nil },
		StartAttempt: func(ctx context.Context, _ waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			return ctx, nil
		},
	}
	for _, h := range []*waybill.Hooks{waybill.JoinHooks(full, endless), waybill.JoinHooks(endless, full)} {
		seen = nil
		play(t.Context(), h)
		if len(seen) != 7 {
			t.Errorf("beside hooks without ends: %v", seen)
		}
	}
	if _, end := waybill.JoinHooks(endless, endless).StartCall(t.Context(), waybill.Call{}); end != nil {
		t.Error("two missing ends make one")
	}
}

// A hook that returns no context leaves it as it is.
func TestHooksWithoutAContext(t *testing.T) {
	type key struct{}
	none := &waybill.Hooks{
		StartCall: func(context.Context, waybill.Call) (context.Context, func(waybill.CallEnd)) { return nil, nil },
		StartAttempt: func(context.Context, waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			return nil, nil
		},
	}
	ctx := context.WithValue(t.Context(), key{}, "kept")
	h := waybill.JoinHooks(none, none)
	if got, end := h.StartCall(ctx, waybill.Call{}); got != ctx || end != nil {
		t.Error("the context of a call is lost")
	}
	if got, end := h.StartAttempt(ctx, waybill.AttemptStart{}); got != ctx || end != nil {
		t.Error("the context of an attempt is lost")
	}
}

// A hook that panics at an end does not keep the ones around it from theirs.
func TestJoinedEndsRunBesideAPanic(t *testing.T) {
	ended := false
	h := waybill.JoinHooks(
		&waybill.Hooks{StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
			return ctx, func(waybill.CallEnd) { ended = true }
		}},
		&waybill.Hooks{StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
			return ctx, func(waybill.CallEnd) { panic("hook") }
		}})
	_, end := h.StartCall(t.Context(), waybill.Call{})
	func() {
		defer func() { _ = recover() }()
		end(waybill.CallEnd{})
	}()
	if !ended {
		t.Error("the first hook's span stays open")
	}
}
