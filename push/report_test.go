package push_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// bySession stands for an application's own authentication.
func bySession(r *http.Request) (push.Reporter, error) {
	user, ok := strings.CutPrefix(r.Header.Get("Authorization"), "session-of-")
	if !ok {
		return push.Reporter{}, errors.New("no session")
	}
	return push.Reporter{User: user, Device: r.Header.Get("Device"), App: "driver"}, nil
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json; charset=utf-8"
)

func post(h http.Handler, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/push/token", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "session-of-u")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestReports(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		want                    string // the tokens of u afterwards
	}{
		{"form", formType, "os=1&cidType=4&pushCid=abc", 204, "xiaomi:abc/android/"},
		{"json", jsonType, `{"os":1,"cidType":5,"pushCid":"abc"}`, 204, "huawei:abc/android/"},
		{"numbers as strings", jsonType, `{"os":"2","cidType":"3","pushCid":"abc"}`, 204, "apns:abc/ios/"},
		{"fcm on ios", formType, "os=2&cidType=13&pushCid=abc", 204, "fcm:abc/ios/"},
		{"fcm on android", formType, "os=1&cidType=13&pushCid=abc&language=zh_Hant_TW", 204, "fcm:abc/android/zh-Hant-TW"},
		{"quick app", formType, "os=1&cidType=10&pushCid=abc", 204, "huawei_quick:abc/android/"},
		{"odd language", formType, "os=1&cidType=13&pushCid=abc&language=?", 204, "fcm:abc/android/"},
		{"blanks", formType, "os=1&cidType=13&pushCid=%20abc%0A", 204, "fcm:abc/android/"},
		{"no token", formType, "os=1&cidType=13", 204, ""},
		{"null token", jsonType, `{"os":1,"cidType":13,"pushCid":null}`, 204, ""},
		{"somebody else's id", jsonType, `{"os":1,"cidType":13,"pushCid":"abc","userId":"v","businessId":"v","deviceId":"x"}`, 204, "fcm:abc/android/"},
		{"apple on android", formType, "os=1&cidType=3&pushCid=abc", 400, ""},
		{"maker on ios", formType, "os=2&cidType=4&pushCid=abc", 400, ""},
		{"unassigned", formType, "os=1&cidType=9&pushCid=abc", 400, ""},
		{"honor without a number", formType, "os=1&cidType=14&pushCid=abc", 400, ""},
		{"no os", formType, "cidType=13&pushCid=abc", 400, ""},
		{"no type", jsonType, `{"os":1,"pushCid":"abc"}`, 400, ""},
		{"third os", formType, "os=3&cidType=13&pushCid=abc", 400, ""},
		{"os in words", formType, "os=android&cidType=13&pushCid=abc", 400, ""},
		{"fraction", jsonType, `{"os":1.5,"cidType":13,"pushCid":"abc"}`, 400, ""},
		{"twice", formType, "os=1&os=2&cidType=13&pushCid=abc", 400, ""},
		{"number as token", jsonType, `{"os":1,"cidType":13,"pushCid":7}`, 400, ""},
		{"broken token", formType, "os=1&cidType=13&pushCid=a%00b", 400, ""},
		{"long token", formType, "os=1&cidType=13&pushCid=" + strings.Repeat("a", 4097), 400, ""},
		{"array", jsonType, `[]`, 400, ""},
		{"null", jsonType, `null`, 400, ""},
		{"two objects", jsonType, `{"os":1,"cidType":13}{}`, 400, ""},
		{"cut", jsonType, `{"os":1,`, 400, ""},
		{"broken form", formType, "os=%zz", 400, ""},
		{"empty", formType, "", 400, ""},
		{"large", formType, "pushCid=" + strings.Repeat("a", 20<<10), 413, ""},
		{"xml", "text/xml", "<os>1</os>", 415, ""},
		{"odd type", "a/b/c", "os=1", 415, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			registry := push.NewMemoryRegistry()
			var told error
			h, err := push.NewReportHandler(registry, bySession, &push.ReportOptions{OnError: func(err error) { told = err }})
			if err != nil {
				t.Fatal(err)
			}
			w := post(h, c.contentType, c.body)
			if w.Code != c.status || (told != nil) != (c.status != 204) {
				t.Errorf("status %d, want %d; told %v; %s", w.Code, c.status, told, w.Body)
			}
			if strings.Contains(w.Body.String(), "abc") {
				t.Error("the answer repeats the token")
			}
			lists, err := registry.Tokens(t.Context(), []string{"u", "v"})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, r := range lists[0] {
				got += fmt.Sprintf("%s:%s/%s/%s", r.Token.Vendor, r.Token.Value, r.Token.OS, r.Token.Language)
			}
			if got != c.want || len(lists[1]) != 0 {
				t.Errorf("registered %q, want %q", got, c.want)
			}
		})
	}
}

