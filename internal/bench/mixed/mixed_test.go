package mixed

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/vivopush"
)

const (
	total = 100_000
	// batch is how many tokens the client holds: the most that vendors take.
	batch = 5000
	// every gone-th token of a vendor is uninstalled.
	gone = 100
	// bound is what the client's live heap may grow by, in bytes, while all of it is
	// sent: a batch with its results and messages, and the connections.
	bound = 8 << 20
)

// vendors are the five. Three take many tokens in an exchange and two one, so that of
// 20 tokens one is of each of the latter.
var (
	vendors = []push.Vendor{push.FCM, push.APNs, push.Huawei, push.OPPO, push.Vivo}
	shares  = []int{1, 1, 6, 6, 6}
	forms   = []func(int) string{pushtest.FCMToken, pushtest.APNsToken, pushtest.HuaweiToken, pushtest.OPPOToken, pushtest.VivoToken}
)

// token is the i-th token: its vendor's index and its number there.
func token(i int) (vendor, n int) {
	round, at := i/20, i%20
	for v, share := range shares {
		if at < share {
			return v, round*share + at
		}
		at -= share
	}
	panic("the shares are not 20")
}

const childEnv = "WAYBILL_BENCH_FAKES"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		fakes()
		return
	}
	os.Exit(m.Run())
}

// hello is what the fakes' process says at its start.
type hello struct {
	URLs        []string
	FCM         []byte
	P8          []byte
	KeyID, Team string
}

// tally is what it says in the end: how often each vendor accepted a token that it
// should, one that is gone, and one twice; and how many requests sent.
type tally struct{ Good, Gone, Twice, Sends []int }

// fakes runs the fakes until standard input ends, and counts then.
func fakes() {
	fcm, apns, huawei, oppo, vivo := pushtest.NewFCM(nil), pushtest.NewAPNs(nil), pushtest.NewHuawei(), pushtest.NewOPPO(), pushtest.NewVivo()
	all := []pushtest.Server{fcm, apns, huawei, oppo, vivo}
	h := hello{FCM: fcm.Key(), P8: apns.Key().P8(), KeyID: apns.Key().KeyID, Team: apns.Key().TeamID}
	var numbers [5]int
	for i := range total {
		v, n := token(i)
		numbers[v] = n + 1
		if n%gone == gone-1 {
			all[v].Kill(forms[v](n))
		}
	}
	for _, s := range all {
		defer s.Close()
		h.URLs = append(h.URLs, s.URL())
	}
	out := json.NewEncoder(os.Stdout)
	_ = out.Encode(h)
	_, _ = io.Copy(io.Discard, os.Stdin)
	c := tally{make([]int, 5), make([]int, 5), make([]int, 5), make([]int, 5)}
	for v, s := range all {
		c.Sends[v] = s.Sends()
		for n := range numbers[v] {
			k := s.Accepted(forms[v](n))
			switch {
			case n%gone == gone-1:
				c.Gone[v] += k
			case k > 1:
				c.Twice[v]++
			default:
				c.Good[v] += k
			}
		}
	}
	_ = out.Encode(c)
}

// process is the fakes' process.
type process struct {
	hello
	in  io.WriteCloser
	out *json.Decoder
	cmd *exec.Cmd
}

func start(t *testing.T) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), childEnv+"=1")
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.in.Close(); _ = p.cmd.Wait() })
	p.out = json.NewDecoder(bufio.NewReader(out))
	if err := p.out.Decode(&p.hello); err != nil {
		t.Fatalf("the fakes did not start: %v", err)
	}
	return p
}

