package s3storage_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// Two real servers behind one client: the objects of each stay apart, and when
// the first cannot be reached the second takes what comes.
func TestFailoverBetweenRealServers(t *testing.T) {
	one, two := real(t, "WAYBILL_TEST_S3"), real(t, "WAYBILL_TEST_S3B")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	_ = l.Close()
	dead, err := s3storage.New("bucket", "key", "secret-of-nobody", &s3storage.Options{BaseURL: nobody, PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	key := "failover-" + t.Name() + "/k"
	f, err := storage.NewFailover(storage.With(one, storage.As("one")), storage.With(two, storage.As("two")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = one.Delete(context.Background(), key), two.Delete(context.Background(), key) })
	o, err := f.Put(t.Context(), key, strings.NewReader("first"), storage.PutOptions{})
	if err != nil || o.Key != "one:"+key {
		t.Fatalf("%q, %v", o.Key, err)
	}
	g, err := storage.NewFailover(storage.With(dead, storage.As("dead")), storage.With(two, storage.As("two")))
	if err != nil {
		t.Fatal(err)
	}
	o, err = g.Put(t.Context(), key, io.LimitReader(zeroReader{}, 100), storage.PutOptions{})
	if err != nil || o.Key != "two:"+key {
		t.Fatalf("%q, %v", o.Key, err)
	}
	_, err = g.Put(t.Context(), "dead:"+key, strings.NewReader("x"), storage.PutOptions{})
	if waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.NotSent || !errors.Is(err, waybill.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	if _, err := f.Head(t.Context(), key); waybill.CodeOf(err) != waybill.FailedPrecondition {
		t.Errorf("different objects under one bare key: %v", err)
	}
}
