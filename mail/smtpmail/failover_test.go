package smtpmail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// TestTwoRelays sends while the first relay fails in every way, and counts at
// both servers: what the client calls sent is there once, what it calls not sent
// nowhere, what it calls ambiguous at most once.
func TestTwoRelays(t *testing.T) {
	ledger := new(mailtest.Ledger)
	so := func() *mailtest.SMTPOptions { return &mailtest.SMTPOptions{Ledger: ledger, Discard: true} }
	short := func(o *smtpmail.Options) { o.CommandTimeout, o.FinalTimeout = time.Second, time.Second }
	one, first := start(t, so(), short)
	two, _ := start(t, so(), short)
	// Nobody is ejected, so that the first relay is asked every time.
	c, err := mail.New(mail.With(one), mail.With(two, mail.As("spare")),
		mail.WithPolicy(waybill.Policy{ConsecutiveFailures: -1, LocalFailures: -1, FailureShare: -1, RetryTokens: -1, Backoff: time.Millisecond, CoolDown: time.Nanosecond, SenderCoolDown: time.Nanosecond}))
	if err != nil {
		t.Fatal(err)
	}
	var faults []mailtest.Fault
	for _, at := range []mailtest.Stage{mailtest.AtConnect, mailtest.AtEHLO, mailtest.AtSTARTTLS, mailtest.AtMAIL, mailtest.AtRCPT, mailtest.AtDATA,
		mailtest.InBody, mailtest.AtDot, mailtest.AfterDot} {
		for _, do := range []mailtest.Action{mailtest.CloseConn, mailtest.Reset, mailtest.Garbage, mailtest.HalfReply} {
			faults = append(faults, mailtest.Fault{Stage: at, Do: do, Times: 3})
		}
		if at != mailtest.InBody && at != mailtest.AfterDot {
			faults = append(faults, mailtest.Fault{Stage: at, Do: mailtest.Reply, Reply: "421 4.3.2 closing", Times: 3},
				mailtest.Fault{Stage: at, Do: mailtest.Reply, Reply: "451 4.3.0 not now", Times: 3})
		}
	}
	rand.New(rand.NewPCG(7, 8)).Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	var sent, unsent, unclear []string
	for i, f := range faults {
		first.Heal()
		first.Fail(f)
		var wg sync.WaitGroup
		var mu sync.Mutex
		for k := range 4 {
			wg.Go(func() {
				m := note()
				m.Key = fmt.Sprintf("mail-%d-%d", i, k)
				res, err := c.Send(t.Context(), m)
				mu.Lock()
				defer mu.Unlock()
				switch waybill.DeliveryOf(err) {
				case waybill.Sent:
					sent = append(sent, res.MessageID)
				case waybill.NotSent:
					unsent = append(unsent, res.MessageID)
					t.Errorf("%s: %v", f, err)
				default:
					unclear = append(unclear, res.MessageID)
				}
			})
		}
		wg.Wait()
	}
	tally := mailtest.TallyOf(sent, ledger)
	if tally.Lost != 0 || tally.Duplicates != 0 {
		t.Errorf("lost %d, duplicates %d", tally.Lost, tally.Duplicates)
	}
	taken := 0
	for _, id := range unclear {
		if n := ledger.Count(id); n > 1 {
			t.Errorf("an ambiguous mail was accepted %d times", n)
		} else {
			taken += n
		}
	}
	for _, id := range unsent {
		if ledger.Count(id) != 0 {
			t.Error("a mail that was not sent was accepted")
		}
	}
	if len(unclear) == 0 || taken == 0 || taken == len(unclear) {
		t.Errorf("%d ambiguous, %d of them accepted: the faults were not what they should be", len(unclear), taken)
	}
	t.Logf("%d sent, %d ambiguous of which %d accepted, lost %d, duplicates %d", len(sent), len(unclear), taken, tally.Lost, tally.Duplicates)
}

