package suitetest_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

func TestWithin(t *testing.T) {
	oops := errors.New("oops")
	halt := new(suitetest.Halt)
	got, err := suitetest.Within(t, halt, 0, "x", func() (int, error) { return 7, oops })
	if got != 7 || err != oops || halt.Why() != "" {
		t.Errorf("%d, %v, %q", got, err, halt.Why())
	}
	func() {
		defer func() {
			if v := recover(); v != oops {
				t.Errorf("a panic came out as %v", v)
			}
		}()
		_, _ = suitetest.Within(t, halt, 0, "x", func() (int, error) { panic(oops) })
	}()
	release := make(chan struct{})
	defer close(release)
	found := complaints(t, func(t suitetest.T) {
		_, _ = suitetest.Within(t, halt, time.Millisecond, "Send", func() (int, error) { <-release; return 0, nil })
		t.Error("the subtest went on")
	})
	if len(found) != 1 || !strings.HasPrefix(found[0], "Send: the call has not returned") {
		t.Errorf("%q", found)
	}
	if found := complaints(t, func(t suitetest.T) { halt.Skip(t); t.Error("ran") }); halt.Why() == "" || len(found) != 0 {
		t.Errorf("%q: %q", halt.Why(), found)
	}
	if halt.Stop("another"); halt.Why() == "another" {
		t.Error("the first reason was forgotten")
	}
}

func TestGroupsTellWhetherAllWasWell(t *testing.T) {
	var good, bad, within bool
	suitetest.Try(t, "", func(t suitetest.T) {
		good = t.Group("good", func(suitetest.T) {})
		bad = t.Group("bad", func(t suitetest.T) { t.Error("x") })
		within = t.Group("within", func(t suitetest.T) { t.Sub("bad", func(t suitetest.T) { t.Error("x") }) })
	})
	if !good || bad || within {
		t.Errorf("%t %t %t", good, bad, within)
	}
}

// vendor answers with a refusal in JSON.
func vendor(t *testing.T) *fakehttp.Server {
	s := fakehttp.New("x", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"errors":[{"code":"17","number":17,"text":"too bad"}]}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/a?key=sesame", strings.NewReader(`{"to":"marmalade 1"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Key", "sesame")
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestEcho(t *testing.T) {
	s := vendor(t)
	echo := &suitetest.Echo{Base: s.Client().Transport, Words: []string{"sesame", "Marmalade", ""}}
	c := &http.Client{Transport: echo}
	if status, body := ask(t, c, s.URL()); status != 400 || strings.Contains(body, "sesame") {
		t.Errorf("before a setting: %d %s", status, body)
	}
	wants := map[string]string{"headers": "X-Key: sesame", "query": "/a?key=sesame", "body": "marmalade 1", "words": "marmalade"}
	for part, name := range suitetest.EchoParts {
		for _, asJSON := range []bool{false, true} {
			echo.Refuse(503, part, asJSON)
			if status, body := ask(t, c, s.URL()); status != 503 || !strings.Contains(body, wants[name]) || strings.HasPrefix(body, "{") != asJSON {
				t.Errorf("%s: %d %s", name, status, body)
			}
			several, all := suitetest.Repeats("17")[0], suitetest.Repeats("17")[2]
			if echo.Repeat(part, several); asJSON {
				echo.Repeat(part, all)
			}
			_, body := ask(t, c, s.URL())
			if !strings.Contains(body, "too bad ") || !strings.Contains(body, wants[name]) || strings.Contains(body, `"code":"17"`) == asJSON {
				t.Errorf("%s: %s", name, body)
			}
			if echo.Struck() != 1 {
				t.Errorf("struck %d times", echo.Struck())
			}
		}
	}
	before := s.Count("")
	echo.Refuse(400, 0, false)
	ask(t, c, s.URL())
	if s.Count("") != before {
		t.Error("a refusal reached the server")
	}
	for code, found := range map[string]int{"17": 1, "18": 0} {
		echo.Unknown(code)
		if status, body := ask(t, c, s.URL()); status != 500 || strings.Contains(body, "17") != (found == 0) || echo.Struck() != found {
			t.Errorf("%s: %d %s, struck %d", code, status, body, echo.Struck())
		}
	}
}

// A vendor's text of one word is repeated behind, too, while its code stays
// readable: an adapter that shows such texts is found.
func TestEchoBehindOneWord(t *testing.T) {
	s := fakehttp.New("terse", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"code":"17","message":"refused"}`)
	}))
	t.Cleanup(s.Close)
	echo := &suitetest.Echo{Base: s.Client().Transport, Words: []string{"sesame"}}
	echo.Repeat(slices.Index(suitetest.EchoParts, "words"), suitetest.Repeats("17")[1])
	_, body := ask(t, &http.Client{Transport: echo}, s.URL())
	if !strings.Contains(body, `"code":"17"`) || !strings.Contains(body, "refused ") || !strings.Contains(body, "sesame") {
		t.Error(body)
	}
}

// What is repeated of a value is long enough to be known for a piece of it.
func TestEchoLeavesNoShortPieces(t *testing.T) {
	s := fakehttp.New("any", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }))
	t.Cleanup(s.Close)
	echo := &suitetest.Echo{Base: s.Client().Transport, Words: []string{"topic-0001", "here"}}
	echo.Refuse(400, slices.Index(suitetest.EchoParts, "words"), false)
	resp, err := (&http.Client{Transport: echo}).Post(s.URL(), "application/json",
		strings.NewReader(`{"title":"Marmalade for breakfast","topic":"topic-0001","text":"Zebrafish is here","note":"Wombats and more"}`))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	for value, beginning := range map[string]string{"Marmalade for breakfast": "breakfast", "Zebrafish is here": "Zebrafish", "Wombats and more": "Wombats"} {
		if bytes.Contains(body, []byte(beginning)) && !bytes.Contains(body, []byte(value)) {
			t.Errorf("a piece of %q alone: %s", value, body)
		}
	}
}

func TestWatch(t *testing.T) {
	s := vendor(t)
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   string
	}{
		"right":           {func(r *http.Request) { r.GetBody = nil }, ""},
		"GetBody":         {func(r *http.Request) {}, "it has GetBody"},
		"no body":         {func(r *http.Request) { r.Body, r.GetBody, r.ContentLength = nil, nil, 0 }, "it has no body"},
		"idempotency key": {func(r *http.Request) { r.GetBody = nil; r.Header.Set("Idempotency-Key", "1") }, "it has an Idempotency-Key"},
	} {
		sends := false
		w := &suitetest.Watch{Base: s.Client().Transport, Sends: func() bool { return sends }}
		for _, sends = range []bool{false, true} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL(), strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			c.change(r)
			resp, err := w.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		if n, why := w.Result(); n != 1 || why != c.want {
			t.Errorf("%s: %d, %q", name, n, why)
		}
	}
}

func TestALeakIsToldOnceByItsKind(t *testing.T) {
	l := suitetest.Leaks{Named: map[string][]string{"the text": {"marmalade", "jam"}, "the sender": {"quill"}}}
	err := errors.New("no Marmalade and no jam")
	found := complaints(t, func(t suitetest.T) { l.Error(t, err) })
	if len(found) != 1 || !strings.HasSuffix(found[0], "holds the text") {
		t.Errorf("%q", found)
	}
}
