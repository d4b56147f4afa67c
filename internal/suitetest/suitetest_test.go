package suitetest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

const secret = "Key-81/x y"

// complaints runs one check and returns what it complained about.
func complaints(t *testing.T, f func(suitetest.T)) []string {
	t.Helper()
	var out []string
	for _, c := range suitetest.Try(t, "", func(t suitetest.T) { t.Sub("x", f) }) {
		out = append(out, c.Text)
	}
	return out
}

type hidden struct{ error }

func (hidden) Error() string   { return "hidden" }
func (h hidden) Unwrap() error { return h.error }

func TestLeaksAreFoundAnywhere(t *testing.T) {
	key := errors.New("key-81/X Y was refused")
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":      {errors.New("all is well"), false},
		"no error":     {nil, false},
		"text":         {key, true},
		"wrapped":      {fmt.Errorf("oops: %w", key), true},
		"hidden below": {hidden{hidden{key}}, true},
		"joined":       {hidden{errors.Join(errors.New("a"), hidden{key})}, true},
		"escaped":      {errors.New("http://x/?key=" + url.QueryEscape(secret)), true},
		"in a path":    {errors.New("http://x/" + url.PathEscape(secret)), true},
		"url error":    {hidden{&url.Error{Op: "Get", URL: "http://x/?key=" + url.QueryEscape(secret), Err: errors.New("eof")}}, true},
		"message":      {&waybill.Error{Message: secret}, true},
		"vendor code":  {&waybill.Error{VendorCode: secret}, true},
		"cause":        {&waybill.Error{Err: hidden{key}}, true},
		"clean":        {&waybill.Error{Message: "busy", Err: errors.New("eof")}, false},
	} {
		for what, l := range map[string]suitetest.Leaks{"secret": {Secrets: []string{"", secret}}, "private": suitetest.Leaks{}.With(secret)} {
			got := complaints(t, func(t suitetest.T) { l.Error(t, c.err) })
			if (len(got) > 0) != c.want {
				t.Errorf("%s, %s: %q", name, what, got)
			}
			for _, text := range got {
				if strings.Contains(strings.ToLower(text), "key-81") {
					t.Errorf("%s: the complaint repeats the word", name)
				}
			}
		}
	}
}

func TestWithLeavesTheOriginalAlone(t *testing.T) {
	base := suitetest.Leaks{Private: append(make([]string, 0, 4), "a")}
	one, two := base.With("b"), base.With("c")
	if one.Private[1] != "b" || two.Private[1] != "c" || len(base.Private) != 1 {
		t.Errorf("%v %v %v", base, one, two)
	}
}

func TestErrorIsChecked(t *testing.T) {
	good := waybill.Error{Code: waybill.NotFound, Provider: "p", Op: "v", Ref: "r"}
	with := func(f func(*waybill.Error)) error { e := good; f(&e); return &e }
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"good":             {&good, false},
		"argument of none": {with(func(e *waybill.Error) { e.Provider, e.Code = "", waybill.InvalidArgument }), false},
		"none":             {nil, true},
		"nil inside":       {(*waybill.Error)(nil), true},
		"wrapped":          {fmt.Errorf("x: %w", &good), true},
		"other provider":   {with(func(e *waybill.Error) { e.Provider = "q" }), true},
		"other verb":       {with(func(e *waybill.Error) { e.Op = "w" }), true},
		"no key":           {with(func(e *waybill.Error) { e.Ref = "" }), true},
	} {
		if got := complaints(t, func(t suitetest.T) { suitetest.Error(t, c.err, "p", "v", "r") }); (len(got) > 0) != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestClass(t *testing.T) {
	class := suitetest.Class{Code: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, RetryAfter: true}
	good := waybill.Error{Code: class.Code, Scope: class.Scope, Delivery: class.Delivery, RetryAfter: time.Second, VendorCode: "1"}
	if got := complaints(t, func(t suitetest.T) { class.Check(t, &good) }); len(got) != 0 {
		t.Errorf("%q", got)
	}
	for i, f := range []func(*waybill.Error){
		func(e *waybill.Error) { e.Code = waybill.Unavailable }, func(e *waybill.Error) { e.Scope = waybill.ScopeService },
		func(e *waybill.Error) { e.Delivery = waybill.Sent }, func(e *waybill.Error) { e.RetryAfter = 0 }, func(e *waybill.Error) { e.VendorCode = "" },
	} {
		bad := good
		f(&bad)
		if got := complaints(t, func(t suitetest.T) { class.Check(t, &bad) }); len(got) != 1 {
			t.Errorf("case %d: %q", i, got)
		}
	}
}

// Every fault has an expectation that a right error meets and a wrong one does
// not.
func TestTransport(t *testing.T) {
	for _, f := range fakehttp.AllFaults() {
		x := suitetest.Transport(f, waybill.NotFound)
		right := &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous, RetryAfter: x.Wait}
		if len(x.Codes) > 0 {
			right.Code = x.Codes[0]
		}
		if len(x.Deliveries) > 0 {
			right.Delivery = x.Deliveries[0]
		}
		if got := complaints(t, func(t suitetest.T) { x.Check(t, right) }); len(got) != 0 {
			t.Errorf("%s: %q", f, got)
		}
		for _, wrong := range []*waybill.Error{{Code: waybill.NotFound, Delivery: right.Delivery, RetryAfter: x.Wait}, {Code: right.Code, Delivery: waybill.Sent, RetryAfter: x.Wait}} {
			if wrong.Delivery == waybill.Sent && len(x.Deliveries) == 0 {
				continue
			}
			if got := complaints(t, func(t suitetest.T) { x.Check(t, wrong) }); len(got) == 0 {
				t.Errorf("%s allows %v %v", f, wrong.Code, wrong.Delivery)
			}
		}
		if hangs := slices.Contains(x.Codes, waybill.DeadlineExceeded); hangs != x.Hangs {
			t.Errorf("%s: hangs %t", f, x.Hangs)
		}
		if x.Wait == 0 {
			continue
		}
		right.RetryAfter++
		if got := complaints(t, func(t suitetest.T) { x.Check(t, right) }); len(got) != 1 {
			t.Errorf("%s: another wait: %q", f, got)
		}
	}
	if x := suitetest.Transport(fakehttp.Delay(time.Second), waybill.NotFound); !slices.Equal(x.Never, []waybill.Code{waybill.NotFound}) {
		t.Errorf("%+v", x)
	}
}

