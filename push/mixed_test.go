package push_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// lean is a vendor that accepts everything and keeps nothing.
type lean struct {
	name   string
	vendor push.Vendor
}

func (l *lean) Name() string { return l.name }

func (l *lean) Accepts(t push.Token) bool { return t.Vendor == l.vendor }

func (l *lean) Send(_ context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		out[i] = push.Result{Served: waybill.Served{Provider: l.name}, Token: t, ID: "1"}
		if t.Value[len(t.Value)-1] == '7' {
			out[i].ID, out[i].Err, out[i].Dead = "", &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Provider: l.name, Op: string(push.Send), Ref: n.Key}, true
		}
	}
	return out
}

var five = []push.Vendor{push.FCM, push.APNs, push.Huawei, push.Xiaomi, push.OPPO}

func fiveVendors(t testing.TB) *push.Client {
	var options []push.Option
	for _, v := range five {
		options = append(options, push.With(&lean{string(v) + "push", v}))
	}
	return newClient(t, options...)
}

// mixed yields tokens of all vendors in turn, made as they are taken.
func mixed(n int, taken *int) iter.Seq[push.Token] {
	return func(yield func(push.Token) bool) {
		for i := range n {
			*taken++
			if !yield(push.Token{Vendor: five[i%len(five)], Value: fmt.Sprintf("%0128d", i)}) {
				return
			}
		}
	}
}

const hundredThousand = 100_000

// TestHundredThousandTokens streams mixed tokens of five vendors: in order, one
// result each, never more than a batch ahead, and with a heap that does not grow.
func TestHundredThousandTokens(t *testing.T) {
	c := fiveVendors(t)
	taken, got, dead, ahead := 0, 0, 0, 0
	var heap []uint64
	for token, r := range c.SendAll(t.Context(), note(), mixed(hundredThousand, &taken)) {
		if want := fmt.Sprintf("%0128d", got); token.Value != want || r.Token != token || r.Provider != string(five[got%len(five)])+"push" && r.Err == nil {
			t.Fatalf("result %d is of another token or vendor", got)
		}
		if r.Dead {
			dead++
		}
		got++
		ahead = max(ahead, taken-got)
		if got%20_000 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			heap = append(heap, m.HeapAlloc)
		}
	}
	if got != hundredThousand || dead != hundredThousand/10 || ahead >= push.DefaultBatch {
		t.Errorf("%d results, %d dead, %d tokens ahead", got, dead, ahead)
	}
	// Held are a batch and its results, well below a megabyte.
	if first, last := heap[0], heap[len(heap)-1]; last > first+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", first, last)
	}
}

func BenchmarkHundredThousandTokens(b *testing.B) {
	c := fiveVendors(b)
	b.ReportAllocs()
	for b.Loop() {
		taken := 0
		for range c.SendAll(b.Context(), note(), mixed(hundredThousand, &taken)) {
		}
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB-live")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/hundredThousand, "ns/token")
}
