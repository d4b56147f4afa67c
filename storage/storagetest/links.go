package storagetest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func linkCases() []testCase {
	return []testCase{
		{"get", linkGet}, {"get_overrides", linkGetOverrides}, {"odd_keys", linkOddKeys}, {"missing", linkMissing}, {"put", linkPut},
		{"put_bound_type", linkPutBoundType}, {"expires", linkExpires}, {"tampered", linkTampered}, {"refused", linkRefused}, {"hidden", linkHidden}, {"declared", linkDeclared},
	}
}

// send makes a request to a link and returns status, header and body.
func (s *session) send(method, address string, header map[string]string, body string) (int, http.Header, string) {
	s.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		s.Fatalf("the link is no URL")
	}
	if body == "" {
		req.Body = http.NoBody
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	var res *http.Response
	if s.h.Handler != nil {
		w := httptest.NewRecorder()
		s.h.Handler.ServeHTTP(w, req)
		res = w.Result()
	} else if res, err = s.h.Client.Do(req); err != nil {
		s.Fatalf("the link cannot be reached: %T", err)
	}
	data, err := io.ReadAll(res.Body)
	if e := res.Body.Close(); err != nil || e != nil {
		s.Fatalf("the link's answer cannot be read: %v, %v", err, e)
	}
	return res.StatusCode, res.Header, string(data)
}

func (s *session) sign(key string, o storage.SignOptions) storage.Link {
	s.Helper()
	l, err := s.b.SignedURL(s.ctx, key, o)
	if err != nil {
		s.Fatalf("signed url: %v", err)
	}
	return l
}

func linkGet(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	o := attributes()
	if _, err := s.b.Put(s.ctx, s.key("k"), strings.NewReader("0123456789"), o); err != nil {
		s.Fatal(err)
	}
	before := time.Now()
	l := s.sign(s.key("k"), storage.SignOptions{})
	if l.Key != s.key("k") || len(l.Header) != 0 {
		s.Errorf("link for %q with %v", l.Key, l.Header)
	}
	if s.h.Advance == nil {
		if life := l.Expires.Sub(before); life > 15*time.Minute+time.Second || life < 14*time.Minute {
			s.Errorf("the link lives %v, want 15 minutes", life)
		}
	}
	status, header, body := s.send("GET", l.URL, nil, "")
	if status != 200 || body != "0123456789" || header.Get("Content-Type") != o.ContentType || header.Get("Content-Disposition") != o.ContentDisposition {
		s.Errorf("%d %q, type %q, disposition %q", status, brief(body), header.Get("Content-Type"), header.Get("Content-Disposition"))
	}
	status, header, body = s.send("GET", l.URL, map[string]string{"Range": "bytes=2-4"}, "")
	if status != 206 || body != "234" || header.Get("Content-Range") != "bytes 2-4/10" {
		s.Errorf("range: %d %q %q", status, brief(body), header.Get("Content-Range"))
	}
}

func linkGetOverrides(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	s.put(s.key("k"), "x")
	for _, want := range []string{`attachment; filename="a + b & c.pdf"`, `attachment; filename="?.pdf"; filename*=UTF-8''%E5%8F%91%E7%A5%A8%202024.pdf`} {
		l := s.sign(s.key("k"), storage.SignOptions{ContentDisposition: want, ContentType: "application/pdf", Expires: time.Hour})
		status, header, body := s.send("GET", l.URL, nil, "")
		if status != 200 || body != "x" || header.Get("Content-Disposition") != want || header.Get("Content-Type") != "application/pdf" {
			s.Errorf("%d %q, type %q, disposition %q", status, brief(body), header.Get("Content-Type"), header.Get("Content-Disposition"))
		}
	}
}

func linkOddKeys(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	for name, k := range oddKeys {
		if s.h.Skip["keys/"+name] != "" {
			continue
		}
		s.put(s.key(k), "content of "+name)
		l := s.sign(s.key(k), storage.SignOptions{})
		if status, _, body := s.send("GET", l.URL, nil, ""); status != 200 || body != "content of "+name {
			s.Errorf("%s: %d %s", name, status, brief(body))
		}
	}
}

func linkMissing(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	l := s.sign(s.key("nothing"), storage.SignOptions{})
	if status, _, _ := s.send("GET", l.URL, nil, ""); status != 404 {
		s.Errorf("status %d, want 404", status)
	}
}

func linkPut(s *session) {
	s.needs(s.caps.SignedPut, "links to write")
	l := s.sign(s.key("k"), storage.SignOptions{Method: "PUT"})
	if status, _, _ := s.send("PUT", l.URL, l.Header, "uploaded"); status != 200 {
		s.Fatalf("status %d", status)
	}
	s.holds(s.key("k"), "uploaded")
	if status, _, _ := s.send("DELETE", l.URL, nil, ""); status < 400 {
		s.Errorf("a link to write deletes: %d", status)
	}
	if status, _, _ := s.send("GET", l.URL, nil, ""); status < 400 {
		s.Errorf("a link to write reads: %d", status)
	}
	g := s.sign(s.key("k"), storage.SignOptions{})
	if status, _, _ := s.send("PUT", g.URL, nil, "changed"); status < 400 {
		s.Errorf("a link to read writes: %d", status)
	}
	s.holds(s.key("k"), "uploaded")
}

