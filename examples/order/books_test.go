package main

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
)

// bookkeeper is an app with fakes and no orders.
func bookkeeper(t *testing.T) *app {
	t.Helper()
	p, err := newProviders(noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return &app{p: p, books: map[string]*book{}}
}

// TestBooksSeeWhatIsWrong holds that the last table would show a duplicate, a
// loss, a false word and a stranger, if there were any.
func TestBooksSeeWhatIsWrong(t *testing.T) {
	t.Parallel()
	a := bookkeeper(t)
	ledger := func(name string) func(string) int { return a.p.fakes[name].Ledger().Accept }
	failed := func(key string, d waybill.Delivery) {
		a.conclude(&result{steps: []step{{name: stepSMS, err: &waybill.Error{Delivery: d}}}}, false, key)
	}
	for _, key := range []string{"fine", "twice", "lost", "ambiguous", "arrived", "not sent", "sent after all"} {
		a.intend(stepSMS, key, key)
	}
	ledger("aliyun")("fine")
	ledger("nexmo")("twice")
	ledger("nexmo-b")("twice") // two gateways, each of which took it once
	failed("ambiguous", waybill.Ambiguous)
	failed("arrived", waybill.Ambiguous)
	ledger("tencent")("arrived")
	failed("not sent", waybill.NotSent)
	failed("sent after all", waybill.NotSent)
	ledger("tencent")("sent after all")
	a.intend(stepPush, "A/push", "token-1", "token-2") // one device with two tokens
	ledger("huawei")("token-1")
	ledger("fcm")("token-2")
	want := count{kind: stepSMS, where: "aliyun, tencent, nexmo, nexmo-b", intended: 7, notSent: 2, ambiguous: 2, arrived: 1, accepted: 5, duplicates: 1, lost: 1, wrong: 1}
	counts := a.counts()
	if counts[0] != want {
		t.Errorf("SMS: %+v, want %+v", counts[0], want)
	}
	if push := counts[3]; push.kind != stepPush || push.intended != 1 || push.accepted != 2 || push.duplicates != 1 {
		t.Errorf("push: %+v", push)
	}
	if a.strangers() != 0 {
		t.Errorf("%d strangers", a.strangers())
	}
	ledger("smtp")("nobody's")
	ledger("nexmo")("nobody's either")
	table := strings.Join(a.tally(t.Context()), "\n")
	wantAll(t, table, "of the ambiguous 1 arrived", "WRONG: 1 accepted though reported as not sent", "WRONG: 2 accepted that nobody intended")
	wantTally(t, table, stepSMS, "7 5 2 2 1 1")
}

// TestBooksSeeStrayFiles puts an object of the mainland abroad, and one nowhere.
func TestBooksSeeStrayFiles(t *testing.T) {
	t.Parallel()
	a := bookkeeper(t)
	byName := map[string]storage.Bucket{}
	for _, s := range a.p.buckets {
		byName[s.name] = s.bucket
	}
	put := func(bucket, key string) {
		if _, err := byName[bucket].Put(t.Context(), key, strings.NewReader("x"), storage.PutOptions{Size: 1}); err != nil {
			t.Fatal(err)
		}
	}
	order := func(region string, keys ...string) *result {
		r := &result{order: &order{}}
		r.pickup.Address.Region = region
		for _, k := range keys {
			r.mailed.receipt.Links = append(r.mailed.receipt.Links, mail.Link{Key: k})
		}
		return r
	}
	put("oss", "good")
	put("oss", "stray")
	put("s3", "stray")
	put("s3", "copied")
	put("files", "copied")
	a.results = []*result{order("CN", "oss:good", "oss:stray", "oss:gone"), order("SG", "s3:copied"), nil}
	home, ok := a.files(t.Context(), "files, mainland", true)
	if want := (count{kind: "files, mainland", where: "oss, oss-b", intended: 3, accepted: 2, lost: 1, strayed: 1}); !ok || home != want {
		t.Errorf("at home: %+v, want %+v", home, want)
	}
	abroad, ok := a.files(t.Context(), "files, abroad", false)
	if line := abroad.line(); !strings.Contains(line, "whose replies were lost") {
		t.Errorf("a copy that is left behind is not explained: %s", line)
	}
	if want := (count{kind: "files, abroad", where: "s3, files", intended: 1, accepted: 2, duplicates: 1}); !ok || abroad != want {
		t.Errorf("abroad: %+v, want %+v", abroad, want)
	}
	if !strings.Contains(home.line(), "WRONG: 1 outside their region") {
		t.Error(home.line())
	}
}

// TestOvertaken holds who is named as passed over: only those who would have come
// before the one who served.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	ranks := map[string]int{"aliyun": 0, "tencent": 1, "nexmo": 2, "nexmo-b": 3}
	unwell := func(names ...string) (out []waybill.Candidate) {
		for _, n := range names {
			out = append(out, waybill.Candidate{Instance: n, Reason: "ejected"})
		}
		return out
	}
	ok := func(name string) waybill.Attempt { return waybill.Attempt{Instance: name, Op: "send"} }
	bad := func(name string) waybill.Attempt {
		return waybill.Attempt{Instance: name, Op: "send", Err: &waybill.Error{VendorCode: "9", Delivery: waybill.NotSent}}
	}
	for _, c := range []struct {
		name     string
		step     step
		path     string
		switched bool
	}{
		{"the first", step{attempts: []waybill.Attempt{ok("aliyun")}}, "aliyun ✓", false},
		{"one behind is unwell", step{passed: unwell("nexmo"), attempts: []waybill.Attempt{ok("aliyun")}}, "aliyun ✓", false},
		{"one before is unwell", step{passed: unwell("aliyun", "nexmo"), attempts: []waybill.Attempt{ok("tencent")}}, "aliyun (ejected) → tencent ✓", true},
		{"refused", step{attempts: []waybill.Attempt{bad("aliyun"), ok("tencent")}}, "aliyun ✗9 → tencent ✓", true},
		{"its own second try", step{attempts: []waybill.Attempt{bad("aliyun"), ok("aliyun")}}, "aliyun ✗9 → aliyun ✓", false},
		{"again and again", step{attempts: []waybill.Attempt{bad("aliyun"), bad("aliyun"), bad("aliyun"), bad("aliyun")}}, "aliyun ✗9 several times", false},
		{"nobody", step{err: &waybill.Error{}}, "✗ before the network", false},
		{"at no cost", step{}, "✓ at no cost", false},
	} {
		c.step.ranks = ranks
		if path, switched := c.step.path(), c.step.switched(); path != c.path || switched != c.switched {
			t.Errorf("%s: %q, switched %v", c.name, path, switched)
		}
	}
}

func TestRanks(t *testing.T) {
	t.Parallel()
	p := bookkeeper(t).p
	a, b := p.ranks(mapOrder()), p.ranks([]string{"osm", "google", "baidu", "amap"})
	if !(a["amap"] < a["baidu"] && a["baidu"] < a["google"] && a["google-border"] <= a["google-b"] && a["google-b"] < a["osm"] && a["osm"] < a["osrm"]) {
		t.Errorf("%v", a)
	}
	if !(b["osm"] < b["osrm"] && b["osrm"] < b["google"] && b["google"] < b["baidu"] && b["baidu"] < b["amap"]) {
		t.Errorf("%v", b)
	}
	if !(a["aliyun"] < a["tencent"] && a["tencent"] < a["nexmo"] && a["huawei"] < a["fcm"] && a["oss"] < a["oss-b"] && a["s3"] < a["files"]) {
		t.Errorf("%v", a)
	}
}
