package fakehttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEveryFault drives each fault against a raw client and looks at what the client saw and what the fake accepted.
func TestEveryFault(t *testing.T) {
	for _, tls := range []bool{false, true} {
		for _, f := range AllFaults() {
			name := "http1/" + f.String()
			var opts []Option
			if tls {
				name, opts = "http2/"+f.String(), []Option{TLS()}
			}
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s := accepting(t, append(opts, leave(f, cancel))...)
				s.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				mustSend(t, s, "before")
				s.Fail(f)
				code, body, err := sendLimited(ctx, s, "during")
				checkSeen(t, f, code, body, err)
				want := 0
				if f.Processed {
					want = 1
				}
				// A bodyless or unread request may be repeated by the client itself; a POST with a body may not.
				if got := s.Ledger().Count("during"); got != want {
					t.Errorf("accepted %d times, want %d", got, want)
				}
				s.Heal()
				s.Client().CloseIdleConnections()
				mustSend(t, s, "after")
				if tally := TallyOf([]string{"before", "after"}, s.Ledger()); tally.Lost+tally.Duplicates != 0 {
					t.Errorf("%+v", tally)
				}
			})
		}
	}
}

// leave ends the request as soon as the fake has written a hang or trickle down.
func leave(f Fault, cancel func()) Option {
	return Mask(func(x *Exchange) {
		switch f.Kind {
		case HangBeforeReadKind, HangAfterReadKind, SlowBodyKind:
			if x.Fault != "" {
				cancel()
			}
		}
	})
}

// sendLimited posts text and reads at most 1 MiB of reply.
func sendLimited(ctx context.Context, s *Server, text string) (int, string, error) {
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/send", strings.NewReader(text))
	req.GetBody = nil
	res, err := s.Client().Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, string(body), err
}

func checkSeen(t *testing.T, f Fault, code int, body string, err error) {
	t.Helper()
	switch {
	case f.Replied():
		if err != nil || code != f.Code || body != f.Body {
			t.Errorf("saw %d %q %v, want %d %q", code, body, err, f.Code, f.Body)
		}
		return
	case f.Kind == EndlessKind:
		if err != nil || len(body) != 1<<20 {
			t.Errorf("saw %d bytes and %v", len(body), err)
		}
		return
	case err == nil:
		t.Fatalf("saw %d %q and no error", code, body)
	}
	switch f.Kind {
	case RefuseKind:
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("saw %v, want connection refused", err)
		}
	case HangBeforeReadKind, HangAfterReadKind:
		if code != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("saw %d %v, want nothing until leaving", code, err)
		}
	case ResetMidReplyKind, CutBodyKind:
		// A reset may overtake what was sent before it, so there can be less than half, or nothing.
		if strings.HasSuffix(body, "}") || (f.Kind == CutBodyKind && (code == 0 || body == "")) {
			t.Errorf("saw %d %q: not half a reply", code, body)
		}
		if f.Kind == CutBodyKind && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("saw %v, want an unexpected end", err)
		}
	case ResetBeforeReplyKind, ResetOnAcceptKind, GarbageKind:
		if code != 0 {
			t.Errorf("saw status %d", code)
		}
	}
	if !f.Processed && strings.Contains(body, "acc") {
		t.Errorf("an unprocessed request saw %q of the true reply", body)
	}
}

func TestAllFaultsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	kinds := map[Kind]bool{}
	for _, f := range append(AllFaults(), OddBodies("application/json")...) {
		if seen[f.String()] {
			t.Errorf("two faults are called %s", f)
		}
		seen[f.String()], kinds[f.Kind] = true, true
		if f.Unreached() != (f.Kind == RefuseKind) {
			t.Errorf("%s: Unreached", f)
		}
	}
	for k := RefuseKind; k <= StatusKind; k++ {
		if !kinds[k] {
			t.Errorf("no fault of kind %s", k)
		}
	}
	if Kind(99).String() != "kind_99" || None.String() != "none" || DelayKind.String() != "delay" {
		t.Error("names of kinds")
	}
}

func TestOddBodies(t *testing.T) {
	s := accepting(t)
	for _, f := range OddBodies("application/json") {
		s.Fail(f)
		code, body, err := send(t, t.Context(), s, "x")
		if err != nil || code != 200 || body != f.Body {
			t.Errorf("%s: %d, %d bytes, %v", f, code, len(body), err)
		}
	}
	if n := len(s.Ledger().Accepted()); n != 0 {
		t.Errorf("accepted %d", n)
	}
}