// client is one client on five adapters.
func (p *process) client(t *testing.T) *push.Client {
	t.Helper()
	// The certificates are made at the fakes' start, for this machine alone.
	hc := func() *http.Client {
		return &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	}
	must := func(a waybill.Provider, err error) push.Option {
		if err != nil {
			t.Fatal(err)
		}
		return push.With(a)
	}
	key, err := apnspush.NewKey(p.P8, p.KeyID, p.Team)
	if err != nil {
		t.Fatal(err)
	}
	hw, op, vv := map[push.Kind]huaweipush.Class{}, map[push.Kind]oppopush.Class{}, map[push.Kind]vivopush.Class{}
	for _, k := range push.Kinds() {
		hw[k], op[k], vv[k] = huaweipush.Class{Category: "EXPRESS"}, oppopush.Class{Category: "ORDER"}, vivopush.Class{System: true, Category: "ORDER"}
	}
	c, err := push.New(push.WithMaxBatch(batch), push.WithPolicy(waybill.Policy{AttemptTimeout: -1}),
		must(fcmpush.New(p.FCM, &fcmpush.Options{BaseURL: p.URLs[0], HTTPClient: hc()})),
		must(apnspush.New(key, pushtest.APNsTopic, &apnspush.Options{BaseURL: p.URLs[1], HTTPClient: hc()})),
		must(huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{BaseURL: p.URLs[2], AuthURL: p.URLs[2], HTTPClient: hc(), Classes: hw})),
		must(oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{BaseURL: p.URLs[3], HTTPClient: hc(), Classes: op})),
		must(vivopush.New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &vivopush.Options{BaseURL: p.URLs[4], HTTPClient: hc(), Classes: vv})),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}

// mixed yields the tokens, made as they are taken.
func mixed(taken *int) iter.Seq[push.Token] {
	return func(yield func(push.Token) bool) {
		for i := range total {
			*taken++
			v, n := token(i)
			if !yield(push.Token{Vendor: vendors[v], Value: forms[v](n)}) {
				return
			}
		}
	}
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestHundredThousand streams the tokens: one result each, in order, never more than
// a batch ahead; the dead and only the dead are dead; each vendor accepted each of its
// tokens once; and the live heap grows by 8 MiB at most.
func TestHundredThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	p := start(t)
	c := p.client(t)
	n := &push.Notification{Kind: push.KindOrder, Title: "New order", Body: "Pick up in ten minutes", Data: map[string]string{"order": "17"}, Key: "order-17", Collapse: "order-17"}
	var taken, got, dead, ahead int
	var accepted [5]int
	before := liveHeap()
	var peak uint64
	for to, r := range c.SendAll(t.Context(), n, mixed(&taken)) {
		v, k := token(got)
		if to.Vendor != vendors[v] || to.Value != forms[v](k) || r.Token != to {
			t.Fatalf("result %d is of another token", got)
		}
		switch isGone := k%gone == gone-1; {
		case r.Err == nil && !isGone:
			accepted[v]++
		case r.Err != nil && isGone && r.Dead && r.Err.Code == waybill.Unregistered:
			dead++
		default:
			t.Fatalf("result %d of %s, gone %t: %v, dead %t", got, to.Vendor, isGone, r.Err, r.Dead)
		}
		got++
		ahead = max(ahead, taken-got)
		if got%4999 == 0 { // anywhere in a batch
			peak = max(peak, liveHeap())
		}
	}
	if got != total || dead != total/gone || ahead >= batch {
		t.Errorf("%d results, %d dead, %d tokens ahead", got, dead, ahead)
	}
	grown := int64(peak) - int64(before)
	t.Logf("the live heap grew from %d KiB by %d KiB", before>>10, grown>>10)
	if grown > bound {
		t.Errorf("the live heap grew by %d bytes, more than %d", grown, bound)
	}
	_ = p.in.Close()
	var counts tally
	if err := p.out.Decode(&counts); err != nil {
		t.Fatal(err)
	}
	for v := range vendors {
		if counts.Good[v] != accepted[v] || counts.Gone[v] != 0 || counts.Twice[v] != 0 {
			t.Errorf("%s: %d accepted, %d reported, %d gone ones, %d twice", vendors[v], counts.Good[v], accepted[v], counts.Gone[v], counts.Twice[v])
		}
	}
	t.Log("requests that sent: ", fmt.Sprint(counts.Sends))
}
