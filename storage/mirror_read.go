package storage

import (
	"context"
	"iter"
	"slices"

	"github.com/waybill-go/waybill"
)

// newest looks for a key and returns its newest version, repaired where that is
// cheap.
func (m *Mirror) newest(ctx context.Context, op waybill.Verb, key string) (view, error) {
	if err := ValidateKey(op, key); err != nil {
		return view{}, err
	}
	v := m.look(ctx, key)
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return v, e.With("storage", string(op), "")
	}
	if err := m.certain(v, op, ""); err != nil {
		return v, err
	}
	if v.newest == nil {
		return v, refusal(waybill.NotFound, op, "", "no bucket has such an object")
	}
	if v.newest.obj.Size <= RepairLimit && len(m.behind(v)) > 0 {
		if unlock, e := m.keys.lock(ctx, key); e == nil {
			m.repair(ctx, key, m.look(ctx, key), RepairLimit)
			unlock()
		}
	}
	return v, nil
}

// Head returns the newest version's attributes.
func (m *Mirror) Head(ctx context.Context, key string) (Object, error) {
	v, err := m.newest(ctx, Head, key)
	if err != nil {
		return Object{}, err
	}
	return shown(key, v.newest.obj), nil
}

// Get opens the newest version, in the first bucket that has it and serves it.
func (m *Mirror) Get(ctx context.Context, key string, o GetOptions) (*Reader, error) {
	r, _, err := m.open(ctx, Get, key, o)
	return r, err
}

// openTries bounds how often a Get looks again because the object was replaced
// between the look and the opening.
const openTries = 10

// open is Get, with the region that the object says.
func (m *Mirror) open(ctx context.Context, op waybill.Verb, key string, o GetOptions) (r *Reader, region string, err error) {
	if err := o.Validate(); err != nil {
		return nil, "", err
	}
	for range openTries {
		v, bad := m.newest(ctx, op, key)
		if bad != nil {
			return nil, "", bad
		}
		if o.IfMatch != "" && o.IfMatch != v.newest.stamp {
			return nil, "", refusal(waybill.FailedPrecondition, op, "", "the object has another version")
		}
		r, err = m.openOne(ctx, key, v, o)
		if err == nil {
			region = r.Object.Metadata[metaRegion]
			r.Object = shown(key, r.Object)
			return r, region, nil
		}
		if code := waybill.CodeOf(err); code != waybill.FailedPrecondition && code != waybill.NotFound {
			return nil, "", err
		}
	}
	e := *waybill.AsError(err)
	e.Code, e.Scope, e.Delivery = waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent
	return nil, "", &e
}

// openOne opens the newest version in the first bucket that has it.
func (m *Mirror) openOne(ctx context.Context, key string, v view, o GetOptions) (*Reader, error) {
	var first error
	for _, h := range v.all {
		if h.err != nil || h.stamp != v.newest.stamp {
			continue
		}
		r, err := m.f.Get(ctx, prefixed(h.at, key), GetOptions{Offset: o.Offset, Length: o.Length, IfMatch: h.obj.ETag})
		if err == nil {
			return r, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil || waybill.CodeOf(err) == waybill.InvalidArgument {
			break // a range that lies outside lies so everywhere
		}
	}
	return nil, first
}

// SignedURL signs a URL to read the newest version, of a bucket that has it, or
// of any when none has. One to write would reach one bucket only and is Unsupported.
func (m *Mirror) SignedURL(ctx context.Context, key string, o SignOptions) (Link, error) {
	if err := o.Validate(); err != nil {
		return Link{}, err
	}
	if o.Method == "PUT" {
		return Link{}, refusal(waybill.Unsupported, SignedURL, "", "a link to write would reach one bucket only")
	}
	v, err := m.newest(ctx, SignedURL, key)
	if err != nil && (v.newest != nil || waybill.CodeOf(err) != waybill.NotFound) {
		return Link{}, err
	}
	var first error
	for _, h := range v.all {
		if h.err != nil || v.newest != nil && h.stamp != v.newest.stamp {
			continue
		}
		l, err := m.f.SignedURL(ctx, prefixed(h.at, key), o)
		if err == nil {
			l.Key = key
			return l, nil
		}
		if first == nil {
			first = err
		}
	}
	return Link{}, first
}

// List yields the objects of all buckets in byte order, each key once, with the
// attributes of the bucket that modified it last; Head is certain. It fails when
// so many buckets fail that something acknowledged may be missing.
func (m *Mirror) List(ctx context.Context, o ListOptions) iter.Seq2[Object, error] {
	return m.list(ctx, o, m.quorum)
}

// list is List, which ends when as many buckets failed as bound.
func (m *Mirror) list(ctx context.Context, o ListOptions, bound int) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		if err := o.Validate(); err != nil {
			yield(Object{}, err)
			return
		}
		var open []*listing
		failed := 0
		for _, x := range m.f.members {
			l := &listing{}
			l.start(ctx, m.f, instance(x), o)
			defer l.stop()
			if l.err != nil {
				if failed++; failed >= bound {
					yield(Object{}, l.err)
					return
				}
				continue
			}
			open = append(open, l)
		}
		for {
			obj, ok := least(open)
			if !ok {
				return
			}
			for _, l := range open {
				for l.any && l.first.Key == obj.Key {
					if l.advance(); l.err == nil {
						continue
					}
					if failed++; failed >= bound {
						yield(Object{}, l.err)
						return
					}
				}
			}
			if obj.Metadata[metaStamp] != "" {
				obj = shown(obj.Key, obj)
			} else {
				obj.ETag = "" // a bucket's own, which is not the mirror's
			}
			if !yield(obj, nil) {
				return
			}
		}
	}
}

// start begins the listing of one bucket, with bare keys.
func (l *listing) start(ctx context.Context, f *Failover, at string, o ListOptions) {
	next, stop := iter.Pull2(func(yield func(Object, error) bool) { f.listOne(ctx, at, o, yield) })
	l.next, l.stop = func() (Object, error, bool) {
		obj, err, ok := next()
		obj.Key = obj.Key[min(len(obj.Key), len(at)+1):]
		return obj, err, ok
	}, stop
	l.advance()
}

// advance goes to the next object.
func (l *listing) advance() {
	if l.first, l.err, l.any = l.next(); l.err != nil {
		l.any = false
	}
}

// least is the next object of several listings: that of the bucket that modified
// it last.
func least(open []*listing) (Object, bool) {
	var best *Object
	for _, l := range open {
		if l.any && (best == nil || l.first.Key < best.Key || l.first.Key == best.Key && l.first.Modified.After(best.Modified)) {
			best = &l.first
		}
	}
	if best == nil {
		return Object{}, false
	}
	return *best, true
}

// behind are the buckets that should have the newest version and have not.
func (m *Mirror) behind(v view) (names []string) {
	may := m.admitted(v.newest.obj.Metadata[metaRegion])
	for _, h := range v.all {
		if h.err == nil && h.stamp != v.newest.stamp && slices.Contains(may, h.at) {
			names = append(names, h.at)
		}
	}
	return names
}
