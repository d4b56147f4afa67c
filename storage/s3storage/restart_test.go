package s3storage_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// gateway is a versitygw of the test's own, which can be killed.
type gateway struct {
	t       testing.TB
	program string
	dir     string
	port    int
	mu      sync.Mutex
	cmd     *exec.Cmd
}

// startGateway starts one, of the program that the environment names.
func startGateway(t testing.TB) *gateway {
	t.Helper()
	program := os.Getenv("WAYBILL_TEST_VERSITYGW")
	if program == "" {
		t.Skip("WAYBILL_TEST_VERSITYGW is not set")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{t: t, program: program, dir: t.TempDir(), port: l.Addr().(*net.TCPAddr).Port}
	_ = l.Close()
	if err := os.MkdirAll(filepath.Join(g.dir, "waybill-test"), 0o755); err != nil {
		t.Fatal(err)
	}
	g.start()
	t.Cleanup(g.kill)
	return g
}

func (g *gateway) url() string { return fmt.Sprintf("http://127.0.0.1:%d", g.port) }

// start runs it until it answers. Its port may be another's for a moment: while
// nobody listens there, any connection of this machine may get it.
func (g *gateway) start() {
	g.mu.Lock()
	defer g.mu.Unlock()
	var said bytes.Buffer
	for range 20 {
		said.Reset()
		g.cmd = exec.Command(g.program, "--port", fmt.Sprintf("127.0.0.1:%d", g.port), "--keep-alive", "--quiet", "--health", "/healthz", "posix", g.dir)
		g.cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY=testkey123", "ROOT_SECRET_KEY=testsecret123")
		g.cmd.Stdout, g.cmd.Stderr = &said, &said
		if err := g.cmd.Start(); err != nil {
			g.t.Fatal(err)
		}
		if g.answers() {
			return
		}
		_ = g.cmd.Process.Kill()
		_ = g.cmd.Wait()
	}
	g.t.Fatalf("versitygw does not answer: %s", said.Bytes())
}

// answers reports whether it answers within some seconds.
func (g *gateway) answers() bool {
	client := &http.Client{Timeout: time.Second}
	for range 100 {
		if res, err := client.Get(g.url() + "/healthz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return true
			}
		}
		<-time.After(25 * time.Millisecond)
	}
	return false
}

// kill ends it as a power cut does.
func (g *gateway) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cmd != nil {
		_ = g.cmd.Process.Signal(syscall.SIGKILL)
		_ = g.cmd.Wait()
		g.cmd = nil
	}
}

func (g *gateway) bucket() *s3storage.Bucket {
	b, err := s3storage.New("waybill-test", "testkey123", "testsecret123", &s3storage.Options{BaseURL: g.url(), PathStyle: true, IdleTimeout: 5 * time.Second})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = b.Close() })
	return b
}

// content is a body by its key: some in one request, some in parts.
func content(n int) []byte {
	size := 20 << 10
	if n%5 == 4 {
		size = 11 << 20
	}
	return bytes.Repeat([]byte(fmt.Sprintf("object %06d;", n)), size/14)
}

func random() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// killInTurn lets each of the gateways die for a moment, over and over, until the
// returned function is called; then all of them live.
func killInTurn(gateways ...*gateway) (end func()) {
	stop, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for i := 0; ; i++ {
			g := gateways[i%len(gateways)]
			select {
			case <-stop:
				return
			case <-time.After(150 * time.Millisecond):
			}
			g.kill()
			<-time.After(100 * time.Millisecond)
			g.start()
		}
	}()
	return func() { close(stop); <-over }
}

// whole checks that an object is there as it was put.
func whole(t *testing.T, bucket storage.Bucket, key string, n int) {
	t.Helper()
	r, err := bucket.Get(t.Context(), key, storage.GetOptions{})
	if err != nil {
		t.Errorf("object %d is lost: %v", n, err)
		return
	}
	defer func() { _ = r.Close() }()
	if data, err := io.ReadAll(r); err != nil || !bytes.Equal(data, content(n)) {
		t.Errorf("object %d is torn: %d bytes, %v", n, len(data), err)
	}
}

