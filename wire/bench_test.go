package wire_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/wire"
)

// BenchmarkDo is one guarded exchange on a warm connection; BenchmarkPlain is
// what it costs with net/http alone.
func BenchmarkDo(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(answer))
	defer s.Close()
	c, err := wire.New(wire.Config{Provider: "testsms", HTTPClient: s.Client()})
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(strings.Repeat("x", 200))
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Do(ctx, &wire.Request{Op: "send", URL: s.URL, Body: body, Send: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlain(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(answer))
	defer s.Close()
	body := strings.Repeat("x", 200)
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(ctx, "POST", s.URL, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		resp, err := s.Client().Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			b.Fatal(err)
		}
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = w.Write([]byte(`{"message-count":"1","messages":[{"status":"0"}]}`))
}
