//go:build linux

package smtpmail_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// letterTo is a mail to the box, with an end by which it is known to be whole.
func letterTo(key string, size int) *mail.Message {
	m := note("box@example.com")
	m.From.Addr, m.Key = "dispatch@example.com", key
	m.Attachments = []mail.Attachment{file("data.bin", size, nil)}
	return m
}

// whole checks that a mail arrived as it was sent.
func whole(t *testing.T, raw []byte, size int) {
	t.Helper()
	got, err := mailtest.Parse(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	if err != nil || len(got.Files) != 1 || len(got.Files[0].Data) != size {
		t.Errorf("a mail arrived spoiled: %v, %d files", err, len(got.Files))
	}
}

// TestOwnPostfix tries a Postfix of the test's own.
func TestOwnPostfix(t *testing.T) {
	p := startOwnPostfix(t)
	t.Run("dialogue", p.dialogue)
	t.Run("cut", p.cut)
	t.Run("killed", p.killed)
	t.Run("failover", p.failover)
}

// killed kills Postfix in the middle of sends, starts it again, and counts: what was acknowledged arrived once, what was not sent never, what is
// ambiguous once or never. What was certainly not sent is sent again by the
// caller, under the same key.
func (p *ownPostfix) killed(t *testing.T) {
	const mails, size = 60, 60_000
	client, err := mail.New(mail.With(plainRelay(t, p.addr, nil)))
	if err != nil {
		t.Fatal(err)
	}
	var done atomic.Int64
	var mu sync.Mutex
	outcome := map[string]waybill.Delivery{}
	kills := make(chan struct{}, mails)
	var wg sync.WaitGroup
	next := make(chan int)
	for range 4 {
		wg.Go(func() {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for i := range next {
				m := letterTo(fmt.Sprintf("kill-%d-%d", os.Getpid(), i), size)
				for end := time.Now().Add(time.Minute); ; <-tick.C {
					res, err := client.Send(t.Context(), m)
					d := waybill.DeliveryOf(err)
					mu.Lock()
					outcome[res.MessageID] = d
					mu.Unlock()
					if d != waybill.NotSent || time.Now().After(end) {
						break
					}
				}
				if done.Add(1)%25 == 5 {
					kills <- struct{}{}
				}
			}
		})
	}
	go func() {
		for i := range mails {
			next <- i
		}
		close(next)
		wg.Wait()
		close(kills)
	}()
	killed := 0
	for range kills {
		p.kill(t)
		p.start(t)
		killed++
	}
	p.settled(t)
	boxes := p.boxes(t)
	count := map[waybill.Delivery]int{}
	for id, d := range outcome {
		count[d]++
		switch n := len(boxes[id]); {
		case d == waybill.Sent && n != 1, d == waybill.NotSent && n != 0, d == waybill.Ambiguous && n > 1:
			t.Errorf("a mail that is %v arrived %d times", d, n)
		}
		for _, raw := range boxes[id] {
			whole(t, raw, size)
		}
	}
	t.Logf("killed %d times: %v", killed, count)
	if len(outcome) != mails || killed == 0 || count[waybill.Sent] < mails/2 {
		t.Errorf("%d mails, killed %d times: %v", len(outcome), killed, count)
	}
}

// failover kills Postfix for good: the second relay takes what it did not, and
// no mail is at both.
func (p *ownPostfix) failover(t *testing.T) {
	second := mailtest.NewSMTP(&mailtest.SMTPOptions{Plain: true})
	t.Cleanup(second.Close)
	client, err := mail.New(mail.With(plainRelay(t, p.addr, nil), mail.As("postfix")), mail.With(plainRelay(t, second.Addr(), nil), mail.As("second")))
	if err != nil {
		t.Fatal(err)
	}
	outcome := map[string]waybill.Delivery{}
	by := map[string]int{}
	for i := range 40 {
		switch i {
		case 10:
			p.kill(t)
		case 30:
			p.start(t)
			if err := client.Restore("postfix"); err != nil {
				t.Fatal(err)
			}
		}
		res, err := client.Send(t.Context(), letterTo(fmt.Sprintf("over-%d-%d", os.Getpid(), i), 10_000))
		if err != nil {
			t.Errorf("mail %d: %v", i, err)
		}
		outcome[res.MessageID] = waybill.DeliveryOf(err)
		by[res.Instance]++
	}
	p.settled(t)
	boxes := p.boxes(t)
	for id := range outcome {
		if n := len(boxes[id]) + second.Accepted(id); n != 1 {
			t.Errorf("a mail arrived %d times", n)
		}
	}
	if by["postfix"] != 20 || by["second"] != 20 {
		t.Errorf("served by %v", by)
	}
}

// cutConn is a connection that breaks after so many bytes in one direction.
type cutConn struct {
	net.Conn
	in, out atomic.Int64 // what may still pass
}

var errCut = errors.New("the line was cut")

func (c *cutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if left := c.in.Add(int64(-n)); left < 0 {
		_ = c.Conn.Close()
		return max(0, n+int(left)), errCut
	}
	return n, err
}

func (c *cutConn) Write(p []byte) (int, error) {
	pass := min(int64(len(p)), max(0, c.out.Load()))
	c.out.Add(-int64(len(p)))
	n, err := c.Conn.Write(p[:pass])
	if err == nil && n < len(p) {
		_ = c.Conn.Close()
		err = errCut
	}
	return n, err
}

// cut cuts the line at many places of a dialogue with a real server, in both
// directions: nothing is lost, doubled or cut, and nothing that arrived is called
// not sent.
func (p *ownPostfix) cut(t *testing.T) {
	const size = 300
	var last *cutConn
	limit := func(read, write int64) func(*smtpmail.Options) {
		return func(o *smtpmail.Options) {
			o.IdleTimeout = -1
			o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := new(net.Dialer).DialContext(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				last = &cutConn{Conn: c}
				last.in.Store(read)
				last.out.Store(write)
				return last, nil
			}
		}
	}
	// The line as it is says how long the dialogue is, without the farewell.
	if _, err := plainRelay(t, p.addr, limit(1<<30, 1<<30)).Send(t.Context(), letterTo("cut-whole", size)); err != nil {
		t.Fatal(err)
	}
	in, out := 1<<30-last.in.Load(), 1<<30-last.out.Load()-int64(len("QUIT\r\n"))
	outcome := map[string]waybill.Delivery{}
	count := map[waybill.Delivery]int{}
	try := func(name string, read, write int64) {
		res, err := plainRelay(t, p.addr, limit(read, write)).Send(t.Context(), letterTo(name, size))
		d := waybill.DeliveryOf(err)
		outcome[res.MessageID] = d
		count[d]++
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		try(fmt.Sprintf("cut-in-%d", i), r.Int64N(in), 1<<30)
		try(fmt.Sprintf("cut-out-%d", i), 1<<30, r.Int64N(out))
	}
	for back := range int64(12) { // around the final dot and its reply
		try(fmt.Sprintf("cut-dot-%d", back), 1<<30, out-back)
		try(fmt.Sprintf("cut-reply-%d", back), in-back, 1<<30)
	}
	p.settled(t)
	boxes := p.boxes(t)
	for id, d := range outcome {
		switch n := len(boxes[id]); {
		case d == waybill.Sent && n != 1, d == waybill.NotSent && n != 0, n > 1:
			t.Errorf("a mail that is %v arrived %d times", d, n)
		}
		for _, raw := range boxes[id] {
			whole(t, raw, size)
		}
	}
	t.Logf("%d bytes out, %d in: %v", out, in, count)
	if count[waybill.Sent] == 0 || count[waybill.NotSent] == 0 || count[waybill.Ambiguous] == 0 {
		t.Errorf("not every outcome came: %v", count)
	}
}

// dialogue tries what a real server says to each step.
func (p *ownPostfix) dialogue(t *testing.T) {
	r := plainRelay(t, p.addr, nil)
	t.Run("recipients", func(t *testing.T) {
		m := letterTo("", 10)
		for _, to := range []string{"unknown@example.com", "grey@example.com", "late@example.com", "a@elsewhere.example"} {
			m.To = append(m.To, mail.Address{Addr: to})
		}
		res, err := r.Send(t.Context(), m)
		if waybill.DeliveryOf(err) != waybill.Sent {
			t.Fatal(err)
		}
		for i, code := range []waybill.Code{0, waybill.Unregistered, waybill.Unavailable, waybill.Unavailable, 0} {
			e := res.Recipients[i].Err
			if (e == nil) != (code == 0) || e != nil && (e.Code != code || e.Delivery != waybill.NotSent) {
				t.Errorf("recipient %d: %v", i, e)
			}
			if e != nil && strings.Contains(e.Error(), "example.com") {
				t.Errorf("recipient %d: the error names it: %v", i, e)
			}
		}
	})
	t.Run("only refused", func(t *testing.T) {
		for to, code := range map[string]waybill.Code{"unknown@example.com": waybill.Unregistered, "grey@example.com": waybill.Unavailable} {
			m := letterTo("", 10)
			m.To[0].Addr = to
			_, err := r.Send(t.Context(), m)
			want(t, err, code, waybill.ScopeRecipient, waybill.NotSent)
		}
		if _, err := r.Send(t.Context(), letterTo("", 10)); err != nil {
			t.Errorf("the next mail: %v", err)
		}
	})
	t.Run("size", func(t *testing.T) {
		m := letterTo("", 10)
		m.Attachments = []mail.Attachment{{Name: "x", Size: 900_000, Open: func() (io.ReadCloser, error) { return nil, errors.New("it must not be opened") }}}
		_, err := r.Send(t.Context(), m)
		want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
		// Of unknown size it is found out only while it is sent.
		m.Attachments = []mail.Attachment{{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(endless{}, 900_000)), nil }}}
		_, err = r.Send(t.Context(), m)
		want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
		if r.MaxSize() != 1_000_000 {
			t.Errorf("size %d", r.MaxSize())
		}
	})
	t.Run("SMTPUTF8 and 8BITMIME", func(t *testing.T) {
		m := letterTo("", 10)
		m.To[0] = mail.Address{Name: "盒子", Addr: "盒子@example.com"}
		res, err := r.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		p.settled(t)
		raw := p.boxes(t)[res.MessageID]
		if len(raw) != 1 {
			t.Fatalf("it arrived %d times", len(raw))
		}
		for _, b := range raw {
			if !bytes.Contains(b, []byte("with UTF8SMTP id")) {
				t.Errorf("%.500s", b)
			}
		}
	})
	t.Run("AUTH LOGIN", func(t *testing.T) {
		o := func(o *smtpmail.Options) {
			o.TLS, o.TLSConfig = smtpmail.STARTTLS, &tls.Config{InsecureSkipVerify: true}
			o.Username, o.Password = os.Getenv("WAYBILL_TEST_SMTP_USER"), os.Getenv("WAYBILL_TEST_SMTP_PASSWORD")
		}
		if _, err := plainRelay(t, p.login, o).Send(t.Context(), letterTo("", 10)); err != nil {
			t.Error(err)
		}
		wrong := func(w *smtpmail.Options) { o(w); w.Password = "not-the-password" }
		_, err := plainRelay(t, p.login, wrong).Send(t.Context(), letterTo("", 10))
		want(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
		none := func(w *smtpmail.Options) { o(w); w.Username, w.Password = "", "" }
		_, err = plainRelay(t, p.login, none).Send(t.Context(), letterTo("", 10))
		if waybill.DeliveryOf(err) != waybill.NotSent || err == nil {
			t.Errorf("%v", err)
		}
	})
}
