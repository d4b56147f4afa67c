package memstorage_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

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
