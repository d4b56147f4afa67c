package fakehttp

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// accepting is a fake that accepts every POST's body as a key.
func accepting(t *testing.T, opts ...Option) *Server {
	t.Helper()
	var s *Server
	ready := make(chan struct{})
	s = New("post office", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		body, _ := io.ReadAll(r.Body)
		s.Ledger().Accept(string(body))
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"status":"accepted","id":"12345678"}`)
	}), opts...)
	close(ready)
	t.Cleanup(s.Close)
	return s
}

const acceptedReply = `{"status":"accepted","id":"12345678"}`

// send posts text and returns the status and body, or the first error.
func send(t *testing.T, ctx context.Context, s *Server, text string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/send?key=k1&to=x", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	res, err := s.Client().Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, string(body), err
}

func mustSend(t *testing.T, s *Server, text string) {
	t.Helper()
	if code, body, err := send(t, t.Context(), s, text); err != nil || code != 200 || body != acceptedReply {
		t.Fatalf("healthy fake: %d %q %v", code, body, err)
	}
}

func TestHealthy(t *testing.T) {
	for name, opts := range map[string][]Option{"plain": nil, "tls": {TLS()}, "tls http/1.1": {TLS(), HTTP1()}} {
		t.Run(name, func(t *testing.T) {
			s := accepting(t, opts...)
			mustSend(t, s, "a")
			mustSend(t, s, "b")
			if got := s.Ledger().Accepted(); len(got) != 2 || got[0] != "a" || got[1] != "b" {
				t.Errorf("accepted %q", got)
			}
			if s.Count("/send") != 2 || s.Count("") != 2 || s.Count("/other") != 0 {
				t.Errorf("counts %d %d", s.Count("/send"), s.Count(""))
			}
			wantProto := "HTTP/1.1"
			if name == "tls" {
				wantProto = "HTTP/2.0"
			}
			if x := s.Log()[0]; x.Proto != wantProto {
				t.Errorf("spoke %s", x.Proto)
			}
			if s.Name() != "post office" || strings.HasPrefix(s.URL(), "https") != (name != "plain") {
				t.Errorf("%s %s", s.Name(), s.URL())
			}
		})
	}
}

func TestHostsReachTheFake(t *testing.T) {
	s := accepting(t, TLS(), Hosts("fcm.example"))
	res, err := s.Client().Post("https://fcm.example/v1", "text/plain", strings.NewReader("a"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if s.Count("/v1") != 1 {
		t.Error("the request went elsewhere")
	}
}

func TestLargeBodiesStream(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), captureLimit/8) // two captures long
	s := New("store", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		if !bytes.Equal(got, big) {
			http.Error(w, "body damaged", http.StatusBadRequest)
			return
		}
		w.Write(got)
	}))
	defer s.Close()
	res, err := s.Client().Post(s.URL(), "application/octet-stream", bytes.NewReader(big))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, big) || res.StatusCode != 200 {
		t.Errorf("status %d, %d bytes, %v", res.StatusCode, len(got), err)
	}
}

func TestPanicOfTheFakeIsSeen(t *testing.T) {
	s := New("broken", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("out of paper") }))
	defer s.Close()
	code, body, err := send(t, t.Context(), s, "a")
	if err != nil || code != 500 || !strings.Contains(body, "fake broken: panic: out of paper") {
		t.Errorf("%d %q %v", code, body, err)
	}
}

func TestHandlerMayAbort(t *testing.T) {
	s := New("abrupt", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer s.Close()
	if code, body, err := send(t, t.Context(), s, "a"); err == nil {
		t.Errorf("%d %q", code, body)
	}
}

func TestCloseTwiceAndUse(t *testing.T) {
	s := accepting(t)
	mustSend(t, s, "a")
	s.Close()
	s.Close()
	s.Heal()
	if _, _, err := send(t, t.Context(), s, "b"); err == nil {
		t.Error("a closed fake answered")
	}
}

func TestConcurrentUse(t *testing.T) {
	s := accepting(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 20 {
				send(t, t.Context(), s, "x")
			}
		})
		group.Go(func() {
			for range 10 {
				switch i % 4 {
				case 0:
					s.FailNext(1, Status(500, nil, ""))
				case 1:
					s.FailAfter(2, Refuse())
				case 2:
					s.Fail(After(ResetBeforeReply()))
				}
				s.Log()
				s.Heal()
			}
		})
	}
	group.Wait()
	s.Heal()
	mustSend(t, s, "after")
}
