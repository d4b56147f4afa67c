package pushtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// RegistryHarness says how to make the registry under test.
type RegistryHarness struct {
	// New returns an empty registry; each subtest makes its own.
	New func(t testing.TB) push.Registry
	// Again returns another registry over what New's last holds, as another
	// process would; nil for one in memory.
	Again func(t testing.TB, r push.Registry) push.Registry
	// Skip maps the name of a subtest to the reason why it cannot pass.
	Skip map[string]string
}

// RunRegistry tries a registry against everything that [push.Registry] promises,
// in subtests. They run one after another.
func RunRegistry(t *testing.T, h RegistryHarness) {
	t.Helper()
	runRegistry(suitetest.Of(t), h)
}

func runRegistry(t tester, h RegistryHarness) {
	t.Helper()
	skips := suitetest.Skips(h.Skip)
	for _, c := range registryCases {
		t.Group(c.name, func(t tester) {
			if why := skips.Why(c.name); why != "" {
				t.Skip(why)
			}
			c.try(&registryTest{TB: t, h: h, Registry: h.New(t)})
		})
	}
}

var registryCases = []struct {
	name string
	try  func(*registryTest)
}{
	{"empty", (*registryTest).empty},
	{"report_and_read", (*registryTest).reportAndRead},
	{"newer_replaces", (*registryTest).newerReplaces},
	{"older_changes_nothing", (*registryTest).olderChangesNothing},
	{"clear", (*registryTest).clear},
	{"moves_to_another_user", (*registryTest).moves},
	{"moves_back_and_forth", (*registryTest).backAndForth},
	{"kinds_of_tokens", (*registryTest).kinds},
	{"order", (*registryTest).order},
	{"remove", (*registryTest).remove},
	{"remove_after_a_new_report", (*registryTest).removeLate},
	{"details_follow", (*registryTest).details},
	{"invalid", (*registryTest).invalid},
	{"odd_ids", (*registryTest).oddIDs},
	{"canceled", (*registryTest).canceled},
	{"concurrent_devices", (*registryTest).concurrentDevices},
	{"concurrent_moves", (*registryTest).concurrentMoves},
}

type registryTest struct {
	testing.TB
	push.Registry
	h RegistryHarness
}

// at is a minute of the suite's day.
func at(minute int) time.Time {
	return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
}

func fcmOf(value string) push.Token {
	return push.Token{Vendor: push.FCM, App: "driver", Value: value}
}

func (r *registryTest) report(user, device string, t push.Token, minute int) {
	r.Helper()
	if err := r.Report(r.Context(), push.Registration{User: user, Device: device, Token: t, At: at(minute)}); err != nil {
		r.Fatalf("report: %v", err)
	}
}

// has wants a user's tokens to have these values in this order.
func (r *registryTest) has(user string, values ...string) []push.Registration {
	r.Helper()
	reg := r.Registry
	if r.h.Again != nil {
		reg = r.h.Again(r.TB, reg)
	}
	lists, err := reg.Tokens(r.Context(), []string{user})
	if err != nil || len(lists) != 1 {
		r.Fatalf("tokens: %d lists, %v", len(lists), err)
	}
	var got []string
	for _, x := range lists[0] {
		got = append(got, x.Token.Value)
		if x.User != user || x.At.IsZero() {
			r.Errorf("a registration of %q is said to be of %q at %v", user, x.User, x.At)
		}
	}
	if !slices.Equal(got, values) {
		r.Errorf("user %q has %q, want %q", user, got, values)
	}
	return lists[0]
}

func (r *registryTest) empty() {
	r.has("nobody")
	lists, err := r.Tokens(r.Context(), nil)
	if err != nil || len(lists) != 0 {
		r.Errorf("nobody asked for: %d lists, %v", len(lists), err)
	}
	if ok, err := r.Remove(r.Context(), fcmOf("nothing"), at(0)); ok || err != nil {
		r.Errorf("removed what was not there: %t, %v", ok, err)
	}
}

func (r *registryTest) reportAndRead() {
	want := push.Registration{User: "u", Device: "d", At: at(1).Add(123 * time.Millisecond),
		Token: push.Token{Vendor: push.APNs, App: "driver", Env: push.Sandbox, Value: "abc", OS: push.IOS, Language: "zh-Hant"}}
	if err := r.Report(r.Context(), want); err != nil {
		r.Fatal(err)
	}
	got := r.has("u", "abc")[0]
	if !got.At.Equal(want.At) {
		r.Errorf("reported at %v, kept %v", want.At, got.At)
	}
	if got.At = want.At; got != want {
		r.Errorf("kept otherwise: device %q, vendor %q, app %q, env %q, os %v, language %q", got.Device, got.Token.Vendor, got.Token.App, got.Token.Env, got.Token.OS, got.Token.Language)
	}
	r.report("u", "d", want.Token, 1) // older by some milliseconds
	r.has("u", "abc")
	r.report("v", "d", fcmOf("def"), 1)
	lists, err := r.Tokens(r.Context(), []string{"v", "nobody", "u", "v"})
	if err != nil || len(lists) != 4 || len(lists[0]) != 1 || len(lists[1]) != 0 || len(lists[2]) != 1 || len(lists[3]) != 1 || lists[2][0].Token.Value != "abc" {
		r.Errorf("several users: %v, %v", lists, err)
	}
}

