package nearby_test

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill/geo/nearby"
)

// TestTogether: updates, queries, marks, removals, sweeps, iterations and snapshots
// at once leave the index as its parts say it is.
func TestTogether(t *testing.T) {
	x := newIndex[uint32](t, nearby.Options{MaxAge: -1, MaxAhead: -1})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			for i := range 60 {
				batch := make([]nearby.Position[uint32], 100)
				for k := range batch {
					batch[k] = nearby.Position[uint32]{ID: uint32(r.IntN(500)), Point: clouds["city"](r), At: noon.Add(time.Duration(i) * time.Second), Attr: nearby.Attr(r.Uint32())}
				}
				if _, err := x.Update(batch); err != nil {
					t.Error(err)
				}
				x.Mark(batch[0].ID, 1, 2)
				if i%10 == g {
					x.Remove(batch[1].ID, batch[2].ID)
					x.Sweep(noon.Add(time.Duration(i-5) * time.Second))
				}
			}
		})
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 2))
			for i := range 60 {
				found, err := x.Nearest(nil, nearby.Query{Point: clouds["city"](r), K: 50, Radius: 20_000})
				if err != nil {
					t.Error(err)
				}
				for k := 1; k < len(found); k++ {
					if found[k].Distance < found[k-1].Distance {
						t.Error("out of order")
					}
				}
				if i%20 == g {
					if err := x.Snapshot(&bytes.Buffer{}); err != nil {
						t.Error(err)
					}
					x.Len()
				}
			}
		})
	}
	wg.Wait()
	n := 0
	for p := range x.All() {
		n++
		if q, ok := x.Get(p.ID); !ok || q != p {
			t.Errorf("driver %d", p.ID)
		}
	}
	if n != x.Len() {
		t.Errorf("%d yielded, %d known", n, x.Len())
	}
}
