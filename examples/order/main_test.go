package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// noEnvironment is an environment without credentials.
func noEnvironment(string) string { return "" }

// start runs the whole program in this process.
func start(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, noEnvironment, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	missing := false
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the output has no %q", p)
			missing = true
		}
	}
	if missing {
		t.Logf("output:\n%s", text)
	}
}

// orderBlock is what was printed of an order.
func orderBlock(t *testing.T, out, id string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^ ?\d+  ` + regexp.QuoteMeta(id) + `(?:\s[^\n]*)?\n(?:    .*\n)+`).FindString(out)
	if m == "" {
		t.Fatalf("order %s is not in the output:\n%s", id, out)
	}
	return m
}

// tallyRow is a row of the last table, without the name and the fakes.
func tallyRow(t *testing.T, out, kind string) []string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^  ` + kind + ` \([^)]*\)(.*)$`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no row of the table for %s:\n%s", kind, out)
	}
	return strings.Fields(m[1])
}

// wantTally compares intended, accepted, ambiguous, not sent, duplicates, lost.
func wantTally(t *testing.T, out, kind, want string) {
	t.Helper()
	if got := strings.Join(tallyRow(t, out, kind)[:6], " "); got != want {
		t.Errorf("%s: intended, accepted, ambiguous, not sent, duplicates, lost = %s, want %s", kind, got, want)
	}
}

func wantClean(t *testing.T, out string) {
	t.Helper()
	for _, kind := range []string{stepSMS, stepPush, stepMail} {
		wantTally(t, out, kind, "12 12 0 0 0 0")
	}
	if t.Failed() {
		t.Logf("output:\n%s", out)
	}
}

func TestDozen(t *testing.T) {
	t.Parallel()
	code, out, errs := start(t, "")
	if code != exitOK || errs != "" {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
	wantClean(t, out)
	wantAll(t, out, "12 orders: 12 complete")
	if first, _, _ := strings.Cut(out, "\n\n"); strings.Count(first, " fake ") != 11 || strings.Contains(first, "REAL") {
		t.Errorf("the first lines do not name the fakes:\n%s", first)
	}
	for id, want := range map[string][]string{
		"SZ-01":    {"CN → CN", "广东省深圳市南山区", "+86****5678", "measured by amap", "pick-up amap ✓", "致远中路28号   ← 深圳北\n", "drop-off amap ✓ │"},
		"SG-02":    {"SG → SG", "+65****567", "pick-up google ✓"},
		"HK-03":    {"HK → HK", "+852****567", "← Hong Kong International Air\n", "drop-off google ✓ twice"}, // a suggestion without a point
		"TW-05":    {"TW → TW", "+886****678"},
		"IN-06":    {"IN → IN", "462 Senapati Bapat Marg", "Hinjawadi Main Road", "← 462 सेनापति बापट मार्ग", "+91****3456", "gsm7"},
		"SZ-HK-07": {"CN → HK", "measured by amap", "pick-up amap ✓ │ drop-off google ✓"},
		"MO-08":    {"MO → MO", "+853****456"},
		"TH-10":    {"TH → TH", "+66****678"},
		"SP-12":    {"BR → BR", "+55****5678"},
	} {
		wantAll(t, orderBlock(t, out, id), append(want, "SMS nexmo ✓", "push fcm ✓", "link s3 ✓", "mail smtp ✓", id+".gpx, 2.", "MB, as a link until ", "in s3   fetched: whole")...)
	}
	if a, b := strings.Index(out, "\n 1  "), strings.Index(out, "\n12  "); a < 0 || b < a {
		t.Error("the orders are not in the order of the file")
	}
}

// TestOutageOfEach takes every provider down, one by one.
func TestOutageOfEach(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"amap":     "amap → baidu",
		"baidu":    "no order needed the providers that were down",
		"google":   "google → google-b",
		"google-b": "no order needed",
		"nexmo":    "SMS nexmo → nexmo-b",
		"nexmo-b":  "no order needed",
		"fcm":      "push fcm → fcm-b",
		"fcm-b":    "no order needed",
		"smtp":     "mail smtp → smtp-b",
		"smtp-b":   "no order needed",
		"s3":       "link s3 → files",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, _ := start(t, "", "-outage", name)
			if code != exitOK {
				t.Errorf("exit %d", code)
			}
			wantClean(t, out)
			wantAll(t, out, "── outage before order 7: "+name+" ──", want, "12 orders: 12 complete")
		})
	}
}