func linkPutBoundType(s *session) {
	s.needs(s.caps.SignedPut, "links to write")
	l := s.sign(s.key("k"), storage.SignOptions{Method: "PUT", ContentType: "application/pdf"})
	if l.Header["Content-Type"] != "application/pdf" {
		s.Errorf("the link says nothing of the type: %v", l.Header)
	}
	if status, _, _ := s.send("PUT", l.URL, map[string]string{"Content-Type": "text/html"}, "x"); status != 403 {
		s.Errorf("another type: %d, want 403", status)
	}
	s.absent(s.key("k"))
	if status, _, _ := s.send("PUT", l.URL, l.Header, "x"); status != 200 {
		s.Fatalf("status %d", status)
	}
	head, err := s.b.Head(s.ctx, s.key("k"))
	if err != nil || head.ContentType != "application/pdf" {
		s.Errorf("type %q, %v", head.ContentType, err)
	}
}

func linkExpires(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	s.put(s.key("k"), "x")
	if s.h.Advance == nil {
		l := s.sign(s.key("k"), storage.SignOptions{Expires: time.Second})
		// Nothing but real time can make it expire.
		for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); {
			if status, _, _ := s.send("GET", l.URL, nil, ""); status == 403 {
				return
			}
			<-time.After(50 * time.Millisecond)
		}
		s.Errorf("a link of one second still works after ten")
		return
	}
	week := s.sign(s.key("k"), storage.SignOptions{Expires: storage.MaxSignedURL})
	l := s.sign(s.key("k"), storage.SignOptions{Expires: time.Minute})
	var w storage.Link
	if s.caps.SignedPut {
		w = s.sign(s.key("w"), storage.SignOptions{Expires: time.Minute, Method: "PUT"})
	}
	s.h.Advance(58 * time.Second)
	if status, _, _ := s.send("GET", l.URL, nil, ""); status != 200 {
		s.Errorf("before its end: %d", status)
	}
	s.h.Advance(3 * time.Second)
	if status, _, _ := s.send("GET", l.URL, nil, ""); status != 403 {
		s.Errorf("after its end: %d, want 403", status)
	}
	if s.caps.SignedPut {
		if status, _, _ := s.send("PUT", w.URL, w.Header, "x"); status != 403 {
			s.Errorf("writing after its end: %d, want 403", status)
		}
		s.absent(s.key("w"))
	}
	if status, _, _ := s.send("GET", week.URL, nil, ""); status != 200 {
		s.Errorf("a link of a week: %d", status)
	}
}

func linkTampered(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	s.put(s.key("k"), "x")
	s.put(s.key("other"), "secret")
	l := s.sign(s.key("k"), storage.SignOptions{ContentDisposition: "inline"})
	u, err := url.Parse(l.URL)
	if err != nil {
		s.Fatal("the link is no URL")
	}
	for name := range u.Query() {
		for what, change := range map[string]func(url.Values){
			"changed": func(q url.Values) { q.Set(name, q.Get(name)+"1") },
			"emptied": func(q url.Values) { q.Set(name, "") },
			"removed": func(q url.Values) { q.Del(name) },
		} {
			c, q := *u, u.Query()
			change(q)
			c.RawQuery = q.Encode()
			if status, _, body := s.send("GET", c.String(), nil, ""); status < 400 || body == "x" {
				s.Errorf("with %s %s: %d", name, what, status)
			}
		}
	}
	c := *u
	c.Path = strings.TrimSuffix(c.Path, "k") + "other"
	c.RawPath = ""
	if status, _, body := s.send("GET", c.String(), nil, ""); status != 403 || body == "secret" {
		s.Errorf("with another key: %d", status)
	}
	c = *u
	c.RawQuery = ""
	if status, _, _ := s.send("GET", c.String(), nil, ""); status != 403 {
		s.Errorf("without a signature: %d", status)
	}
}

func linkRefused(s *session) {
	for name, o := range map[string]storage.SignOptions{
		"method": {Method: "DELETE"}, "short": {Expires: time.Millisecond}, "negative": {Expires: -time.Hour},
		"long": {Expires: storage.MaxSignedURL + time.Second}, "disposition": {ContentDisposition: "a\nb"}, "type": {ContentType: "a\rb"},
		"disposition of a put": {Method: "PUT", ContentDisposition: "inline"},
	} {
		_, err := s.b.SignedURL(s.ctx, s.key("k"), o)
		if !is(err, waybill.InvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent {
			s.Errorf("%s: %v", name, err)
		}
	}
}

func linkHidden(s *session) {
	s.needs(s.caps.SignedGet, "links to read")
	l := s.sign(s.key("k"), storage.SignOptions{})
	u, _ := url.Parse(l.URL)
	for _, text := range []string{l.String(), fmt.Sprintf("%v", l), fmt.Sprintf("%+v", l), fmt.Sprintf("%#v", l)} {
		if strings.Contains(text, u.RawQuery) || strings.Contains(text, l.URL) {
			s.Errorf("a printed link shows its URL")
		}
	}
}

func linkDeclared(s *session) {
	if !s.caps.SignedGet {
		_, err := s.b.SignedURL(s.ctx, s.key("k"), storage.SignOptions{})
		s.fails(err, waybill.Unsupported, waybill.NotSent)
	}
	if !s.caps.SignedPut {
		_, err := s.b.SignedURL(s.ctx, s.key("k"), storage.SignOptions{Method: "PUT"})
		s.fails(err, waybill.Unsupported, waybill.NotSent)
	}
}
