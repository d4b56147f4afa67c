package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// noEnvironment is an environment without credentials.
func noEnvironment(string) string { return "" }

// start runs the whole program in this process.
func start(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return inspect(t, stdin, nil, args...)
}

// look looks at everything after a run, before the fakes are stopped.
type look func(t *testing.T, a *app, out string)

// inspect is start with such a look.
func inspect(t *testing.T, stdin string, after look, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{getenv: noEnvironment, stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, tune: light}
	if after != nil {
		p.after = func(a *app) { after(t, a, out.String()) }
	}
	code = p.run(t.Context(), args)
	return code, out.String(), errs.String()
}

// light makes the itineraries shorter for the sake of the tests' time, and still
// too long for a mail.
func light(c *config) { c.points, c.mailLimit = trackPoints/20, 64<<10 }

// startIn runs it in an environment.
func startIn(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
	code = p.run(t.Context(), args)
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
	for kind, want := range map[string]string{
		stepSMS: "12 12 0 0 0 0", stepCode: "8 8 0 0 0 0", stepPush: "12 12 0 0 0 0", stepMail: "12 12 0 0 0 0",
		stepOffer:         "4 3 0 1 0 0", // one is refused for want of registration
		"files, mainland": "4 4 0 0 0 0", "files, abroad": "8 8 0 0 0 0",
	} {
		wantTally(t, out, kind, want)
	}
	if strings.Contains(out, "WRONG") {
		t.Error("something is wrong")
	}
	if t.Failed() {
		t.Logf("output:\n%s", out)
	}
}

func TestDozen(t *testing.T) {
	t.Parallel()
	code, out, errs := inspect(t, "", func(t *testing.T, a *app, out string) {
		for _, l := range []struct {
			name string
			look look
		}{{"sessions", lookAtSessions}, {"areas", lookAtRefusals}, {"drivers", lookAtDrivers}, {"texts", lookAtTexts}, {"records", lookAtRecords},
			{"tokens", lookAtTokens}, {"files", lookAtFiles}, {"hooks", lookAtHooks}} {
			t.Run(l.name, func(t *testing.T) { l.look(t, a, out) })
		}
	})
	if code != exitOK || errs != "" {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
	wantClean(t, out)
	wantAll(t, out, allDone+"; 0 failovers")
	if first, _, _ := strings.Cut(out, "\n\n"); strings.Count(first, " fake ") != 18 || strings.Contains(first, "REAL") {
		t.Errorf("the first lines do not name the fakes:\n%s", first)
	}
	const mainlandLine, abroadLine = "in oss   fetched: whole", "in s3   fetched: whole"
	for id, want := range map[string][]string{
		"SZ-01":    {"CN → CN", "广东省深圳市南山区", "+86****5678", "measured by amap", "typing amap ✓ twice │ pick-up ✓ at no cost", "SMS aliyun ✓", "push huawei ✓", mainlandLine},
		"SG-02":    {"SG → SG", "+65****567", "typing google ✓ twice │ pick-up google ✓", "SMS nexmo ✓", "push fcm ✓", abroadLine},
		"HK-03":    {"HK → HK", "+852****567", abroadLine},
		"TW-05":    {"TW → TW", "+886****678", abroadLine},
		"IN-06":    {"IN → IN", "462 सेनापति बापट मार्ग, लोअर परेल", "the driver reads 462 Senapati Bapat Marg", "the driver reads Hinjawadi Main Road", "+91****3456", "2 parts, gsm7", abroadLine},
		"SZ-HK-07": {"CN → HK", "measured by amap", "pick-up amap ✓ │ typing google ✓ twice │ drop-off google ✓", "the driver reads 香港中西區金融街8號", mainlandLine},
		"MO-08":    {"MO → MO", "+853****456", "SMS nexmo ✓", abroadLine},
		"TH-10":    {"TH → TH", "+66****678", "the driver reads 999 หมู่ 1 ตำบลหนองปรือ", abroadLine},
		"SP-12":    {"BR → BR", "+55****5678", abroadLine},
	} {
		wantAll(t, orderBlock(t, out, id), append(want, "mail smtp ✓", id+".gpx, 1", " kB, as a link until ", "receipt: delivered")...)
	}
	if a, b := strings.Index(out, "\n 1  "), strings.Index(out, "\n12  "); a < 0 || b < a {
		t.Error("the orders are not in the order of the file")
	}
}

// allDone is what the last line says when nothing failed.
const allDone = "14 orders: 12 complete, 2 refused by the service areas"

// TestOutageOfEach takes the first provider of every step down, one by one; all
// of them at once; all spares at once; and the vendors of a whole continent.
func TestOutageOfEach(t *testing.T) {
	t.Parallel()
	const none = "no order needed the providers that were down"
	for names, c := range map[string]struct {
		want []string
		look look
	}{
		// The suggestion of GZ-SZ-09 outlives its vendor, and so does that of TH-10.
		"amap":   {[]string{"amap → baidu", "way       amap → google-border", "typing amap ✓ twice │ drop-off ✓ at no cost"}, nil},
		"google": {[]string{"google → google-b", "typing google ✓ twice │ drop-off google ✗"}, lookAtOpenSessions},
		"google,google-b": {[]string{"google → osm", "typing google ✓ twice │ drop-off google ✗",
			"(found again by osm: google, which had suggested it, is down)"}, lookAtOpenSessions},
		"amap,google,google-b": {[]string{"measured by osrm-border"}, nil},
		"aliyun":               {[]string{"SMS aliyun → tencent", "code aliyun → tencent", "notification by tencent"}, lookAtTencent},
		"nexmo":                {[]string{"SMS nexmo → nexmo-b", "code nexmo → nexmo-b", "offer nexmo → nexmo-b"}, nil},
		"huawei":               {[]string{"push huawei → fcm "}, nil}, // the device's next token
		"fcm":                  {[]string{"push fcm → fcm-b"}, nil},
		"smtp":                 {[]string{"mail smtp → smtp-b"}, nil},
		"oss":                  {[]string{"link oss → oss-b", "in oss-b   fetched: whole"}, nil},
		"s3":                   {[]string{"link s3 → files", "in files   fetched: whole"}, nil},
		"amap,google,aliyun,nexmo,huawei,fcm,smtp,oss,s3": {[]string{"amap → baidu", "google → google-b", "aliyun → tencent", "huawei → fcm-b", "link s3 → files"}, nil},
		// Nobody else has a language for the mainland: the driver reads what the
		// customer reads.
		"baidu,google-b,osm,osrm,tencent,nexmo-b,fcm-b,smtp-b,oss-b": {[]string{none, "language baidu ✗"}, nil},
	} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			code, out, _ := inspect(t, "", func(t *testing.T, a *app, out string) {
				lookAtFiles(t, a, out)
				if c.look != nil {
					c.look(t, a, out)
				}
			}, "-outage", names)
			if code != exitOK {
				t.Errorf("exit %d", code)
			}
			wantClean(t, out)
			wantAll(t, out, append(c.want, "── outage before order 7: "+strings.ReplaceAll(names, ",", ", ")+" ──", allDone)...)
			if again := strings.Contains(out, "found again"); again != (strings.Contains(names, "google,google-b")) {
				t.Errorf("found again: %v", again)
			}
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
		`SMS nexmo → nexmo-b +orders 7, 8, 10, 11, 12`,
		`code nexmo → nexmo-b +orders 7, 11, 12`,
		`driver amap → google-border +orders 7`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the output has no %s:\n%s", want, out)
		}
	}
}

