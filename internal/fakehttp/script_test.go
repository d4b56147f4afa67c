package fakehttp

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// outcomes sends n requests and returns a letter for each: o for ok, r for refused, e for another error, or the first
// digit of an error status.
func outcomes(t *testing.T, s *Server, n int) string {
	t.Helper()
	var b strings.Builder
	for range n {
		code, _, err := send(t, t.Context(), s, "x")
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			b.WriteByte('r')
		case err != nil:
			b.WriteByte('e')
		case code == 200:
			b.WriteByte('o')
		default:
			b.WriteByte(byte('0' + code/100))
		}
	}
	return b.String()
}

func TestScripts(t *testing.T) {
	busy, broken := Status(429, nil, ""), Status(500, nil, "")
	every := func(*http.Request, []byte) bool { return true }
	for _, c := range []struct {
		name string
		set  func(*Server)
		want string
	}{
		{"healthy", func(*Server) {}, "ooo"},
		{"fail", func(s *Server) { s.Fail(busy) }, "444"},
		{"fail replaces", func(s *Server) { s.Fail(Refuse()); s.Fail(broken) }, "555"},
		{"fail with none heals", func(s *Server) { s.Fail(Refuse()); s.Fail(Fault{}) }, "ooo"},
		{"next", func(s *Server) { s.FailNext(2, busy) }, "44oo"},
		{"next none", func(s *Server) { s.FailNext(0, busy) }, "oo"},
		{"next then next", func(s *Server) { s.FailNext(1, busy); s.FailNext(2, broken) }, "455o"},
		{"after", func(s *Server) { s.FailAfter(2, broken) }, "oo55"},
		{"after none", func(s *Server) { s.FailAfter(0, broken) }, "55"},
		{"after, refused", func(s *Server) { s.FailAfter(2, Refuse()) }, "oorr"},
		{"refused", func(s *Server) { s.Fail(Refuse()) }, "rrr"},
		{"refused for the next", func(s *Server) { s.FailNext(2, Refuse()) }, "eeoo"},
		{"next, then refused", func(s *Server) { s.FailNext(2, busy); s.FailAfter(0, Refuse()) }, "44rr"},
		{"reset on accept for the next", func(s *Server) { s.FailNext(2, ResetOnAccept()) }, "eeoo"},
		{"reset on accept after", func(s *Server) { s.FailAfter(1, ResetOnAccept()) }, "oee"},
		{"skip and times", func(s *Server) { s.Script(Rule{Skip: 1, Times: 2, Fault: busy}) }, "o44oo"},
		{"when", func(s *Server) { s.FailWhen(every, busy) }, "44"},
		{"when refused", func(s *Server) { s.FailWhen(every, Refuse()) }, "ee"},
		{"first rule wins", func(s *Server) { s.FailWhen(every, busy); s.FailAfter(0, broken) }, "44"},
		{"healed", func(s *Server) { s.Fail(Refuse()); s.Heal() }, "oo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := accepting(t)
			mustSend(t, s, "a connection that stands")
			c.set(s)
			if got := outcomes(t, s, len(c.want)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			s.Heal()
			s.Client().CloseIdleConnections()
			if got := outcomes(t, s, 2); got != "oo" {
				t.Errorf("healed: %s", got)
			}
		})
	}
}

func TestFailWhenSeesHeadAndBody(t *testing.T) {
	s := accepting(t)
	s.FailWhen(func(r *http.Request, body []byte) bool {
		return r.URL.Path == "/send" && bytes.HasPrefix(body, []byte("bad"))
	}, Status(500, nil, ""))
	for text, want := range map[string]int{"good": 200, "bad": 500, "bad too": 500} {
		if code, _, err := send(t, t.Context(), s, text); err != nil || code != want {
			t.Errorf("%s: %d %v", text, code, err)
		}
	}
	if got := s.Ledger().Accepted(); len(got) != 1 || got[0] != "good" {
		t.Errorf("accepted %q", got)
	}
}

func TestPortStaysOursWhileItRefuses(t *testing.T) {
	s := accepting(t)
	port := s.URL()
	for range 20 {
		s.Fail(Refuse())
		// Whoever asks for any free port meanwhile gets another one.
		for range 20 {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if "http://"+l.Addr().String() == port {
				t.Error("the port was handed out")
			}
			l.Close()
		}
		s.Heal()
		mustSend(t, s, "x")
	}
}

func TestCloseWhileRefusing(t *testing.T) {
	s := accepting(t)
	s.Fail(Refuse())
	s.Close()
	if got := outcomes(t, s, 1); got != "r" {
		t.Errorf("got %s", got)
	}
}

func TestPooledConnectionsDoNotSurviveAnOutage(t *testing.T) {
	s := accepting(t)
	other := &http.Client{Transport: &http.Transport{}} // its pool is not the fake's to empty
	defer other.CloseIdleConnections()
	post := func() error {
		res, err := other.Post(s.URL(), "text/plain", strings.NewReader("x"))
		if err == nil {
			res.Body.Close()
		}
		return err
	}
	if err := post(); err != nil {
		t.Fatal(err)
	}
	s.Fail(Refuse())
	for range 3 {
		if post() == nil {
			t.Fatal("answered while refusing")
		}
	}
	if s.Ledger().Count("x") != 1 {
		t.Errorf("accepted %d", s.Ledger().Count("x"))
	}
}
