package mailtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/mail"
)

func (h *Harness) recipients(sub suitetest.Sub) {
	mixed := func() *mail.Message {
		m := message("recipients")
		m.To = []mail.Address{{Addr: goneRecipient}, {Addr: goodRecipient}}
		m.Cc = []mail.Address{{Addr: busyRecipient}}
		return m
	}
	check := func(t suitetest.T, res mail.Receipt, want ...waybill.Code) {
		t.Helper()
		if len(res.Recipients) != len(want) {
			t.Fatalf("the receipt has %d recipients", len(res.Recipients))
		}
		for i, r := range res.Recipients {
			got := waybill.Code(0)
			if r.Err != nil {
				got = r.Err.Code
				h.clean(t, r.Err)
			}
			if got != want[i] {
				t.Errorf("recipient %d: %v, want %v", i, got, want[i])
			}
		}
	}
	sub("some refused", func(t suitetest.T) {
		r, s := h.overSMTP(t)
		res, err := r.Send(t.Context(), mixed())
		h.expect(t, err, waybill.CodeOf(err), waybill.Sent)
		check(t, res, waybill.Unregistered, 0, waybill.Unavailable)
		accepted(t, s, res.MessageID, 1)
		for _, got := range s.Mails() {
			if !slices.Equal(got.To, []string{goodRecipient}) {
				t.Errorf("the mail went to %d recipients, want the good one", len(got.To))
			}
		}
	})
	sub("all or none", func(t suitetest.T) {
		r, s := h.overSMTP(t)
		m := mixed()
		m.AllOrNone = true
		res, err := r.Send(t.Context(), m)
		h.expect(t, err, waybill.CodeOf(err), waybill.NotSent)
		accepted(t, s, res.MessageID, 0)
		m.To, m.Cc = m.To[1:], nil
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Errorf("the next mail: %v", err)
		}
	})
	sub("all refused", func(t suitetest.T) {
		r, s := h.overSMTP(t)
		m := mixed()
		m.To, m.Cc = m.To[:1], nil
		res, err := r.Send(t.Context(), m)
		e := h.expect(t, err, waybill.Unregistered, waybill.NotSent)
		if e.Scope != waybill.ScopeRecipient {
			t.Errorf("scope %v", e.Scope)
		}
		accepted(t, s, res.MessageID, 0)
	})
}

func (h *Harness) replies(sub suitetest.Sub) {
	for _, c := range ReplyCases() {
		sub(string(c.Stage)+"/"+codes(c.Reply), func(t suitetest.T) {
			r, s := h.overSMTP(t)
			s.Fail(Fault{Stage: c.Stage, Do: Reply, Reply: c.Reply})
			m := message("replies")
			_, err := r.Send(t.Context(), m)
			e := h.expect(t, err, c.Want, c.Delivery)
			if e.Scope != c.Scope {
				t.Errorf("%q: scope %v, want %v", c.Reply, e.Scope, c.Scope)
			}
			if e.VendorCode == "" || e.Provider != r.Name() || e.Ref != m.Key {
				t.Errorf("vendor code %q, provider %q, ref %q", e.VendorCode, e.Provider, e.Ref)
			}
			s.Heal()
			res, err := r.Send(t.Context(), message("replies-after"))
			if err != nil {
				t.Fatalf("the next mail: %v", err)
			}
			accepted(t, s, res.MessageID, 1)
		})
	}
}

// codes returns the codes of a reply, without its words.
func codes(reply string) string {
	code, rest, _ := strings.Cut(reply, " ")
	enhanced, _, _ := strings.Cut(rest, " ")
	if strings.Count(enhanced, ".") == 2 {
		return code + " " + enhanced
	}
	return code
}

// faults breaks the dialogue at every step in every way.
func (h *Harness) faults(sub suitetest.Sub) {
	sub("refused", func(t suitetest.T) {
		r, s := h.overSMTP(t)
		s.Down()
		_, err := r.Send(t.Context(), message("down"))
		if e := h.expect(t, err, waybill.Unavailable, waybill.NotSent); !e.Local() {
			t.Errorf("the vendor code is %q, want one of a local failure", e.VendorCode)
		}
	})
	for _, at := range []Stage{AtConnect, AtEHLO, AtSTARTTLS, AtAUTH, AtMAIL, AtRCPT, AtDATA, InBody, AtDot, AfterDot} {
		for _, do := range []Action{CloseConn, Reset, Garbage, Endless, HalfReply} {
			if at == InBody && do != CloseConn && do != Reset {
				continue
			}
			f := Fault{Stage: at, Do: do}
			sub(f.String(), func(t suitetest.T) {
				r, s := h.overSMTP(t)
				s.Fail(f)
				m := message("fault")
				if at == InBody { // more than the network holds
					m.Attachments = []mail.Attachment{{Name: "secret-plan.bin", Size: largeFile, Open: zeros(largeFile, nil)}}
				}
				res, err := r.Send(t.Context(), m)
				want, d := waybill.Unavailable, waybill.NotSent
				if code := waybill.CodeOf(err); code == waybill.DataLoss || code == waybill.Internal {
					want = code
				}
				n := 0
				if at == AtDot || at == AfterDot {
					d = waybill.Ambiguous
				}
				if at == AfterDot {
					n = 1
				}
				h.expect(t, err, want, d)
				if res.MessageID != "" {
					accepted(t, s, res.MessageID, n)
				}
			})
		}
	}
}

