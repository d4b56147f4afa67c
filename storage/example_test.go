package storage_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// Two buckets: files of the mainland stay in the one at home. When the first
// bucket for the rest of the world is down, the second takes over.
func ExampleNewFailover() {
	ctx := context.Background()
	oss, _ := memstorage.New("files-cn", nil)
	s3, _ := memstorage.New("files-eu", nil)
	files, err := storage.NewFailover(
		storage.With(oss, storage.As("oss"), storage.In("CN")),
		storage.With(s3, storage.As("s3"), storage.Outside("CN")),
		storage.WithDefaultRegion("CN"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	home, _ := files.Put(ctx, "invoices/1.pdf", strings.NewReader("一"), storage.PutOptions{})
	away, _ := files.Put(ctx, "invoices/2.pdf", strings.NewReader("two"), storage.PutOptions{Region: "DE"})
	fmt.Println(home.Key, away.Key)

	r, err := files.Get(ctx, away.Key, storage.GetOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	fmt.Println(string(data), err)
	// Output:
	// oss:invoices/1.pdf s3:invoices/2.pdf
	// two <nil>
}

func ExampleFailover_Explain() {
	oss, _ := memstorage.New("files-cn", nil)
	s3, _ := memstorage.New("files-eu", nil)
	files, _ := storage.NewFailover(
		storage.With(oss, storage.As("oss"), storage.In("CN")),
		storage.With(s3, storage.As("s3"), storage.Outside("CN")),
	)
	candidates, _ := files.Explain("invoices/1.pdf", storage.PutOptions{Region: "SG"})
	for _, c := range candidates {
		fmt.Printf("%s %d %q\n", c.Instance, c.Order, c.Reason)
	}
	// Output:
	// s3 1 ""
	// oss 0 "does not serve this region"
}

func ExampleFailover_Put() {
	ctx := context.Background()
	bucket, _ := memstorage.New("files", nil)
	files, _ := storage.NewFailover(storage.With(bucket, storage.As("main")))
	_, err := files.Put(ctx, "contract.pdf", strings.NewReader("v1"), storage.PutOptions{IfNotExists: true})
	fmt.Println(err)
	_, err = files.Put(ctx, "contract.pdf", strings.NewReader("v2"), storage.PutOptions{IfNotExists: true})
	fmt.Println(waybill.CodeOf(err), waybill.DeliveryOf(err))
	// Output:
	// <nil>
	// already_exists not_sent
}

func ExampleFailover_List() {
	ctx := context.Background()
	a, _ := memstorage.New("a", nil)
	b, _ := memstorage.New("b", nil)
	files, _ := storage.NewFailover(storage.With(a, storage.As("a")), storage.With(b, storage.As("b")))
	for _, key := range []string{"a:x/1", "b:x/2", "a:y"} {
		_, _ = files.Put(ctx, key, strings.NewReader("text"), storage.PutOptions{})
	}
	for o, err := range files.List(ctx, storage.ListOptions{Delimiter: "/"}) {
		fmt.Println(o.Key, o.IsPrefix, err)
	}
	// Output:
	// a:x/ true <nil>
	// a:y false <nil>
	// b:x/ true <nil>
}

func ExampleFailover_Delete() {
	ctx := context.Background()
	bucket, _ := memstorage.New("files", nil)
	files, _ := storage.NewFailover(storage.With(bucket, storage.As("main")))
	_, _ = files.Put(ctx, "a", strings.NewReader("text"), storage.PutOptions{})
	fmt.Println(files.Delete(ctx, "main:a", "never-was-there"))
	_, err := files.Head(ctx, "a")
	fmt.Println(waybill.CodeOf(err))
	// Output:
	// <nil>
	// not_found
}

func ExampleFailover_Copy() {
	ctx := context.Background()
	bucket, _ := memstorage.New("files", nil)
	files, _ := storage.NewFailover(storage.With(bucket, storage.As("main")))
	_, _ = files.Put(ctx, "draft.pdf", strings.NewReader("text"), storage.PutOptions{ContentType: "application/pdf"})
	o, err := files.Copy(ctx, "draft.pdf", "final.pdf")
	fmt.Println(o.Key, o.ContentType, err)
	// Output: main:final.pdf application/pdf <nil>
}

func ExampleFailover_SignedURL() {
	ctx := context.Background()
	bucket, _ := memstorage.New("files", &memstorage.Options{
		BaseURL: "https://files.example.com", Secret: []byte("at least 16 bytes of secret"),
		Now: func() time.Time { return time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC) },
	})
	files, _ := storage.NewFailover(storage.With(bucket, storage.As("main")))
	_, _ = files.Put(ctx, "report.pdf", strings.NewReader("text"), storage.PutOptions{})
	link, err := files.SignedURL(ctx, "report.pdf", storage.SignOptions{Expires: time.Hour, ContentDisposition: `attachment; filename="report.pdf"`})
	fmt.Println(link, err) // printing a link never shows its URL
	// Output: signed URL until 2024-05-01T13:00:00Z <nil>
}

func ExampleValidateKey() {
	for _, key := range []string{"invoices/2024/1.pdf", "../etc/passwd", "/absolute"} {
		fmt.Println(storage.ValidateKey(storage.Put, key))
	}
	// Output:
	// <nil>
	// storage: put: invalid argument (key has an empty, . or .. segment)
	// storage: put: invalid argument (key begins with a slash)
}

// Every object lies in both buckets; when one was away, Sync brings it up.
func ExampleNewMirror() {
	home, _ := memstorage.New("home", nil)
	abroad, _ := memstorage.New("abroad", nil)
	files, err := storage.NewMirror(2, storage.With(home, storage.As("home")), storage.With(abroad, storage.As("abroad")))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, err = files.Put(ctx, "invoices/1.pdf", strings.NewReader("an invoice"), storage.PutOptions{})
	there, _ := abroad.Head(ctx, "invoices/1.pdf")
	fmt.Println(there.Size, err)

	_ = abroad.Delete(ctx, "invoices/1.pdf") // lost
	report, err := files.Sync(ctx, storage.SyncOptions{})
	fmt.Println(report.Checked, report.Copied, report.Cursor, err)
	// Output:
	// 10 <nil>
	// 1 1 invoices/1.pdf <nil>
}

func ExampleMirror_Sync() {
	home, _ := memstorage.New("home", nil)
	abroad, _ := memstorage.New("abroad", nil)
	for _, key := range []string{"a", "b", "c"} {
		_, _ = home.Put(context.Background(), key, strings.NewReader(key), storage.PutOptions{})
	}
	files, err := storage.NewMirror(2, storage.With(home, storage.As("home")), storage.With(abroad, storage.As("abroad")))
	if err != nil {
		fmt.Println(err)
		return
	}
	cursor := "a" // where the last one stopped, kept by Checkpoint
	report, err := files.Sync(context.Background(), storage.SyncOptions{Cursor: cursor, Checkpoint: func(r storage.SyncReport) error {
		cursor = r.Cursor // write it down
		return nil
	}})
	fmt.Println(report.Copied, cursor, err)
	// Output: 2 c <nil>
}

// A read is answered while fewer buckets than the quorum are silent, with the
// newest version that was acknowledged.
func ExampleMirror_Get() {
	home, _ := memstorage.New("home", nil)
	abroad, _ := memstorage.New("abroad", nil)
	files, err := storage.NewMirror(2, storage.With(home, storage.As("home")), storage.With(abroad, storage.As("abroad")))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, _ = files.Put(ctx, "price-list", strings.NewReader("2025"), storage.PutOptions{})
	_, _ = files.Put(ctx, "price-list", strings.NewReader("2026"), storage.PutOptions{})
	_ = home.Delete(ctx, "price-list") // lost in one of them
	r, err := files.Get(ctx, "price-list", storage.GetOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	// Output: 2026 <nil>
}

// The key that Put returned says which bucket is asked; a bare key is looked up
// in all of them.
func ExampleFailover_Get() {
	ctx := context.Background()
	oss, _ := memstorage.New("files-cn", nil)
	s3, _ := memstorage.New("files-eu", nil)
	_, _ = s3.Put(ctx, "old/1.pdf", strings.NewReader("from before"), storage.PutOptions{})
	files, err := storage.NewFailover(storage.With(oss, storage.As("oss")), storage.With(s3, storage.As("s3")))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"s3:old/1.pdf", "old/1.pdf", "oss:old/1.pdf"} {
		o, err := files.Head(ctx, key)
		fmt.Printf("%s is %q %v\n", key, o.Key, err)
	}
	// Output:
	// s3:old/1.pdf is "s3:old/1.pdf" <nil>
	// old/1.pdf is "s3:old/1.pdf" <nil>
	// oss:old/1.pdf is "" memstorage: head: not found (no such object)
}

// What a bucket of one's own reads is held to its size and checksum, and what it
// hands out, too.
func ExamplePutBody() {
	body, size, err := storage.PutBody(context.Background(), strings.NewReader("an invoice"), storage.PutOptions{Checksum: "crc32:00000000"})
	fmt.Println(body, size, err)

	body, size, err = storage.PutBody(context.Background(), strings.NewReader("an invoice"), storage.PutOptions{Size: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := io.ReadAll(body)
	fmt.Println(string(stored), size, err)

	start, n, err := storage.GetOptions{Offset: -7}.Span(size)
	fmt.Println(start, n, err)

	_, err = io.ReadAll(storage.Verify("acmestorage", strings.NewReader("an inv"), size, ""))
	fmt.Println(waybill.CodeOf(err))
	// Output:
	// <nil> 0 waybill: put: invalid argument (the body does not have its checksum)
	// an invoice 10 <nil>
	// 3 7 <nil>
	// data_loss
}
