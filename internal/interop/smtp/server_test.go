package smtp

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// script is a server that refuses recipients by their names and mails by their
// subjects, and prints what it accepted.
const script = `
import asyncio, base64, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        for name, reply in {"gone": "550 5.1.1 no such user", "grey": "450 4.2.0 come back later", "full": "552 5.2.2 mailbox full"}.items():
            if address.startswith(name):
                return reply + " <" + address + ">"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"
    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n")[0]
        for mark, reply in {b"Subject: later": "451 4.3.0 try again", b"Subject: spam": "554 5.7.1 we think that this is spam",
                            b"Subject: large": "552 5.3.4 too large after all"}.items():
            if mark in head:
                return reply
        if b"Subject: garbage" in head:
            return "this is no reply"
        print(json.dumps({"From": envelope.mail_from, "To": envelope.rcpt_tos, "Raw": base64.b64encode(envelope.original_content).decode(),
                          "UTF8": bool(envelope.smtp_utf8)}), flush=True)
        return "250 2.0.0 Ok: queued as X1"
def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"user1" and data.password == b"secret123"
    return AuthResult(success=good, handled=good)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
def make():
    return SMTP(Handler(), hostname="relay.example", tls_context=context, require_starttls=True, authenticator=authenticate, auth_required=True,
                auth_exclude_mechanism=sys.argv[2].split(","), enable_SMTPUTF8=True, data_size_limit=1000000, decode_data=False)
async def main():
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print(json.dumps({"Addr": "127.0.0.1:%d" % server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
`

// mail is what the server accepted.
type accepted struct {
	Addr, From string
	To         []string
	Raw        []byte
	UTF8       bool
}

type server struct {
	addr  string
	roots *x509.CertPool

	mu    sync.Mutex
	mails []accepted
}

// start starts a server without some mechanisms of AUTH.
func start(t *testing.T, without string) *server {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import aiosmtpd").Run(); err != nil {
		t.Skip("there is no aiosmtpd (Debian: python3-aiosmtpd)")
	}
	s := &server{roots: x509.NewCertPool()}
	cmd := exec.Command(python, "-W", "ignore", "-c", script, s.certificate(t), without)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var first accepted
	line, err := lines.ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &first) != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	s.addr = first.Addr
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			var m accepted
			if json.Unmarshal(line, &m) == nil {
				s.mu.Lock()
				s.mails = append(s.mails, m)
				s.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out)
		<-done
		_ = cmd.Wait()
	})
	return s
}

// got waits for so many mails and returns them.
func (s *server) got(t *testing.T, n int) []accepted {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); ; <-tick.C {
		s.mu.Lock()
		mails := s.mails
		s.mu.Unlock()
		if len(mails) >= n || time.Now().After(end) {
			if len(mails) != n {
				t.Fatalf("the server took %d mails, want %d", len(mails), n)
			}
			return mails
		}
	}
}

func (s *server) certificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.roots.AddCert(leaf)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "server.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
