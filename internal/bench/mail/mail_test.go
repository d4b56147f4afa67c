package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// Both send the same mails to the same server, one after the other over one
// connection. go-mail is as it comes, and once more without the two commands
// (NOOP, RSET) by which it looks after a connection.

const attachmentSize = 20 << 20

// source gives the attachment's bytes without keeping them.
type source struct {
	io.Reader
}

func (source) Close() error { return nil }

var block = func() []byte {
	b := make([]byte, 64<<10)
	x := uint64(1)
	for i := range b {
		x = x*6364136223846793005 + 1442695040888963407
		b[i] = byte(x >> 56)
	}
	return b
}()

// blocks repeats block.
type blocks struct{ at int }

func (r *blocks) Read(p []byte) (int, error) {
	n := copy(p, block[r.at:])
	r.at = (r.at + n) % len(block)
	return n, nil
}

func attachment(size int64) io.Reader { return io.LimitReader(&blocks{}, size) }

// sender sends n mails over one connection, each with an attachment of size
// bytes if that is not 0.
type sender func(tb testing.TB, n int, size int64)

const text = "Dear customer,\r\n\r\nyour order A-17 was picked up and arrives tomorrow between nine and twelve.\r\n\r\nKind regards\r\nDispatch\r\n"
const page = "<p>Dear customer,</p><p>your order <b>A-17</b> was picked up and arrives tomorrow between nine and twelve.</p><p>Kind regards<br>Dispatch</p>"

