package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// nothing is an empty environment.
func nothing(string) string { return "" }

// program runs the program and returns what it wrote.
func program(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(t.Context(), args, nothing, &out, &errs); got != want {
		t.Fatalf("exit status %d, want %d\n%s%s", got, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func holds(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

func TestDryRun(t *testing.T) {
	out, _ := program(t, exitOK, "-to", "07400 123456", "-region", "GB", "-text", "Your parcel is here.")
	holds(t, out, "number    +44 7400 123456, GB, mobile", "text      gsm7, 20 units in 1 part(s) of 160",
		"gateway   nexmo-a is asked first", "gateway   nexmo-b is asked 2.", "nothing was sent")
	out, _ = program(t, exitOK, "-to", "61234567", "-region", "HK", "-text", "包裹已送达")
	holds(t, out, "+852 6123 4567, HK", "ucs2, 5 units in 1 part(s) of 70")
	out, _ = program(t, exitFailed, "-to", "+919812345678", "-text", "Your parcel is here.")
	holds(t, out, "passed over: IN wants senders registered", "nobody would be asked")
	out, _ = program(t, exitFailed, "-to", "13800138000", "-text", "包裹已送达")
	holds(t, out, "CN", "passed over: CN wants senders registered")
}

func TestSendOne(t *testing.T) {
	out, _ := program(t, exitOK, "-to", "+447400123456", "-text", "Your parcel is here.", "-send")
	holds(t, out, "sent      through nexmo-a in 1 part(s), id ", "EUR")
	_, errs := program(t, exitFailed, "-to", "+919812345678", "-text", "Hello", "-send")
	holds(t, errs, "unsupported")
	_, errs = program(t, exitFailed, "-to", "010-65529988", "-text", "Hello", "-send")
	holds(t, errs, "the number is a fixed line")
	_, errs = program(t, exitFailed, "-to", "12", "-text", "Hello")
	holds(t, errs, "invalid argument (the number is too short)")
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-to", "+447400123456"}, {"-to", "+447400123456", "-stats"}, {"-stats"}, {"-to", "1", "-text", "x", "-kind", "spam"},
		{"-nothing"}, {"-stats", "-journal", "x", "more"}, {"-bulk", "x", "-text", "x", "-concurrency", "0"},
	} {
		program(t, exitUsage, args...)
	}
	program(t, exitOK, "-h")
	out, _ := program(t, exitOK)
	holds(t, out, "nothing was sent")
	for _, args := range [][]string{{"-bulk", "no such file", "-text", "x"}, {"-migrate", "no such file"}, {"-stats", "-journal", t.TempDir()}, {"-to", "+447400123456", "-text", "a {brace"}} {
		program(t, exitFailed, args...)
	}
}

const customers = "to,name\n+447400123456,Mei\n07400 123457,Ken\nnobody,x\n+447400123458,Ada\n"

func TestBulk(t *testing.T) {
	file, journal := write(t, customers), filepath.Join(t.TempDir(), "journal")
	args := []string{"-bulk", file, "-region", "GB", "-text", "Hello {name}", "-journal", journal}
	out, errs := program(t, exitFailed, args...)
	holds(t, out, "4 rows, 3 can be sent in 3 part(s)", "nexmo-a is asked first for 3", "nothing was sent")
	holds(t, errs, "row 3: sms: csv: invalid argument (line 4: the number cannot be read)")
	out, errs = program(t, exitFailed, append(args, "-send")...)
	holds(t, out, "3 sent, 0 certainly not, 0 perhaps, 0 sent by an earlier run, 1 unreadable", "[##############################!!!!!!!!!!] 4 of 4", "nexmo-a", "sent", "GB")
	holds(t, errs, "row 3")
	if strings.Contains(out+errs, "7400123456") {
		t.Error("a number is printed")
	}
	// The second run sends nothing twice.
	out, _ = program(t, exitFailed, append(args, "-send")...)
	holds(t, out, "0 sent, 0 certainly not, 0 perhaps, 3 sent by an earlier run, 1 unreadable")
	out, _ = program(t, exitOK, "-stats", "-journal", journal)
	holds(t, out, "hour (UTC)", "nexmo-a    text       GB     sent       -          3")
	b, err := os.ReadFile(journal)
	if err != nil || strings.Contains(string(b), "7400123456") || strings.Contains(string(b), "Hello") {
		t.Errorf("the journal holds personal data, or %v", err)
	}
}

func TestJournal(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	j, err := openJournal(name)
	if err != nil {
		t.Fatal(err)
	}
	begin := func(id, key string, again bool) error {
		return j.Begin(t.Context(), waybill.Record{ID: id, Key: key, AllowDuplicates: again})
	}
	if err := begin("1", "k", false); err != nil {
		t.Fatal(err)
	}
	if err := begin("2", "k", false); waybill.CodeOf(err) != waybill.AlreadyExists {
		t.Errorf("under way: %v", err)
	}
	if err := begin("3", "k", true); err != nil {
		t.Error(err)
	}
	for _, id := range []string{"4", "5"} { // what was not sent may be sent
		if err := begin(id, "l", false); err != nil {
			t.Error(err)
		}
		r := waybill.Record{ID: id, Key: "l", Delivery: waybill.NotSent}
		r.Ended = r.Ended.AddDate(2026, 0, 0)
		j.End(t.Context(), r)
	}
	j.Close()
	if j, err = openJournal(name); err != nil || len(j.all()) != 4 {
		t.Fatalf("%v", err)
	}
	if err := begin("6", "k", false); waybill.CodeOf(err) != waybill.AlreadyExists {
		t.Errorf("another process: %v", err)
	}
	j.Close()
	if err := os.WriteFile(name, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(name); err == nil {
		t.Error("a broken journal")
	}
}

// safeBuffer is a buffer for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// A receipt reaches the journal, a STOP the rules.
func TestReceiptsAndInbound(t *testing.T) {
	j, err := openJournal("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := parse([]string{"-to", "+447400123456", "-text", "Hello", "-region", "GB"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(c, nothing, j)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	m := a.message()
	m.To, m.Key = "+447400123456", "k-1"
	res, err := a.client.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	var out, problems safeBuffer
	h, err := a.handler(&out, &problems, "a-token-of-many-characters")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	defer s.Close()
	call := func(path, query string) int {
		t.Helper()
		resp, err := s.Client().Get(s.URL + path + query)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	path := h.paths["nexmo-a"]
	receipt := "&msisdn=447400123456&to=Waybill&network-code=23410&messageId=" + res.ID + "&price=0.03&status=delivered&scts=2607171234&err-code=0&client-ref=k-1&message-timestamp=2026-07-17+02%3A34%3A35"
	if got := call(path, receipt); got != http.StatusOK {
		t.Fatalf("receipt: %d\n%s", got, problems.String())
	}
	if got := call("/nexmo-a", "?token=wrong"+receipt); got != http.StatusUnauthorized {
		t.Errorf("a stranger's receipt: %d", got)
	}
	if all := j.all(); len(all) != 1 || all[0].Status != sms.StatusDelivered {
		t.Errorf("%+v", all)
	}
	if got := call(path, "&msisdn=447400123456&to=447700900000&messageId=0A01&text=STOP&type=text&keyword=STOP&message-timestamp=2026-07-17+02%3A34%3A35"); got != http.StatusOK {
		t.Fatalf("inbound: %d\n%s", got, problems.String())
	}
	m.Key = "k-2"
	if _, err := a.client.Send(t.Context(), m); waybill.CodeOf(err) != waybill.OptedOut {
		t.Errorf("after STOP: %v", err)
	}
	holds(t, out.String(), "receipt   nexmo-a +44****3456: delivered", "inbound   nexmo-a +44****3456: 4 characters, keyword stop")
	if strings.Contains(out.String()+problems.String(), "7400123456") {
		t.Error("a number is printed")
	}
}

// Who has sent STOP is known to the next run by the journal, which does not hold
// the number; START undoes it there, too.
func TestOptOutsOutliveTheServer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	hear := func(word string) {
		t.Helper()
		j, err := openJournal(name)
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		c, err := parse([]string{"-serve", "127.0.0.1:0"}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		a, err := newApp(c, nothing, j)
		if err != nil {
			t.Fatal(err)
		}
		defer a.close()
		if _, err := a.rules.Hear(t.Context(), sms.Inbound{Gateway: "nexmo-a", From: "+447400123456", Text: word}); err != nil {
			t.Fatal(err)
		}
	}
	send := []string{"-to", "+447400123456", "-text", "Hello", "-journal", name, "-send"}
	hear("STOP")
	_, errs := program(t, exitFailed, send...)
	holds(t, errs, "opted out")
	hear("start")
	program(t, exitOK, send...)
	b, err := os.ReadFile(name)
	if err != nil || strings.Contains(string(b), "7400123456") {
		t.Errorf("the journal holds the number: %v", err)
	}
}

// The server ends with the context.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &waiting{stop: cancel}
	var errs bytes.Buffer
	if got := run(ctx, []string{"-serve", "127.0.0.1:0"}, nothing, out, &errs); got != exitOK {
		t.Fatalf("exit status %d: %s", got, errs.String())
	}
	holds(t, out.String(), "nexmo-a calls http://127.0.0.1:", "/nexmo-b?token=")
	program(t, exitFailed, "-serve", "256.0.0.1:x")
}

// waiting ends the program when the last gateway's address was printed.
type waiting struct {
	safeBuffer
	stop func()
}

func (w *waiting) Write(p []byte) (int, error) {
	n, err := w.safeBuffer.Write(p)
	if strings.Contains(string(p), "nexmo-b") {
		w.stop()
	}
	return n, err
}

func TestMigrate(t *testing.T) {
	file := write(t, "id,Mobile,name\n1,13800138000,a\n2, 13900139000 ,b\n3,12345,c\n4,01065529988,d\n5,13800138000,e\n6,,f\n7,+85261234567,g\n8,12000138000,h\n9\n10,138 0013 8001,i\n")
	out, errs := program(t, exitFailed, "-migrate", file)
	want := "id,Mobile,name,e164\n1,13800138000,a,+8613800138000\n2,\" 13900139000 \",b,+8613900139000\n"
	if !strings.HasPrefix(out, want) {
		t.Errorf("%s", out)
	}
	holds(t, out, "3,12345,c,\n", "4,01065529988,d,+861065529988\n", "6,,f,\n", "7,+85261234567,g,+85261234567\n", "8,12000138000,h,+8612000138000\n", "\n9,,,\n")
	holds(t, errs, "line 4: ", "line 5: +86****9988 the number is a fixed line", "line 6: +86****8000 the number is that of line 2 too", "line 7:  there is no number",
		"line 8: +852****567 the number is of HK", "line 9: +86****8000 the number matches no known numbering plan", "line 10:  there is no number",
		"line 11: +86****8001 the column holds more", "10 rows, 8 doubtful")
	out, errs = program(t, exitOK, "-migrate", write(t, "phone\n13800138000\n"), "-column", "phone")
	if out != "phone,e164\n13800138000,+8613800138000\n" || errs != "1 rows, 0 doubtful\n" {
		t.Errorf("%s%s", out, errs)
	}
	for _, bad := range []string{"", "other\n1\n", "mobile\n\"x\ny"} {
		program(t, exitFailed, "-migrate", write(t, bad))
	}
}

// With credentials in the environment there is no fake.
func TestRealGateways(t *testing.T) {
	env := map[string]string{"NEXMO_KEY": "abcd1234", "NEXMO_SECRET": "secret", "SMS_CN_SIGN": "运单", "SMS_IN_HEADER": "WAYBIL", "SMS_IN_ENTITY": "1", "SMS_IN_CONTENT": "2"}
	var out bytes.Buffer
	if got := run(t.Context(), []string{"-to", "+919812345678", "-text", "Hello"}, func(k string) string { return env[k] }, &out, &out); got != exitOK {
		t.Fatal(out.String())
	}
	holds(t, out.String(), "nexmo-a is asked first")
	if strings.Contains(out.String(), "nexmo-b") {
		t.Error("a fake beside a real gateway")
	}
	env["NEXMO_KEY"] = "not a key !"
	env["NEXMO_SECRET"] = ""
	if got := run(t.Context(), []string{"-to", "+919812345678", "-text", "Hello"}, func(k string) string { return env[k] }, &out, &out); got != exitFailed {
		t.Error("a wrong credential")
	}
}

func TestBar(t *testing.T) {
	signs := func(good, bad, open int) string {
		return "[" + strings.Repeat("#", good) + strings.Repeat("!", bad) + strings.Repeat(".", open) + "] "
	}
	for c, want := range map[sms.BulkCounts]string{
		{}: signs(0, 0, 40) + "0 of 4", {Done: 2, Sent: 1}: signs(10, 10, 20) + "2 of 4", {Done: 4, Sent: 3, Existing: 1}: signs(40, 0, 0) + "4 of 4",
		{Done: 1, Ambiguous: 1}: signs(0, 10, 30) + "1 of 4", {Done: 5, Sent: 5}: signs(40, 0, 0) + "5 of 4",
	} {
		if got := bar(c, 4); got != want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if got := bar(sms.BulkCounts{Done: 1, Sent: 1}, 0); got != signs(0, 0, 40)+"1 of 0" {
		t.Error(got)
	}
	for text, want := range map[string]int{"": 0, "to\n": 0, "to\n1\n\n\"2\n3\",x\n": 2, "to\n1\n\"": 1} {
		if got := rowsOf(strings.NewReader(text)); got != want {
			t.Errorf("%q: %d rows", text, got)
		}
	}
	if nobody(nil) == nil || nobody([]waybill.Candidate{{Order: 1}}) != nil {
		t.Error("somebody and nobody are mixed up")
	}
	if got := fill("a {b} {c}", map[string]string{"b": "x"}); got != "a x {c}" {
		t.Error(got)
	}
}