func (r *registryTest) newerReplaces() {
	r.report("u", "d", fcmOf("a"), 1)
	r.report("u", "d", fcmOf("b"), 2)
	r.has("u", "b")
	r.report("u", "d", fcmOf("c"), 2) // at the same millisecond the later call wins
	r.has("u", "c")
	if ok, err := r.Remove(r.Context(), fcmOf("a"), at(9)); ok || err != nil {
		r.Errorf("what was replaced was still there: %t, %v", ok, err)
	}
	r.report("v", "d", fcmOf("a"), 3) // free again
	r.has("u", "c")
	r.has("v", "a")
}

func (r *registryTest) olderChangesNothing() {
	r.report("u", "d", fcmOf("b"), 5)
	r.report("u", "d", fcmOf("a"), 4)
	r.has("u", "b")
	r.report("u", "d", push.Token{Vendor: push.FCM, App: "driver"}, 3)
	r.has("u", "b")
	r.report("v", "d", fcmOf("b"), 4) // b is u's since later
	r.has("u", "b")
	r.has("v")
	r.report("v", "d", fcmOf("c"), 1) // and what was refused left no trace
	r.has("v", "c")
}

func (r *registryTest) clear() {
	none := push.Token{Vendor: push.FCM, App: "driver"}
	r.report("u", "d", none, 1)
	r.has("u")
	r.report("u", "d", fcmOf("a"), 1) // taken away at that millisecond
	r.has("u")
	r.report("u", "d", fcmOf("a"), 2)
	r.report("u", "d", push.Token{Vendor: push.Huawei, App: "driver", Value: "h"}, 2)
	r.report("u", "d", none, 3)
	r.has("u", "h")
	r.report("u", "d", fcmOf("b"), 2)
	r.has("u", "h")
	r.report("u", "d", fcmOf("b"), 4)
	r.has("u", "h", "b")
	r.report("w", "d", fcmOf("a"), 4)
	r.has("w", "a")
}

func (r *registryTest) moves() {
	r.report("u", "d", fcmOf("a"), 1)
	r.report("v", "e", fcmOf("a"), 2)
	r.has("u")
	r.has("v", "a")
	r.report("v", "f", fcmOf("a"), 3) // to another device of the same user
	if got := r.has("v", "a"); len(got) == 1 && got[0].Device != "f" {
		r.Errorf("the token stayed on device %q", got[0].Device)
	}
	r.report("u", "d", fcmOf("b"), 2) // late, but newer than what u's device had
	r.has("u", "b")
	r.report("u", "x", push.Token{Vendor: push.FCM, App: "customer", Value: "a"}, 1) // of another app: another token
	r.has("v", "a")
}

func (r *registryTest) backAndForth() {
	for i := range 6 {
		user, other := "u", "v"
		if i%2 == 1 {
			user, other = other, user
		}
		r.report(user, "phone", fcmOf("a"), 10+i)
		r.has(user, "a")
		r.has(other)
	}
}

func (r *registryTest) kinds() {
	r.report("u", "d", fcmOf("a"), 1)
	r.report("u", "d", push.Token{Vendor: push.FCM, App: "customer", Value: "b"}, 2)
	r.report("u", "d", push.Token{Vendor: push.APNs, App: "driver", Value: "c"}, 3)
	r.report("u", "d", push.Token{Vendor: push.APNs, App: "driver", Env: push.Sandbox, Value: "d"}, 4)
	r.report("u", "d", push.Token{Vendor: push.APNs, App: "driver", Env: push.Production, Value: "e"}, 5) // the same as without
	r.has("u", "e", "d", "b", "a")
	if ok, err := r.Remove(r.Context(), push.Token{Vendor: push.APNs, App: "driver", Value: "e", OS: push.IOS, Language: "de"}, at(5)); !ok || err != nil {
		r.Errorf("remove: %t, %v", ok, err)
	}
	r.has("u", "d", "b", "a")
}

func (r *registryTest) order() {
	r.report("u", "old", push.Token{Vendor: push.Xiaomi, Value: "x"}, 3)
	r.report("u", "new", fcmOf("f"), 9)
	r.report("u", "new", push.Token{Vendor: push.Huawei, Value: "h"}, 2)
	r.report("u", "", push.Token{Vendor: push.OPPO, Value: "o"}, 5)
	r.report("u", "old", fcmOf("g"), 4)
	r.has("u", "h", "f", "o", "x", "g")
}

