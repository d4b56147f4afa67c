package storage

import (
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// Put stores the object in every bucket that may hold its region. The body is
// read once, and goes to all of them at the pace of the slowest. See [Mirror]
// for what an error means.
func (m *Mirror) Put(ctx context.Context, key string, r io.Reader, o PutOptions) (Object, error) {
	if err := ValidateKey(Put, key); err != nil {
		return Object{}, waybill.AsError(err).With("", "", o.Ref)
	}
	region := o.Region
	if region == "" {
		region = m.f.region
	}
	names := m.admitted(region)
	if err := m.acceptable(o, region, names); err != nil {
		return Object{}, err
	}
	unlock, e := m.keys.lock(ctx, key)
	if e != nil {
		return Object{}, e.With("", string(Put), o.Ref)
	}
	defer unlock()
	last, err := m.before(ctx, key, o, names)
	if err != nil {
		return Object{}, err
	}
	o.Region = region
	o.Metadata = stamped(o.Metadata, later(last), region)
	if err := o.Validate(); err != nil {
		return Object{}, err
	}
	src := body.New(ctx, string(Put), o.Ref, r, o.Size)
	o.Size = src.Size()
	w := &spread{m: m, names: names, key: key, o: o, src: src}
	obj, err := w.run(ctx)
	if err != nil {
		return Object{}, err
	}
	// Somebody else's repair may have put an older version behind ours.
	if v := m.look(ctx, key); v.newest != nil {
		m.repair(ctx, key, v, -1)
	}
	return shown(key, obj), nil
}

// acceptable checks a Put before any traffic.
func (m *Mirror) acceptable(o PutOptions, region string, names []string) error {
	if err := o.Validate(); err != nil {
		return err
	}
	for _, k := range [...]string{metaStamp, metaRegion} {
		if _, ok := o.Metadata[k]; ok {
			return waybill.Invalid(string(Put), "the metadata "+k+" is the mirror's own").With("storage", "", o.Ref)
		}
	}
	switch {
	case len(names) >= m.quorum:
		return nil
	case region == "":
		return waybill.Invalid(string(Put), "Region is missing, and the buckets are for some regions only").With("storage", "", o.Ref)
	}
	return refusal(waybill.Unsupported, Put, o.Ref, "only "+strconv.Itoa(len(names))+" buckets may hold files of "+region+", and the quorum is "+strconv.Itoa(m.quorum))
}

// before asks what the buckets have, and returns the latest stamp.
func (m *Mirror) before(ctx context.Context, key string, o PutOptions, names []string) (string, error) {
	if o.Fresh {
		return "", nil
	}
	v := m.look(ctx, key)
	if err := m.certain(v, Put, o.Ref); err != nil {
		return "", err
	}
	alive := 0
	for _, h := range v.all {
		for _, n := range names {
			if h.at == n && h.err == nil {
				alive++
			}
		}
	}
	if alive < m.quorum {
		e := *v.first
		e.Op, e.Ref, e.Delivery = string(Put), o.Ref, waybill.NotSent
		e.Message = "the quorum of " + strconv.Itoa(m.quorum) + " buckets cannot be reached: " + e.Message
		return "", &e
	}
	if v.newest == nil {
		return "", nil
	}
	if o.IfNotExists {
		return "", refusal(waybill.AlreadyExists, Put, o.Ref, "the object exists in "+v.newest.at)
	}
	return v.newest.stamp, nil
}

// later is a stamp after another one and not before now.
func later(last string) string {
	at := time.Now().UnixNano()
	return stamp(max(at, moment(last)+1), rand.Uint32())
}

// stamped is the metadata as it is stored.
func stamped(metadata map[string]string, version, region string) map[string]string {
	out := maps.Clone(metadata)
	if out == nil {
		out = map[string]string{}
	}
	out[metaStamp] = version
	if region != "" {
		out[metaRegion] = region
	}
	return out
}

// spread is one body on its way to several buckets.
type spread struct {
	m     *Mirror
	names []string
	key   string
	o     PutOptions
	src   *body.Source

	mu     sync.Mutex
	stored []Object
	failed int
	maybe  bool // some failure was not certainly one
	first  *waybill.Error
	lost   chan struct{} // closed when the quorum is lost
}

// errAbandoned is what a bucket reads of a body whose Put cannot succeed.
var errAbandoned = errors.New("storage: the mirror lost its quorum")

// run writes to all, and returns the object if the quorum has it.
func (w *spread) run(ctx context.Context) (Object, error) {
	w.lost = make(chan struct{})
	pipes := make([]*io.PipeWriter, len(w.names))
	var group crew
	for i, n := range w.names {
		pr, pw := io.Pipe()
		pipes[i] = pw
		group.Go(func() {
			defer func() { _ = pr.CloseWithError(errAbandoned) }() // the writer goes on without it
			obj, err := w.m.f.Put(ctx, prefixed(n, w.key), struct{ io.Reader }{pr}, w.o)
			_ = pr.CloseWithError(errAbandoned)
			w.ended(obj, err)
		})
	}
	w.send(pipes, &group)
	return w.outcome()
}

// send feeds the pipes and waits for the buckets, also when the body panics.
func (w *spread) send(pipes []*io.PipeWriter, group *crew) {
	err := errAbandoned
	defer func() {
		for _, p := range pipes {
			_ = p.CloseWithError(err) // nil is the end of the body
		}
		group.Wait()
	}()
	err = w.feed(pipes)
}

// ended notes what came of one bucket.
func (w *spread) ended(obj Object, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.stored = append(w.stored, obj)
		return
	}
	e := waybill.AsError(err)
	w.maybe = w.maybe || e.Delivery != waybill.NotSent
	if w.first == nil {
		w.first = e
	}
	if w.failed++; w.failed == len(w.names)-w.m.quorum+1 {
		close(w.lost)
	}
}

