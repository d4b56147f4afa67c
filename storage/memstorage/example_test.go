package memstorage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

func ExampleNew() {
	ctx := context.Background()
	bucket, err := memstorage.New("attachments", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	o, err := bucket.Put(ctx, "hello.txt", strings.NewReader("hello"), storage.PutOptions{ContentType: "text/plain"})
	fmt.Println(o.Key, o.Size, o.ContentType, o.Checksum, err)
	r, err := bucket.Get(ctx, "hello.txt", storage.GetOptions{Offset: -2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Close() }()
	tail, _ := io.ReadAll(r)
	fmt.Println(string(tail), r.Offset, r.Length)
	// Output:
	// hello.txt 5 text/plain crc32:3610a686 <nil>
	// lo 3 2
}

func ExampleBucket_Handler() {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	bucket, err := memstorage.New("attachments", &memstorage.Options{BaseURL: server.URL + "/files", Secret: []byte("at least 16 bytes of secret")})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux.Handle("/files/", bucket.Handler())

	ctx := context.Background()
	_, _ = bucket.Put(ctx, "report.txt", strings.NewReader("all is well"), storage.PutOptions{})
	link, _ := bucket.SignedURL(ctx, "report.txt", storage.SignOptions{ContentDisposition: "attachment"})
	for _, url := range []string{link.URL, link.URL + "0"} {
		res, err := http.Get(url)
		if err != nil {
			fmt.Println("no answer")
			return
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		fmt.Println(res.StatusCode, strings.TrimSpace(string(body)), res.Header.Get("Content-Disposition"))
	}
	// Output:
	// 200 all is well attachment
	// 403 Forbidden
}

func ExampleBucket_Put() {
	bucket, _ := memstorage.New("attachments", nil)
	_, err := bucket.Put(context.Background(), "../outside", strings.NewReader("x"), storage.PutOptions{})
	fmt.Println(err)
	_, err = bucket.Put(context.Background(), "k", strings.NewReader("12345"), storage.PutOptions{Size: 4})
	fmt.Println(waybill.CodeOf(err), waybill.DeliveryOf(err))
	// Output:
	// storage: put: invalid argument (key has an empty, . or .. segment)
	// invalid_argument not_sent
}

// exampleBucket is an empty bucket.
func exampleBucket() *memstorage.Bucket {
	bucket, err := memstorage.New("attachments", nil)
	if err != nil {
		panic(err)
	}
	return bucket
}

func ExampleBucket_Get() {
	bucket := exampleBucket()
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
	bucket := exampleBucket()
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
	bucket := exampleBucket()
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
	bucket := exampleBucket()
	fmt.Println(bucket.Delete(context.Background(), "never", "there"))
	// Output: <nil>
}

func ExampleBucket_Copy() {
	bucket := exampleBucket()
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "draft", strings.NewReader("text"), storage.PutOptions{Metadata: map[string]string{"author": "José"}})
	o, err := bucket.Copy(ctx, "draft", "final")
	fmt.Println(o.Key, o.Size, o.Metadata["author"], err)
	// Output: final 4 José <nil>
}

func ExampleBucket_SignedURL() {
	bucket, err := memstorage.New("attachments", &memstorage.Options{BaseURL: "https://files.example.com", Secret: []byte("at least 16 bytes")})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "report.txt", strings.NewReader("all is well"), storage.PutOptions{})
	link, err := bucket.SignedURL(ctx, "report.txt", storage.SignOptions{Expires: time.Hour})
	fmt.Println(strings.HasPrefix(link.URL, "https://files.example.com/"), time.Until(link.Expires) <= time.Hour, err)
	_, err = bucket.SignedURL(ctx, "report.txt", storage.SignOptions{Expires: 30 * 24 * time.Hour})
	fmt.Println(waybill.CodeOf(err))
	// Output:
	// true true <nil>
	// invalid_argument
}
