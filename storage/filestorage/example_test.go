package filestorage_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

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
