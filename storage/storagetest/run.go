package storagetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/storage"
)

// Run tries the bucket against its contract, in subtests named group/case.
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(suitetest.Of(t), h)
}

// tester is what the suite runs on.
type tester = suitetest.T

// testCase is one subtest.
type testCase struct {
	name string
	run  func(s *session)
}

// session is one subtest with its bucket and its part of the keys.
type session struct {
	tester
	h      *Harness
	b      storage.Bucket
	ctx    context.Context
	prefix string
	caps   storage.Capabilities
}

func run(t tester, h Harness) {
	t.Helper()
	if h.New == nil && h.Wire == nil {
		t.Fatal("storagetest: the harness needs New or Wire")
	}
	h.defaults()
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"put", putCases()}, {"conditions", conditionCases()}, {"keys", keyCases()}, {"attributes", attributeCases()},
		{"get", getCases()}, {"delete", deleteCases()}, {"list", listCases()}, {"copy", copyCases()},
		{"links", linkCases()}, {"many", manyCases()},
	}
	if h.New == nil {
		groups = nil
	}
	for _, g := range groups {
		t.Group(g.name, func(t tester) {
			sub := t.Sub
			if !h.Parallel {
				sub = func(name string, f func(tester)) { t.Group(name, f) }
			}
			for _, c := range g.cases {
				sub(c.name, func(t tester) { h.one(t, g.name, c) })
			}
		})
	}
	if h.Wire != nil {
		t.Group("wire", func(t tester) { runWire(t, &h) })
	}
}

func (h *Harness) defaults() {
	if h.Prefix == "" {
		h.Prefix = "waybill-suite/"
	}
	if h.Client == nil {
		h.Client = http.DefaultClient
	}
	if h.Big == 0 {
		h.Big = 24 << 20
	}
	if h.Part == 0 {
		h.Part = 5 << 20
	}
	if h.Many == 0 {
		h.Many = 60
	}
}

// one runs one case and removes what it left.
func (h *Harness) one(t tester, group string, c testCase) {
	t.Helper()
	if why := h.skips().Why(group + "/" + c.name); why != "" {
		t.Skip(why)
	}
	s := &session{tester: t, h: h, b: h.New(t), ctx: context.Background(), prefix: h.Prefix + c.name + "-" + random() + "/"}
	s.caps = s.b.Capabilities()
	t.Cleanup(func() {
		var left []string
		for o, err := range s.b.List(context.Background(), storage.ListOptions{Prefix: s.prefix}) {
			if err != nil {
				t.Logf("cleaning up: %v", err)
				return
			}
			left = append(left, o.Key)
		}
		if err := s.b.Delete(context.Background(), left...); err != nil {
			t.Logf("cleaning up: %v", err)
		}
	})
	c.run(s)
}

func random() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// key returns a key in this subtest's part.
func (s *session) key(k string) string { return s.prefix + k }

// put stores a text.
func (s *session) put(key, text string) storage.Object {
	s.Helper()
	o, err := s.b.Put(s.ctx, key, strings.NewReader(text), storage.PutOptions{})
	if err != nil {
		s.Fatalf("put: %v", err)
	}
	return o
}

// read returns an object's content.
func (s *session) read(key string, o storage.GetOptions) (string, *storage.Reader, error) {
	r, err := s.b.Get(s.ctx, key, o)
	if err != nil {
		return "", nil, err
	}
	data, err := io.ReadAll(r)
	if e := r.Close(); err == nil && e != nil {
		err = fmt.Errorf("close: %w", e)
	}
	return string(data), r, err
}

// holds checks an object's content.
func (s *session) holds(key, want string) {
	s.Helper()
	got, _, err := s.read(key, storage.GetOptions{})
	if err != nil {
		s.Errorf("get: %v", err)
		return
	}
	if got != want {
		s.Errorf("the object holds %s, want %s", brief(got), brief(want))
	}
}

// absent checks that there is no object, by every way of looking.
func (s *session) absent(key string) {
	s.Helper()
	if _, err := s.b.Head(s.ctx, key); !is(err, waybill.NotFound) {
		s.Errorf("head of what must not be there: %v, want not found", err)
	}
	if r, err := s.b.Get(s.ctx, key, storage.GetOptions{}); !is(err, waybill.NotFound) {
		if r != nil {
			_ = r.Close()
		}
		s.Errorf("get of what must not be there: %v, want not found", err)
	}
	for o, err := range s.b.List(s.ctx, storage.ListOptions{Prefix: key}) {
		if err != nil || o.Key == key {
			s.Errorf("list shows what must not be there: %v", err)
		}
	}
}

// fails checks an error's class and that it is complete and clean.
func (s *session) fails(err error, code waybill.Code, delivery waybill.Delivery) {
	s.Helper()
	if err == nil {
		s.Errorf("the bucket reported success, want %v", code)
		return
	}
	var e *waybill.Error
	if !errors.As(err, &e) {
		s.Errorf("%T is not a *waybill.Error", err)
		return
	}
	if e.Code != code || e.Delivery != delivery {
		s.Errorf("%v is %v, %v; want %v, %v", err, e.Code, e.Delivery, code, delivery)
	}
	s.clean(err)
}

// clean checks that neither a secret nor the key is in an error.
func (s *session) clean(err error) { s.h.leaks(s.prefix).Error(s, err) }

// leaks are the words that must appear nowhere.
func (h *Harness) leaks(private ...string) suitetest.Leaks {
	return suitetest.Leaks{Secrets: h.Secrets, Private: private}
}

// skips are the subtests left out.
func (h *Harness) skips() suitetest.Skips { return h.Skip }

func is(err error, code waybill.Code) bool { return err != nil && waybill.CodeOf(err) == code }

func brief(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%d bytes beginning %q", len(s), s[:40])
	}
	return fmt.Sprintf("%q", s)
}

// large is the size of a body of more than two parts.
func (s *session) large() int64 { return s.h.Part * 11 / 5 }

// pattern is a body of n bytes that is not held in memory: 8 KiB that never
// line up with parts, over and over.
func pattern(n int64) io.Reader { return io.LimitReader(&looping{block: block()}, n) }

func block() []byte {
	b := make([]byte, 8191)
	for i := range b {
		b[i] = byte(i*7 + i>>5)
	}
	return b
}

type looping struct {
	block []byte
	at    int
}

func (l *looping) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], l.block[l.at:])
		n += c
		l.at = (l.at + c) % len(l.block)
	}
	return n, nil
}

// samePattern reads r to its end and reports whether it is pattern(n).
func samePattern(r io.Reader, n int64) error {
	want := &looping{block: block()}
	buf, cmp := make([]byte, 64<<10), make([]byte, 64<<10)
	var total int64
	for {
		k, err := r.Read(buf)
		_, _ = want.Read(cmp[:k])
		if !bytes.Equal(buf[:k], cmp[:k]) {
			return fmt.Errorf("the content differs within the %d bytes after %d", k, total)
		}
		total += int64(k)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if total != n {
		return fmt.Errorf("%d bytes, want %d", total, n)
	}
	return nil
}

// only hides every method but Read.
type only struct{ io.Reader }
