package apnspush

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// slow is a connection whose writes wait to be let through.
type slow struct {
	net.Conn
	gate chan error

	mu     sync.Mutex
	writes []string
}

func (s *slow) Write(b []byte) (int, error) {
	if err := <-s.gate; err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes = append(s.writes, string(b))
	return len(b), nil
}

// pull makes a cork on a slow connection, and returns the other end, too.
func pull(t *testing.T) (net.Conn, *slow, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	s := &slow{Conn: near, gate: make(chan error)}
	k, err := corked(func(context.Context, string, string) (net.Conn, error) { return s, nil })(t.Context(), "tcp", "x")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close(); far.Close() })
	return k, s, far
}

func give(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); n != len(text) || err != nil {
		t.Fatalf("wrote %d bytes, %v", n, err)
	}
}

// wantClosed waits until the connection below is closed.
func wantClosed(t *testing.T, far net.Conn) {
	t.Helper()
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the connection is not closed: %v", err)
	}
}

func TestCorkGathersWhatComesDuringAWrite(t *testing.T) {
	k, s, far := pull(t)
	give(t, k, "a")
	s.gate <- nil // the writer has it
	for _, text := range []string{"b", "c", "d"} {
		give(t, k, text)
	}
	go func() {
		for range 3 {
			s.gate <- nil
		}
	}()
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	wantClosed(t, far)
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := strings.Join(s.writes, ""); got != "abcd" || len(s.writes) > 3 {
		t.Errorf("wrote %q", s.writes)
	}
	if err := k.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := k.Write([]byte("e")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write after the end: %v", err)
	}
}

func TestCorkTellsOfFailures(t *testing.T) {
	k, s, far := pull(t)
	give(t, k, "a")
	broken := errors.New("broken")
	s.gate <- broken
	wantClosed(t, far)
	if _, err := k.Write([]byte("b")); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	_, err := corked(func(context.Context, string, string) (net.Conn, error) { return nil, broken })(t.Context(), "tcp", "x")
	if !errors.Is(err, broken) {
		t.Errorf("a dial that fails: %v", err)
	}
}

func TestCorkBoundsWhatWaits(t *testing.T) {
	for name, end := range map[string]func(k net.Conn, s *slow){
		"room":    func(_ net.Conn, s *slow) { close(s.gate) },
		"failure": func(_ net.Conn, s *slow) { s.gate <- errors.New("broken") },
		"close":   func(k net.Conn, _ *slow) { k.Close() },
	} {
		k, s, _ := pull(t)
		give(t, k, "a")
		big := bytes.Repeat([]byte("b"), corkSize)
		done := make(chan error)
		go func() {
			for range 3 { // the writer takes one at most while the gate is shut
				if _, err := k.Write(big); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		end(k, s)
		if err := <-done; (err == nil) != (name == "room") {
			t.Errorf("%s: %v", name, err)
		}
		if name != "room" {
			close(s.gate)
		}
	}
}
