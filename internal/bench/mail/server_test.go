package mail

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// serverEnv makes the test binary a server, so that what a client costs is not
// mixed with what its server does.
const serverEnv = "WAYBILL_BENCH_MAIL_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverEnv) != "" {
		serve()
		return
	}
	os.Exit(m.Run())
}

// hello is what the server says of itself: a port without TLS, one with.
type hello struct {
	Plain, TLS  string
	Certificate []byte
}

// counts of what was accepted; each connection tells them by VRFY.
var mails, octets atomic.Int64

// serve takes mails, until its standard input ends. It looks at the end of a
// mail only, so that a client's speed is seen and not the server's.
func serve() {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		panic(err)
	}
	for _, l := range []net.Listener{plain, secure} {
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go dialogue(c)
			}
		}()
	}
	_ = json.NewEncoder(os.Stdout).Encode(hello{plain.Addr().String(), secure.Addr().String(), web.Certificate().Raw})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func dialogue(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 256<<10)
	out := bufio.NewWriter(c)
	fmt.Fprint(out, "220 relay.example ESMTP\r\n")
	for {
		// Answers to commands that came together go together.
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.ToUpper(verb) {
		case "EHLO":
			fmt.Fprint(out, "250-relay.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 104857600\r\n250 ENHANCEDSTATUSCODES\r\n")
		case "DATA":
			fmt.Fprint(out, "354 go ahead\r\n")
			if out.Flush() != nil || body(in) != nil {
				return
			}
			fmt.Fprintf(out, "250 2.0.0 Ok: queued as %d\r\n", mails.Add(1))
		case "VRFY":
			fmt.Fprintf(out, "252 %d %d\r\n", mails.Load(), octets.Load())
		case "QUIT":
			fmt.Fprint(out, "221 2.0.0 bye\r\n")
			_ = out.Flush()
			return
		default:
			fmt.Fprint(out, "250 2.0.0 ok\r\n")
		}
	}
}

var end = []byte("\r\n.\r\n")

// body reads a mail, whose end is the end of what a client sends before it
// waits.
func body(in *bufio.Reader) error {
	var tail []byte
	for {
		if _, err := in.Peek(1); err != nil {
			return err
		}
		block, _ := in.Peek(in.Buffered())
		octets.Add(int64(len(block)))
		if len(block) >= len(end) {
			tail = append(tail[:0], block[len(block)-len(end):]...)
		} else {
			tail = append(tail, block...)
			tail = tail[max(0, len(tail)-len(end)):]
		}
		_, _ = in.Discard(len(block))
		if bytes.Equal(tail, end) {
			return nil
		}
	}
}

// server is a started server.
type server struct {
	plain, secure string
	roots         *x509.CertPool
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
	tb.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var h hello
	if err != nil || json.Unmarshal(line, &h) != nil {
		tb.Fatalf("the server did not start: %v", err)
	}
	certificate, err := x509.ParseCertificate(h.Certificate)
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{h.Plain, h.TLS, x509.NewCertPool()}
	s.roots.AddCert(certificate)
	return s
}

// taken asks what the server accepted so far.
func (s *server) taken(tb testing.TB) (mails, octets int64) {
	tb.Helper()
	c, err := net.Dial("tcp", s.plain)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "VRFY x\r\nQUIT\r\n"); err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(c)
	lines := strings.Split(string(text), "\r\n")
	if err != nil || len(lines) < 2 {
		tb.Fatal("the server does not count: ", err)
	}
	if _, err := fmt.Sscanf(lines[1], "252 %d %d", &mails, &octets); err != nil {
		tb.Fatal(err)
	}
	return mails, octets
}
