package redisnearby_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
	"github.com/waybill-go/waybill/geo/nearby/nearbytest"
	"github.com/waybill-go/waybill/geo/nearby/redisnearby"
)

var stores atomic.Int64

// open returns an empty store on the server that the environment names.
func open(t testing.TB, o nearby.Options) (*redisnearby.Store, *redis.Client, string) {
	t.Helper()
	addr := os.Getenv("WAYBILL_TEST_REDIS")
	if addr == "" {
		t.Skip("WAYBILL_TEST_REDIS is not set")
	}
	db := redis.NewClient(&redis.Options{Addr: addr})
	prefix := fmt.Sprintf("nearby-%d-%d-%d", os.Getpid(), time.Now().UnixNano(), stores.Add(1))
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		db.Del(ctx, "{"+prefix+"}:geo", "{"+prefix+"}:pos", "{"+prefix+"}:at")
		_ = db.Close()
	})
	s, err := redisnearby.New(db, prefix, &o)
	if err != nil {
		t.Fatal(err)
	}
	return s, db, prefix
}

func TestConformance(t *testing.T) {
	nearbytest.Run(t, nearbytest.Harness{MaxLatitude: redisnearby.MaxLatitude, New: func(t testing.TB, o nearby.Options) nearby.Store {
		s, _, _ := open(t, o)
		return s
	}})
}

// TestBeyondRedis: what Redis cannot keep is Unsupported, and the rest is kept.
func TestBeyondRedis(t *testing.T) {
	s, _, _ := open(t, nearby.Options{MaxAge: -1})
	now := time.Now()
	u, err := s.Update(t.Context(), []nearby.Position[string]{
		{ID: "pole", Point: geo.Point{Lat: 89, Lng: 0}, At: now}, {ID: "a", Point: geo.Point{Lat: 85, Lng: 0}, At: now},
	})
	if u != (nearby.Updated{Applied: 1, New: 1, Refused: 1}) || waybill.CodeOf(err) != waybill.Unsupported {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := s.Nearest(t.Context(), nearby.Query{Point: geo.Point{Lat: 86, Lng: 0}, K: 1, Radius: 500_000}); waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
	if found, err := s.Nearest(t.Context(), nearby.Query{Point: geo.Point{Lat: 86, Lng: 0}, K: 1, Radius: 2_000_000}); err != nil || len(found) != 1 {
		t.Error(found, err)
	}
}

// TestForeignData: something else under the keys is an error, not a panic and not
// a driver at 0,0.
func TestForeignData(t *testing.T) {
	s, db, prefix := open(t, nearby.Options{MaxAge: -1})
	if _, err := s.Update(t.Context(), []nearby.Position[string]{{ID: "a", Point: geo.Point{Lat: 1, Lng: 1}, At: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	q := nearby.Query{Point: geo.Point{Lat: 1, Lng: 1}, K: 1, Radius: 10}
	for _, v := range []string{"", "short", strings.Repeat("\xff", 28), strings.Repeat("x", 29)} {
		if err := db.HSet(t.Context(), "{"+prefix+"}:pos", "a", v).Err(); err != nil {
			t.Fatal(err)
		}
		_, e1 := s.Get(t.Context(), "a")
		_, e2 := s.Nearest(t.Context(), q)
		var e3 error
		for _, err := range s.All(t.Context()) {
			e3 = err
		}
		for _, err := range []error{e1, e2, e3} {
			if waybill.CodeOf(err) != waybill.DataLoss {
				t.Errorf("%q: %v", v, err)
			}
		}
	}
	db.Set(t.Context(), "{"+prefix+"}:pos", "text", 0)
	if _, err := s.Get(t.Context(), "a"); waybill.CodeOf(err) != waybill.FailedPrecondition || waybill.AsError(err).VendorCode != "WRONGTYPE" {
		t.Error(err)
	}
}

// TestDown: a server that is not there is Unavailable, and no address stands in
// the error.
func TestDown(t *testing.T) {
	secret := errors.New("dial tcp 10.1.2.3:6379: refused")
	db := redis.NewClient(&redis.Options{Addr: "redis.internal:6379", MaxRetries: -1, Password: "hunter2secret",
		Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, secret }})
	defer func() { _ = db.Close() }()
	s, err := redisnearby.New(db, "drivers", nil)
	if err != nil {
		t.Fatal(err)
	}
	p := nearby.Position[string]{ID: "a", Point: geo.Point{Lat: 1, Lng: 1}, At: time.Now()}
	_, e1 := s.Update(t.Context(), []nearby.Position[string]{p})
	_, e2 := s.Nearest(t.Context(), nearby.Query{Point: p.Point, K: 1, Radius: 10})
	_, e3 := s.Get(t.Context(), "a")
	_, e4 := s.Remove(t.Context(), "a")
	_, e5 := s.Sweep(t.Context(), time.Now())
	_, e6 := s.Nearest(t.Context(), nearby.Query{Point: p.Point, K: 1, Radius: 1e7})
	for i, err := range []error{e1, e2, e3, e4, e5, e6, s.Mark(t.Context(), "a", 1, 0)} {
		if waybill.CodeOf(err) != waybill.Unavailable {
			t.Errorf("call %d: %v", i, err)
		}
		for _, word := range []string{"10.1.2.3", "hunter2", "internal", "6379"} {
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), word) {
				t.Errorf("call %d tells where the server is", i)
			}
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", s, s, s); text != "redisnearby redisnearby redisnearby" {
		t.Errorf("a printed store shows more than its name")
	}
}

func TestInvalid(t *testing.T) {
	db := redis.NewClient(&redis.Options{})
	defer func() { _ = db.Close() }()
	for _, prefix := range []string{"", "a{b", "a}b", strings.Repeat("x", 201)} {
		if _, err := redisnearby.New(db, prefix, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	if _, err := redisnearby.New(nil, "drivers", nil); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
}
