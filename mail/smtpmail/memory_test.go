package smtpmail_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// sampled is a source of n bytes that looks at the heap while it is read: at all
// of it, or with live at what is in use, each 32 MiB.
type sampled struct {
	left int64
	peak *atomic.Uint64
	next int64
	live bool
}

func (s *sampled) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), s.left)
	s.left -= n
	if s.next -= n; s.next <= 0 {
		if s.next = 1 << 20; s.live {
			s.next = 32 << 20
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapInuse > s.peak.Load() {
			s.peak.Store(m.HeapInuse)
		}
	}
	return int(n), nil
}

func (*sampled) Close() error { return nil }

// TestMemory: memory does not grow with an attachment, the server's share
// included.
func TestMemory(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{Size: -1, Discard: true}, nil)
	mustSend(t, r, s, note())
	for _, mib := range []int64{20, 100} {
		var peak atomic.Uint64
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m := note()
		m.Attachments = []mail.Attachment{{Name: "big.bin", Size: mib << 20, Open: func() (io.ReadCloser, error) {
			return &sampled{left: mib << 20, peak: &peak}, nil
		}}}
		mustSend(t, r, s, m)
		extra := int64(peak.Load()) - int64(before.HeapInuse)
		t.Logf("%d MiB with %d KiB of extra heap", mib, extra>>10)
		if extra > 12<<20 {
			t.Errorf("%d MiB took %d MiB of extra heap, want at most 12", mib, extra>>20)
		}
	}
}

// generated is an attachment of so many bytes that nobody keeps.
func generated(name string, size int64, peak *atomic.Uint64, live bool) mail.Attachment {
	return mail.Attachment{Name: name, Size: size, Open: func() (io.ReadCloser, error) { return &sampled{left: size, peak: peak, live: live}, nil }}
}

// sink is a bucket that keeps nothing but how much it was given.
type sink struct {
	storage.Bucket
	stored int64
}

func (s *sink) Put(_ context.Context, key string, body io.Reader, _ storage.PutOptions) (storage.Object, error) {
	n, err := io.Copy(io.Discard, body)
	s.stored = n
	return storage.Object{Key: key, Size: n}, err
}

// TestOneGiB: a mail with 1 GiB for the bucket and 20 MiB inside takes no more
// than 32 MiB of memory, be it a bucket that throws it away or S3, which gets it in
// parts. Of S3's parts those in use count: how much garbage waits beside them is
// the collector's business.
func TestOneGiB(t *testing.T) {
	const inside, most = 20 << 20, 32 << 20
	large := int64(1 << 30)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := mail.NewSigner("sender.example", "s1", key, nil)
	if err != nil {
		t.Fatal(err)
	}
	local, err := memstorage.New("sink", &memstorage.Options{BaseURL: "https://files.sender.example", Secret: []byte("0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	try := func(t *testing.T, b storage.Bucket, large int64, live bool) {
		r, s := start(t, &mailtest.SMTPOptions{Size: -1, Discard: true}, func(o *smtpmail.Options) { o.DKIM = []*mail.Signer{signer} })
		c, err := mail.New(mail.With(r), mail.WithOffload(mail.Offload{Bucket: b, Limit: 30 << 20, Prefix: "waybill-mail-memory/"}))
		if err != nil {
			t.Fatal(err)
		}
		mustSend(t, c, s, note())
		var peak atomic.Uint64
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m := note()
		m.Attachments = []mail.Attachment{generated("small.bin", inside, &peak, live), generated("large.bin", large, &peak, live)}
		res := mustSend(t, c, s, m)
		if len(res.Links) != 1 || res.Links[0].Size != large || res.Size < inside*4/3 {
			t.Errorf("%v, %d bytes", res.Links, res.Size)
		}
		extra := int64(peak.Load()) - int64(before.HeapInuse)
		t.Logf("%d KiB of extra heap", extra>>10)
		if extra > most {
			t.Errorf("%d MiB of extra heap, want at most %d", extra>>20, most>>20)
		}
		if err := b.Delete(context.WithoutCancel(t.Context()), res.Links[0].Key); err != nil {
			t.Error(err)
		}
	}
	t.Run("sink", func(t *testing.T) {
		b := &sink{Bucket: local}
		try(t, b, large, false)
		if b.stored != large {
			t.Errorf("%d bytes were stored", b.stored)
		}
	})
	t.Run("s3", func(t *testing.T) {
		endpoint := os.Getenv("WAYBILL_TEST_S3_ENDPOINT")
		if endpoint == "" {
			t.Skip("WAYBILL_TEST_S3_ENDPOINT is not set")
		}
		large := large
		if os.Getenv("WAYBILL_BENCH_BARS") == "" {
			large >>= 3 // a disk takes long for all of it, and the memory is the same
		}
		b, err := s3storage.New(os.Getenv("WAYBILL_TEST_S3_BUCKET"), os.Getenv("WAYBILL_TEST_S3_KEY"), os.Getenv("WAYBILL_TEST_S3_SECRET"),
			&s3storage.Options{BaseURL: endpoint, Region: os.Getenv("WAYBILL_TEST_S3_REGION"), PathStyle: true})
		if err != nil {
			t.Fatal(err)
		}
		try(t, b, large, true)
	})
}

func BenchmarkSend(b *testing.B) {
	for name, size := range map[string]int64{"small": 0, "1MiB": 1 << 20, "20MiB": 20 << 20} {
		b.Run(name, func(b *testing.B) {
			r, _ := start(b, &mailtest.SMTPOptions{Size: -1, Discard: true}, nil)
			m := note()
			if size > 0 {
				m.Attachments = []mail.Attachment{{Name: "big.bin", Size: size, Open: func() (io.ReadCloser, error) {
					return io.NopCloser(io.LimitReader(endless{}, size)), nil
				}}}
				b.SetBytes(size)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Send(b.Context(), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var _ mail.Limited = (*smtpmail.Relay)(nil)
