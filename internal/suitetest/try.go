package suitetest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Complaint is what a suite found wrong, and in which subtest.
type Complaint struct {
	Path, Text string
}

// String returns both.
func (c Complaint) String() string { return c.Path + ": " + c.Text }

// Try runs a suite, or a part of one, and returns its complaints instead of
// failing t: so a suite is tried on adapters that are wrong. Subtests run one
// after another. only, if not empty, restricts them to those whose path begins
// with it, and the groups that hold them; t fails when there is no such subtest.
func Try(t testing.TB, only string, f func(T)) []Complaint {
	t.Helper()
	s := &sheet{}
	(&trial{TB: t, sheet: s, only: only}).Group("", f)
	if s.ran == 0 && len(s.found) == 0 {
		t.Fatalf("no subtest begins with %q", only)
	}
	return s.found
}

type sheet struct {
	mu    sync.Mutex
	ran   int // subtests that only allows
	found []Complaint
}

// trial is a T that writes down what would have failed.
type trial struct {
	testing.TB // the real one, for its context
	path, only string
	sheet      *sheet

	mu       sync.Mutex
	cleanups []func()
}

func (r *trial) note(text string) {
	r.sheet.mu.Lock()
	defer r.sheet.mu.Unlock()
	r.sheet.found = append(r.sheet.found, Complaint{r.path, text})
}

func (r *trial) Helper()                           {}
func (r *trial) Log(...any)                        {}
func (r *trial) Logf(string, ...any)               {}
func (r *trial) Fail()                             { r.note("failed") }
func (r *trial) FailNow()                          { r.Fail(); runtime.Goexit() }
func (r *trial) Error(args ...any)                 { r.note(fmt.Sprint(args...)) }
func (r *trial) Errorf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }
func (r *trial) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *trial) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *trial) Skip(...any)                       { runtime.Goexit() }
func (r *trial) Skipf(string, ...any)              { runtime.Goexit() }
func (r *trial) SkipNow()                          { runtime.Goexit() }

// Cleanup calls f when the subtest has ended.
func (r *trial) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// Sub implements [T].
func (r *trial) Sub(name string, f func(T)) { _ = r.Group(name, f) }

// Group implements [T].
func (r *trial) Group(name string, f func(T)) bool {
	path := strings.Trim(r.path+"/"+name, "/")
	if !strings.HasPrefix(path, r.only) && !strings.HasPrefix(r.only, path) {
		return true
	}
	if path != "" && strings.HasPrefix(path, r.only) {
		r.sheet.mu.Lock()
		r.sheet.ran++
		r.sheet.mu.Unlock()
	}
	sub := &trial{TB: r.TB, path: path, only: r.only, sheet: r.sheet}
	done := make(chan struct{})
	go func() { // Fatal and Skip end the goroutine
		defer close(done)
		defer func() {
			for _, c := range slices.Backward(sub.cleanups) {
				c()
			}
		}()
		f(sub)
	}()
	<-done
	return !sub.Failed()
}

// Failed reports whether the subtest, or one within it, complained.
func (r *trial) Failed() bool {
	r.sheet.mu.Lock()
	defer r.sheet.mu.Unlock()
	return slices.ContainsFunc(r.sheet.found, func(c Complaint) bool {
		return r.path == "" || c.Path == r.path || strings.HasPrefix(c.Path, r.path+"/")
	})
}
