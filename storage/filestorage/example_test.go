package filestorage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
)

func ExampleNew() {
	dir, err := os.MkdirTemp("", "attachments")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bucket, err := filestorage.New(dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = bucket.Close() }()
	ctx := context.Background()
	o, err := bucket.Put(ctx, "2024/05/hello.txt", strings.NewReader("hello"), storage.PutOptions{Metadata: map[string]string{"order-id": "A-1"}})
	fmt.Println(o.Key, o.Size, o.Checksum[:20], o.Metadata["order-id"], err)
	r, err := bucket.Get(ctx, o.Key, storage.GetOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	// Output:
	// 2024/05/hello.txt 5 sha256:2cf24dba5fb0a A-1 <nil>
	// hello <nil>
}

func ExampleBucket_Sweep() {
	dir, err := os.MkdirTemp("", "attachments")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bucket, err := filestorage.New(dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = bucket.Close() }()
	fmt.Println(bucket.Sweep(context.Background(), 24*time.Hour))
	// Output: 0 <nil>
}

// exampleBucket is a bucket in a new folder, and what removes it.
func exampleBucket() (*filestorage.Bucket, func()) {
	dir, err := os.MkdirTemp("", "attachments")
	if err != nil {
		panic(err)
	}
	bucket, err := filestorage.New(dir, nil)
	if err != nil {
		panic(err)
	}
	return bucket, func() {
		_ = bucket.Close()
		_ = os.RemoveAll(dir)
	}
}

// What fails on the way leaves nothing that could be seen.
func ExampleBucket_Put() {
	bucket, done := exampleBucket()
	defer done()
	ctx := context.Background()
	_, err := bucket.Put(ctx, "k", strings.NewReader("12345"), storage.PutOptions{Size: 9})
	fmt.Println(waybill.CodeOf(err), waybill.DeliveryOf(err))
	_, err = bucket.Head(ctx, "k")
	fmt.Println(errors.Is(err, waybill.ErrNotFound))
	// Output:
	// invalid_argument not_sent
	// true
}

func ExampleBucket_Get() {
	bucket, done := exampleBucket()
	defer done()
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "alphabet", strings.NewReader("abcdefghij"), storage.PutOptions{})
	r, err := bucket.Get(ctx, "alphabet", storage.GetOptions{Offset: 2, Length: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Close() }()
	part, err := io.ReadAll(r)
	fmt.Println(string(part), "of", r.Object.Size, err)
	// Output: cde of 10 <nil>
}

func ExampleBucket_Head() {
	bucket, done := exampleBucket()
	defer done()
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "invoice.pdf", strings.NewReader("%PDF"), storage.PutOptions{ContentType: "application/pdf"})
	o, err := bucket.Head(ctx, "invoice.pdf")
	fmt.Println(o.Size, o.ContentType, err)
	_, err = bucket.Head(ctx, "nothing")
	fmt.Println(errors.Is(err, waybill.ErrNotFound))
	// Output:
	// 4 application/pdf <nil>
	// true
}

func ExampleBucket_List() {
	bucket, done := exampleBucket()
	defer done()
	ctx := context.Background()
	for _, key := range []string{"a.txt", "photos/1.jpg", "photos/2.jpg"} {
		_, _ = bucket.Put(ctx, key, strings.NewReader("x"), storage.PutOptions{})
	}
	for o, err := range bucket.List(ctx, storage.ListOptions{Delimiter: "/"}) {
		fmt.Println(o.Key, o.IsPrefix, err)
	}
	// Output:
	// a.txt false <nil>
	// photos/ true <nil>
}

func ExampleBucket_Delete() {
	bucket, done := exampleBucket()
	defer done()
	fmt.Println(bucket.Delete(context.Background(), "never", "there"))
	// Output: <nil>
}

func ExampleBucket_Copy() {
	bucket, done := exampleBucket()
	defer done()
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "draft", strings.NewReader("text"), storage.PutOptions{Metadata: map[string]string{"author": "José"}})
	o, err := bucket.Copy(ctx, "draft", "final")
	fmt.Println(o.Key, o.Size, o.Metadata["author"], err)
	// Output: final 4 José <nil>
}

// The handler serves what was signed, until it expires.
func ExampleBucket_SignedURL() {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	dir, err := os.MkdirTemp("", "attachments")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bucket, err := filestorage.New(dir, &filestorage.Options{BaseURL: server.URL + "/files", Secret: []byte("at least 16 bytes of secret")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = bucket.Close() }()
	mux.Handle("/files/", bucket.Handler())
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "report.txt", strings.NewReader("all is well"), storage.PutOptions{})
	link, err := bucket.SignedURL(ctx, "report.txt", storage.SignOptions{Expires: time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := http.Get(link.URL)
	if err != nil {
		fmt.Println("no answer")
		return
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	fmt.Println(res.StatusCode, string(text), err)
	// Output: 200 all is well <nil>
}
