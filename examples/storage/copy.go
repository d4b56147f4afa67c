package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/waybill-go/waybill/examples/internal/console"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// transfer copies one object with its attributes, and compares what was read
// back with what was sent.
func transfer(ctx context.Context, from, to place, fresh bool, out io.Writer) error {
	r, err := from.bucket.Get(ctx, from.key, storage.GetOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, _ = fmt.Fprintf(out, "%s -> %s\n", from.shown, to.shown)
	bar := console.Bar(out)
	sent := &meter{r: r, sum: sha256.New(), total: r.Object.Size, out: bar, last: -1}
	stored, err := to.bucket.Put(ctx, to.key, sent, storage.PutOptions{Size: sized(r.Object.Size), IfNotExists: fresh, ContentType: r.Object.ContentType,
		ContentDisposition: r.Object.ContentDisposition, CacheControl: r.Object.CacheControl, Metadata: r.Object.Metadata,
		Checksum: r.Object.Checksum})
	_, _ = fmt.Fprintln(bar)
	if err != nil {
		return err
	}
	again, err := to.bucket.Get(ctx, to.key, storage.GetOptions{IfMatch: stored.ETag})
	if err != nil {
		return err
	}
	defer func() { _ = again.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, again); err != nil {
		return err
	}
	want, got := hex.EncodeToString(sent.sum.Sum(nil)), hex.EncodeToString(sum.Sum(nil))
	_, _ = fmt.Fprintf(out, "  sha256 %s, %d bytes, the stores say %s and %s\n", got, stored.Size, first(r.Object.Checksum), first(again.Object.Checksum))
	if got != want {
		return errors.New("what is stored is not what was sent")
	}
	return nil
}

// sized is the size for PutOptions, where 0 means that it is not given.
func sized(n int64) int64 {
	if n == 0 {
		return -1
	}
	return n
}

func first(checksum string) string {
	if checksum == "" {
		return "nothing"
	}
	return checksum
}

// meter counts and shows what is read through it.
type meter struct {
	r           io.Reader
	sum         hash.Hash
	done, total int64
	out         io.Writer
	last        int64 // tenths shown
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.sum.Write(p[:n])
	m.done += int64(n)
	if tenths := m.tenths(); tenths != m.last {
		m.last = tenths
		_, _ = fmt.Fprintf(m.out, "\r  [%s%s] %3d %%", strings.Repeat("#", int(tenths)), strings.Repeat(".", int(10-tenths)), tenths*10)
	}
	return n, err
}

func (m *meter) tenths() int64 {
	if m.total <= 0 {
		return 10
	}
	return min(10, m.done*10/m.total)
}

// show copies an object from memory to S3, to OSS, to a file and back, on fakes
// that speak the vendors' real protocols.
func show(ctx context.Context, b *buckets, out io.Writer) error {
	s3, oss := storagetest.NewS3(nil), storagetest.NewOSS(nil)
	defer s3.Close()
	defer oss.Close()
	folder, err := os.MkdirTemp("", "waybill-storage-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	keys := map[string]string{}
	keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], _ = s3.Keys()
	keys["OSS_ACCESS_KEY_ID"], keys["OSS_ACCESS_KEY_SECRET"], _ = oss.Keys()
	b.getenv = func(name string) string { return keys[name] }
	memory, err := b.mem("office")
	if err != nil {
		return err
	}
	report := strings.Repeat("a line of the yearly report\n", 400_000)
	if _, err := memory.Put(ctx, "report.txt", strings.NewReader(report), storage.PutOptions{ContentType: "text/plain", Metadata: map[string]string{"title": "年度报告"}}); err != nil {
		return err
	}
	stops := []string{
		"mem://office/report.txt",
		"s3://" + s3.Bucket() + "/reports/1.txt?path-style=true&region=" + s3.Region() + "&endpoint=" + url.QueryEscape(s3.URL()),
		"oss://" + oss.Bucket() + "/reports/1.txt?region=" + oss.Region() + "&endpoint=" + url.QueryEscape(oss.URL()),
		"file://" + folder + "/report.txt",
		"mem://archive/report.txt",
	}
	for i := range len(stops) - 1 {
		from, err := b.open(stops[i])
		if err != nil {
			return err
		}
		to, err := b.open(stops[i+1])
		if err != nil {
			return err
		}
		if err := transfer(ctx, from, to, true, out); err != nil {
			return err
		}
	}
	return nil
}
