package storage

import (
	"context"
	"io"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// located is where a bare key is.
type located struct {
	at  string // "" nowhere
	obj Object
	// unasked is the error of a bucket that could not say.
	unasked *waybill.Error
}

// locate asks the given buckets for a bare key.
func (f *Failover) locate(ctx context.Context, op waybill.Verb, key string, among []string) (located, error) {
	var l located
	for _, m := range f.members {
		n := instance(m)
		if !slices.Contains(among, n) {
			continue
		}
		obj, _, err := failover.One(ctx, f.head, f.selectAt(n), key, headOne)
		switch {
		case err == nil && l.at == "":
			l.at, l.obj = n, obj
		case err == nil && !same(l.obj, obj):
			return l, refusal(waybill.FailedPrecondition, op, "", "different objects have this key in "+l.at+" and "+n+"; use a prefixed key")
		case err == nil:
		case ctx.Err() != nil:
			return l, err
		case waybill.CodeOf(err) != waybill.NotFound && l.unasked == nil:
			l.unasked = waybill.AsError(err)
		}
	}
	return l, nil
}

// same reports whether two objects certainly have the same content, as after a
// Put that was thought to have failed.
func same(x, y Object) bool {
	return x.Size == y.Size && x.Checksum != "" && x.Checksum == y.Checksum
}

// find is locate in every bucket; what is nowhere is NotFound, unless somebody
// could not be asked.
func (f *Failover) find(ctx context.Context, op waybill.Verb, key string) (located, error) {
	var all []string
	for _, m := range f.members {
		all = append(all, instance(m))
	}
	if len(all) == 1 {
		return located{at: all[0]}, nil
	}
	l, err := f.locate(ctx, op, key, all)
	switch {
	case err != nil:
		return l, err
	case l.at == "" && l.unasked != nil:
		return l, l.unasked
	case l.at == "":
		return l, refusal(waybill.NotFound, op, "", "no bucket has such an object")
	}
	return l, nil
}

// place returns the bucket and the key in it.
func (f *Failover) place(ctx context.Context, op waybill.Verb, key string) (at, bare string, err error) {
	at, bare = f.split(key)
	if err := ValidateKey(op, bare); err != nil {
		return "", "", err
	}
	if at == "" {
		l, err := f.find(ctx, op, bare)
		if err != nil {
			return "", "", err
		}
		at = l.at
	}
	return at, bare, nil
}

func headOne(b Bucket, ctx context.Context, key string) (Object, error) { return b.Head(ctx, key) }

// Head returns the attributes of the object that the key means.
func (f *Failover) Head(ctx context.Context, key string) (Object, error) {
	at, bare, err := f.place(ctx, Head, key)
	if err != nil {
		return Object{}, err
	}
	obj, _, err := failover.One(ctx, f.head, f.selectAt(at), bare, headOne)
	if err != nil {
		return Object{}, err
	}
	obj.Key = prefixed(at, obj.Key)
	return obj, nil
}

// getRequest is one Get.
type getRequest struct {
	key string
	o   GetOptions
}

func getOne(b Bucket, ctx context.Context, r getRequest) (*Reader, error) {
	return b.Get(ctx, r.key, r.o)
}

// bound is a body that gives its place back when it is closed.
type bound struct {
	io.ReadCloser
	end context.CancelFunc
}

// Close closes the body and ends the attempt.
func (b *bound) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

func bindReader(r *Reader, end context.CancelFunc) *Reader {
	r.ReadCloser = &bound{r.ReadCloser, end}
	return r
}

// Get opens the object that the key means, where it lies.
func (f *Failover) Get(ctx context.Context, key string, o GetOptions) (*Reader, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	at, bare, err := f.place(ctx, Get, key)
	if err != nil {
		return nil, err
	}
	r, _, err := failover.Stream(ctx, f.get, f.selectAt(at), getRequest{bare, o}, getOne, bindReader)
	if err != nil {
		return nil, err
	}
	r.Object.Key = prefixed(at, r.Object.Key)
	return r, nil
}

// signRequest is one SignedURL.
type signRequest struct {
	key string
	o   SignOptions
}

func signOne(b Bucket, ctx context.Context, r signRequest) (Link, error) {
	return b.SignedURL(ctx, r.key, r.o)
}

// SignedURL signs a URL of the bucket where the object lies. To write with a
// bare key there must be one bucket only, since the file's region is not known:
// name the bucket.
func (f *Failover) SignedURL(ctx context.Context, key string, o SignOptions) (Link, error) {
	if err := o.Validate(); err != nil {
		return Link{}, err
	}
	at, bare := f.split(key)
	if err := ValidateKey(SignedURL, bare); err != nil {
		return Link{}, err
	}
	if at == "" && o.Method == "PUT" && len(f.members) > 1 {
		return Link{}, waybill.Invalid(string(SignedURL), "a link to write needs a prefixed key").With("storage", "", "")
	}
	at, bare, err := f.place(ctx, SignedURL, key)
	if err != nil {
		return Link{}, err
	}
	l, _, err := failover.One(ctx, f.sign, f.selectAt(at), signRequest{bare, o}, signOne)
	if err != nil {
		return Link{}, err
	}
	l.Key = prefixed(at, l.Key)
	return l, nil
}
