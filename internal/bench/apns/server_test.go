package apns

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// serverEnv makes the test binary a server, so that what a client costs is not
// mixed with what its server does.
const serverEnv = "WAYBILL_BENCH_APNS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverEnv) != "" {
		serve()
		return
	}
	os.Exit(m.Run())
}

// hello is what the server says of itself.
type hello struct {
	URL         string
	Certificate []byte
}

// serve answers as APNs does, until its standard input ends.
func serve() {
	var conns atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, conns.Load())
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		id := r.Header.Get("apns-id")
		if id == "" || !strings.HasPrefix(r.Header.Get("authorization"), "bearer ") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header()["Apns-Id"] = []string{id}
		w.Header()["Date"] = nil
		w.WriteHeader(http.StatusOK)
	}))
	s.EnableHTTP2 = true
	s.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 1000}
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.StartTLS()
	defer s.Close()
	_ = json.NewEncoder(os.Stdout).Encode(hello{s.URL, s.Certificate().Raw})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// server is a started server.
type server struct {
	url   string
	roots *x509.CertPool
}

func start(tb testing.TB) *server {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), serverEnv+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var h hello
	if err != nil || json.Unmarshal(line, &h) != nil {
		tb.Fatalf("the server did not start: %v", err)
	}
	certificate, err := x509.ParseCertificate(h.Certificate)
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{h.URL, x509.NewCertPool()}
	s.roots.AddCert(certificate)
	return s
}
