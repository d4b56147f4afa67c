package storage

import (
	"context"
	"io"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// putRequest is one Put; the body is shared by its tries.
type putRequest struct {
	key  string
	body *body.Source
	o    PutOptions
}

func putOne(b Bucket, ctx context.Context, r putRequest) (Object, error) {
	var in io.Reader = r.body
	if !r.body.Seekable() {
		in = struct{ io.Reader }{in}
	}
	return b.Put(ctx, r.key, in, r.o)
}

// Put stores the object in the bucket that the key names, in the one that has
// it already, or in the first that takes it, and returns it with its prefixed
// key. IfNotExists with a bare key needs an answer of every bucket that may
// hold the file.
func (f *Failover) Put(ctx context.Context, key string, r io.Reader, o PutOptions) (Object, error) {
	at, bare := f.split(key)
	if err := ValidateKey(Put, bare); err != nil {
		return Object{}, waybill.AsError(err).With("", "", o.Ref)
	}
	if err := o.Validate(); err != nil {
		return Object{}, err
	}
	sel := f.selectPut(at, o)
	if at == "" && !o.Fresh {
		only, err := f.where(ctx, bare, o, sel)
		if err != nil {
			return Object{}, err
		}
		sel.Only = only
	}
	src := body.New(ctx, string(Put), o.Ref, r, o.Size)
	src.Keep(replay)
	sel.Rewind = src.Rewind
	o.Size = src.Size()
	obj, served, err := failover.One(ctx, f.put, sel, putRequest{bare, src, o}, putOne)
	if err != nil {
		return Object{}, f.oneShot(err, src)
	}
	obj.Key = prefixed(served.Instance, obj.Key)
	return obj, nil
}

// oneShot says in the error that a body could not be had again.
func (f *Failover) oneShot(err error, src *body.Source) error {
	if !src.Barred() {
		return err
	}
	e := *waybill.AsError(err)
	e.Message += "; not tried again, since the body cannot be read again"
	return &e
}

// where returns the bucket that has a bare key, among those that may hold the
// file; "" when none has it.
func (f *Failover) where(ctx context.Context, key string, o PutOptions, sel *failover.Select) (string, error) {
	var may []string
	for _, c := range f.put.Explain(sel) {
		if c.Err == nil {
			may = append(may, c.Instance)
		}
	}
	if len(may) < 2 {
		return "", nil // nothing to confuse it with
	}
	l, err := f.locate(ctx, Put, key, may)
	switch {
	case err != nil:
		return "", err
	case o.IfNotExists && l.at != "":
		return "", refusal(waybill.AlreadyExists, Put, o.Ref, "the object exists in "+l.at)
	case o.IfNotExists && l.unasked != nil:
		return "", l.unasked.With("storage", "", o.Ref)
	}
	return l.at, nil
}

func refusal(code waybill.Code, op waybill.Verb, ref, message string) *waybill.Error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: "storage", Op: string(op), Ref: ref, Message: message}
}

func deleteKeys(b Bucket, ctx context.Context, keys []string) (struct{}, error) {
	return struct{}{}, b.Delete(ctx, keys...)
}

// Delete removes the objects where they lie; bare keys are removed from every
// bucket. The error says how many buckets failed, and is of the first.
func (f *Failover) Delete(ctx context.Context, keys ...string) error {
	by := make(map[string][]string)
	for _, k := range keys {
		at, bare := f.split(k)
		if err := ValidateKey(Delete, bare); err != nil {
			return err
		}
		for _, m := range f.members {
			if n := instance(m); at == "" || at == n {
				by[n] = append(by[n], bare)
			}
		}
	}
	var first *waybill.Error
	failed := 0
	for _, m := range f.members {
		n := instance(m)
		if len(by[n]) == 0 {
			continue
		}
		if _, _, err := failover.One(ctx, f.delete, f.selectAt(n), by[n], deleteKeys); err != nil {
			failed++
			if first == nil {
				first = waybill.AsError(err)
			}
		}
	}
	if first == nil {
		return nil
	}
	if len(by) < 2 {
		return first
	}
	e := *first
	e.Message = strconv.Itoa(failed) + " of " + strconv.Itoa(len(by)) + " buckets failed: " + e.Message
	return &e
}

func copyOne(b Bucket, ctx context.Context, keys [2]string) (Object, error) {
	return b.Copy(ctx, keys[0], keys[1])
}

// Copy makes a copy in the same bucket. A prefix on the second key must name
// the first one's bucket: from one bucket to another, Get and Put.
func (f *Failover) Copy(ctx context.Context, from, to string) (Object, error) {
	at, src := f.split(from)
	other, dst := f.split(to)
	for _, k := range [...]string{src, dst} {
		if err := ValidateKey(Copy, k); err != nil {
			return Object{}, err
		}
	}
	if at == "" {
		l, err := f.find(ctx, Copy, src)
		if err != nil {
			return Object{}, err
		}
		at = l.at
	}
	if other != "" && other != at {
		return Object{}, refusal(waybill.Unsupported, Copy, "", "a copy into another bucket is a Get and a Put")
	}
	obj, served, err := failover.One(ctx, f.copy, f.selectAt(at), [2]string{src, dst}, copyOne)
	if err != nil {
		return Object{}, err
	}
	obj.Key = prefixed(served.Instance, obj.Key)
	return obj, nil
}