// TestFailoverKeepsTheReason: the verdict has the attempts of both.
func TestFailoverKeepsTheReason(t *testing.T) {
	one, first := start(t, nil, nil)
	two, second := start(t, nil, nil)
	first.Down()
	second.Fail(mailtest.Fault{Stage: mailtest.AtMAIL, Do: mailtest.Reply, Reply: "451 4.3.0 not now"})
	c, err := mail.New(mail.With(one), mail.With(two, mail.As("spare")), mail.WithPolicy(waybill.Policy{TriesPerProvider: -1}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), note())
	tries := waybill.Attempts(err)
	if len(tries) != 2 || tries[0].Err.VendorCode != waybill.CodeDial || tries[1].Err.VendorCode != "451 4.3.0" {
		t.Fatalf("%+v", tries)
	}
	var reply *smtpmail.ReplyError
	if !errors.As(err, &reply) || reply.Code != 451 {
		t.Errorf("%v", err)
	}
}

// TestOffloadOverSMTP: a relay that announces its size, one that only refuses,
// and a link that is fetched.
func TestOffloadOverSMTP(t *testing.T) {
	srv := httptest.NewUnstartedServer(nil)
	b, err := memstorage.New("files", &memstorage.Options{BaseURL: "http://" + srv.Listener.Addr().String() + "/files", Secret: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = b.Handler()
	srv.Start()
	defer srv.Close()
	for _, hide := range []bool{false, true} {
		t.Run(fmt.Sprintf("hidden %v", hide), func(t *testing.T) {
			r, s := start(t, &mailtest.SMTPOptions{Size: 300_000, HideSize: hide}, nil)
			c, err := mail.New(mail.With(r), mail.WithOffload(mail.Offload{Bucket: b}))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time the size is known
				m := note()
				m.Language = "zh-CN"
				m.Attachments = []mail.Attachment{file("清单.bin", 400_000, nil), file("small.bin", 50_000, nil)}
				res, err := c.Send(t.Context(), m)
				if err != nil || len(res.Links) == 0 || s.Accepted(res.MessageID) != 1 {
					t.Fatalf("%v %v", err, res.Links)
				}
				mails := s.Mails()
				got := mails[len(mails)-1]
				if len(got.Files)+len(res.Links) != 2 {
					t.Errorf("%d files, %d links", len(got.Files), len(res.Links))
				}
				reply, err := srv.Client().Get(regexp.MustCompile(`http://\S+`).FindString(got.Text))
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(reply.Body)
				_ = reply.Body.Close()
				if len(body) != 400_000 {
					t.Errorf("%d, %d bytes", reply.StatusCode, len(body))
				}
			}
			noViolations(t, s)
		})
	}
	t.Run("not for a mail that no relay could take", func(t *testing.T) {
		r, s := start(t, nil, nil)
		c, err := mail.New(mail.With(r), mail.WithOffload(mail.Offload{Bucket: b, Limit: 1000, Prefix: "never/"}))
		if err != nil {
			t.Fatal(err)
		}
		opened := 0
		m := note("a@אab.example") // no name may mix directions so
		m.Attachments = []mail.Attachment{file("a.bin", 50_000, &opened)}
		_, err = c.Send(t.Context(), m)
		if want(t, err, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent); opened != 0 || s.Connections() != 0 {
			t.Errorf("opened %d times, %d connections", opened, s.Connections())
		}
	})
	t.Run("removed, or kept", func(t *testing.T) {
		r, s := start(t, nil, nil)
		c, err := mail.New(mail.With(r), mail.WithOffload(mail.Offload{Bucket: b, Limit: 1000, Prefix: "temporary/"}), mail.WithPolicy(waybill.Policy{Tries: -1}))
		if err != nil {
			t.Fatal(err)
		}
		m := note()
		m.Attachments = []mail.Attachment{file("a.bin", 50_000, nil)}
		count := func() (n int) {
			for range b.List(context.Background(), storage.ListOptions{Prefix: "temporary/"}) {
				n++
			}
			return n
		}
		for _, f := range []struct {
			at   mailtest.Stage
			want int
		}{{mailtest.AtDATA, 0}, {mailtest.AtDot, 1}, {mailtest.AfterDot, 2}} {
			s.Heal()
			s.Fail(mailtest.Fault{Stage: f.at, Do: mailtest.CloseConn})
			if _, err := c.Send(t.Context(), m); err == nil {
				t.Fatal("it was sent")
			}
			if n := count(); n != f.want {
				t.Errorf("%s: %d objects, want %d", f.at, n, f.want)
			}
		}
	})
}
