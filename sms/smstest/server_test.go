package smstest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/sms/smstest"
)

func post(t *testing.T, s smstest.Server, path, contentType, body string) (int, string) {
	t.Helper()
	resp, err := s.Client().Post(s.URL()+path, contentType, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestServerCountsWhatTheHandlerAccepts(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", string(body[:1]))
		if strings.Contains(string(body), "no") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, "answer")
	})
	ledger := new(smstest.Ledger)
	s := smstest.NewServer("gateway", h, &smstest.ServerOptions{Ledger: ledger, Mask: []string{"token"}})
	defer s.Close()
	if code, body := post(t, s, "/send", "application/json", `{"text":"Order smstest00000007","token":"hush"}`); code != 200 || body != "answer" {
		t.Errorf("%d %q", code, body)
	}
	post(t, s, "/send?to=1&text=smstest00000008", "text/plain", "x")
	post(t, s, "/send", "text/plain", "no smstest00000009")
	post(t, s, "/send", "text/plain", "something else")
	post(t, s, "/send", "application/json", `{"ref":"order-1","key":"hush"}`)
	post(t, s, "/send", "application/x-www-form-urlencoded", "client-ref=order-2")
	post(t, s, "/send?key=order-3", "application/json", "[]")
	for key, want := range map[string]int{"smstest00000007": 1, "smstest00000008": 1, "smstest00000009": 0, "unknown": 1, "order-1": 1, "order-2": 1, "order-3": 1} {
		if got := s.Accepted(key); got != want || ledger.Count(key) != want {
			t.Errorf("%s: accepted %d, want %d", key, got, want)
		}
	}
	if s.Count("/send") != 7 || strings.Contains(s.Log()[0].Body, "hush") {
		t.Errorf("%d requests; body %q", s.Count("/send"), s.Log()[0].Body)
	}
}

func TestServerWithItsOwnRules(t *testing.T) {
	s := smstest.NewServer("gateway", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "code=0") }), &smstest.ServerOptions{
		Accepted: func(r *http.Request, body []byte, status int, reply []byte) (string, bool) {
			return r.Header.Get("Content-Type") + string(body), status == 200 && string(reply) == "code=0"
		},
		Refuse: func(w http.ResponseWriter, _ *http.Request, code string) { _, _ = io.WriteString(w, "code="+code) },
	})
	defer s.Close()
	post(t, s, "/", "a/b", "c")
	s.FailCode("7")
	if _, body := post(t, s, "/", "a/b", "d"); body != "code=7" {
		t.Errorf("%q", body)
	}
	s.Heal()
	f, ok := smstest.FaultNamed("status_503_without_wait")
	if _, none := smstest.FaultNamed("rain"); !ok || none {
		t.Error("faults are not found by their names")
	}
	s.Fail(smstest.After(f))
	if code, _ := post(t, s, "/", "a/b", "e"); code != 503 {
		t.Errorf("status %d", code)
	}
	for key, want := range map[string]int{"a/bc": 1, "a/bd": 0, "a/be": 1} {
		if got := s.Accepted(key); got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
}

func TestFailCodeNeedsRefuse(t *testing.T) {
	s := smstest.NewServer("gateway", http.NotFoundHandler(), nil)
	defer s.Close()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.FailCode("7")
}

func TestTallyOverSeveralFakes(t *testing.T) {
	one, two := smstest.NewNexmo(nil), smstest.NewNexmo(nil)
	defer one.Close()
	defer two.Close()
	for ref, s := range map[string]*smstest.Nexmo{"a": one, "b": two} {
		post(t, s, "/sms/json", form, good("client-ref", ref))
	}
	post(t, two, "/sms/json", form, good("client-ref", "a"))
	tally := smstest.TallyOf([]string{"a", "b", "c"}, one.Ledger(), two.Ledger())
	if tally.Intended != 3 || tally.Accepted != 3 || tally.Duplicates != 1 || tally.Lost != 1 || tally.Strangers != 0 {
		t.Errorf("%+v", tally)
	}
	if !smstest.Outage().Unreached() {
		t.Error("an outage lets something through")
	}
}
