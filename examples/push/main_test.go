package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

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
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("there is no %q in:\n%s", p, text)
		}
	}
}

func TestSample(t *testing.T) {
	code, out, errs := start(t, "")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	n := 2 * len(makers())
	wantAll(t, out, "LINE  TOKEN", fmt.Sprintf("%6d  fcm:fake…             fcmpush     failed      unregistered UNREGISTERED", n+1), "remove the token",
		fmt.Sprintf("%6d  oppo:OPPO…            push        failed      unsupported: no provider takes", n+2),
		fmt.Sprintf("%d tokens: %d accepted, 2 failed, 1 of them dead", n+2, n))
	wantAll(t, errs, "on fakes in this process: "+makerNames())
	for _, m := range makers() {
		wantAll(t, out, m.name+":")
	}
	if strings.Contains(out+errs, pushtest.FCMToken(1)) {
		t.Error("a token is printed")
	}
}

func TestFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens.txt")
	text := "# mine\n\nfcm " + pushtest.FCMToken(1) + "\n13 " + pushtest.FCMToken(2) + " zh-Hant ios\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := start(t, "", "-in", file, "-kind", "order", "-title", "T", "-data", "a=1,b=2", "-collapse", "c", "-key", "k", "-ttl", "1500ms", "-progress", "-batch", "1")
	if code != exitOK {
		t.Errorf("exit %d: %s", code, errs)
	}
	wantAll(t, out, "     3  fcm:", "     4  fcm:", "(ttl 1.5s to 1s)", "2 tokens: 2 accepted, 0 failed")
	wantAll(t, errs, "[##############................]  50%  1 accepted", "100%  2 accepted, 0 failed, 0 dead\n")
}

func TestJSON(t *testing.T) {
	code, out, _ := start(t, "fcm "+pushtest.FCMToken(99)+"\nfcm "+pushtest.FCMToken(1)+"\nfcm short\noppo OPPO_IN_x\n", "-in", "-", "-json", "-progress")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	var rows []row
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var x row
		err := d.Decode(&x)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		rows = append(rows, x)
	}
	if len(rows) != 4 || rows[1].Outcome != "accepted" || rows[1].ID == "" || rows[1].Line != 2 || !rows[0].Dead || rows[0].Code != "unregistered" || rows[0].Vendor != "UNREGISTERED" ||
		rows[2].Outcome != "failed" || rows[2].Delivery != "not_sent" || rows[3].Code != "unsupported" {
		t.Errorf("%+v", rows)
	}
}

func TestDryRun(t *testing.T) {
	code, out, _ := start(t, "", "-dry-run")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	n := 2*len(makers()) + 1
	wantAll(t, out, "fcm         would_send", "huawei      would_send", "vivo        would_send", "oppo:OPPO…                        failed      unsupported", fmt.Sprintf("%d tokens: %d would be sent, 1 failed", n+1, n))
}

func TestUsage(t *testing.T) {
	code, out, _ := start(t, "", "-h")
	if code != exitOK || !strings.HasPrefix(out, "Push sends one") {
		t.Errorf("-h: %d", code)
	}
	for _, m := range makers() {
		wantAll(t, out, m.needs[0].name)
	}
	for _, c := range []struct{ stdin, args, want string }{
		{"", "-kind vip", "-kind is none of"}, {"", "-data x", "-data is not"}, {"", "tokens.txt", "no argument"}, {"", "-title= -body=", "neither title nor body"},
		{"", "-in /nowhere/tokens", "-in:"}, {"", "-ttl 1ms", "below a second"}, {"", "-batch 0", "batch"}, {"", "-odd", "not defined"}, {"", "-vendors fcm,acme", "\"acme\" is none of fcm, apns"}, {"", "-serve 256.0.0.1:x", "-serve:"},
		{"fcm\n", "-in -", "line 1: it is not of the form"}, {"\nfcm a b c d\n", "-in -", "line 2: it is not of the form"}, {"fcm a de windows\n", "-in -", "neither android nor ios"},
		{"acme a\n", "-in -", "line 1: it begins with none of"}, {"9 a\n", "-in -", "not assigned"}, {"3 a de android\n", "-in -", "another system than iOS"},
		{strings.Repeat("x", 20<<10), "-in -", "cannot be read"},
	} {
		code, _, errs := start(t, c.stdin, strings.Fields(c.args)...)
		if code != exitUsage || !strings.Contains(errs, c.want) {
			t.Errorf("%q: exit %d, %s", c.args, code, errs)
		}
	}
}