func TestOutageTellsWhatMoved(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-outage", "amap,nexmo")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantClean(t, out)
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "measured by google-border", "google-border ✓", "nexmo-b ✓")
	for _, want := range []string{
		`7 SZ-HK-07  pick-up   amap → baidu +the point moved by 0\.\d\d m`,
		`7 SZ-HK-07  way       amap → google-border +44\.\d\d km → 43\.\d\d km \(-0\.8\d? ?0? ?%\), CNY`,
		`9 GZ-SZ-09  way       amap → baidu +80\.\d\d km → 81\.\d\d km \(\+1\.\d\d %\), CNY`,
		`SMS nexmo → nexmo-b +orders 7, 8, 9, 10, 11, 12`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the output has no %s:\n%s", want, out)
		}
	}
}

// TestVendorsCodes lets vendors refuse with codes of theirs.
func TestVendorsCodes(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-maps", "baidu,amap", "-outage", "baidu:302,nexmo:9,fcm:UNAVAILABLE,google:html_200,smtp:451,s3:AccessDenied")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantClean(t, out)
	wantAll(t, out, "baidu ✗302 → amap ✓", "nexmo ✗9 → nexmo-b ✓", "fcm ✗UNAVAILABLE → fcm-b ✓", "google-b ✓",
		"smtp ✗451 4.0.0 twice → smtp-b ✓", "link s3 ✗", "→ files ✓")
}

// TestLostReplies is the case that must never become a second SMS.
func TestLostReplies(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-outage", "nexmo:lost-replies", "-jobs", "1")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	// After five failures the gateway is passed over, and the sixth order is
	// served by the other one.
	wantTally(t, out, stepSMS, "12 12 5 0 0 0")
	wantAll(t, out, "of the ambiguous 5 arrived", "12 orders: 7 complete, 5 with a failed step")
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "nexmo ✗reset (ambiguous)", "✗ order 7 (SZ-HK-07): SMS: ", "it may have arrived, so it was not sent again", "push fcm ✓")
	wantAll(t, orderBlock(t, out, "SP-12"), "nexmo (ejected) → nexmo-b ✓")
}

// TestBothDown loses nothing silently either.
func TestBothDown(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-outage", "nexmo,nexmo-b,google,google-b")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "✗ order 9 (GZ-SZ-09): SMS: ", "way amap ✓", "push fcm ✓")
	wantAll(t, orderBlock(t, out, "TH-10"), "✗ order 10 (TH-10): pick-up: ")
	row := tallyRow(t, out, stepSMS)
	wantTally(t, out, stepMail, "7 7 0 0 0 0")
	if row[0] != "7" || row[1] != "6" || row[3] != "1" || row[5] != "0" {
		t.Errorf("SMS: %v", row)
	}
}

func TestMaps(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-maps", "baidu,amap")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "SZ-01"), "measured by baidu", "pick-up baidu ✓")
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "measured by amap")
	wantAll(t, out, `- geo.With(amap.geo, geo.As("amap"), geo.In("CN")),`, `+ route.With(baidu.route, route.As("baidu"), route.In("CN")),`)
	source, err := os.ReadFile("maps.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range changedLines([]string{"google", "baidu", "amap"}) {
		if !strings.Contains(string(source), strings.TrimSpace(line[2:])) {
			t.Errorf("printed, but not in the source: %s", line)
		}
	}
	if lines := changedLines([]string{"google", "amap", "baidu"}); len(lines) < 10 {
		t.Errorf("google first changes more than %d lines", len(lines))
	}
	if lines := changedLines(mapOrder()); lines != nil {
		t.Errorf("the default order changes %v", lines)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	_, out, _ := start(t, "", "-outage", "amap:10021,nexmo", "-explain", "9", "-jobs", "1")
	_, text, found := strings.Cut(out, "Every attempt of order 9\n")
	if !found {
		t.Fatal(out)
	}
	for _, want := range []string{
		`(?m)^  step +verb +try +provider +took +code +scope +delivery +wait +the provider's words$`,
		`pick-up +geocode +\d amap .* rate_limited +service +not_sent +1s +10021|pick-up +– amap .* rate_limited +account +not_sent +\S+ +passed over: idle`,
		`pick-up +geocode +\d baidu .* ok `,
		`SMS +send +\d nexmo .* unavailable +provider +not_sent +– +wire_dial connection refused|SMS +– nexmo .*passed over: ejected`,
		`SMS +send +\d nexmo-b .* ok +– +sent `,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the explanation has no %s:\n%s", want, text)
		}
	}
}