func TestAfter(t *testing.T) {
	for _, f := range []Fault{{}, Refuse(), ResetOnAccept(), HangBeforeRead()} {
		if After(f).Processed {
			t.Errorf("%s cannot strike after processing", f)
		}
	}
	if f := After(CutBody()); !f.Processed || f.String() != "cut_body_processed" {
		t.Errorf("%s", f)
	}
}

func TestProcessedFaultsSpoilTheTrueReply(t *testing.T) {
	s := accepting(t)
	s.Fail(After(CutBody()))
	_, body, err := send(t, t.Context(), s, "a")
	if want := acceptedReply[:len(acceptedReply)/2]; body != want || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q %v", body, err)
	}
	s.Fail(After(Endless()))
	_, body, _ = sendLimited(t.Context(), s, "b")
	if !strings.HasPrefix(body, strings.TrimSuffix(acceptedReply, "}")+"    ") {
		t.Errorf("%.60q", body)
	}
}

func TestSlowBodyArrivesWhole(t *testing.T) {
	s := accepting(t)
	s.Fail(After(SlowBody(time.Microsecond)))
	if _, body, err := send(t, t.Context(), s, "a"); err != nil || body != acceptedReply {
		t.Errorf("%q %v", body, err)
	}
}

func TestDelay(t *testing.T) {
	s := accepting(t)
	s.Fail(Delay(time.Microsecond))
	mustSend(t, s, "a")

	ctx, cancel := context.WithCancel(t.Context())
	s.Heal()
	s.FailWhen(func(*http.Request, []byte) bool { cancel(); return false }, Fault{})
	s.FailAfter(0, Delay(time.Hour))
	if _, _, err := send(t, ctx, s, "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	s.Close()
	if s.Ledger().Count("b") != 0 {
		t.Error("a delayed request was processed although its client had left")
	}
}

func TestAnswer(t *testing.T) {
	s := accepting(t)
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "not "+string(body))
	})
	for _, f := range []Fault{Answer("teapot", refuse), After(Answer("teapot", refuse))} {
		s.Fail(f)
		if code, body, err := send(t, t.Context(), s, "a"); err != nil || code != 418 || body != "not a" {
			t.Errorf("%s: %d %q %v", f, code, body, err)
		}
	}
	if s.Ledger().Count("a") != 1 || s.Log()[1].Fault != "teapot_processed" {
		t.Errorf("accepted %d, log %s", s.Ledger().Count("a"), s.Log()[1])
	}
}

func TestRetryAfterReachesTheClient(t *testing.T) {
	s := accepting(t)
	for _, c := range []struct {
		fault Fault
		code  int
		wait  string
	}{{TooMany("7"), 429, "7"}, {TooMany(""), 429, ""}, {Overloaded("30"), 503, "30"}} {
		s.Fail(c.fault)
		res, err := s.Client().Get(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != c.code || res.Header.Get("Retry-After") != c.wait {
			t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
}

func TestCloseEndsEveryHang(t *testing.T) {
	for _, f := range []Fault{HangBeforeRead(), HangAfterRead(), After(HangAfterRead()), SlowBody(time.Hour), Endless(), Delay(time.Hour)} {
		t.Run(f.String(), func(t *testing.T) {
			struck := make(chan struct{}, 1)
			s := accepting(t, Mask(func(*Exchange) { struck <- struct{}{} }))
			s.Fail(f)
			done := make(chan error, 1)
			go func() {
				res, err := s.Client().Post(s.URL(), "text/plain", strings.NewReader("a"))
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				done <- err
			}()
			if f.Kind != DelayKind {
				<-struck
			}
			s.Close()
			if err := <-done; err == nil {
				t.Error("the client saw no error")
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.running != 0 {
				t.Errorf("%d handlers left", s.running)
			}
		})
	}
}

func TestFaultNamed(t *testing.T) {
	for _, f := range AllFaults() {
		if got, ok := FaultNamed(f.String()); !ok || got.String() != f.String() {
			t.Errorf("%s is not found by its name", f)
		}
	}
	if _, ok := FaultNamed("rain"); ok {
		t.Error("a fault that is none was found")
	}
}
