package storage

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// List yields the objects of all buckets, bucket by bucket in the order of their
// names, with prefixed keys, which are in byte order then. A Prefix or After
// that names a bucket is for that one; a bare Prefix is looked for in each. A
// bucket that fails ends the sequence.
func (f *Failover) List(ctx context.Context, o ListOptions) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		if err := o.Validate(); err != nil {
			yield(Object{}, err)
			return
		}
		only, prefix := f.split(o.Prefix)
		after, rest := f.split(o.After)
		if after == "" && rest != "" && len(f.members) > 1 {
			yield(Object{}, waybill.Invalid(string(List), "after needs a prefixed key").With("storage", "", ""))
			return
		}
		for _, n := range f.names() {
			if only != "" && only != n || after != "" && n+":" < after+":" {
				continue // the colon counts for the order too
			}
			each := ListOptions{Prefix: prefix, Delimiter: o.Delimiter}
			if n == after || after == "" {
				each.After = rest
			}
			if !f.listOne(ctx, n, each, yield) {
				return
			}
		}
	}
}

// names returns the buckets' names in the order of their prefixes.
func (f *Failover) names() []string {
	var names []string
	for _, m := range f.members {
		names = append(names, instance(m))
	}
	slices.SortFunc(names, func(x, y string) int { return strings.Compare(x+":", y+":") })
	return names
}

// listing is a listing of which the first object is there.
type listing struct {
	first Object
	any   bool
	err   error
	next  func() (Object, error, bool)
	stop  func()
}

func startList(b Bucket, ctx context.Context, o ListOptions) (*listing, error) {
	l := new(listing)
	l.next, l.stop = iter.Pull2(b.List(ctx, o))
	var err error
	l.first, err, l.any = l.next()
	if err != nil {
		l.stop()
		return nil, err
	}
	return l, nil
}

func bindList(l *listing, end context.CancelFunc) *listing {
	stop := l.stop
	l.stop = func() { stop(); end() }
	return l
}

// listOne lists one bucket and reports whether to go on.
func (f *Failover) listOne(ctx context.Context, at string, o ListOptions, yield func(Object, error) bool) bool {
	l, _, err := failover.Stream(ctx, f.list, f.selectAt(at), o, startList, bindList)
	if err != nil {
		yield(Object{}, err)
		return false
	}
	defer l.stop()
	for obj, ok := l.first, l.any; ok; {
		obj.Key = prefixed(at, obj.Key)
		if !yield(obj, nil) {
			return false
		}
		if obj, err, ok = l.next(); err != nil {
			yield(Object{}, err)
			return false
		}
	}
	return true
}
