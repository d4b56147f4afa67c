package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// Mirror keeps every object in several buckets at once. It implements Bucket,
// with bare keys.
//
// # Versions
//
// A Put stamps the object: the metadata "waybill-stamp" is a time that is later
// than every stamp that the buckets have for the key, with a random tail. The
// same bytes carry the same stamp everywhere, the later stamp is the newer
// version, whatever the buckets' clocks and ETags say, and the stamp is the ETag
// and the time of modification that the Mirror returns. What came into a bucket without a stamp counts as
// written when the bucket says that it was modified.
//
// # Quorum
//
// A Put is acknowledged when at least the quorum of buckets hold it. A read is
// answered when fewer buckets than the quorum failed to say what they have: then
// the newest acknowledged version was seen, and it is what is served. With two
// buckets and a quorum of 2 a Put needs both and a read either; with a quorum of
// 1 a Put needs either and a read both. What cannot be certain is Unavailable.
//
// # When a bucket dies
//
// Before a Put begins, all buckets are asked for the key; if the quorum cannot be
// reached the Put ends there, NotSent. The body then goes to all of them at once,
// none of which can finish before its end was read. If so many fail on the way
// that the quorum is lost, the others are abandoned and nothing is visible
// anywhere. A bucket that dies at the very end leaves the new version in some and
// the old in others: the Put is Ambiguous, reads serve the newest version that
// they see, and once that was repaired it stays. Write it again to be sure.
//
// A bucket that missed a Put has an old version or none. Reads see that and
// repair it, up to RepairLimit bytes, and Sync repairs everything. An object is
// copied from a bucket only as the version that was seen there, and becomes
// visible whole or not at all. After a copy, and after a Put, the buckets are
// asked once more, and whoever finds an older version behind its own mends it,
// so that writers and repairs in several processes do not leave an old version
// behind. One that dies between its copy and this second look leaves that to the
// next read or Sync.
//
// Delete needs all buckets; if one fails the call is Ambiguous and the object may
// come back by a repair, until the Delete is repeated. There are no tombstones.
//
// # Regions
//
// In and Outside say which files a bucket may hold. A Put goes to those that may
// hold its Region, and the region travels with the object in the metadata
// "waybill-region", so that repairs and Sync keep to it. An object without that
// is copied to unrestricted buckets only.
//
// # Concurrency
//
// A Mirror is safe for concurrent use; no goroutine outlives a call.
type Mirror struct {
	f      *Failover
	quorum int
	keys   locks
}

// The metadata that a Mirror adds to its objects and takes off again, about 60
// bytes of the 2 KiB.
const (
	metaStamp  = "waybill-stamp"
	metaRegion = "waybill-region"
)

// RepairLimit is the largest object in bytes that a read repairs; larger ones
// are left to Sync.
const RepairLimit = 8 << 20

// NewMirror returns a mirror of the buckets, of which quorum must hold an object
// before a Put is acknowledged; 0 means more than half. Options are those of
// [NewFailover]. It is InvalidArgument if there are fewer buckets than that.
func NewMirror(quorum int, options ...Option) (*Mirror, error) {
	f, err := NewFailover(options...)
	if err != nil {
		return nil, err
	}
	if quorum == 0 {
		quorum = len(f.members)/2 + 1
	}
	if quorum < 0 || quorum > len(f.members) {
		return nil, waybill.Invalid("new", "the quorum is not between 1 and the number of buckets").With("storage", "", "")
	}
	if f.name == "" {
		f.name = "mirror"
	}
	return &Mirror{f: f, quorum: quorum}, nil
}

// Name returns the name given by WithName, or "mirror".
func (m *Mirror) Name() string { return m.f.Name() }

// Quorum returns how many buckets must hold an object.
func (m *Mirror) Quorum() int { return m.quorum }

// Capabilities are what all buckets can do. A link to write would reach one
// bucket only, so there is none; a copy is a Get and a Put.
func (m *Mirror) Capabilities() Capabilities {
	c := m.f.Capabilities()
	c.SignedPut, c.Copy = false, true
	return c
}

// Status returns a snapshot of every bucket and verb.
func (m *Mirror) Status() []waybill.Status { return m.f.Status() }

// Restore puts an ejected bucket back.
func (m *Mirror) Restore(instance string) error { return m.f.Restore(instance) }

// Close refuses new calls and waits for those under way, or for ctx.
func (m *Mirror) Close(ctx context.Context) error { return m.f.Close(ctx) }

