package suitetest

import (
	"strings"
	"testing"
)

// T is the part of *testing.T that the suites use.
type T interface {
	testing.TB
	// Sub runs a subtest at the same time as its neighbours.
	Sub(name string, f func(T))
	// Group runs a subtest that holds others, returns when they have ended, and
	// reports whether all were well.
	Group(name string, f func(T)) bool
}

// Of makes a T of a *testing.T.
func Of(t *testing.T) T { return &standard{t} }

type standard struct{ *testing.T }

// Sub implements [T].
func (s *standard) Sub(name string, f func(T)) {
	s.Run(name, func(t *testing.T) { t.Parallel(); f(&standard{t}) })
}

// Group implements [T].
func (s *standard) Group(name string, f func(T)) bool {
	return s.Run(name, func(t *testing.T) { f(&standard{t}) })
}

// Skips maps the path of a subtest or a group to the reason why it is left out.
// Paths may be spelled with spaces or with underscores.
type Skips map[string]string

// Why returns the reason, or "" for a subtest that runs.
func (s Skips) Why(path string) string {
	if len(s) == 0 {
		return ""
	}
	path = strings.ReplaceAll(path, " ", "_")
	for have, why := range s {
		if strings.ReplaceAll(have, " ", "_") == path {
			return why
		}
	}
	return ""
}

// Sub runs one subtest of a group.
type Sub func(name string, f func(T))

// Sub runs the subtest path, named by the path's last part, unless it is to be
// skipped.
func (s Skips) Sub(t T, path string, f func(T)) {
	t.Sub(last(path), func(t T) {
		if why := s.Why(path); why != "" {
			t.Skip(why)
		}
		f(t)
	})
}

// Group runs the group path, named by the path's last part. Its subtests can be
// skipped one by one or all together.
func (s Skips) Group(t T, path string, f func(t T, sub Sub)) {
	t.Group(last(path), func(t T) {
		if why := s.Why(path); why != "" {
			t.Skip(why)
		}
		f(t, func(name string, f func(T)) {
			t.Sub(name, func(t T) {
				if why := s.Why(path + "/" + name); why != "" {
					t.Skip(why)
				}
				f(t)
			})
		})
	})
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
