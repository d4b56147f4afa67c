package s3storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// A real server keeps the checksum of the whole object, in parts or not, agrees
// with ours, and refuses a body that does not have it.
func TestChecksumsOnARealServer(t *testing.T) {
	b := realWith(t, "WAYBILL_TEST_S3", s3storage.ChecksumSupported)
	data := bytes.Repeat([]byte("0123456789abcde"), 17<<20/15)
	want := fmt.Sprintf("crc32:%08x", crc32.ChecksumIEEE(data))
	for name, body := range map[string]io.Reader{"small": bytes.NewReader(data[:1000]), "stream": struct{ io.Reader }{bytes.NewReader(data)}, "file": bytes.NewReader(data)} {
		want := want
		if name == "small" {
			want = fmt.Sprintf("crc32:%08x", crc32.ChecksumIEEE(data[:1000]))
		}
		key := "checksums-" + random() + "/" + name
		t.Cleanup(func() { _ = b.Delete(context.Background(), key) })
		o, err := b.Put(t.Context(), key, body, storage.PutOptions{})
		if err != nil || o.Checksum != want {
			t.Errorf("%s: %q, want %q; %v", name, o.Checksum, want, err)
			continue
		}
		if head, err := b.Head(t.Context(), key); err != nil || head.Checksum != want {
			t.Errorf("%s: head says %q, want %q; %v", name, head.Checksum, want, err)
		}
		r, err := b.Get(t.Context(), key, storage.GetOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data[:len(got)]) || int64(len(got)) != o.Size {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		_ = r.Close()
	}
}

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