// TestVendorsCodes lets vendors refuse with codes of theirs.
func TestVendorsCodes(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-maps", "baidu,amap", "-outage", "baidu:302,aliyun:isv.AMOUNT_NOT_ENOUGH,nexmo:9,fcm:UNAVAILABLE,google:html_200,smtp:451,s3:AccessDenied,oss:QpsLimitExceeded")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantClean(t, out)
	wantAll(t, out, "baidu ✗302 → amap ✓", "nexmo ✗9 → nexmo-b ✓", "fcm ✗UNAVAILABLE → fcm-b ✓", "google-b ✓",
		"aliyun ✗isv.AMOUNT_NOT_ENOUGH → tencent ✓", "smtp ✗451 4.0.0 twice → smtp-b ✓", "link s3 ✗", "→ files ✓", "link oss ✗QpsLimitExceeded", "→ oss-b ✓")
}

// TestLostReplies is the case that must never become a second SMS.
func TestLostReplies(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-outage", "nexmo:lost-replies", "-jobs", "1")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	// After five failures the gateway is passed over, and the other one serves.
	wantTally(t, out, stepSMS, "12 12 3 0 0 0")
	wantTally(t, out, stepCode, "8 8 1 0 0 0")
	wantTally(t, out, stepOffer, "4 3 1 1 0 0") // an offer fails no order
	wantAll(t, out, "of the ambiguous 3 arrived", "of the ambiguous 1 arrived", "14 orders: 9 complete, 2 refused by the service areas, 3 with a failed step")
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "SMS nexmo ✗reset (ambiguous)", "✗ order 7 (SZ-HK-07): SMS: ", "it may have arrived, so it was not sent again", "push fcm ✓",
		"by nexmo   nobody knows whether it was sent", "receipt: delivered: so it had been sent")
	wantAll(t, orderBlock(t, out, "SP-12"), "nexmo (ejected) → nexmo-b ✓")
}