// admitted are the names of the buckets that may hold a file of the region; ""
// is a region that nobody knows.
func (m *Mirror) admitted(region string) (names []string) {
	for _, x := range m.f.members {
		u := x.Use
		free := len(u.In) == 0 && len(u.Outside) == 0
		if free || region != "" && (len(u.In) == 0 || slices.Contains(u.In, region)) && !slices.Contains(u.Outside, region) {
			names = append(names, instance(x))
		}
	}
	return names
}

// held is what one bucket says of a key.
type held struct {
	at    string
	obj   Object
	stamp string // "" when it has none
	err   *waybill.Error
}

// view is what all buckets say of a key.
type view struct {
	all    []held
	newest *held // nil when nobody has it
	failed int
	first  *waybill.Error
}

// look asks all buckets for a key at once.
func (m *Mirror) look(ctx context.Context, key string) view {
	v := view{all: make([]held, len(m.f.members))}
	var group crew
	for i, x := range m.f.members {
		group.Go(func() { v.all[i] = m.ask(ctx, instance(x), key) })
	}
	group.Wait()
	for i := range v.all {
		h := &v.all[i]
		if h.err != nil {
			if v.failed++; v.first == nil {
				v.first = h.err
			}
		} else if h.stamp != "" && (v.newest == nil || h.stamp > v.newest.stamp) {
			v.newest = h
		}
	}
	return v
}

func (m *Mirror) ask(ctx context.Context, at, key string) held {
	obj, err := m.f.Head(ctx, prefixed(at, key))
	switch {
	case err == nil:
		return held{at: at, obj: obj, stamp: stampOf(obj)}
	case waybill.CodeOf(err) == waybill.NotFound:
		return held{at: at}
	}
	return held{at: at, err: waybill.AsError(err)}
}

// stampOf is an object's version.
func stampOf(o Object) string {
	if s := o.Metadata[metaStamp]; s != "" {
		return s
	}
	return stamp(o.Modified.UnixNano(), 0)
}

// stamp writes a version: sixteen digits of nanoseconds, and a tail that tells
// two writers of the same moment apart.
func stamp(at int64, tail uint32) string {
	return pad(strconv.FormatUint(uint64(max(at, 1)), 16), 16) + "-" + pad(strconv.FormatUint(uint64(tail), 16), 8)
}

// moment is the time in a stamp in nanoseconds, 0 if it has none.
func moment(stamp string) int64 {
	digits, _, _ := strings.Cut(stamp, "-")
	n, err := strconv.ParseInt(digits, 16, 64)
	if err != nil {
		return 0
	}
	return n
}

func pad(s string, n int) string { return "0000000000000000"[:n-len(s)] + s }

// certain is nil when the newest acknowledged version must be in the view.
func (m *Mirror) certain(v view, op waybill.Verb, ref string) error {
	if v.failed < m.quorum {
		return nil
	}
	e := *v.first
	e.Op, e.Ref, e.Delivery = string(op), ref, waybill.NotSent
	e.Message = strconv.Itoa(v.failed) + " of " + strconv.Itoa(len(v.all)) + " buckets do not answer, so nobody knows the newest version: " + e.Message
	return &e
}

// shown is the object as the Mirror returns it.
func shown(key string, o Object) Object {
	o.Key, o.ETag, o.Provider, o.Bucket = key, stampOf(o), "mirror", "" // it lies in several
	if o.Metadata[metaStamp] != "" {
		if at := moment(o.ETag); at > 0 {
			o.Modified = time.Unix(0, at).UTC()
		}
		kept := make(map[string]string, len(o.Metadata))
		for k, v := range o.Metadata {
			if k != metaStamp && k != metaRegion {
				kept[k] = v
			}
		}
		if o.Metadata = kept; len(kept) == 0 {
			o.Metadata = nil
		}
	}
	return o
}

// locks are one lock for each key in use.
type locks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	sem  chan struct{}
	uses int
}

// lock waits for a key, or for the caller's end.
func (l *locks) lock(ctx context.Context, key string) (unlock func(), err *waybill.Error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*keyLock{}
	}
	k := l.held[key]
	if k == nil {
		k = &keyLock{sem: make(chan struct{}, 1)}
		l.held[key] = k
	}
	k.uses++
	l.mu.Unlock()
	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.uses--; k.uses == 0 {
			delete(l.held, key)
		}
	}
	select {
	case k.sem <- struct{}{}:
		return func() { <-k.sem; leave() }, nil
	case <-ctx.Done():
		leave()
		e := waybill.FromContext(ctx)
		e.Delivery = waybill.NotSent
		return nil, e.With("storage", "", "")
	}
}

var (
	_ Bucket = (*Mirror)(nil)
)
