package waybill_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
)

// TestAttempts: all of a verdict's, in order, as a copy.
func TestAttempts(t *testing.T) {
	tries := []waybill.Attempt{
		attempt("a", &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}),
		attempt("b", &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent}),
	}
	v := waybill.NewVerdict(tries, waybill.VerdictInfo{})
	got := waybill.Attempts(fmt.Errorf("wrapped: %w", v))
	if len(got) != 2 || got[0].Provider != "a" || got[1].Provider != "b" {
		t.Fatalf("%+v", got)
	}
	got[0].Provider = "changed"
	if waybill.Attempts(v)[0].Provider != "a" {
		t.Error("the verdict can be changed through its attempts")
	}
	for _, err := range []error{nil, errors.New("x"), &waybill.Error{}} {
		if got := waybill.Attempts(err); len(got) != 0 {
			t.Errorf("attempts of %v: %v", err, got)
		}
	}
}

// TestRecorder: what calls add with its context, from many goroutines, and to
// nobody else.
func TestRecorder(t *testing.T) {
	ctx, r := waybill.WithRecorder(t.Context())
	if waybill.RecorderFrom(ctx) != r || waybill.RecorderFrom(t.Context()) != nil {
		t.Fatal("the recorder is not its context's")
	}
	below, cancel := context.WithCancel(ctx)
	defer cancel()
	inner, r2 := waybill.WithRecorder(below)
	if waybill.RecorderFrom(below) != r || waybill.RecorderFrom(inner) != r2 {
		t.Fatal("the innermost recorder does not win")
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 100 {
				waybill.RecorderFrom(below).Add(waybill.Attempt{Provider: fmt.Sprint(i), Number: n})
				_ = r.Attempts()
			}
		})
	}
	wg.Wait()
	got := r.Attempts()
	last := map[string]int{}
	for _, a := range got {
		if n, ok := last[a.Provider]; ok && a.Number != n+1 {
			t.Fatalf("attempts of %s out of order", a.Provider)
		}
		last[a.Provider] = a.Number
	}
	if len(got) != 800 || len(r2.Attempts()) != 0 {
		t.Errorf("%d and %d attempts", len(got), len(r2.Attempts()))
	}
	got[0].Provider = "changed"
	if r.Attempts()[0].Provider == "changed" {
		t.Error("the recorder can be changed through its attempts")
	}
	(*waybill.Recorder)(nil).Add(waybill.Attempt{}) // no recorder, no harm
}