// TestBothDown loses nothing silently either.
func TestBothDown(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-outage", "aliyun,tencent,nexmo,nexmo-b,google,google-b,osm,osrm")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "✗ order 9 (GZ-SZ-09): SMS: ", "way amap ✓", "push huawei ✓")
	wantAll(t, orderBlock(t, out, "TH-10"), "✗ order 10 (TH-10): pick-up: ")
	wantTally(t, out, stepMail, "7 7 0 0 0 0") // six, and order 9
	wantTally(t, out, stepSMS, "7 6 0 1 0 0")
	wantTally(t, out, stepCode, "5 4 0 1 0 0")
	if strings.Contains(out, "WRONG") {
		t.Log(out)
		t.Error("something is wrong")
	}
}

func TestMaps(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-maps", "baidu,amap")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "SZ-01"), "measured by baidu", "typing baidu ✓ twice │ pick-up ✓ at no cost │ drop-off baidu ✓")
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
	_, out, _ := start(t, "", "-outage", "amap:10021,aliyun", "-explain", "9", "-jobs", "1")
	_, text, found := strings.Cut(out, "Every attempt of order 9\n")
	if !found {
		t.Fatal(out)
	}
	for _, want := range []string{
		`(?m)^  step +verb +try +provider +took +code +scope +delivery +wait +the provider's words$`,
		`pick-up +geocode +\d amap .* rate_limited +service +not_sent +1s +10021|pick-up +– amap .* rate_limited +account +not_sent +\S+ +passed over: idle`,
		`pick-up +geocode +\d baidu .* ok `,
		`SMS +send +\d aliyun .* unavailable +provider +not_sent +– +wire_dial connection refused|SMS +– aliyun .*passed over: ejected`,
		`SMS +send +\d tencent .* ok +– +sent `,
		`typing +suggest +\d baidu .* ok |typing +suggest +\d amap .* ok `,
		`offer +send +\d nexmo .* ok +– +sent `,
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
			var token string
			var people []sms.Number
			code, out, _ := inspect(t, alone, func(_ *testing.T, a *app, _ string) {
				if r := a.results[0]; r.driver != nil {
					people = append(people, r.driver.number)
					for _, value := range r.driver.Tokens {
						token = value
					}
				}
			}, "-in", "-", "-wire", "1", "-outage", "google,nexmo")
			if code != exitOK {
				t.Errorf("exit %d", code)
			}
			_, text, found := strings.Cut(out, "What went over the wire")
			needed := []string{"messages:send", "=***", "C: DATA", "PUT 127.0.0.1"}
			if strings.Contains(out, "SMS nexmo-b") {
				needed = append(needed, "/sms/json")
			}
			if strings.Contains(out, "SMS aliyun") {
				needed = append(needed, "X-Acs-Action: SendSms")
			}
			if strings.Contains(out, "✗ refused") {
				needed = []string{"geocode/json"}
			} else if token == "" {
				t.Error("no driver was sent")
			}
			for _, n := range needed {
				if !found || !strings.Contains(text, n) {
					t.Fatalf("the requests have no %q:\n%s", n, text)
				}
			}
			if o.number != "" {
				people = append(people, o.number)
			}
			secrets := []string{geotest.AmapKey, "fake-private-key", "fake-baidu-ak", "fake-baidu-sk", "fake-key-of-google", smstest.NexmoKey, smstest.AliyunKeyID,
				smstest.AliyunSecret, smstest.TencentSecretKey, "fake-secret-of-nexmo", fakeWebhookSecret, pushtest.HuaweiSecret, "PRIVATE KEY", "ya29.", "assertion=ey",
				"fake-smtp-password", "fake-s3-secret", "fake-oss-secret", o.mailbox.Addr, "X-Amz-Signature=0", "X-Amz-Signature=a", "x-oss-signature=0"}
			if token != "" {
				secrets = append(secrets, token[:24])
			}
			for _, n := range people {
				secrets = append(secrets, n.Digits(), n.National())
			}
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
	code := program{getenv: noEnvironment, stdin: strings.NewReader(""), stdout: out, stderr: &errs}.run(ctx, []string{"-jobs", "1"})
	if code != exitFailed || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	wantAll(t, out.String(), "12 not begun", "14 orders: 2 complete")
	wantTally(t, out.String(), stepSMS, "2 2 0 0 0 0")
}

// TestInterruptedBefore is a run that is cancelled before it begins.
func TestInterruptedBefore(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := program{getenv: noEnvironment, stdin: strings.NewReader(""), stdout: &out, stderr: &errs}.run(ctx, []string{"-outage", "amap", "-explain", "3", "-wire", "8"})
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, out.String(), "14 not begun", "the order was not processed")
}
