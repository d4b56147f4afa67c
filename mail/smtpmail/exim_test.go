//go:build linux

package smtpmail_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// exim is a second real relay, of the test's own. It only queues: its log says
// what it accepted, its spool holds the bodies.
type exim struct {
	dir, addr string
	cert      []byte
}

// eximConf ends a client's session after ten commands that carry no mail, as Exim
// does by itself, and after fifty mails.
const eximConf = `exim_path = %[1]s
primary_hostname = localhost
spool_directory = %[2]s/spool
log_file_path = %[2]s/log/%%s
log_selector = +all
queue_only = true
local_interfaces = 127.0.0.1
daemon_smtp_ports = %[3]s
pid_file_path = %[2]s/log/pid
tls_advertise_hosts = *
tls_certificate = %[2]s/cert.pem
tls_privatekey = %[2]s/key.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
message_size_limit = 1M
smtputf8_advertise_hosts = *
rfc1413_query_timeout = 0s
host_lookup =
smtp_receive_timeout = 4s
smtp_accept_max_nonmail = 10
smtp_accept_max_per_connection = 50
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  defer local_parts = defer
    message = 450 4.2.0 try later
  deny local_parts = full
    message = 552 5.2.2 mailbox full
  deny local_parts = gone
    message = 550 5.1.1 no such user
  drop local_parts = drop
    message = 421 4.7.0 closing
  accept authenticated = *
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{user1}}{eq{$auth3}{secret123}}}}
  server_set_id = $auth2
`

func startExim(t *testing.T) *exim {
	t.Helper()
	bin := os.Getenv("WAYBILL_TEST_EXIM")
	if bin == "" {
		t.Skip("WAYBILL_TEST_EXIM is not set")
	}
	certFile := os.Getenv("WAYBILL_TEST_SMTP_CERT")
	cert, err := os.ReadFile(certFile)
	if err != nil {
		t.Skip("WAYBILL_TEST_SMTP_CERT is not set")
	}
	key, err := os.ReadFile(filepath.Join(filepath.Dir(certFile), "key.pem"))
	must(t, err)
	u, err := user.Lookup("Debian-exim") // the name is Exim's own
	must(t, err)
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	e := &exim{dir: t.TempDir(), addr: freeAddr(t), cert: cert}
	_, port, _ := strings.Cut(e.addr, ":")
	for _, d := range []string{filepath.Dir(e.dir), e.dir} {
		must(t, os.Chmod(d, 0o755))
	}
	for name, content := range map[string][]byte{"cert.pem": cert, "key.pem": key, "exim.conf": fmt.Appendf(nil, eximConf, bin, e.dir, port)} {
		must(t, os.WriteFile(filepath.Join(e.dir, name), content, 0o640))
		must(t, os.Chown(filepath.Join(e.dir, name), 0, gid))
	}
	for _, d := range []string{"spool", "log"} {
		must(t, os.Mkdir(filepath.Join(e.dir, d), 0o750))
		must(t, os.Chown(filepath.Join(e.dir, d), uid, gid))
	}
	daemon := exec.Command(bin, "-C", filepath.Join(e.dir, "exim.conf"), "-bdf")
	daemon.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	daemon.Stdout, daemon.Stderr = &out, &out
	must(t, daemon.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-daemon.Process.Pid, syscall.SIGKILL)
		_ = daemon.Wait()
	})
	e.until(t, "listening for SMTP")
	return e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (e *exim) relay(t *testing.T, change func(*smtpmail.Options)) *smtpmail.Relay {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(e.cert)
	o := &smtpmail.Options{TLSConfig: &tls.Config{RootCAs: pool}, Username: "user1", Password: "secret123"}
	if change != nil {
		change(o)
	}
	r, err := smtpmail.New(e.addr, o)
	must(t, err)
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func (e *exim) log() string {
	b, _ := os.ReadFile(filepath.Join(e.dir, "log/main"))
	return string(b)
}

// until waits for words in the log.
func (e *exim) until(t *testing.T, words string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(e.log(), words); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("Exim does not say %q:\n%s", words, e.log())
		}
	}
}

// accepted returns how often Exim took each mail.
func (e *exim) accepted() map[string]int {
	times := map[string]int{}
	for line := range strings.Lines(e.log()) {
		if _, id, ok := strings.Cut(line, " id="); ok && strings.Contains(line, " <= ") {
			times[strings.Fields(id)[0]]++
		}
	}
	return times
}