// TestWireShowsNoSecret prints the requests of every order, the one with the
// token exchange among them, and looks for all that must not be there.
func TestWireShowsNoSecret(t *testing.T) {
	t.Parallel()
	elements, err := split(dozen)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range elements {
		alone := "[" + string(e.text) + "]"
		orders, err := readOrders([]byte(alone))
		if err != nil {
			t.Fatal(err)
		}
		o := orders[0]
		t.Run(o.ID, func(t *testing.T) {
			t.Parallel()
			code, out, _ := start(t, alone, "-in", "-", "-wire", "1", "-outage", "google,nexmo")
			if code != exitOK {
				t.Errorf("exit %d", code)
			}
			_, text, found := strings.Cut(out, "What went over the wire")
			if !found || !strings.Contains(text, "/sms/json") || !strings.Contains(text, "messages:send") || !strings.Contains(text, "=***") || !strings.Contains(text, "C: DATA") || !strings.Contains(text, "PUT 127.0.0.1") {
				t.Fatalf("the requests are not there:\n%s", text)
			}
			secrets := []string{geotest.AmapKey, "fake-private-key", "fake-baidu-ak", "fake-baidu-sk", "fake-key-of-google", smstest.NexmoKey,
				"fake-secret-of-nexmo", "PRIVATE KEY", "ya29.", "assertion=ey", pushtest.FCMToken(o.N)[:24], "fake-smtp-password", "fake-s3-secret",
				strings.TrimPrefix(string(o.number), "+"), o.mailbox.Addr, "X-Amz-Signature=0", "X-Amz-Signature=a"}
			for _, s := range secrets {
				if strings.Contains(out, s) {
					t.Errorf("the output shows %q", s[:min(6, len(s))]+"…")
				}
			}
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

func TestBadOrders(t *testing.T) {
	t.Parallel()
	good := `{"id":"GOOD-%d","pickup":{"text":"深圳北站","region":"CN"},"dropoff":{"text":"腾讯大厦","region":"CN"},"driver":{"phone":"13912345678","phone_region":"CN","language":"zh"},"customer":{"mail":"a@customer.example"}}`
	one, two := fmt.Sprintf(good, 1), fmt.Sprintf(good, 2)
	with := func(old, new string) string {
		return strings.Replace(strings.Replace(one, "GOOD-1", "BAD", 1), old, new, 1)
	}
	for _, c := range []struct{ name, bad, want string }{
		{"impossible number", with("13912345678", "+852 12 34"), "✗ order 2 (BAD): driver.phone: the number is too short"},
		{"fixed line", with("13912345678", "0755 8888 8888"), "✗ order 2 (BAD): driver.phone: the number is a fixed line"},
		{"no number", with("13912345678", "call me"), "driver.phone: not a telephone number"},
		{"empty address", with("深圳北站", "  "), "✗ order 2 (BAD): pickup.text: the address is empty"},
		{"no drop-off", with(`"dropoff":{"text":"腾讯大厦","region":"CN"},`, ""), "✗ order 2 (BAD): dropoff.text: the address is empty"},
		{"region", with(`"region":"CN"}`, `"region":"China"}`), "pickup.region: not two capital letters"},
		{"mailbox", with("a@customer.example", "a at customer"), "customer.mail: not a mail address"},
		{"wrong type", with(`"13912345678"`, "13912345678"), "driver.phone: a number where a string belongs"},
		{"unknown field", with(`"text"`, `"txt"`), "txt: there is no such field"},
		{"same id", fmt.Sprintf(good, 1), "✗ order 2 (GOOD-1): id: another order has the same"},
		{"strange id", with(`BAD`, `B\u0007`), "✗ order 2 (order-2): id: "},
		{"broken JSON", with(`"pickup":`, `"pickup"`), "✗ order 2 (order-2): broken JSON: "},
		{"not closed", strings.TrimSuffix(with("", ""), "}}"), "order 2 (order-2): broken JSON: "},
		{"string not closed", with(`BAD"`, `BAD`), "order 2 (order-2): broken JSON: "},
		{"no object", `17`, "order 2 (order-2): "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, _ := start(t, "[\n"+one+",\n"+c.bad+",\n"+two+"\n]", "-in", "-")
			if code != exitFailed {
				t.Errorf("exit %d", code)
			}
			wantAll(t, out, c.want, "3 orders: 2 complete, 1 unusable")
			wantTally(t, out, stepSMS, "2 2 0 0 0 0")
			if strings.Contains(out, "13912345678") {
				t.Error("the number is shown in full")
			}
		})
	}
	t.Run("unknown address", func(t *testing.T) {
		t.Parallel()
		code, out, _ := start(t, "["+with("深圳北站", "zzzz qqqq")+","+two+"]", "-in", "-")
		wantAll(t, out, "✗ order 1 (BAD): pick-up: ", "not found", "2 orders: 1 complete, 1 with a failed step")
		if code != exitFailed {
			t.Errorf("exit %d", code)
		}
	})
}

// What the customer typed and chose becomes a place, with the vendor of the
// suggestions there or not.
func TestTypedAddresses(t *testing.T) {
	t.Parallel()
	order := func(id, region, from, to string) string {
		return fmt.Sprintf(`{"id":%q,"pickup":{"text":%q,"region":%q,"typed":true},"dropoff":{"text":%q,"region":%q,"typed":true},"driver":{"phone":"13912345678","phone_region":"CN","language":"en"},"customer":{"mail":"a@customer.example"}}`, id, from, region, to, region)
	}
	in := "[" + order("SG", "SG", "Marina Bay S", "Raffles Pl") + "," + order("CN", "CN", "深圳北", "腾讯大") + "," + order("SG-2", "SG", "Marina Bay S", "Raffles Pl") + "," + order("CN-2", "CN", "深圳北", "腾讯大") + "]"
	code, out, errs := start(t, in, "-in", "-", "-outage", "amap,google")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	wantAll(t, orderBlock(t, out, "SG"), "10 Bayfront Avenue", "← Marina Bay S\n", "pick-up google ✓ twice")
	wantAll(t, orderBlock(t, out, "CN"), "致远中路28号", "pick-up amap ✓ │")
	wantAll(t, orderBlock(t, out, "SG-2"), "10 Bayfront Avenue", "google-b ✓")
	wantAll(t, orderBlock(t, out, "CN-2"), "深圳北", "baidu ✓")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-nonsense"}, "nonsense"},
		{[]string{"more"}, `"more" is no flag`},
		{[]string{"-jobs", "0"}, "-jobs"},
		{[]string{"-explain", "13"}, "there are 12 orders and no order 13"},
		{[]string{"-wire", "-1"}, "from 1"},
		{[]string{"-maps", "bing"}, `"bing" is none of amap, baidu, google`},
		{[]string{"-maps", "amap,amap"}, "amap is there twice"},
		{[]string{"-outage", "postman"}, "postman is no fake of this run"},
		{[]string{"-outage", "amap:sulks"}, `amap cannot fail with "sulks"`},
		{[]string{"-outage", "smtp:250"}, `smtp cannot fail with "250"`},
		{[]string{"-outage", "fcm:SULKS"}, `fcm cannot fail with "SULKS"`},
		{[]string{"-outage", "files"}, "files is no fake of this run"},
		{[]string{"-outage", "amap,amap"}, "amap is there twice"},
		{[]string{"-in", filepath.Join(t.TempDir(), "none.json")}, "no such file"},
		{[]string{"-in", empty}, "not a JSON array"},
	} {
		code, out, errs := start(t, "", c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", c.args, code, out, errs)
		}
	}
	code, out, _ := start(t, "", "-h")
	if code != exitOK || out != usage {
		t.Errorf("-h: exit %d", code)
	}
}

// TestRealSendersNeedOrders holds that the invented dozen goes to nobody.
func TestRealSendersNeedOrders(t *testing.T) {
	t.Parallel()
	env := map[string]string{"NEXMO_KEY": "abcd1234", "NEXMO_SECRET": "secret"}
	var out, errs bytes.Buffer
	code := run(t.Context(), nil, func(k string) string { return env[k] }, strings.NewReader(""), &out, &errs)
	if code != exitUsage || !strings.Contains(errs.String(), "[nexmo] would send the invented orders to real numbers") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

// TestRealMapsReplaceFakes holds that no fake stands in for a real vendor.
func TestRealMapsReplaceFakes(t *testing.T) {
	t.Parallel()
	env := map[string]string{"AMAP_KEY": "a-real-key", "FCM_SERVICE_ACCOUNT": "missing.json"}
	if _, err := newProviders(func(k string) string { return env[k] }); err == nil || !strings.Contains(err.Error(), "FCM_SERVICE_ACCOUNT") {
		t.Errorf("a missing key file: %v", err)
	}
	delete(env, "FCM_SERVICE_ACCOUNT")
	p, err := newProviders(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for _, e := range p.list {
		if !e.own && e.fake == (e.domain == "maps") {
			t.Errorf("%s: fake %v", e.name, e.fake)
		}
	}
	if _, _, err := newMaps(p, mapOrder()); err != nil {
		t.Error(err)
	}
}

// TestRealBucket takes the bucket from the environment, at a server that happens
// to be a fake too: then no folder of this machine stands behind it.
func TestRealBucket(t *testing.T) {
	t.Parallel()
	s3 := storagetest.NewS3(nil)
	defer s3.Close()
	access, secret, _ := s3.Keys()
	env := map[string]string{"S3_BUCKET": s3.Bucket(), "S3_REGION": s3.Region(), "S3_ENDPOINT": s3.URL(), "S3_ACCESS_KEY": access, "S3_SECRET_KEY": secret}
	var out, errs bytes.Buffer
	code := run(t.Context(), nil, func(k string) string { return env[k] }, strings.NewReader(""), &out, &errs)
	if code != exitOK {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	wantAll(t, out.String(), "s3        REAL  "+s3.URL(), "in s3   fetched: whole")
	if strings.Contains(out.String(), "files     own") || strings.Contains(out.String(), secret) {
		t.Error(out.String())
	}
}

// TestRealGatewaysNeedRegistrations holds that invented registrations are for
// the fakes alone.
func TestRealGatewaysNeedRegistrations(t *testing.T) {
	t.Parallel()
	env := map[string]string{"NEXMO_KEY": "abcd1234", "NEXMO_SECRET": "secret", "SMTP_ADDR": "relay.example:465", "SMTP_FROM": "a@b.example"}
	p, err := newProviders(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if rules := senderRules(p); rules != nil {
		t.Errorf("%d rules", len(rules))
	}
	env["NEXMO_FROM"], env["SMS_CN_SIGN"], env["SMS_IN_HEADER"] = "Acme", "运单", "ACMEIN"
	if rules := senderRules(p); len(rules) != 3 || rules[1].Sign != "运单" || rules[2].From != "ACMEIN" {
		t.Errorf("%+v", rules)
	}
	if _, err := newSMS(p); err != nil {
		t.Error(err)
	}
	if _, err := newPost(p); err != nil {
		t.Error(err)
	}
	if len(p.sms) != 1 || len(p.relays) != 1 || fmt.Sprint(p.realSenders) != "[nexmo smtp]" {
		t.Errorf("%d gateways, %d relays, real %v", len(p.sms), len(p.relays), p.realSenders)
	}
	env["SMTP_FROM"] = ""
	q, err := newProviders(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	defer q.close()
	if _, err := newPost(q); err == nil || !strings.Contains(err.Error(), "SMTP_FROM") {
		t.Errorf("without SMTP_FROM: %v", err)
	}
}

// cancelling cancels when it sees a text.
type cancelling struct {
	bytes.Buffer
	mu     sync.Mutex
	text   string
	cancel context.CancelFunc
}

func (c *cancelling) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes.Contains(p, []byte(c.text)) {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &cancelling{text: " 2  SG-02", cancel: cancel}
	var errs bytes.Buffer
	code := run(ctx, []string{"-jobs", "1"}, noEnvironment, strings.NewReader(""), out, &errs)
	if code != exitFailed || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	wantAll(t, out.String(), "10 not begun", "12 orders: 2 complete")
	wantTally(t, out.String(), stepSMS, "2 2 0 0 0 0")
}

// TestInterruptedBefore is a run that is cancelled before it begins.
func TestInterruptedBefore(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"-outage", "amap", "-explain", "3", "-wire", "8"}, noEnvironment, strings.NewReader(""), &out, &errs)
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, out.String(), "12 not begun", "the order was not processed")
}

// TestOrdersAreAsDescribed keeps the dozen a dozen of the cities promised.
func TestOrdersAreAsDescribed(t *testing.T) {
	t.Parallel()
	if !json.Valid(dozen) {
		t.Fatal("the dozen is not JSON")
	}
	orders, err := readOrders(dozen)
	if err != nil || len(orders) != 12 {
		t.Fatalf("%d orders, %v", len(orders), err)
	}
	regions := map[string]bool{}
	for _, o := range orders {
		if o.bad != nil {
			t.Errorf("order %d: %v", o.N, o.bad)
		}
		regions[o.Pickup.Region], regions[o.Dropoff.Region] = true, true
	}
	if len(regions) != 8 {
		t.Errorf("regions: %v", regions)
	}
}
