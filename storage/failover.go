package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// replay is how much of a body that cannot be rewound is kept, so that a Put
// can still go to the next bucket: as much as the first part of an upload.
const replay = 5 << 20

// Failover is several buckets as one. It implements Bucket.
//
// # Keys
//
// Objects that it returns have keys with their bucket's name before them, such
// as "oss:invoices/1"; every method takes them and goes to that bucket alone.
// The name is the instance's: what As said, else the adapter's.
//
// A bare key is looked up: reads ask every bucket for its attributes, and serve
// from the one that has it. If several have different objects under it, that is
// FailedPrecondition, since nobody knows which one is meant. A bare key in a Put
// goes to the bucket that has it already, and there only; a new one goes to the
// first bucket that takes it.
//
// # Failover
//
// A Put goes on to the next bucket when one fails, unless IfNotExists and an
// ambiguous outcome forbid it, and if its body can be rewound or no more than
// 5 MiB of it were read; otherwise the error says that it could not. An object
// may then be left in a bucket that failed ambiguously, with no key to it. Get,
// Head, Delete, Copy and SignedURL are for the object where it lies, and are
// only repeated there.
//
// # Regions
//
// In and Outside say which files a bucket may hold: a Put with another Region
// never reaches it, not even to look a bare key up. Reads, deletions and
// look-ups of bare keys carry no file and ask every bucket; with prefixed keys
// nothing is looked up.
//
// # Concurrency
//
// A Failover is safe for concurrent use and starts no goroutine.
type Failover struct {
	name    string
	region  string
	set     *failover.Set
	members []failover.Member
	put     *failover.Lane[Bucket]
	get     *failover.Lane[Bucket]
	head    *failover.Lane[Bucket]
	delete  *failover.Lane[Bucket]
	list    *failover.Lane[Bucket]
	copy    *failover.Lane[Bucket]
	sign    *failover.Lane[Bucket]
}

// Option configures a Failover.
type Option func(*failover.Builder) error

// With adds a bucket. The order of With is the order of writing, unless
// priorities or weights say otherwise.
func With(b Bucket, use ...waybill.UseOption) Option {
	return func(f *failover.Builder) error {
		if b == nil {
			return waybill.Invalid("new", "a bucket is nil").With("storage", "", "")
		}
		return f.Add(b, use)
	}
}

// In restricts a bucket to files of these regions; see [waybill.In].
func In(regions ...string) waybill.UseOption { return waybill.In(regions...) }

// Outside keeps files of these regions out of a bucket; see [waybill.Outside].
func Outside(regions ...string) waybill.UseOption { return waybill.Outside(regions...) }

// As names a bucket; see [waybill.As]. The name stands before its keys, and so
// must be kept as long as they are.
func As(instance string) waybill.UseOption { return waybill.As(instance) }

// WithDefaultRegion sets the region (ISO 3166-1 alpha-2) of Puts that name none.
func WithDefaultRegion(region string) Option {
	return func(b *failover.Builder) error { return b.SetRegion(region) }
}

// WithPolicy tunes the given verbs, all without any.
func WithPolicy(p waybill.Policy, verbs ...waybill.Verb) Option {
	return func(b *failover.Builder) error { b.SetPolicy(p, verbs); return nil }
}

// WithHooks adds hooks; see [waybill.Hooks].
func WithHooks(h *waybill.Hooks) Option {
	return func(b *failover.Builder) error { b.AddHooks(h); return nil }
}

// WithName names the client in hooks and behind other clients.
func WithName(name string) Option {
	return func(b *failover.Builder) error { b.Name = name; return nil }
}

// NewFailover returns a client of at least one bucket. Attempts have no
// time-out of their own, since nobody knows how long a transfer may take: the
// buckets bound silence, the context the whole.
func NewFailover(options ...Option) (*Failover, error) {
	b := failover.Builder{Domain: "storage"}
	if err := failover.Apply(&b, options); err != nil {
		return nil, err
	}
	set, err := b.Build()
	if err != nil {
		return nil, err
	}
	f := &Failover{name: b.Name, region: b.Region, set: set, members: set.Members()}
	lane := func(v waybill.Verb, k failover.Kind) *failover.Lane[Bucket] {
		return failover.NewLane[Bucket](set, v, k, waybill.Policy{AttemptTimeout: -1, NextOnNotFound: waybill.No}, b.Policy(v))
	}
	// A Put is a send, so that its time is never divided.
	f.put = lane(Put, failover.Send)
	f.get, f.head, f.list, f.sign = lane(Get, failover.Read), lane(Head, failover.Read), lane(List, failover.Read), lane(SignedURL, failover.Read)
	f.delete, f.copy = lane(Delete, failover.Replace), lane(Copy, failover.Send)
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	for _, m := range f.members {
		if n := instance(m); strings.ContainsAny(n, ":/") {
			return nil, waybill.Invalid("new", "the bucket's name "+n+" has a colon or slash").With("storage", "", "")
		}
	}
	return f, nil
}

