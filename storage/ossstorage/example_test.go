package ossstorage_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// exampleBucket is a bucket on a fake OSS server.
func exampleBucket() (*ossstorage.Bucket, *storagetest.OSS) {
	server := storagetest.NewOSS(nil)
	accessKey, secretKey, _ := server.Keys()
	bucket, err := ossstorage.New(server.Bucket(), accessKey, secretKey, &ossstorage.Options{
		BaseURL: server.URL(), Region: "cn-hangzhou",
	})
	if err != nil {
		panic(err)
	}
	return bucket, server
}

func ExampleNew() {
	server := storagetest.NewOSS(nil)
	defer server.Close()
	accessKey, secretKey, _ := server.Keys()

	bucket, err := ossstorage.New(server.Bucket(), accessKey, secretKey, &ossstorage.Options{
		BaseURL: server.URL(), Region: "cn-hangzhou", // left out for the real one
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	o, err := bucket.Put(context.Background(), "hello.txt", strings.NewReader("hello"), storage.PutOptions{ContentType: "text/plain"})
	fmt.Println(o.Key, o.Size, o.Provider, err)
	// Output: hello.txt 5 ossstorage <nil>
}

// Keys that change are asked for again when they expire or are refused.
func ExampleOptions_credentials() {
	server := storagetest.NewOSS(nil)
	defer server.Close()
	accessKey, secretKey, _ := server.Keys()
	bucket, err := ossstorage.New(server.Bucket(), "", "", &ossstorage.Options{
		BaseURL: server.URL(),
		Credentials: func(context.Context) (ossstorage.Credentials, error) {
			return ossstorage.Credentials{AccessKey: accessKey, SecretKey: secretKey, Expires: time.Now().Add(time.Hour)}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = bucket.Head(context.Background(), "nothing")
	fmt.Println(err)
	// Output: ossstorage: head: not found (NoSuchKey EC 0026-00000001: The specified key does not exist.)
}

func ExampleBucket_Get() {
	bucket, server := exampleBucket()
	defer server.Close()
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

func ExampleBucket_Put() {
	bucket, server := exampleBucket()
	defer server.Close()
	server.FailNext(1, storagetest.OSSRefusal("QpsLimitExceeded"))
	_, err := bucket.Put(context.Background(), "k", strings.NewReader("x"), storage.PutOptions{})
	fmt.Println(waybill.CodeOf(err), waybill.DeliveryOf(err), waybill.RetryAfterOf(err))
	// Output: rate_limited not_sent 0s
}

func ExampleBucket_List() {
	bucket, server := exampleBucket()
	defer server.Close()
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
	bucket, server := exampleBucket()
	defer server.Close()
	fmt.Println(bucket.Delete(context.Background(), "never", "there"))
	// Output: <nil>
}

func ExampleBucket_Copy() {
	bucket, server := exampleBucket()
	defer server.Close()
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "draft", strings.NewReader("text"), storage.PutOptions{Metadata: map[string]string{"author": "José"}})
	o, err := bucket.Copy(ctx, "draft", "final")
	fmt.Println(o.Key, o.Size, o.Metadata["author"], err)
	// Output: final 4 José <nil>
}

// A browser uploads straight into the bucket.
func ExampleBucket_SignedURL() {
	bucket, server := exampleBucket()
	defer server.Close()
	ctx := context.Background()
	link, err := bucket.SignedURL(ctx, "upload.txt", storage.SignOptions{Method: "PUT", ContentType: "text/plain", Expires: time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	req, _ := http.NewRequest("PUT", link.URL, strings.NewReader("from a browser"))
	for name, value := range link.Header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println("no answer")
		return
	}
	_ = res.Body.Close()
	o, err := bucket.Head(ctx, "upload.txt")
	fmt.Println(res.StatusCode, o.Size, o.ContentType, err)
	// Output: 200 14 text/plain <nil>
}

func ExampleBucket_Head() {
	bucket, server := exampleBucket()
	defer server.Close()
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "invoice.pdf", strings.NewReader("%PDF"), storage.PutOptions{ContentType: "application/pdf"})
	o, err := bucket.Head(ctx, "invoice.pdf")
	fmt.Println(o.Size, o.ContentType, err)
	// Output: 4 application/pdf <nil>
}
