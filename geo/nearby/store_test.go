package nearby_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
	"github.com/waybill-go/waybill/geo/nearby/nearbytest"
)

func TestMemoryConforms(t *testing.T) {
	nearbytest.Run(t, nearbytest.Harness{New: func(t testing.TB, o nearby.Options) nearby.Store {
		s, err := nearby.NewMemory(&o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}})
}

func snapshotOf[I nearby.ID](t *testing.T, ids ...I) []byte {
	t.Helper()
	x := newIndex[I](t, nearby.Options{})
	for i, id := range ids {
		p := nearby.Position[I]{ID: id, Point: geo.Point{Lat: 22.123456789, Lng: -114 + float64(i)}, At: noon.Add(-time.Duration(i) * time.Hour), Attr: nearby.Attr(1<<31 | i)}
		if _, err := x.Update([]nearby.Position[I]{p}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := x.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	y := newIndex[I](t, nearby.Options{})
	if err := y.Restore(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	if y.Len() != len(ids) {
		t.Errorf("%d restored of %d", y.Len(), len(ids))
	}
	for p := range x.All() {
		if q, ok := y.Get(p.ID); !ok || q != p {
			t.Errorf("%+v became %+v", p, q)
		}
	}
	return b.Bytes()
}

// TestSnapshot: all kinds of ids come back as they were.
func TestSnapshot(t *testing.T) {
	snapshotOf(t, "", "a", "司机-7", strings.Repeat("x", 60_000), strings.Repeat("y", 1<<17))
	snapshotOf(t, uint32(0), 1, 1<<32-1)
	snapshotOf(t, uint64(0), 1<<64-1)
	snapshotOf(t, int64(-1<<63), -1, 0, 1<<63-1)
	snapshotOf(t, int32(-1<<31), 5)
	snapshotOf[int](t)
	type driver string
	snapshotOf(t, driver("named"))
}

// TestRestoreKeepsNewer: what came after the snapshot stays.
func TestRestoreKeepsNewer(t *testing.T) {
	b := snapshotOf(t, "a", "b")
	x := newIndex[string](t, nearby.Options{})
	newer := position("a", 1, 1, noon.Add(time.Second))
	if _, err := x.Update([]nearby.Position[string]{newer}); err != nil {
		t.Fatal(err)
	}
	if err := x.Restore(bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if p, _ := x.Get("a"); p.Point.Lat != 1 || x.Len() != 2 {
		t.Errorf("%+v, %d", p, x.Len())
	}
}

// TestRestoreRefuses: a snapshot with any byte cut or changed is DataLoss, and
// nothing of it is taken over.
func TestRestoreRefuses(t *testing.T) {
	good := snapshotOf(t, "a", "b")
	refused := func(what string, b []byte) {
		x := newIndex[string](t, nearby.Options{})
		err := x.Restore(bytes.NewReader(b))
		if waybill.CodeOf(err) != waybill.DataLoss || x.Len() != 0 {
			t.Errorf("%s: %v, %d taken over", what, err, x.Len())
		}
	}
	for n := range good {
		refused("cut", good[:n])
		b := bytes.Clone(good)
		b[n] ^= 0x55
		refused("changed", b)
	}
	refused("numbers for strings", snapshotOf(t, uint32(70000)))
	if err := newIndex[uint32](t, nearby.Options{}).Restore(bytes.NewReader(snapshotOf(t, uint64(1<<40)))); waybill.CodeOf(err) != waybill.DataLoss {
		t.Errorf("a number too large: %v", err)
	}
	if err := newIndex[uint64](t, nearby.Options{}).Restore(bytes.NewReader(snapshotOf(t, 5, 7))); waybill.CodeOf(err) != waybill.DataLoss {
		t.Errorf("whole numbers for natural ones: %v", err)
	}
	if err := newIndex[int](t, nearby.Options{}).Restore(bytes.NewReader(snapshotOf(t, int32(-5), 7))); err != nil {
		t.Errorf("smaller numbers: %v", err)
	}
	if err := newIndex[uint32](t, nearby.Options{}).Restore(bytes.NewReader(good)); waybill.CodeOf(err) != waybill.DataLoss {
		t.Errorf("strings for numbers: %v", err)
	}
}

type failing struct{ n int }

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, bytes.ErrTooLarge
	}
	return len(p), nil
}

func TestSnapshotFails(t *testing.T) {
	x := newIndex[string](t, nearby.Options{})
	if _, err := x.Update([]nearby.Position[string]{position("a", 1, 1, noon)}); err != nil {
		t.Fatal(err)
	}
	if err := x.Snapshot(&failing{}); err == nil {
		t.Error("a writer that fails was not told")
	}
}

// FuzzRestore: no bytes make it panic, take much memory or take over a part.
func FuzzRestore(f *testing.F) {
	x, _ := nearby.New[string](nil)
	_, _ = x.Update([]nearby.Position[string]{position("a", 1, 1, noon), position("b", 2, 2, noon)})
	var b bytes.Buffer
	_ = x.Snapshot(&b)
	f.Add(b.Bytes())
	f.Add([]byte("WBNEAR2s\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		x := newIndex[string](t, nearby.Options{})
		if err := x.Restore(bytes.NewReader(in)); err != nil && (waybill.CodeOf(err) != waybill.DataLoss || x.Len() != 0) {
			t.Errorf("%v, %d taken over", err, x.Len())
		}
	})
}

// FuzzNearest compares with a comparison of all, at whatever places.
func FuzzNearest(f *testing.F) {
	f.Add(22.5, 114.0, 0.01, 1000.0, uint8(5))
	f.Add(89.9, 10.0, 3.0, 1e6, uint8(3))
	f.Add(-17.0, 179.9, 0.5, 1e5, uint8(50))
	f.Fuzz(func(t *testing.T, lat, lng, spread, radius float64, k uint8) {
		q := nearby.Query{Point: geo.Point{Lat: lat, Lng: lng}, K: int(k), Radius: radius}
		if q.Validate() != nil {
			t.Skip()
		}
		x := newIndex[uint32](t, nearby.Options{})
		var all []nearby.Position[uint32]
		for i := range uint32(64) {
			p := geo.Point{Lat: lat + spread*float64(i%8)/7, Lng: lng - spread*float64(i/8)/7}
			if p.Validate() == nil {
				all = append(all, nearby.Position[uint32]{ID: i, Point: p, At: noon})
			}
		}
		if _, err := x.Update(all); err != nil {
			t.Fatal(err)
		}
		got, err := x.Nearest(nil, q)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, brute(all, q, noon, 0), q)
	})
}