// cancel ends the context at every step.
func (h *Harness) cancel(sub suitetest.Sub) {
	for _, at := range []Stage{AtConnect, AtEHLO, AtSTARTTLS, AtAUTH, AtMAIL, AtRCPT, AtDATA, InBody, AtDot, AfterDot} {
		run := func(t suitetest.T, ctx context.Context, end func()) (*SMTP, string, error) {
			r, s := h.overSMTP(t)
			hit := make(chan struct{}, 1)
			s.Fail(Fault{Stage: at, Do: Hang, Hit: hit})
			m := message("cancel").Stamp()
			if at == InBody {
				m.Attachments = []mail.Attachment{{Name: "secret-plan.bin", Size: largeFile, Open: zeros(largeFile, nil)}}
			}
			go func() { <-hit; end() }()
			_, err := r.Send(ctx, m)
			return s, m.MessageID, err
		}
		d, n := waybill.NotSent, 0
		if at == AtDot || at == AfterDot {
			d = waybill.Ambiguous
		}
		if at == AfterDot {
			n = 1
		}
		sub(string(at)+"/caller", func(t suitetest.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s, id, err := run(t, ctx, cancel)
			h.expect(t, err, waybill.Canceled, d)
			endsWith(t, err, ctx)
			accepted(t, s, id, n)
		})
		sub(string(at)+"/attempt", func(t suitetest.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			s, id, err := run(t, ctx, func() { cancel(waybill.ErrAttemptTimeout) })
			h.expect(t, err, waybill.DeadlineExceeded, d)
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
				t.Error("the attempt's end looks like the caller's")
			}
			accepted(t, s, id, n)
		})
	}
}

// largeFile is more than the network's buffers hold, and within the server's
// limit when encoded.
const largeFile = 16 << 20

// zeros is a source of n zero bytes, or one that fails after n.
func zeros(n int64, fail error) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		var r io.Reader = io.LimitReader(zero{}, n)
		if fail != nil {
			r = io.MultiReader(r, failing{fail})
		}
		return io.NopCloser(r), nil
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// errSource is what the suite's sources fail with.
var errSource = errors.New("the suite's source failed")

func (h *Harness) badSources(sub suitetest.Sub) {
	for name, a := range map[string]mail.Attachment{
		"fails at once":         {Open: func() (io.ReadCloser, error) { return nil, errSource }},
		"fails before a byte":   {Open: zeros(0, errSource)},
		"fails early":           {Open: zeros(10, errSource)},
		"fails late":            {Open: zeros(3<<20, errSource)},
		"ends early":            {Size: 100, Open: content(bytes.Repeat([]byte("x"), 99))},
		"goes on":               {Size: 100, Open: content(bytes.Repeat([]byte("x"), 101))},
		"unexpected end":        {Open: zeros(100, io.ErrUnexpectedEOF)},
		"unexpected end, whole": {Open: zeros(57*256, io.ErrUnexpectedEOF)},
	} {
		sub(name, func(t suitetest.T) {
			r, s := h.relay(t)
			m := message("sources").Stamp()
			a.Name = "secret-plan.bin"
			m.Attachments = []mail.Attachment{a}
			_, err := r.Send(t.Context(), m)
			h.expect(t, err, waybill.FailedPrecondition, waybill.NotSent)
			m.Attachments, m.MessageID = nil, "next@sender.example"
			if _, err := r.Send(t.Context(), m); err != nil {
				t.Errorf("the next mail: %v", err)
			}
			accepted(t, s, "next@sender.example", 1)
			if n := len(s.Mails()); n != 1 {
				t.Errorf("the server accepted %d mails, want the next one only", n)
			}
		})
	}
	sub("panics", func(t suitetest.T) {
		r, s := h.relay(t)
		m := message("panics").Stamp()
		m.Attachments = []mail.Attachment{{Name: "x", Open: func() (io.ReadCloser, error) { panic("source") }}}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_, _ = r.Send(t.Context(), m)
		}()
		m.Attachments = nil
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Errorf("the next mail: %v", err)
		}
		accepted(t, s, m.MessageID, 1)
	})
}
