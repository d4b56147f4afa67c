//go:build linux

package smtpmail_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ownPostfix is a Postfix of the test's own, to be killed.
type ownPostfix struct {
	dir    string
	master *exec.Cmd
	// addr is plain, with every extension; login offers AUTH LOGIN alone, over
	// TLS.
	addr, login string
}

// services of master.cf, those that a mailbox needs.
const services = `%s inet n - n - - smtpd
%s inet n - n - - smtpd
  -o smtpd_tls_security_level=may -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_mechanism_filter=login
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

const mainCF = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
myhostname = localhost
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
alias_maps =
virtual_mailbox_domains = example.com
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = inline:{ { box@example.com = box/ }, { late@example.com = box/ }, { grey@example.com = box/ }, { 盒子@example.com = box/ } }
virtual_mailbox_limit = 0
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
message_size_limit = 1000000
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
smtpd_tls_cert_file = %[2]s
smtpd_tls_key_file = %[3]s
smtpd_tls_security_level = none
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
smtpd_client_connection_rate_limit = 0
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{ { grey@example.com = 450 4.2.0 greylisted, come back later }, { late@example.com = DEFER } }, permit_mynetworks, reject
`

// startOwnPostfix starts one where Postfix is installed and the test may.
func startOwnPostfix(t *testing.T) *ownPostfix {
	t.Helper()
	if os.Getenv("WAYBILL_TEST_SMTP_STARTTLS") == "" {
		t.Skip("WAYBILL_TEST_SMTP_STARTTLS is not set")
	}
	if _, err := exec.LookPath("postfix"); err != nil || os.Getuid() != 0 {
		t.Skip("a Postfix of the test's own needs Postfix and root")
	}
	p := &ownPostfix{dir: t.TempDir(), addr: freeAddr(t), login: freeAddr(t)}
	for _, d := range []string{filepath.Dir(p.dir), p.dir} {
		p.must(t, os.Chmod(d, 0o755))
	}
	for _, d := range []string{"etc", "queue", "data", "mail"} {
		p.must(t, os.Mkdir(filepath.Join(p.dir, d), 0o755))
	}
	cert := os.Getenv("WAYBILL_TEST_SMTP_CERT")
	p.must(t, os.WriteFile(filepath.Join(p.dir, "etc/master.cf"), fmt.Appendf(nil, services, p.addr, p.login), 0o644))
	p.must(t, os.WriteFile(filepath.Join(p.dir, "etc/main.cf"), fmt.Appendf(nil, mainCF, p.dir, cert, filepath.Join(filepath.Dir(cert), "key.pem")), 0o644))
	p.must(t, exec.Command("chown", "postfix", filepath.Join(p.dir, "data")).Run())
	p.must(t, os.Chown(filepath.Join(p.dir, "mail"), 65534, 65534))
	if out, err := exec.Command("postfix", "-c", filepath.Join(p.dir, "etc"), "check").CombinedOutput(); err != nil {
		t.Fatalf("postfix check: %v: %s", err, out)
	}
	p.start(t)
	t.Cleanup(func() { p.kill(t) })
	return p
}

func (p *ownPostfix) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts the master and waits for its greeting.
func (p *ownPostfix) start(t *testing.T) {
	t.Helper()
	daemons, err := exec.Command("postconf", "-h", "daemon_directory").Output()
	p.must(t, err)
	p.master = exec.Command(filepath.Join(strings.TrimSpace(string(daemons)), "master"), "-c", filepath.Join(p.dir, "etc"), "-d")
	p.must(t, p.master.Start())
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); ; <-tick.C {
		if c, err := net.Dial("tcp", p.addr); err == nil {
			line, _ := bufio.NewReader(c).ReadString('\n')
			_ = c.Close()
			if strings.HasPrefix(line, "220") {
				return
			}
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(p.dir, "log"))
			t.Fatalf("Postfix did not start:\n%s", log)
		}
	}
}

// kill ends the master and all that it started, in the middle of what they do:
// first the servers that talk to clients, which would else see the others die and
// refuse a mail that is in the queue already, as no power cut makes them do.
func (p *ownPostfix) kill(t *testing.T) {
	t.Helper()
	master := p.master.Process.Pid
	_ = syscall.Kill(master, syscall.SIGSTOP) // it starts no more of them
	var servers, others []int
	for _, pid := range children(master) {
		if command, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm"); strings.TrimSpace(string(command)) == "smtpd" {
			servers = append(servers, pid)
		} else {
			others = append(others, pid)
		}
	}
	gone(servers)
	gone(others)
	_ = syscall.Kill(master, syscall.SIGKILL)
	_ = p.master.Wait()
}

// gone kills processes and waits for their ends.
func gone(pids []int) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for _, pid := range pids {
		for syscall.Kill(pid, 0) == nil && !zombie(pid) {
			<-tick.C
		}
	}
}

// children returns the processes that a process has started.
func children(of int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		if fields := stat(name); len(fields) > 1 && fields[1] == strconv.Itoa(of) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			pids = append(pids, pid)
		}
	}
	return pids
}

func zombie(pid int) bool {
	fields := stat("/proc/" + strconv.Itoa(pid) + "/stat")
	return len(fields) == 0 || fields[0] == "Z"
}

// stat returns the fields behind the command's name: state, parent …
func stat(name string) []string {
	b, _ := os.ReadFile(name)
	return strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
}

var (
	messageID = regexp.MustCompile(`(?m)^Message-ID: <(.*)>`)
	queueID   = regexp.MustCompile(`(?m)^\s+by localhost \(Postfix\) with \S+ id (\S+)`)
)

// boxes returns the mails by Message-ID and queue id. A mail that Postfix
// delivers again after it was killed has its queue id twice, and counts once.
func (p *ownPostfix) boxes(t *testing.T) map[string]map[string][]byte {
	t.Helper()
	all := map[string]map[string][]byte{}
	files, _ := filepath.Glob(filepath.Join(p.dir, "mail/box/new/*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		p.must(t, err)
		id, q := messageID.FindSubmatch(b), queueID.FindSubmatch(b)
		if id == nil || q == nil {
			t.Fatalf("a mail without ids:\n%.2000s", b)
		}
		if all[string(id[1])] == nil {
			all[string(id[1])] = map[string][]byte{}
		}
		all[string(id[1])][string(q[1])] = b
	}
	return all
}

// settled waits until the queue is empty but for mails whose end never came,
// which Postfix marks by their mode.
func (p *ownPostfix) settled(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); <-tick.C {
		empty := true
		for _, q := range []string{"incoming", "active", "deferred"} {
			_ = filepath.WalkDir(filepath.Join(p.dir, "queue", q), func(_ string, d os.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					info, err := d.Info()
					empty = empty && (err != nil || info.Mode().Perm() != 0o700)
				}
				return nil
			})
		}
		if empty {
			return
		}
	}
	t.Error("the queue did not become empty")
}
