package storagetest

import (
	"errors"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func keyCases() []testCase {
	cases := []testCase{{"refused", keysRefused}, {"folder_and_object", keysFolderAndObject}, {"letter_case", keysLetterCase}, {"longest", keysLongest}, {"long_segment", keysLongSegment}}
	for name, key := range oddKeys {
		cases = append(cases, testCase{name, func(s *session) { keyRoundTrip(s, s.key(key)) }})
	}
	return cases
}

// badKeys are refused by every bucket before any traffic.
var badKeys = map[string]string{
	"empty": "", "leading slash": "/a", "trailing slash": "a/", "double slash": "a//b", "dot": "a/./b", "dots": "a/../b",
	"only dots": "..", "line break": "a\nb", "zero": "a\x00b", "delete": "a\x7fb", "backslash": `a\b`, "not utf-8": "a\xffb",
	"too long": strings.Repeat("a/", 512) + "a",
}

// oddKeys are allowed everywhere.
var oddKeys = map[string]string{
	"blanks": "a b/c d", "percent": "100%/%41%zz", "plus": "a+b", "query": "a?b=c&d", "hash": "a#b", "quotes": `a"b'c`,
	"angles": "<a>&amp;", "semicolon": "a;b,c:d=e@f", "dots_within": "a..b/...c/.d", "trailing_dot": "a./b.", "trailing_blank": "a /b ",
	"tilde": "~a!$()*[]{}|^`", "chinese": "附件/发票 2024.pdf", "hindi": "बिल/रसीद", "emoji": "a🚚b", "combined": "e\u0301/é",
	"like_temporary": "%tmp/x", "like_sidecar": "x%", "like_content": "x%~0123456789abcdef", "tail": "a/b/c/d/e/f/g/h/i/j",
}

func keyRoundTrip(s *session, key string) {
	s.Helper()
	o := s.put(key, "content of "+key)
	if o.Key != key {
		s.Errorf("put returned key %q", o.Key)
	}
	s.holds(key, "content of "+key)
	found := 0
	for o, err := range s.b.List(s.ctx, storage.ListOptions{Prefix: s.prefix}) {
		if err != nil {
			s.Fatal(err)
		}
		if o.Key != key {
			s.Errorf("list shows %q, want %q", o.Key, key)
		}
		found++
	}
	if found != 1 {
		s.Errorf("list shows %d objects, want 1", found)
	}
	if s.caps.Copy {
		to := s.key("copy of it")
		if _, err := s.b.Copy(s.ctx, key, to); err != nil {
			s.Errorf("copy: %v", err)
		} else {
			s.holds(to, "content of "+key)
		}
	}
	if err := s.b.Delete(s.ctx, key); err != nil {
		s.Fatal(err)
	}
	s.absent(key)
}

func keysRefused(s *session) {
	for name, key := range badKeys {
		for verb, err := range everyVerb(s, key) {
			if !is(err, waybill.InvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent || waybill.ScopeOf(err) != waybill.ScopeRequest {
				s.Errorf("%s: %s: %v, want an invalid argument", name, verb, err)
			}
		}
	}
}

// everyVerb calls every verb that takes a key.
func everyVerb(s *session, key string) map[waybill.Verb]error {
	errs := make(map[waybill.Verb]error)
	body := &untouched{}
	_, errs[storage.Put] = s.b.Put(s.ctx, key, body, storage.PutOptions{})
	if body.touched {
		errs["body"] = errors.New("the body of a refused put was read")
	}
	r, err := s.b.Get(s.ctx, key, storage.GetOptions{})
	if r != nil {
		_ = r.Close()
	}
	errs[storage.Get] = err
	_, errs[storage.Head] = s.b.Head(s.ctx, key)
	errs[storage.Delete] = s.b.Delete(s.ctx, s.key("good"), key)
	_, errs[storage.Copy] = s.b.Copy(s.ctx, s.key("good"), key)
	_, errs["copy from"] = s.b.Copy(s.ctx, key, s.key("good"))
	_, errs[storage.SignedURL] = s.b.SignedURL(s.ctx, key, storage.SignOptions{})
	return errs
}

type untouched struct{ touched bool }

func (u *untouched) Read([]byte) (int, error) { u.touched = true; return 0, io.EOF }

func keysFolderAndObject(s *session) {
	s.put(s.key("x"), "object")
	s.put(s.key("x/y"), "below")
	s.put(s.key("x/y/z"), "deeper")
	s.holds(s.key("x"), "object")
	s.holds(s.key("x/y"), "below")
	s.holds(s.key("x/y/z"), "deeper")
}

func keysLetterCase(s *session) {
	s.put(s.key("Key"), "upper")
	s.put(s.key("key"), "lower")
	s.holds(s.key("Key"), "upper")
	s.holds(s.key("key"), "lower")
}

func keysLongest(s *session) {
	key := s.prefix
	for len(key)+101 < storage.MaxKey {
		key += strings.Repeat("k", 100) + "/"
	}
	keyRoundTrip(s, key+strings.Repeat("k", storage.MaxKey-len(key)))
}

func keysLongSegment(s *session) {
	keyRoundTrip(s, s.key(strings.Repeat("s", 400)))
}

func attributeCases() []testCase {
	return []testCase{{"headers", attributeHeaders}, {"defaults", attributeDefaults}, {"metadata", attributeMetadata}, {"replaced", attributesReplaced}, {"callers_map", attributesCallersMap}, {"expires", attributeExpires}}
}

// attributes is an object with everything.
func attributes() storage.PutOptions {
	return storage.PutOptions{
		ContentType: "application/pdf", ContentDisposition: `attachment; filename="a b.pdf"`, CacheControl: "private, max-age=60",
		Metadata: map[string]string{"order-id": "A-1", "note": "zwölf Boxkämpfer 十二", "empty": ""},
	}
}

func (s *session) sameAttributes(got storage.Object, want storage.PutOptions) {
	s.Helper()
	if got.ContentType != want.ContentType || got.ContentDisposition != want.ContentDisposition || got.CacheControl != want.CacheControl {
		s.Errorf("attributes %q %q %q, want %q %q %q", got.ContentType, got.ContentDisposition, got.CacheControl,
			want.ContentType, want.ContentDisposition, want.CacheControl)
	}
	if !maps.Equal(got.Metadata, want.Metadata) {
		s.Errorf("metadata %q, want %q", got.Metadata, want.Metadata)
	}
}

func attributeHeaders(s *session) {
	for name, n := range map[string]int64{"small": 10, "large": s.large()} {
		key := s.key(name)
		if _, err := s.b.Put(s.ctx, key, only{pattern(n)}, attributes()); err != nil {
			s.Fatal(err)
		}
		head, err := s.b.Head(s.ctx, key)
		if err != nil {
			s.Fatal(err)
		}
		s.sameAttributes(head, attributes())
		r, err := s.b.Get(s.ctx, key, storage.GetOptions{})
		if err != nil {
			s.Fatal(err)
		}
		_ = r.Close()
		s.sameAttributes(r.Object, attributes())
		if r.Object.Size != n || r.Offset != 0 || r.Length != n || r.Object.Key != key || r.Object.ETag != head.ETag {
			s.Errorf("the reader says %+v, %d+%d", r.Object, r.Offset, r.Length)
		}
	}
}

func attributeDefaults(s *session) {
	s.put(s.key("k"), "x")
	head, err := s.b.Head(s.ctx, s.key("k"))
	if err != nil {
		s.Fatal(err)
	}
	s.sameAttributes(head, storage.PutOptions{ContentType: "application/octet-stream"})
}

func attributeMetadata(s *session) {
	for name, value := range map[string]string{
		"ascii": "plain text", "punctuation": `a=b; c="d", <e>`, "umlauts": "Grüße", "chinese": "广州市天河区", "emoji": "🚚📦",
		"leading-blank": "  x", "trailing-blank": "x  ", "only-blank": " ", "encoded": "=?utf-8?q?=C3=A9?=", "encoded-like": "=?x?=",
		"percent": "%41%zz", "long": strings.Repeat("长", 120), "zero": "", "two-words": "é =?utf-8?q?=C3=A9?= é", "blanks": "a    b",
	} {
		o := storage.PutOptions{Metadata: map[string]string{name: value, "other": "x"}}
		if _, err := s.b.Put(s.ctx, s.key(name), strings.NewReader("x"), o); err != nil {
			s.Errorf("%s: %v", name, err)
			continue
		}
		head, err := s.b.Head(s.ctx, s.key(name))
		if err != nil {
			s.Errorf("%s: %v", name, err)
			continue
		}
		if head.Metadata[name] != value || len(head.Metadata) != 2 {
			s.Errorf("%s: %q, want %q", name, head.Metadata, value)
		}
	}
}

func attributesReplaced(s *session) {
	key := s.key("k")
	if _, err := s.b.Put(s.ctx, key, strings.NewReader("a"), attributes()); err != nil {
		s.Fatal(err)
	}
	s.put(key, "b")
	head, err := s.b.Head(s.ctx, key)
	if err != nil {
		s.Fatal(err)
	}
	s.sameAttributes(head, storage.PutOptions{ContentType: "application/octet-stream"})
}

// attributeExpires lets an object's time pass, where the store removes it then.
func attributeExpires(s *session) {
	s.needs(s.caps.Expires, "expiry")
	now := s.put(s.key("clock"), "x").Modified
	key, end := s.key("k"), now.Add(time.Hour).UTC().Truncate(time.Second)
	if _, err := s.b.Put(s.ctx, key, strings.NewReader("x"), storage.PutOptions{Expires: end}); err != nil {
		s.Fatal(err)
	}
	head, err := s.b.Head(s.ctx, key)
	if err != nil || !head.Expires.Equal(end) {
		s.Errorf("expires %v, want %v; %v", head.Expires, end, err)
	}
	s.holds(key, "x")
	_, err = s.b.Put(s.ctx, s.key("over"), strings.NewReader("x"), storage.PutOptions{Expires: now.Add(-time.Hour)})
	s.fails(err, waybill.InvalidArgument, waybill.NotSent)
	if s.h.Advance == nil {
		return
	}
	s.h.Advance(time.Hour + time.Second)
	s.absent(key)
	s.holds(s.key("clock"), "x")
	if _, err := s.b.Put(s.ctx, key, strings.NewReader("new"), storage.PutOptions{IfNotExists: true}); err != nil {
		s.Errorf("writing where something has expired: %v", err)
	}
	s.holds(key, "new")
}

func attributesCallersMap(s *session) {
	meta := map[string]string{"a": "1"}
	if _, err := s.b.Put(s.ctx, s.key("k"), strings.NewReader("x"), storage.PutOptions{Metadata: meta}); err != nil {
		s.Fatal(err)
	}
	meta["a"] = "2"
	head, err := s.b.Head(s.ctx, s.key("k"))
	if err != nil {
		s.Fatal(err)
	}
	if head.Metadata["a"] != "1" {
		s.Fatalf("metadata is %q, as if it followed the caller's map", head.Metadata)
	}
	head.Metadata["a"] = "3"
	if again, err := s.b.Head(s.ctx, s.key("k")); err != nil || again.Metadata["a"] != "1" {
		s.Errorf("metadata can be changed through what was returned: %q, %v", again.Metadata, err)
	}
}
