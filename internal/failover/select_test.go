package failover

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/waybill-go/waybill"
)

// names lists who would be asked, in order.
func names(cands []waybill.Candidate) string {
	var out []string
	for _, c := range cands {
		if c.Order > 0 {
			out = append(out, c.Instance)
		}
	}
	return strings.Join(out, " ")
}

func fourFakes() []*fake {
	return []*fake{newFake("a"), newFake("b"), newFake("c"), newFake("d")}
}

// Rule: without anything special the order of construction holds; priority
// comes before it.
func TestSelectionOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, fourFakes()...)
		if got := names(g.lane.Explain(nil)); got != "a b c d" {
			t.Fatal(got)
		}
		g = newRig(t, rigging{uses: []waybill.Use{{Priority: 2}, {Priority: 1}, {}, {Priority: 1}}}, fourFakes()...)
		if got := names(g.lane.Explain(&Select{Key: "any"})); got != "c b d a" {
			t.Fatal(got)
		}
	})
}

// Rule: filters. Regions are a data boundary.
func TestSelectionRegions(t *testing.T) {
	uses := []waybill.Use{{In: []string{"CN"}}, {Outside: []string{"CN"}}, {In: []string{"CN", "HK", "MO"}}, {}}
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{uses: uses}, fourFakes()...)
		for _, c := range []struct {
			regions []string
			want    string
		}{
			{[]string{"CN"}, "a c d"},
			{[]string{"US"}, "b d"},
			{[]string{"HK"}, "b c d"},
			{[]string{"CN", "HK"}, "c d"},
			{[]string{"CN", "US"}, "d"},
			{[]string{"IN", "US"}, "b d"},
			{nil, "d"},
			{[]string{""}, "d"},
			{[]string{"US", ""}, "d"},
			{[]string{"", "CN"}, "d"},
		} {
			if got := names(g.lane.Explain(&Select{Regions: c.regions})); got != c.want {
				t.Errorf("%q: asked %q; want %q", c.regions, got, c.want)
			}
		}
	})
}

// Rule: what a provider gave itself goes back to it whatever its regions are,
// as long as the request names none.
func TestAnyRegion(t *testing.T) {
	uses := []waybill.Use{{In: []string{"CN"}}, {Outside: []string{"CN"}}, {}}
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{uses: uses}, newFake("a"), newFake("b"), newFake("c"))
		if got := names(g.lane.Explain(&Select{AnyRegion: true})); got != "a b c" {
			t.Errorf("without a region: %s", got)
		}
		if got := names(g.lane.Explain(&Select{AnyRegion: true, Regions: []string{"US"}})); got != "b c" {
			t.Errorf("US: %s", got)
		}
	})
}

// No request goes to a provider outside its regions, failover included.
func TestRegionsHoldInFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{In: []string{"CN"}}, {Outside: []string{"CN"}}}
		g := newRig(t, rigging{uses: uses}, newFake("a", fails(maybeSent)), newFake("b"))
		g.mustFailWith(t.Context(), &Select{Regions: []string{"CN"}}, waybill.Unavailable)
		g.tried(2, 0)
	})
}

// Rule: with no region and nobody left, InvalidArgument names what is missing;
// what nobody covers is Unsupported and says where.
func TestRegionVerdicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{In: []string{"CN"}}, {In: []string{"US"}}}
		a, b := newFake("a"), newFake("b")
		g := newRig(t, rigging{uses: uses}, a, b)
		e := g.mustFailWith(t.Context(), &Select{Missing: "Region or a point"}, waybill.InvalidArgument)
		if !strings.Contains(e.Message, "Region or a point") || e.Delivery != ns || e.Scope != waybill.ScopeRequest {
			t.Fatalf("verdict %v", e)
		}
		e = g.mustFailWith(t.Context(), nil, waybill.InvalidArgument)
		if !strings.Contains(e.Message, "Region") {
			t.Fatalf("verdict %v", e)
		}
		e = g.mustFailWith(t.Context(), &Select{Regions: []string{"CN", "US"}, Where: func() string { return "CN to US" }}, waybill.Unsupported)
		if !strings.Contains(e.Message, "CN to US") || e.Delivery != ns {
			t.Fatalf("verdict %v", e)
		}
		e = g.mustFailWith(t.Context(), &Select{Regions: []string{"FR"}}, waybill.Unsupported)
		if e.Message == "" {
			t.Fatalf("verdict %v", e)
		}
		g.tried(0, 0)
	})
	synctest.Test(t, func(t *testing.T) { // somebody without regions is only idle: that decides
		b := newFake("b", fails(limited(waybill.ScopeService, 20*60*1e9)))
		g := newRig(t, rigging{uses: []waybill.Use{{In: []string{"CN"}}, {}}}, newFake("a"), b)
		g.mustFail(waybill.RateLimited)
		g.mustFail(waybill.RateLimited)
	})
}

