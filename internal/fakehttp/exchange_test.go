package fakehttp

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestLogMasksSecrets(t *testing.T) {
	s := New("maps", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Token", "s3cret-header")
		io.WriteString(w, `{"access_token":"s3cret\"reply","expires":3600}`)
	}), MaskParams("key", "sig"), MaskHeaders("X-Token", "X-Api-Key"), MaskJSON("access_token", "assertion"))
	defer s.Close()
	for _, c := range []struct{ contentType, body string }{
		{"application/x-www-form-urlencoded", "to=x&sig=s3cret-form&text=a%26b"},
		{"application/json", `{"a":{"assertion" : "s3cret-json"},"text":"hello"}`},
		{"application/json", `{"text":"hello","assertion":"s3cret-cut-off`},
		{"", ""},
	} {
		req, _ := http.NewRequest(http.MethodPost, s.URL()+"/v3?key=s3cret-query&city=%E6%B7%B1&%6bey=s3cret-escaped&sig=", strings.NewReader(c.body))
		req.Header.Set("Content-Type", c.contentType)
		req.Header.Set("Authorization", "Bearer s3cret-bearer")
		req.Header.Set("X-Api-Key", "s3cret-key")
		res, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	s.Close() // by now all is written down
	log := s.Log()
	if len(log) != 4 {
		t.Fatalf("%d exchanges", len(log))
	}
	for i, x := range log {
		text := x.String()
		if strings.Contains(text, "s3cret") {
			t.Errorf("a secret in\n%s", text)
		}
		if x.N != i+1 || !strings.Contains(text, "city=%E6%B7%B1") || !strings.Contains(text, "/v3?key=***&") || x.Status != 200 {
			t.Errorf("%d: %s", x.N, text)
		}
	}
	if want := "to=x&sig=***&text=a%26b"; log[0].Body != want {
		t.Errorf("form %q", log[0].Body)
	}
	if want := `{"access_token":"***","expires":3600}`; log[0].Reply != want {
		t.Errorf("reply %q", log[0].Reply)
	}
	if !strings.Contains(log[1].Body, `"text":"hello"`) {
		t.Errorf("body %q", log[1].Body)
	}
}

func TestLogIsBounded(t *testing.T) {
	s := accepting(t, LogSize(3, 10))
	for _, text := range []string{"a", "b", "c", "d", strings.Repeat("e", 100)} {
		mustSend(t, s, text)
	}
	s.Close()
	log := s.Log()
	if len(log) != 3 || log[0].Body != "c" || log[1].Body != "d" || log[2].Body != "eeeeeeeeee… (90 bytes more)" || log[2].N != 5 {
		t.Errorf("%v", log)
	}
	if !strings.HasPrefix(log[2].Reply, acceptedReply[:10]+"… (") {
		t.Errorf("reply %q", log[2].Reply)
	}
	none := accepting(t, LogSize(0, 0))
	mustSend(t, none, "a")
	none.Close()
	if len(none.Log()) != 0 {
		t.Error("a log of size 0 keeps something")
	}
}

func TestExchangeText(t *testing.T) {
	x := Exchange{N: 2, Method: "POST", Host: "h", Path: "/p", Query: "q=1", Proto: "HTTP/1.1", Header: http.Header{"B": {"2"}, "A": {"1"}},
		Body: "hello\n", Status: 200, ReplyHeader: http.Header{"C": {"3", "4"}}, Reply: "bye", Fault: "cut_body_processed", Processed: true}
	want := "#2 POST h/p?q=1 HTTP/1.1\n> A: 1\n> B: 2\n>\n> hello\n< 200 OK\n< C: 3, 4\n<\n< bye\n! cut_body_processed (processed: true)\n"
	if got := x.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := (Exchange{Method: "GET", Path: "/"}).String(); !strings.Contains(got, "< no reply") {
		t.Errorf("%s", got)
	}
	if got := (Exchange{Method: "GET", Path: "/", Aborted: true}).String(); !strings.Contains(got, "< client left") {
		t.Errorf("%s", got)
	}
}

func TestCutKeepsWholeLetters(t *testing.T) {
	if got := cut("深圳市", 4); got != "深… (5 bytes more)" {
		t.Errorf("%q", got)
	}
}

func TestLogTellsWhatHappened(t *testing.T) {
	s := accepting(t)
	for _, f := range []Fault{HTML(502), After(ResetBeforeReply())} {
		s.Fail(f)
		send(t, t.Context(), s, "a")
	}
	log := s.Log()
	if x := log[0]; x.Fault != "html_502" || x.Processed || x.Status != 502 || x.ReplyHeader.Get("Content-Type") == "" {
		t.Errorf("%s", x)
	}
	if x := log[1]; x.Fault != "reset_before_reply_processed" || !x.Processed || x.Status != 0 {
		t.Errorf("%s", x)
	}
}

func TestCountersAreBounded(t *testing.T) {
	var c counts
	for i := range maxCounters + 10 {
		c.note(strings.Repeat("k", i%7) + string(rune(0x4e00+i)))
	}
	if len(c.by) != maxCounters {
		t.Errorf("%d counters", len(c.by))
	}
	s := accepting(t)
	s.Note("signature")
	if s.Count("signature") != 1 || s.Count("") != 0 {
		t.Error("a note counts as a request")
	}
}
