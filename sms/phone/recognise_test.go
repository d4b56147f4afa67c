package phone

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

// agree holds what the automaton says of a text against the library.
func agree(t testing.TB, s string) {
	t.Helper()
	r := recognise(s)
	if !r.valid() {
		return
	}
	n := sms.Number(s)
	code := n.CallingCode()
	slow, err := parseSlowly(s, "")
	if !r.has(changeable) && (err != nil || slow != n) {
		t.Errorf("calling code %s, %d digits: parsing keeps the number only here", code, len(s)-1)
	}
	if got := typeSlowly(n); got != r.kind() {
		t.Errorf("calling code %s, %d digits: kind %v, the library says %v", code, len(s)-1, r.kind(), got)
	}
	if got, want := Check(n), checkSlowly(n); got != want {
		t.Errorf("calling code %s, %d digits: %+v, the library says %+v", code, len(s)-1, got, want)
	}
	if !phonenumbers.IsValidNumber(libNumber(n)) {
		t.Errorf("calling code %s, %d digits: not valid", code, len(s)-1)
	}
}

func nodes() int { return len(planTable) / nodeBytes }

func edge(at int, d byte) int {
	p := at*rowBytes + 2*int(d)
	return int(planTable[p]) | int(planTable[p+1])<<8
}

func ends(at int) bool { return planTable[nodes()*rowBytes+at] != 0 }

// Every edge of the automaton is walked once, on a shortest way to it and on to
// a valid number: no state and no digit of it is left out with
// WAYBILL_TEST_PHONE=all, and without it every fourth state is taken.
func TestEveryEdgeOfTheAutomaton(t *testing.T) {
	n := nodes()
	to := make([]string, n) // the digits of a way to each node
	order := []int{1}
	to[1] = "+"
	for i := 0; i < len(order); i++ {
		for d := range byte(10) {
			if next := edge(order[i], d); next != 0 && to[next] == "" {
				to[next] = to[order[i]] + string('0'+d)
				order = append(order, next)
			}
		}
	}
	if len(order) != n-1 {
		t.Errorf("%d of %d nodes are reached", len(order), n-1)
	}
	rest := make([]string, n) // and of a way from it to an end
	known := make([]bool, n)
	for changed := true; changed; {
		changed = false
		for at := n - 1; at > 0; at-- {
			if known[at] {
				continue
			}
			if ends(at) {
				known[at], changed = true, true
				continue
			}
			for d := range byte(10) {
				if next := edge(at, d); next != 0 && known[next] {
					rest[at], known[at], changed = string('0'+d)+rest[next], true, true
					break
				}
			}
		}
	}
	walked, codes := 0, map[string]bool{}
	step := 4 * thinned
	if os.Getenv("WAYBILL_TEST_PHONE") == "all" {
		step = 1
	}
	for i, at := range order {
		if i%step != 0 {
			continue
		}
		for d := range byte(10) {
			next := edge(at, d)
			if next == 0 {
				continue
			}
			if !known[next] {
				t.Fatal("a way leads nowhere")
			}
			s := to[at] + string('0'+d) + rest[next]
			if len(s) > 16 { // the way there was through a plan of shorter numbers
				continue
			}
			codes[sms.Number(s).CallingCode()] = true
			walked++
			agree(t, s)
		}
	}
	t.Logf("%d nodes, %d edges, %d calling codes", n, walked, len(codes))
	if walked < 1000/thinned {
		t.Errorf("only %d edges", walked)
	}
}

// Random valid numbers of every calling code, as the automaton makes them.
func TestRandomWalks(t *testing.T) {
	const each = 20 / thinned
	rng := rand.New(rand.NewPCG(7, 8))
	walked := 0
	for code := range phonenumbers.GetSupportedCallingCodes() {
		begin := "+" + strings.TrimLeft(sms.Number("+"+itoa(code)+"00").CallingCode(), "0")
		for range each {
			s, at := begin, 1
			for i := 1; i < len(s); i++ {
				at = edge(at, s[i]-'0')
			}
			for at != 0 && len(s) < 16 && (!ends(at) || rng.IntN(3) > 0) {
				var ways []byte
				for d := range byte(10) {
					if edge(at, d) != 0 {
						ways = append(ways, d)
					}
				}
				if len(ways) == 0 {
					break
				}
				d := ways[rng.IntN(len(ways))]
				s, at = s+string('0'+d), edge(at, d)
			}
			if at == 0 {
				t.Fatalf("calling code %d is not in the automaton", code)
			}
			walked++
			agree(t, s)
		}
	}
	if walked < 200*each {
		t.Errorf("only %d walks", walked)
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// What the library calls valid is mostly recognised, and never otherwise.
func TestRecogniseVariants(t *testing.T) {
	valid, recognised := 0, 0
	variants(t, 3, func(n sms.Number) {
		agree(t, string(n))
		if typeSlowly(n) == UnknownKind {
			if recognise(string(n)).valid() {
				t.Errorf("calling code %s: recognised, and not valid", n.CallingCode())
			}
			return
		}
		valid++
		if r := recognise(string(n)); r.valid() && !r.has(changeable) {
			recognised++
		}
	})
	t.Logf("%d of %d valid numbers take the fast path", recognised, valid)
	if recognised*100 < valid*95 {
		t.Errorf("only %d of %d valid numbers take the fast path", recognised, valid)
	}
}

func TestRecogniseNothingElse(t *testing.T) {
	for _, s := range []string{
		"", "+", "+8", "8613800138000", "+86138001380001", "+8613800138000 ", " +8613800138000", "＋8613800138000", "+86１３８００１３８０００",
		"+86-13800138000", "+8613800138000\n", "++8613800138000", "+999999999", "+0", strings.Repeat("1", 40), "+" + strings.Repeat("4", 300),
	} {
		if recognise(s) != 0 {
			t.Errorf("%q is recognised", s)
		}
	}
	for _, s := range []string{"+8613800138000", "+85261234567", "+447400123456", "+390236618300", "+77012345678", "+14165550123"} {
		if r := recognise(s); !r.valid() || r.has(changeable) {
			t.Errorf("%s is not recognised", sms.Number(s).Masked())
		}
	}
}

func TestRecogniseAllocatesNothing(t *testing.T) {
	p := Policy{}
	if n := testing.AllocsPerRun(100, func() {
		_, _ = Parse("+8613800138000", "CN")
		_, _ = p.Check("+8613800138000")
		_ = Type("+8613800138000")
		_ = Valid("+8613800138000")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzRecognise(f *testing.F) {
	for _, p := range examples(f) {
		f.Add(phonenumbers.Format(p, phonenumbers.E164))
	}
	f.Fuzz(func(t *testing.T, s string) {
		agree(t, s)
		fast, err := Parse(s, "CN")
		slow, slowErr := parseSlowly(s, "CN")
		if fast != slow || (err == nil) != (slowErr == nil) {
			t.Error("Parse answers otherwise than the library")
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	for name, parse := range map[string]func(string, string) (sms.Number, error){"fast": Parse, "library": parseSlowly} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n, err := parse("+8613800138000", "")
				if err != nil || name == "library" && typeSlowly(n) != Mobile || name == "fast" && Type(n) != Mobile {
					b.Fatal(err)
				}
			}
		})
	}
}