// feed copies the body into the pipes, and returns why it ended before its end.
func (w *spread) feed(pipes []*io.PipeWriter) error {
	buf := make([]byte, 64<<10)
	dead := make([]bool, len(pipes))
	for {
		n, err := w.src.Read(buf)
		for i, p := range pipes {
			if n == 0 || dead[i] {
				continue
			}
			if _, gone := p.Write(buf[:n]); gone != nil {
				dead[i] = true
			}
		}
		select {
		case <-w.lost:
			return errAbandoned
		default:
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// outcome is the object, or what the failures come to.
func (w *spread) outcome() (Object, error) {
	if len(w.stored) >= w.m.quorum {
		return w.stored[0], nil
	}
	e := w.first
	if own := w.src.Err(); own != nil {
		e = own
	}
	c := *e
	c.Op, c.Ref = string(Put), w.o.Ref
	if c.Provider == "" {
		c.Provider = "storage"
	}
	c.Delivery = waybill.NotSent
	if len(w.stored) > 0 || w.maybe {
		c.Delivery = waybill.Ambiguous
	}
	if w.src.Err() == nil {
		c.Message = strconv.Itoa(len(w.stored)) + " of " + strconv.Itoa(len(w.names)) + " buckets have it and " + strconv.Itoa(w.m.quorum) + " must: " + c.Message
	}
	return Object{}, &c
}

// Delete removes the objects from every bucket. Unless all of them answer it is
// an error, and what is left may come back by a repair: delete again.
func (m *Mirror) Delete(ctx context.Context, keys ...string) error {
	for _, k := range keys {
		if err := ValidateKey(Delete, k); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		return nil
	}
	errs := make([]error, len(m.f.members))
	var group crew
	for i, x := range m.f.members {
		there := make([]string, len(keys))
		for j, k := range keys {
			there[j] = prefixed(instance(x), k)
		}
		group.Go(func() { errs[i] = m.f.Delete(ctx, there...) })
	}
	group.Wait()
	failed := 0
	var first *waybill.Error
	for _, err := range errs {
		if err == nil {
			continue
		}
		if failed++; first == nil {
			first = waybill.AsError(err)
		}
	}
	if first == nil {
		return nil
	}
	e := *first
	if failed < len(errs) {
		e.Delivery = waybill.Ambiguous
	}
	e.Message = strconv.Itoa(failed) + " of " + strconv.Itoa(len(errs)) + " buckets failed: " + e.Message
	return &e
}

// Copy makes a copy with its attributes, through this process: each bucket gets
// the same bytes and the same stamp.
func (m *Mirror) Copy(ctx context.Context, from, to string) (Object, error) {
	for _, k := range [...]string{from, to} {
		if err := ValidateKey(Copy, k); err != nil {
			return Object{}, err
		}
	}
	if from == to {
		return m.Head(ctx, from)
	}
	r, region, err := m.open(ctx, Copy, from, GetOptions{})
	if err != nil {
		return Object{}, err
	}
	defer func() { _ = r.Close() }()
	o := attributes(r.Object)
	o.Region = region
	obj, err := m.Put(ctx, to, r, o)
	if err != nil {
		return Object{}, waybill.AsError(err).With("", string(Copy), "")
	}
	return obj, nil
}

// attributes are the options that make the same object again.
func attributes(o Object) PutOptions {
	return PutOptions{Size: o.Size, ContentType: o.ContentType, ContentDisposition: o.ContentDisposition, CacheControl: o.CacheControl, Metadata: o.Metadata,
		Checksum: o.Checksum, Expires: o.Expires}
}