// Rule: lanes and tenants.
func TestLanesAndTenants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{Lanes: []string{"bulk"}}, {Tenants: []string{"x", "y"}}, {Lanes: []string{"bulk"}, Tenants: []string{"x"}}, {}}
		g := newRig(t, rigging{uses: uses}, fourFakes()...)
		for _, c := range []struct{ lane, tenant, want string }{
			{"", "", "d"}, {"bulk", "", "a d"}, {"", "y", "b d"}, {"bulk", "x", "a b c d"}, {"other", "other", "d"},
		} {
			if got := names(g.lane.Explain(&Select{Lane: c.lane, Tenant: c.tenant})); got != c.want {
				t.Errorf("%+v: asked %q", c, got)
			}
		}
	})
}

// Rule: capability and mapping: an ineligible provider is passed over before the
// network, and its error counts in the verdict.
func TestEligible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a"), newFake("b"))
		sel := &Select{Eligible: among{"b"}, Ref: "r"}
		if v, s, err := g.ask(t.Context(), sel); v != "b" || err != nil || s.Attempts != 1 {
			t.Fatalf("%q, %v", v, err)
		}
		sel.Eligible = among{}
		e := g.mustFailWith(t.Context(), sel, waybill.Unsupported)
		if e.Provider != "a" || e.Op != "ask" || e.Ref != "r" || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %v", e)
		}
		g.tried(0, 1)
	})
}

// Rule: canary weights, without a key by chance.
func TestWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		uses := []waybill.Use{{Weight: 90}, {Weight: 10}, {}}
		g := newRig(t, rigging{uses: uses, rand: r.Float64}, newFake("a"), newFake("b"), newFake("c"))
		g.times(2000)
		a, b := g.fakes[0].tries(), g.fakes[1].tries()
		if a < 1740 || a > 1860 || b != 2000-a {
			t.Fatalf("a served %d and b %d of 2000", a, b)
		}
		if got := names(g.lane.Explain(nil)); !strings.HasSuffix(got, " c") {
			t.Fatalf("those without a weight come last: %q", got)
		}
	})
}

// Rule: stickiness by rendezvous of the key, in proportion to the weights, the
// same in every process.
func TestStickiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{Weight: 2}, {Weight: 1}, {Weight: 1}}
		build := func() *rig {
			return newRig(t, rigging{uses: uses}, newFake("a"), newFake("b"), newFake("c"))
		}
		g, h := build(), build()
		count := map[string]int{}
		for i := range 4000 {
			sel := &Select{Key: fmt.Sprint("order-", i)}
			one, two := names(g.lane.Explain(sel)), names(h.lane.Explain(sel))
			if one != two {
				t.Fatalf("two clients disagree: %q and %q", one, two)
			}
			count[one[:1]]++
		}
		for name, want := range map[string]float64{"a": 2000, "b": 1000, "c": 1000} {
			if d := math.Abs(float64(count[name]) - want); d > 120 {
				t.Errorf("%s has %d keys; want about %v", name, count[name], want)
			}
		}
	})
}

// Rule: sticky keys move only for the ejected provider.
func TestStickyKeysMoveOnlyForTheEjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{Weight: 1}, {Weight: 1}, {Weight: 1}}
		b := newFake("b", fails(maybeSent))
		g := newRig(t, rigging{uses: uses, policy: single}, newFake("a"), b, newFake("c"))
		before := map[string]string{}
		for i := range 300 {
			k := fmt.Sprint("k", i)
			before[k] = names(g.lane.Explain(&Select{Key: k}))[:1]
		}
		for range 5 {
			_, _, _ = g.ask(t.Context(), &Select{Eligible: among{"b"}})
		}
		g.health("b", waybill.Ejected)
		moved := 0
		for k, was := range before {
			now := names(g.lane.Explain(&Select{Key: k}))[:1]
			if was != "b" && now != was {
				t.Fatalf("%s moved from %s to %s", k, was, now)
			}
			if was == "b" {
				if moved++; now == "b" {
					t.Fatalf("%s stayed at the ejected one", k)
				}
			}
		}
		if moved < 50 {
			t.Fatalf("only %d keys were b's", moved)
		}
	})
}

// Only pins a request to one instance, ejected or not.
func TestOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a"), newFake("b", fails(maybeSent))
		g := newRig(t, rigging{policy: single}, a, b)
		for range 7 {
			g.mustFailWith(t.Context(), &Select{Only: "b"}, waybill.Unavailable)
		}
		g.tried(0, 7)
		e := g.mustFailWith(t.Context(), &Select{Only: "nobody"}, waybill.Unsupported)
		if e.Delivery != ns {
			t.Fatalf("verdict %v", e)
		}
	})
}