// number is the number in a key of the tests.
func number(t *testing.T, key, prefix string) (n int) {
	t.Helper()
	if _, err := fmt.Sscanf(key[len(prefix):], "%04d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// One of two real servers is killed and restarted in the middle of uploads,
// mirrors and syncs: nothing that was acknowledged is lost or torn.
func TestKilledServersLoseNothing(t *testing.T) {
	one, two := startGateway(t), startGateway(t)
	a, b := one.bucket(), two.bucket()
	m, err := storage.NewMirror(1, storage.With(a, storage.As("a")), storage.With(b, storage.As("b")),
		storage.WithPolicy(waybill.Policy{Backoff: -1, EjectShare: -1}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	prefix := "killed-" + random() + "/"
	key := func(n int) string { return fmt.Sprintf("%s%04d", prefix, n) }
	acknowledged, alone := map[int]bool{}, map[int]bool{}
	end := killInTurn(one, two)
	const puts = 20
	refused := 0
	for n := range puts {
		if _, err := m.Put(ctx, key(n), bytes.NewReader(content(n)), storage.PutOptions{Fresh: true}); err == nil {
			acknowledged[n] = true
		} else {
			refused++
		}
		if _, err := a.Put(ctx, "alone-"+key(n), bytes.NewReader(content(n)), storage.PutOptions{}); err == nil {
			alone[n] = true
		}
	}
	// Syncs while they die, until they live.
	var report storage.SyncReport
	runs := 0
	for range 4 {
		report, _ = m.Sync(ctx, storage.SyncOptions{Prefix: prefix, Cursor: report.Cursor})
		runs++
	}
	end()
	if report, err = m.Sync(ctx, storage.SyncOptions{Prefix: prefix}); err != nil {
		t.Fatal(err)
	}
	for n := range acknowledged {
		whole(t, a, key(n), n)
		whole(t, b, key(n), n)
	}
	for n := range alone {
		whole(t, a, "alone-"+key(n), n)
	}
	// What was not acknowledged may be there, but not torn.
	seen := 0
	for obj, err := range m.List(ctx, storage.ListOptions{Prefix: prefix}) {
		if err != nil {
			t.Fatal(err)
		}
		whole(t, a, obj.Key, number(t, obj.Key, prefix))
		seen++
	}
	t.Logf("%d puts acknowledged by the mirror, %d refused, %d alone; %d objects there; %d syncs, the last copied %d", len(acknowledged), refused, len(alone), seen, runs+1, report.Copied)
	if len(acknowledged) == 0 || refused == puts {
		t.Error("nothing was tried")
	}
}

// Two real servers behind a Failover die in turn: what it acknowledged lies where
// its key says, and what it says not to have stored is nowhere.
func TestFailoverBetweenKilledServersLosesNothing(t *testing.T) {
	one, two := startGateway(t), startGateway(t)
	a, b := one.bucket(), two.bucket()
	f, err := storage.NewFailover(storage.With(a, storage.As("a")), storage.With(b, storage.As("b")),
		storage.WithPolicy(waybill.Policy{Backoff: -1, EjectShare: -1}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	prefix := "killed-" + random() + "/"
	acknowledged, absent := map[int]string{}, map[int]bool{}
	end := killInTurn(one, two)
	const puts = 40
	ambiguous := 0
	for n := range puts {
		o, err := f.Put(ctx, fmt.Sprintf("%s%04d", prefix, n), bytes.NewReader(content(n)), storage.PutOptions{Fresh: true})
		switch {
		case err == nil:
			acknowledged[n] = o.Key
		case waybill.DeliveryOf(err) == waybill.NotSent:
			absent[n] = true
		default:
			ambiguous++
		}
	}
	end()
	for n, key := range acknowledged {
		whole(t, f, key, n)
	}
	for name, bucket := range map[string]storage.Bucket{"a": a, "b": b} {
		for obj, err := range bucket.List(ctx, storage.ListOptions{Prefix: prefix}) {
			if err != nil {
				t.Fatal(err)
			}
			n := number(t, obj.Key, prefix)
			whole(t, bucket, obj.Key, n)
			if absent[n] {
				t.Errorf("object %d was said not to be stored, and is in %s", n, name)
			}
		}
	}
	at := map[string]int{}
	for _, key := range acknowledged {
		at[key[:1]]++
	}
	t.Logf("%d puts acknowledged, %d in a and %d in b; %d certainly not stored, %d ambiguous", len(acknowledged), at["a"], at["b"], len(absent), ambiguous)
	if at["a"] == 0 || at["b"] == 0 {
		t.Error("nothing failed over")
	}
}