func (r *registryTest) remove() {
	r.report("u", "d", fcmOf("a"), 1)
	r.report("u", "e", fcmOf("b"), 1)
	for i, want := range []bool{true, false} {
		if ok, err := r.Remove(r.Context(), fcmOf("a"), at(1)); ok != want || err != nil {
			r.Errorf("removal %d: %t, %v", i, ok, err)
		}
	}
	r.has("u", "b")
	r.report("u", "d", fcmOf("a"), 1) // the report that was already there, again
	r.has("u", "b")
	r.report("u", "d", fcmOf("c"), 2)
	r.has("u", "c", "b")
}

func (r *registryTest) removeLate() {
	r.report("u", "d", fcmOf("a"), 5)
	if ok, err := r.Remove(r.Context(), fcmOf("a"), at(4)); ok || err != nil {
		r.Errorf("a token that was reported after it had died: %t, %v", ok, err)
	}
	r.has("u", "a")
	r.report("v", "d", fcmOf("a"), 6)
	if ok, err := r.Remove(r.Context(), fcmOf("a"), at(5)); ok || err != nil {
		r.Errorf("a token that moved after it had died: %t, %v", ok, err)
	}
	r.has("v", "a")
}

// details wants system and language to follow the newest report of a token.
func (r *registryTest) details() {
	t := fcmOf("a")
	r.report("u", "d", t, 1)
	t.OS, t.Language = push.Android, "fr"
	r.report("u", "d", t, 2)
	t.Language = "de"
	r.report("u", "d", t, 1)
	if got := r.has("u", "a"); len(got) == 1 && (got[0].Token.OS != push.Android || got[0].Token.Language != "fr" || !got[0].At.Equal(at(2))) {
		r.Errorf("os %v, language %q, at %v", got[0].Token.OS, got[0].Token.Language, got[0].At)
	}
}

func (r *registryTest) invalid() {
	good := push.Registration{User: "u", Device: "d", Token: fcmOf("a"), At: at(1)}
	long := string(make([]byte, 256))
	for name, change := range map[string]func(*push.Registration){
		"no user": func(x *push.Registration) { x.User = "" }, "long user": func(x *push.Registration) { x.User = long },
		"long device": func(x *push.Registration) { x.Device = long }, "no time": func(x *push.Registration) { x.At = time.Time{} },
		"no vendor": func(x *push.Registration) { x.Token.Vendor = "" }, "bad token": func(x *push.Registration) { x.Token.Value = "a b" },
		"broken user": func(x *push.Registration) { x.User = "\xff" }, "environment": func(x *push.Registration) { x.Token.Env = "staging" },
		"language": func(x *push.Registration) { x.Token.Language = "?" },
	} {
		bad := good
		change(&bad)
		if err := r.Report(r.Context(), bad); waybill.CodeOf(err) != waybill.InvalidArgument {
			r.Errorf("%s: %v", name, err)
		}
	}
	r.has("u")
}

func (r *registryTest) oddIDs() {
	for i, id := range []string{"a|b", "a", "|", "a:b", "用户 1", "{x}", "%_'\"\\", "ABC", "abc", "x ", "x"} {
		r.report(id, id, push.Token{Vendor: push.FCM, App: id, Value: fmt.Sprint("token", i)}, i+1)
		r.has(id, fmt.Sprint("token", i))
	}
	for i, id := range []string{"a|b", "a", "|", "a:b", "用户 1", "{x}", "%_'\"\\", "ABC", "abc", "x ", "x"} {
		r.has(id, fmt.Sprint("token", i))
	}
}

func (r *registryTest) canceled() {
	if _, memory := r.Registry.(*push.MemoryRegistry); memory {
		r.Skip("what is in memory does not wait")
	}
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	err := r.Report(ctx, push.Registration{User: "u", Token: fcmOf("a"), At: at(1)})
	if err == nil {
		r.Error("a cancelled report is said to be taken")
	}
	if _, err := r.Tokens(ctx, []string{"u"}); err == nil {
		r.Error("a cancelled reading gave tokens")
	}
	r.has("u")
}

// concurrentDevices wants the newest of many reports at once to win.
func (r *registryTest) concurrentDevices() {
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() { r.must(push.Registration{User: "u", Device: "d", Token: fcmOf(fmt.Sprint("t", i)), At: at(i)}) })
	}
	wg.Wait()
	r.has("u", "t23")
}

// concurrentMoves wants a token that many users report at once to end with the
// one who reported it last, and with nobody else.
func (r *registryTest) concurrentMoves() {
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			r.must(push.Registration{User: fmt.Sprint("u", i%6), Device: "d", Token: fcmOf("a"), At: at(i)})
		})
	}
	wg.Wait()
	for i := range 5 {
		r.has(fmt.Sprint("u", i))
	}
	r.has("u5", "a")
}

func (r *registryTest) must(x push.Registration) {
	if err := r.Report(r.Context(), x); err != nil {
		r.Errorf("report: %v", err)
	}
}