// Rule: Explain prints the selection without the network, and changes nothing.
func TestExplain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{In: []string{"CN"}}, {}, {Tenants: []string{"x"}}, {}}
		fakes := fourFakes()
		fakes[3].script = []step{fails(limited(waybill.ScopeService, 60e9))}
		g := newRig(t, rigging{uses: uses}, fakes...)
		_, _, _ = g.ask(t.Context(), &Select{Only: "d"})
		got := g.lane.Explain(&Select{})
		for _, c := range got {
			want := 0
			if c.Instance == "b" {
				want = 1
			}
			if c.Order != want || (want == 0) != (c.Err != nil) || (want == 0 && (c.Reason == "" || c.Err.Delivery != ns)) {
				t.Errorf("candidate %+v", c)
			}
		}
		if len(got) != 4 || got[0].Instance != "b" {
			t.Fatalf("order %+v", got)
		}
		_ = g.set.Drain("b")
		if got = g.lane.Explain(nil); names(got) != "" {
			t.Fatalf("asked %q", names(got))
		}
		g.tried(0, 0, 0, 1)
	})
}

// Explain's order is the order of failover.
func TestExplainIsTheFailoverOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uses := []waybill.Use{{Weight: 1}, {Weight: 1}, {Weight: 1}, {Priority: -1}}
		fakes := fourFakes()
		for _, f := range fakes {
			f.will(fails(fault(waybill.Unsupported, 0, ns)))
		}
		g := newRig(t, rigging{uses: uses}, fakes...)
		for i := range 50 {
			sel := &Select{Key: fmt.Sprint(i)}
			var asked []string
			for _, a := range waybill.Attempts(g.mustFailWith(t.Context(), sel, waybill.Unsupported)) {
				asked = append(asked, a.Provider)
			}
			if want := names(g.lane.Explain(sel)); strings.Join(asked, " ") != want {
				t.Fatalf("asked %q; explained %q", asked, want)
			}
		}
	})
}

// capable lists the verbs that it really offers.
type capable struct {
	*fake
	verbs []waybill.Verb
}

func (c capable) Verbs() []waybill.Verb { return c.verbs }

// nothing is a provider without any verb.
type nothing struct{}

func (nothing) Name() string { return "nothing" }

// Lanes are typed at construction: by assertion, unless Capable says otherwise.
func TestLaneMembers(t *testing.T) {
	set, err := NewSet(Config{Domain: "test"}, []Member{
		{Provider: newFake("a")}, {Provider: capable{newFake("b"), []waybill.Verb{"ask"}}},
		{Provider: capable{newFake("c"), []waybill.Verb{"other"}}}, {Provider: nothing{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	l := NewLane[asker](set, "ask", Read, waybill.Policy{}, waybill.Policy{})
	if got := names(l.Explain(nil)); got != "a b" {
		t.Fatalf("lane of %q", got)
	}
	if err := set.CheckUsed(); err == nil || !strings.Contains(err.Error(), "c ") {
		t.Fatalf("c is in no lane: %v", err)
	}
	if len(set.Members()) != 4 || set.Members()[1].Provider.Name() != "b" {
		t.Fatal("Members is wrong")
	}
}

func TestCheckUsed(t *testing.T) {
	set, _ := NewSet(Config{Domain: "test"}, []Member{{Provider: newFake("a")}})
	NewLane[asker](set, "ask", Read, waybill.Policy{}, waybill.Policy{})
	if err := set.CheckUsed(); err != nil {
		t.Fatal(err)
	}
}

func TestNewSetRefuses(t *testing.T) {
	var none *fake
	for name, members := range map[string][]Member{
		"nobody":     nil,
		"nil":        {{}},
		"typed nil":  {{Provider: none}},
		"nameless":   {{Provider: newFake("")}},
		"twins":      {{Provider: newFake("a")}, {Provider: newFake("a")}},
		"same alias": {{Provider: newFake("a"), Use: waybill.Use{Instance: "b"}}, {Provider: newFake("b")}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewSet(Config{Domain: "test"}, members)
			if e := waybill.AsError(err); e == nil || e.Code != waybill.InvalidArgument || e.Delivery != ns {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// One provider may stand there twice under two names.
func TestTwoInstancesOfOneProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake("a", fails(fault(waybill.Unsupported, 0, ns)), func(ctx context.Context, _ string) (string, error) { return Instance(ctx), nil })
		set, err := NewSet(Config{Domain: "test"}, []Member{{Provider: f}, {Provider: f, Use: waybill.Use{Instance: "a-b"}}})
		if err != nil {
			t.Fatal(err)
		}
		f.account = waybill.NewAccount("x", waybill.Limits{})
		l := NewLane[asker](set, "ask", Read, waybill.Policy{}, waybill.Policy{})
		v, s, err := One(t.Context(), l, nil, "q", asker.Ask)
		if err != nil || v != "a-b" || s.Instance != "a-b" || s.Provider != "a" {
			t.Fatalf("%q, %+v, %v", v, s, err)
		}
	})
}