func TestAReportClearsItsOwnToken(t *testing.T) {
	registry := push.NewMemoryRegistry()
	now := time.Unix(1000, 0)
	h, err := push.NewReportHandler(registry, bySession, &push.ReportOptions{Types: push.TypeTable{Honor: 14}, Now: func() time.Time { now = now.Add(time.Second); return now }})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"os=1&cidType=14&pushCid=h", "os=1&cidType=13&pushCid=f", "os=1&cidType=13&pushCid="} {
		if w := post(h, formType, body); w.Code != 204 {
			t.Fatalf("%s: %d", body, w.Code)
		}
	}
	lists, _ := registry.Tokens(t.Context(), []string{"u"})
	if len(lists[0]) != 1 || lists[0][0].Token.Vendor != push.Honor || lists[0][0].Token.App != "driver" {
		t.Errorf("left: %v", lists[0])
	}
}

// failing is a registry whose database is down.
type failingRegistry struct{}

func (failingRegistry) Report(context.Context, push.Registration) error { return errDown }
func (failingRegistry) Tokens(context.Context, []string) ([][]push.Registration, error) {
	return nil, errDown
}
func (failingRegistry) Remove(context.Context, push.Token, time.Time) (bool, error) {
	return false, errDown
}

var errDown = errors.New("the database is down")

func TestReportRefusals(t *testing.T) {
	h, err := push.NewReportHandler(failingRegistry{}, bySession, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := post(h, formType, "os=1&cidType=13&pushCid=abc"); w.Code != 503 || strings.Contains(w.Body.String(), "database") {
		t.Errorf("the registry is down: %d %s", w.Code, w.Body)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("os=1&cidType=13")))
	if w.Code != 401 {
		t.Errorf("without a session: %d", w.Code)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("os=1&cidType=13"))
	r.Header.Set("Authorization", "session-of-")
	w = httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != 401 {
		t.Errorf("a session of nobody: %d", w.Code)
	}
	w = httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil)); w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d", w.Code)
	}
	registry := push.NewMemoryRegistry()
	_, err1 := push.NewReportHandler(nil, bySession, nil)
	_, err2 := push.NewReportHandler(registry, nil, nil)
	_, err3 := push.NewReportHandler(registry, bySession, &push.ReportOptions{Types: push.TypeTable{Honor: 5}})
	_, err4 := push.NewReportHandler(registry, bySession, &push.ReportOptions{MaxBody: -1})
	for i, err := range []error{err1, err2, err3, err4} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("case %d: %v", i, err)
		}
	}
}

func FuzzReport(f *testing.F) {
	f.Add(formType, "os=1&cidType=13&pushCid=abc")
	f.Add(jsonType, `{"os":1,"cidType":"13","pushCid":null}`)
	f.Add("application/json", `[`)
	f.Add("", "")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		registry := push.NewMemoryRegistry()
		h, err := push.NewReportHandler(registry, bySession, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := post(h, contentType, body)
		lists, _ := registry.Tokens(t.Context(), []string{"u"})
		if len(lists[0]) > 0 && w.Code != 204 || w.Code >= 500 {
			t.Errorf("%q, %q: %d", contentType, body, w.Code)
		}
	})
}