func ours(tb testing.TB, s *server, secure bool) sender {
	tb.Helper()
	o := &smtpmail.Options{TLS: smtpmail.NoTLS, MaxPerConn: 1 << 30, MaxConns: 1}
	addr := s.plain
	if secure {
		addr, o.TLS, o.TLSConfig = s.secure, smtpmail.ImplicitTLS, &tls.Config{RootCAs: s.roots}
	}
	r, err := smtpmail.New(addr, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	c, err := mail.New(mail.With(r))
	if err != nil {
		tb.Fatal(err)
	}
	return func(tb testing.TB, n int, size int64) {
		for i := range n {
			m := &mail.Message{From: mail.Address{Name: "Dispatch", Addr: "dispatch@sender.example"}, To: []mail.Address{{Addr: "a@receiver.example"}},
				Subject: "Your order A-17", Text: text, HTML: page, Key: "order-" + strconv.Itoa(i)}
			if size > 0 {
				m.Attachments = []mail.Attachment{{Name: "report.bin", Size: size, Open: func() (io.ReadCloser, error) {
					return source{attachment(size)}, nil
				}}}
			}
			if _, err := c.Send(context.Background(), m); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

func theirs(tb testing.TB, s *server, secure, bare bool) sender {
	tb.Helper()
	addr := s.plain
	if secure {
		addr = s.secure
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		tb.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		tb.Fatal(err)
	}
	options := []gomail.Option{gomail.WithPort(number), gomail.WithTimeout(5 * time.Minute), gomail.WithTLSPolicy(gomail.NoTLS)}
	if secure {
		options = append(options, gomail.WithSSL(), gomail.WithTLSConfig(&tls.Config{RootCAs: s.roots, ServerName: host}))
	}
	if bare {
		options = append(options, gomail.WithoutNoop(), gomail.WithoutRset())
	}
	c, err := gomail.NewClient(host, options...)
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.DialWithContext(context.Background()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return func(tb testing.TB, n int, size int64) {
		for i := range n {
			m := gomail.NewMsg()
			for _, err := range []error{m.FromFormat("Dispatch", "dispatch@sender.example"), m.To("a@receiver.example")} {
				if err != nil {
					tb.Fatal(err)
				}
			}
			m.Subject("Your order A-17")
			m.SetMessageIDWithValue("order-" + strconv.Itoa(i) + "@sender.example")
			m.SetBodyString(gomail.TypeTextPlain, text)
			m.AddAlternativeString(gomail.TypeTextHTML, page)
			if size > 0 {
				m.AttachReadSeeker("report.bin", &seeker{Reader: attachment(size)})
			}
			if err := c.Send(m); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// seeker is what go-mail wants; it goes back to the beginning only.
type seeker struct{ io.Reader }

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, fmt.Errorf("unexpected seek to %d from %d", offset, whence)
	}
	s.Reader = attachment(attachmentSize)
	return 0, nil
}

// cost is what a run takes: time, time of the client's processor in seconds,
// and memory above what was in use before in MiB.
type cost struct{ time, cpu, memory float64 }

func measure(tb testing.TB, send sender, n int, size int64) cost {
	tb.Helper()
	debug.FreeOSMemory()
	resetPeak(tb)
	before := memory(tb, "VmRSS")
	cpu, at := processTime(tb), time.Now()
	send(tb, n, size)
	c := cost{time: time.Since(at).Seconds(), cpu: (processTime(tb) - cpu).Seconds()}
	c.memory = float64(memory(tb, "VmHWM")-before) / (1 << 10)
	runtime.KeepAlive(send)
	return c
}

func processTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resetPeak makes the kernel begin anew with the process's peak of memory.
func resetPeak(tb testing.TB) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		tb.Skip("the peak of memory cannot be measured here: ", err)
	}
}

// memory returns a line of the process's status, in KiB.
func memory(tb testing.TB, what string) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Skip("the memory cannot be measured here: ", err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := strings.CutPrefix(string(line), what+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				tb.Fatal(err)
			}
			return n
		}
	}
	tb.Skip("the memory cannot be measured here")
	return 0
}

func bench(b *testing.B, size int64, client func(testing.TB, *server) sender) {
	send := client(b, start(b))
	send(b, 1, size)
	b.SetBytes(size)
	b.ReportAllocs()
	b.ResetTimer()
	from := processTime(b)
	send(b, b.N, size)
	b.ReportMetric(float64((processTime(b)-from).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func plainly(tb testing.TB, s *server) sender   { return ours(tb, s, false) }
func plainPeer(tb testing.TB, s *server) sender { return theirs(tb, s, false, false) }

func BenchmarkSmallWaybill(b *testing.B)      { bench(b, 0, plainly) }
func BenchmarkSmallGoMail(b *testing.B)       { bench(b, 0, plainPeer) }
func BenchmarkAttachmentWaybill(b *testing.B) { bench(b, attachmentSize, plainly) }
func BenchmarkAttachmentGoMail(b *testing.B)  { bench(b, attachmentSize, plainPeer) }

const asItComes = "go-mail"

// TestBars holds smtpmail to at most 12 MiB of memory for an attachment of 20 MiB.
// The times beside go-mail's are asserted only when WAYBILL_BENCH_BARS is set, on a
// machine that has nothing else to do: an attachment at twice go-mail's speed,
// a thousand small mails over one connection at 1.5 times. Rounds are
// interleaved, and the medians count. go-mail without its two further commands
// is logged only.
func TestBars(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	rounds, small, modes := 1, 100, []bool{false}
	assert := os.Getenv("WAYBILL_BENCH_BARS") != ""
	if assert {
		rounds, small, modes = 11, 1000, []bool{false, true}
	}
	s := start(t)
	for _, secure := range modes {
		name := map[bool]string{false: "plain", true: "TLS"}[secure]
		mine, peers := ours(t, s, secure), map[string]sender{asItComes: theirs(t, s, secure, false)}
		if assert {
			peers["go-mail without NOOP and RSET"] = theirs(t, s, secure, true)
		}
		for _, job := range []struct {
			name   string
			n      int
			size   int64
			faster float64
		}{{"20 MiB", 1, attachmentSize, 2}, {"small mails", small, 0, 1.5}} {
			t.Run(name+"/"+job.name, func(t *testing.T) {
				runs := map[string][]cost{}
				mine(t, 1, job.size)
				for range rounds {
					runs[""] = append(runs[""], measure(t, mine, job.n, job.size))
					for who, send := range peers {
						runs[who] = append(runs[who], measure(t, send, job.n, job.size))
					}
				}
				us := medians(runs[""])
				t.Logf("%d of %s: %.1f ms, %.1f ms of CPU, %.1f MiB", job.n, job.name, us.time*1e3, us.cpu*1e3, us.memory)
				if us.memory > 12 {
					t.Errorf("%.1f MiB of memory, more than 12", us.memory)
				}
				for who := range peers {
					c := medians(runs[who])
					t.Logf("%s: %.1f ms, %.1f ms of CPU, %.1f MiB: %.2f of our time, %.2f of our CPU", who, c.time*1e3, c.cpu*1e3, c.memory, c.time/us.time, c.cpu/us.cpu)
					if assert && who == asItComes && c.time/us.time < job.faster {
						t.Errorf("%.2f times as fast as %s, want %.1f", c.time/us.time, who, job.faster)
					}
				}
			})
		}
	}
	if mails, octets := s.taken(t); mails == 0 || octets == 0 {
		t.Error("the server took nothing")
	}
}

// medians are those of each figure by itself.
func medians(of []cost) cost {
	pick := func(get func(cost) float64) float64 {
		v := make([]float64, len(of))
		for i := range of {
			v[i] = get(of[i])
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return cost{pick(func(c cost) float64 { return c.time }), pick(func(c cost) float64 { return c.cpu }), pick(func(c cost) float64 { return c.memory })}
}