func instance(m failover.Member) string {
	if m.Use.Instance != "" {
		return m.Use.Instance
	}
	return m.Provider.Name()
}

// Name returns the name given by WithName, or "storage".
func (f *Failover) Name() string {
	if f.name == "" {
		return "storage"
	}
	return f.name
}

// Capabilities are what all buckets can do. MaxObject is the least of theirs,
// Checksum what they have in common.
func (f *Failover) Capabilities() Capabilities {
	all := Capabilities{IfNotExists: true, Range: true, SignedGet: true, SignedPut: true, Copy: true, Expires: true}
	for i, m := range f.members {
		c := m.Provider.(Bucket).Capabilities()
		all.IfNotExists = all.IfNotExists && c.IfNotExists
		all.Range = all.Range && c.Range
		all.SignedGet = all.SignedGet && c.SignedGet
		all.SignedPut = all.SignedPut && c.SignedPut
		all.Copy = all.Copy && c.Copy
		all.Expires = all.Expires && c.Expires
		if i == 0 {
			all.Checksum = c.Checksum
		} else if all.Checksum != c.Checksum {
			all.Checksum = ""
		}
		if c.MaxObject > 0 && (all.MaxObject == 0 || c.MaxObject < all.MaxObject) {
			all.MaxObject = c.MaxObject
		}
	}
	return all
}

// Explain says which buckets a Put with these options would be offered to, in
// order, and which are passed over and why. It makes no traffic.
func (f *Failover) Explain(key string, o PutOptions) ([]waybill.Candidate, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	at, bare := f.split(key)
	if err := ValidateKey(Put, bare); err != nil {
		return nil, err
	}
	return f.put.Explain(f.selectPut(at, o)), nil
}

// Status returns a snapshot of every bucket and verb.
func (f *Failover) Status() []waybill.Status { return f.set.Status() }

// Drain takes a bucket out by hand until Restore, for reads too; InvalidArgument
// if there is none of that name.
func (f *Failover) Drain(instance string) error { return f.set.Drain(instance) }

// Restore puts a drained or ejected bucket back.
func (f *Failover) Restore(instance string) error { return f.set.Restore(instance) }

// Close refuses new calls and waits for those under way, or for ctx. Readers go
// on until they are closed. The buckets are their owners'.
func (f *Failover) Close(ctx context.Context) error { return f.set.Close(ctx) }

// split takes a key apart into the bucket's name, "" for a bare key, and the
// key in it.
func (f *Failover) split(key string) (at, bare string) {
	name, rest, ok := strings.Cut(key, ":")
	if ok && slices.ContainsFunc(f.members, func(m failover.Member) bool { return instance(m) == name }) {
		return name, rest
	}
	return "", key
}

// prefixed is the key as the client returns it.
func prefixed(at, key string) string { return at + ":" + key }

// selectPut is the selection of a write, with its region.
func (f *Failover) selectPut(at string, o PutOptions) *failover.Select {
	s := &failover.Select{Only: at, Ref: o.Ref, Missing: "Region", AllowDuplicates: !o.IfNotExists}
	region := o.Region
	if region == "" {
		region = f.region
	}
	if region != "" {
		s.Regions = []string{region}
	}
	return s
}

// selectAt is the selection of what happens to an object where it lies: its
// bucket's own region.
func (f *Failover) selectAt(at string) *failover.Select {
	s := &failover.Select{Only: at}
	for _, m := range f.members {
		if instance(m) == at {
			s.Regions = own(m.Use)
		}
	}
	return s
}

// own returns a region that the bucket is for.
func own(u waybill.Use) []string {
	if len(u.In) > 0 {
		return u.In[:1]
	}
	// ZZ and its neighbours are for private use: nobody lives there.
	for _, r := range [...]string{"ZZ", "XZ", "XY", "XX", "QZ", "QY", "QX"} {
		if !slices.Contains(u.Outside, r) {
			return []string{r}
		}
	}
	return nil
}

var _ Bucket = (*Failover)(nil)