func TestExim(t *testing.T) {
	e := startExim(t)
	t.Run("thousand mails", func(t *testing.T) {
		r := e.relay(t, nil)
		ids := make([]string, 1000)
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(ids); i += 8 {
					res, err := r.Send(t.Context(), note())
					if err != nil || res.ID == "" {
						t.Errorf("mail %d: %v, queue id %q", i, err, res.ID)
					}
					ids[i] = res.MessageID
				}
			})
		}
		wg.Wait()
		took := e.accepted()
		for _, id := range ids {
			if took[id] != 1 {
				t.Errorf("a mail was accepted %d times", took[id])
			}
		}
	})
	t.Run("recipients, and nothing counted against us", func(t *testing.T) {
		r := e.relay(t, nil)
		for range 15 {
			res, err := r.Send(t.Context(), note("a@example.com", "full@example.com", "gone@example.com", "defer@example.com"))
			want(t, err, waybill.CodeOf(err), waybill.AsError(err).Scope, waybill.Sent)
			for i, code := range []waybill.Code{0, waybill.RecipientLimited, waybill.Unregistered, waybill.Unavailable} {
				if got := waybill.CodeOf(errOf(res.Recipients[i])); got != code {
					t.Errorf("recipient %d: %v, want %v", i, got, code)
				}
			}
			_, err = r.Send(t.Context(), note("gone@example.com"))
			want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
		}
		_, err := r.Send(t.Context(), note("a@example.com", "drop@example.com"))
		want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
		_, err = r.Send(t.Context(), note("a@example.com"))
		must(t, err)
	})
	t.Run("closed between mails", func(t *testing.T) {
		r := e.relay(t, nil)
		for range 2 {
			_, err := r.Send(t.Context(), note())
			must(t, err)
		}
		e.until(t, "SMTP command timeout")
		_, err := r.Send(t.Context(), note())
		must(t, err)
	})
	t.Run("size", func(t *testing.T) {
		r := e.relay(t, nil)
		m := note()
		m.Attachments = []mail.Attachment{{Name: "big.bin", Size: 2 << 20, Open: func() (io.ReadCloser, error) { return nil, errors.New("read") }}}
		_, err := r.Send(t.Context(), m)
		want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
		if r.MaxSize() != 1<<20 {
			t.Errorf("size %d", r.MaxSize())
		}
		m.Attachments[0].Size, m.Attachments[0].Open = -1, func() (io.ReadCloser, error) {
			return io.NopCloser(io.LimitReader(endless{}, 2<<20)), nil
		}
		_, err = r.Send(t.Context(), m)
		want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
	})
	t.Run("other scripts", func(t *testing.T) {
		r := e.relay(t, nil)
		m := note("用户@例子.example")
		m.From.Addr = "größe@sender.example"
		_, err := r.Send(t.Context(), m)
		must(t, err)
		if !strings.Contains(e.log(), "用户@") && !strings.Contains(e.log(), `\347\224\250`) {
			t.Errorf("the recipient is not in the log:\n%.2000s", e.log())
		}
	})
	t.Run("bodies", func(t *testing.T) {
		r := e.relay(t, nil)
		m := note()
		m.Text = ".\n..\n.x\nFrom here\nbare\rreturn\n" + strings.Repeat("long ", 500) + "\n."
		res, err := r.Send(t.Context(), m)
		must(t, err)
		var b bytes.Buffer
		m.MessageID = res.MessageID
		_, err = mail.Compose(t.Context(), &b, m)
		must(t, err)
		_, body, _ := strings.Cut(b.String(), "\r\n\r\n")
		// A spool file begins with its own name and has bare line feeds.
		raw, err := os.ReadFile(filepath.Join(e.dir, "spool/input", res.ID+"-D"))
		must(t, err)
		if _, got, _ := strings.Cut(string(raw), "\n"); got != strings.ReplaceAll(body, "\r\n", "\n") {
			t.Errorf("the body arrived as %q, want %q", got, body)
		}
	})
	t.Run("nothing cut", func(t *testing.T) {
		r := e.relay(t, nil)
		m := note()
		m.Attachments = []mail.Attachment{{Name: "x.bin", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(io.LimitReader(endless{}, 200_000), errReader{})), nil
		}}}
		res, err := r.Send(t.Context(), m)
		want(t, err, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent)
		_, err = r.Send(t.Context(), note())
		must(t, err)
		if n := e.accepted()[res.MessageID]; n != 0 {
			t.Errorf("the cut mail was accepted %d times", n)
		}
	})
	for _, bad := range []string{"nonmail", "syntax error", "protocol error", "synchronization", "too many bad commands"} {
		if log := e.log(); strings.Contains(log, bad) {
			t.Errorf("Exim complains of %q:\n%.3000s", bad, log[strings.Index(log, bad):])
		}
	}
}