func TestUntilSeen(t *testing.T) {
	seen := make(chan struct{})
	close(seen)
	ctx, end := suitetest.Expect{Hangs: true}.UntilSeen(t.Context(), func() bool { <-seen; return true })
	defer end()
	<-ctx.Done()
	if context.Cause(ctx) != waybill.ErrAttemptTimeout {
		t.Errorf("the cause is %v", context.Cause(ctx))
	}
	ctx, end = suitetest.Expect{}.UntilSeen(t.Context(), func() bool { t.Error("asked"); return true })
	end()
	if ctx.Err() != nil {
		t.Error("a fault that does not hang ended the call")
	}
}

func TestWhenGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	suitetest.When(ctx, func() bool { return false }, func() { t.Error("called") })
}

func TestEnds(t *testing.T) {
	caller := waybill.AsError(context.Canceled)
	attempt := &waybill.Error{Code: waybill.DeadlineExceeded}
	for name, c := range map[string]struct {
		check func(suitetest.T)
		want  int
	}{
		"caller":             {func(t suitetest.T) { suitetest.Ended(t, caller, context.Canceled, waybill.Canceled) }, 0},
		"caller, no error":   {func(t suitetest.T) { suitetest.Ended(t, (*waybill.Error)(nil), context.Canceled, waybill.Canceled) }, 1},
		"caller, other code": {func(t suitetest.T) { suitetest.Ended(t, attempt, context.DeadlineExceeded, waybill.Canceled) }, 2},
		"attempt":            {func(t suitetest.T) { suitetest.AttemptEnded(t, attempt) }, 0},
		"attempt, no error":  {func(t suitetest.T) { suitetest.AttemptEnded(t, nil) }, 1},
		"attempt as caller":  {func(t suitetest.T) { suitetest.AttemptEnded(t, waybill.AsError(context.DeadlineExceeded)) }, 1},
		"attempt canceled":   {func(t suitetest.T) { suitetest.AttemptEnded(t, caller) }, 2},
	} {
		if got := complaints(t, c.check); len(got) != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

type provider struct {
	name, text string
	accounts   []*waybill.Account
}

func (p *provider) Name() string   { return p.name }
func (p *provider) String() string { return p.text }
func (p *provider) Account() *waybill.Account {
	p.accounts = append(p.accounts[1:], p.accounts[0])
	return p.accounts[0]
}

func TestProviderIsChecked(t *testing.T) {
	l := suitetest.Leaks{Secrets: []string{secret}}
	a, b := waybill.NewAccount("a", waybill.Limits{}), waybill.NewAccount("b", waybill.Limits{})
	for name, c := range map[string]struct {
		p       waybill.Provider
		of, acc int
	}{
		"good":             {&provider{"p", "p", []*waybill.Account{a}}, 0, 0},
		"no name":          {&provider{"", "p", []*waybill.Account{a}}, 1, 0},
		"odd name":         {&provider{"a/b", "p", []*waybill.Account{a}}, 1, 0},
		"prints its key":   {&provider{"p", secret, []*waybill.Account{a}}, 3, 0},
		"two accounts":     {&provider{"p", "p", []*waybill.Account{a, b}}, 0, 1},
		"no account":       {nameOnly{}, 0, 1},
		"account of a key": {&provider{"p", "p", []*waybill.Account{waybill.NewAccount(secret, waybill.Limits{})}}, 0, 1},
	} {
		if got := complaints(t, func(t suitetest.T) { suitetest.Provider(t, c.p, l) }); len(got) != c.of {
			t.Errorf("%s: %q", name, got)
		}
		if got := complaints(t, func(t suitetest.T) { suitetest.Account(t, c.p, l) }); len(got) != c.acc {
			t.Errorf("%s: %q", name, got)
		}
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "p" }

func TestBaseURLs(t *testing.T) {
	for name, c := range map[string]struct {
		build func(string, *http.Client) (waybill.Provider, error)
		want  int
	}{
		"refuses":    {func(string, *http.Client) (waybill.Provider, error) { return nil, waybill.Invalid("new", "bad") }, 0},
		"takes all":  {func(string, *http.Client) (waybill.Provider, error) { return nameOnly{}, nil }, 4},
		"odd errors": {func(string, *http.Client) (waybill.Provider, error) { return nil, errors.New("x") }, 4},
	} {
		if got := complaints(t, func(t suitetest.T) { suitetest.BaseURLs(t, c.build) }); len(got) != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTryTellsPathsAndCleansUp(t *testing.T) {
	var order []string
	found := suitetest.Try(t, "a", func(t suitetest.T) {
		t.Sub("other", func(t suitetest.T) { t.Error("not asked for") })
		t.Group("a", func(t suitetest.T) {
			t.Sub("b", func(t suitetest.T) {
				t.Cleanup(func() { order = append(order, "first") })
				t.Cleanup(func() { order = append(order, "second") })
				t.Errorf("one %d", 1)
				t.Fatal("two")
				t.Error("never")
			})
			t.Sub("skipped", func(t suitetest.T) { t.Skip("why"); t.Error("never") })
		})
	})
	want := []string{"a/b: one 1", "a/b: two"}
	if fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", found, want)
	}
	if fmt.Sprint(order) != "[second first]" {
		t.Errorf("cleaned up in the order %v", order)
	}
}

func TestSkips(t *testing.T) {
	s := suitetest.Skips{"g/not this": "why", "whole_group": "why"}
	var ran []string
	note := func(name string) func(suitetest.T) { return func(suitetest.T) { ran = append(ran, name) } }
	suitetest.Try(t, "", func(t suitetest.T) {
		s.Group(t, "v/g", func(_ suitetest.T, sub suitetest.Sub) { sub("not this", note("v/g/not this")) })
		s.Group(t, "g", func(_ suitetest.T, sub suitetest.Sub) { sub("not_this", note("never")); sub("that", note("g/that")) })
		s.Group(t, "whole group", func(suitetest.T, suitetest.Sub) { ran = append(ran, "never") })
		s.Sub(t, "g/not this", note("never"))
		s.Sub(t, "alone", note("alone"))
	})
	if got := fmt.Sprint(ran); got != "[v/g/not this g/that alone]" {
		t.Errorf("ran %s", got)
	}
}

// The names and the order of subtests are those of go test.
func TestOf(t *testing.T) {
	names := make(chan string, 8)
	suitetest.Of(t).Group("group", func(t suitetest.T) {
		t.Sub("one", func(t suitetest.T) { names <- t.Name() })
		t.Sub("two", func(t suitetest.T) { names <- t.Name() })
	})
	close(names)
	var got []string
	for n := range names {
		got = append(got, n)
	}
	slices.Sort(got)
	if want := []string{"TestOf/group/one", "TestOf/group/two"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestRefusal(t *testing.T) {
	f := suitetest.Refusal("17", func(w http.ResponseWriter, _ *http.Request, code string) { http.Error(w, code, http.StatusTeapot) })
	s := fakehttp.New("x", http.NotFoundHandler())
	defer s.Close()
	s.Fail(f)
	resp, err := s.Client().Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTeapot || f.String() != "code_17" {
		t.Errorf("status %d, fault %s", resp.StatusCode, f)
	}
}
