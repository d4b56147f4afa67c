package routetest

import (
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/route"
)

// concurrency asks for trips of different lengths at once and wants each its
// own answer.
func (b *bench) concurrency() {
	requests := []route.Request{b.pair(), b.whole(), b.pair()}
	requests[2].Points = []geo.Point{b.trip.Via, b.trip.To}
	var want []float64
	for _, r := range requests {
		want = append(want, b.must(r).Paths[0].Distance)
	}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			res, err := b.route(b.Context(), requests[i%3])
			if err != nil {
				b.Errorf("in parallel: %v", err)
				return
			}
			if got := res.Paths[0].Distance; got != want[i%3] {
				b.Errorf("in parallel %.0f m, alone %.0f m", got, want[i%3])
			}
		})
	}
	wg.Wait()
}

func (b *bench) account() {
	if _, ok := b.provider.(waybill.Accounted); !ok {
		b.Skip("no Account method, which is optional")
	}
	suitetest.Account(b, b.provider, b.leaks())
}
