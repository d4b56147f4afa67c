package smtpmail_test

import (
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// sampled is a source of n bytes that looks at the heap while it is read.
type sampled struct {
	left int64
	peak *atomic.Uint64
	next int64
}

func (s *sampled) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), s.left)
	s.left -= n
	if s.next -= n; s.next <= 0 {
		s.next = 1 << 20
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