// TestEnvironment has the real vendors made, which uses no network, and says what is
// missing.
func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	apns := pushtest.NewAPNs(nil)
	defer apns.Close()
	full := map[string]string{
		"FCM_SERVICE_ACCOUNT": write("fcm.json", pushtest.NewServiceAccount("demo").JSON("https://oauth2.example.test/token")),
		"APNS_KEY":            write("key.p8", apns.Key().P8()), "APNS_KEY_ID": apns.Key().KeyID, "APNS_TEAM_ID": apns.Key().TeamID, "APNS_TOPIC": "com.example.app",
		"HUAWEI_APP_ID": "1", "HUAWEI_APP_SECRET": "s", "HUAWEI_QUICK_APP_ID": "2", "HUAWEI_QUICK_APP_SECRET": "s",
		"HONOR_APP_ID": "1", "HONOR_CLIENT_ID": "c", "HONOR_CLIENT_SECRET": "s",
		"OPPO_APP_KEY": "k", "OPPO_MASTER_SECRET": "s", "VIVO_APP_ID": "1", "VIVO_APP_KEY": "k", "VIVO_APP_SECRET": "s",
		"XIAOMI_APP_SECRET": "s", "XIAOMI_PACKAGE": "com.example.app", "MEIZU_APP_ID": "1", "MEIZU_APP_SECRET": "s",
	}
	env := func(k string) string { return full[k] }
	v, err := newVendors(env, nil, 10)
	if err != nil || len(v.fakes) > 0 {
		t.Fatal(err, v.fakes)
	}
	v.close()
	for _, m := range makers() {
		for i, need := range m.needs {
			old, set := full[need.name]
			if !set || i == 0 {
				continue
			}
			delete(full, need.name)
			if _, err := newVendors(env, []string{m.name}, 10); err == nil || !strings.HasPrefix(err.Error(), m.name+": ") {
				t.Errorf("without %s: %v", need.name, err)
			}
			full[need.name] = old
		}
	}
	full["FCM_SERVICE_ACCOUNT"] = "missing.json"
	if _, err := newVendors(env, nil, 1); err == nil || !strings.Contains(err.Error(), "FCM_SERVICE_ACCOUNT") {
		t.Errorf("a missing key: %v", err)
	}
	full["FCM_SERVICE_ACCOUNT"], full["HUAWEI_VERSION"] = "", "3"
	if _, err := newVendors(env, []string{"huawei"}, 1); err == nil || !strings.Contains(err.Error(), "service account") {
		t.Errorf("version 3 without an account: %v", err)
	}
	full["HUAWEI_SERVICE_ACCOUNT"] = write("huawei.json", pushtest.HuaweiServiceAccount())
	if v, err := newVendors(env, []string{"huawei"}, 1); err != nil || len(v.fakes) > 0 {
		t.Errorf("version 3: %v", err)
	}
}

func TestOnlySomeVendors(t *testing.T) {
	code, out, errs := start(t, "", "-vendors", "vivo,honor", "-dry-run")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, out, "vivo        would_send", "honor       would_send", "4 would be sent")
	wantAll(t, errs, "fakes in this process: honor, vivo;")
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, nil, noEnvironment, strings.NewReader(""), &out, &errs); code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, errs.String(), "interrupted")
}

func TestParseLine(t *testing.T) {
	for line, want := range map[string]push.Token{
		"apns abc":            {Vendor: push.APNs, Value: "abc"},
		"3 abc":               {Vendor: push.APNs, Value: "abc"},
		"10 abc # quick app":  {Vendor: push.HuaweiQuick, Value: "abc"},
		"13 abc de ios":       {Vendor: push.FCM, Value: "abc", Language: "de", OS: push.IOS},
		"  vivo\tabc  de   ":  {Vendor: push.Vivo, Value: "abc", Language: "de"},
		"honor abc - android": {Vendor: push.Honor, Value: "abc", Language: "-", OS: push.Android},
	} {
		if got, ok, err := parseLine(line); err != nil || !ok || got != want {
			t.Errorf("%q: %v, %v", line, got, err)
		}
	}
}

// TestServer reports a token and sends to its user, over the network.
func TestServer(t *testing.T) {
	v, err := newVendors(noEnvironment, nil, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	cfg, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s, handler, err := newServer(cfg, v, &log)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	defer web.Close()
	session := map[string]string{}
	for secret, who := range s.sessions {
		session[who.User] = secret
	}
	post := func(path, secret, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := web.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	report := "os=1&cidType=13&userId=bob&pushCid=" + pushtest.FCMToken(1)
	if status, body := post("/push/token", session["alice"], report); status != http.StatusNoContent {
		t.Errorf("report: %d %s", status, body)
	}
	for secret, want := range map[string]int{"": 401, "guess": 401, s.operator: 401} {
		if status, _ := post("/push/token", secret, report); status != want {
			t.Errorf("a report of %q: %d", secret, status)
		}
	}
	if status, _ := post("/push/token", session["bob"], "os=1&cidType=3&pushCid=x"); status != http.StatusBadRequest || !strings.Contains(log.String(), "another system") {
		t.Errorf("an iPhone's token on Android: %d, %s", status, log.String())
	}
	status, body := post("/send", s.operator, `["alice","bob"]`)
	var got []sentTo
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 || len(got) != 2 || got[0].Outcome != "accepted" || got[0].ID == "" || got[1].Outcome != "no_token" {
		t.Errorf("send: %d %s", status, body)
	}
	if strings.Contains(body+log.String(), pushtest.FCMToken(1)) {
		t.Error("a token is printed")
	}
	if status, _ := post("/send", session["alice"], `["alice"]`); status != 401 {
		t.Errorf("a user sends: %d", status)
	}
	if status, _ := post("/send", s.operator, `{}`); status != 400 {
		t.Errorf("no array: %d", status)
	}
	var help bytes.Buffer
	s.explain(&help, web.URL)
	wantAll(t, help.String(), "curl -d 'os=1&cidType=13&pushCid=TOKEN'", session["bob"], s.operator)
}

// TestServe starts the program as it is started and asks it once.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int)
	go func() {
		done <- run(ctx, []string{"-serve", "127.0.0.1:0"}, noEnvironment, nil, w, io.Discard)
		w.Close()
	}()
	url := regexp.MustCompile(`http://[0-9.:]+`)
	text := ""
	for buf := make([]byte, 4096); !strings.Contains(text, "/send"); {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		text += string(buf[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	resp, err := http.Get(fmt.Sprint(url.FindString(text), "/nothing"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
	cancel()
	if code := <-done; code != exitOK {
		t.Errorf("exit %d", code)
	}
}
