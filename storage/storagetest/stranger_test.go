package storagetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/wire"
)

const strangerKey = "key-of-a-strange-bucket"

// stranger is a bucket as somebody else writes it, on what is public: a server
// of PUT, GET, HEAD, DELETE, COPY and a listing in JSON, all in memory.
type stranger struct {
	base  string
	wire  *wire.Client
	naive bool // hands out whatever comes
}

func newStranger(base string, hc *http.Client) (*stranger, error) {
	base, err := wire.BaseURL("strangestorage", base, "https://store.example.com")
	if err != nil {
		return nil, err
	}
	c, err := wire.New(wire.Config{Provider: "strangestorage", HTTPClient: hc, Secrets: func() []string { return []string{strangerKey} }})
	return &stranger{base: base, wire: c}, err
}

func (b *stranger) Name() string               { return "strangestorage" }
func (b *stranger) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, b.Name()) }
func (b *stranger) Capabilities() storage.Capabilities {
	return storage.Capabilities{IfNotExists: true, Range: true, Copy: true, Checksum: "crc32"}
}

// request is a request about a key. Headers come in pairs; empty ones are left
// out.
func (b *stranger) request(op waybill.Verb, method, key string, pairs ...string) *wire.Request {
	h := http.Header{"Authorization": {"Bearer " + strangerKey}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			h.Set(pairs[i], pairs[i+1])
		}
	}
	return &wire.Request{Op: string(op), Method: method, URL: b.base + "/o/" + url.PathEscape(key), Header: h, Private: []string{key}}
}

func (b *stranger) own(err error, op waybill.Verb, ref string) error {
	if err == nil {
		return nil
	}
	return waybill.AsError(err).With(b.Name(), string(op), ref)
}

// object does a request and reads the attributes from its reply.
func (b *stranger) object(ctx context.Context, key string, r *wire.Request) (storage.Object, error) {
	reply, err := b.wire.Do(ctx, r)
	if err != nil {
		return storage.Object{}, err
	}
	if e := b.refusal(reply); e != nil {
		return storage.Object{}, e
	}
	return b.attributes(key, reply)
}

func (b *stranger) attributes(key string, r *wire.Reply) (storage.Object, error) {
	var o storage.Object
	text, err := url.QueryUnescape(r.Header.Get("X-Attributes"))
	if err != nil || json.Unmarshal([]byte(text), &o) != nil || o.Checksum == "" {
		return o, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "no attributes")
	}
	o.Key, o.Provider, o.Bucket = key, b.Name(), "strange"
	return o, nil
}

func (b *stranger) refusal(r *wire.Reply) *waybill.Error {
	switch {
	case r.Status == 404 && r.Header.Get("X-Code") == "no_object":
		return r.Error(waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "no_object", "no such object")
	case r.Status == 412 && r.Header.Get("X-Code") == "exists":
		return r.Error(waybill.AlreadyExists, waybill.ScopeRequest, waybill.NotSent, "exists", "the object exists")
	}
	return r.StatusError()
}

func (b *stranger) Put(ctx context.Context, key string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	if err := storage.ValidateKey(storage.Put, key); err != nil {
		return storage.Object{}, b.own(err, storage.Put, o.Ref)
	}
	if err := o.Validate(); err != nil {
		return storage.Object{}, b.own(err, storage.Put, o.Ref)
	}
	body, _, err := storage.PutBody(ctx, r, o)
	if err != nil {
		return storage.Object{}, b.own(err, storage.Put, o.Ref)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return storage.Object{}, b.own(err, storage.Put, o.Ref)
	}
	want := storage.Object{Size: int64(len(data)), ContentType: o.ContentType, ContentDisposition: o.ContentDisposition, CacheControl: o.CacheControl,
		Metadata: map[string]string{}, Checksum: fmt.Sprintf("crc32:%08x", crc32.ChecksumIEEE(data))}
	want.ETag = want.Checksum[6:] + strconv.FormatInt(want.Size, 10)
	if want.ContentType == "" {
		want.ContentType = "application/octet-stream"
	}
	for name, v := range o.Metadata {
		want.Metadata[strings.ToLower(name)] = v
	}
	text, err := json.Marshal(want)
	if err != nil {
		return storage.Object{}, b.own(err, storage.Put, o.Ref)
	}
	none := ""
	if o.IfNotExists {
		none = "*"
	}
	req := b.request(storage.Put, http.MethodPut, key, "X-Attributes", url.QueryEscape(string(text)), "If-None-Match", none)
	req.Ref, req.Send, req.Body = o.Ref, true, data
	return b.object(ctx, key, req)
}

func (b *stranger) Head(ctx context.Context, key string) (storage.Object, error) {
	if err := storage.ValidateKey(storage.Head, key); err != nil {
		return storage.Object{}, b.own(err, storage.Head, "")
	}
	return b.object(ctx, key, b.request(storage.Head, http.MethodHead, key))
}

func (b *stranger) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	if err := storage.ValidateKey(storage.Get, key); err != nil {
		return nil, b.own(err, storage.Get, "")
	}
	if err := o.Validate(); err != nil {
		return nil, b.own(err, storage.Get, "")
	}
	whole := o.Offset == 0 && o.Length == 0
	span := ""
	if !whole { // this server knows ranges from the beginning only
		at, err := b.object(ctx, key, b.request(storage.Get, http.MethodHead, key))
		if err != nil {
			return nil, err
		}
		start, n, err := o.Span(at.Size)
		if err != nil {
			return nil, b.own(err, storage.Get, "")
		}
		o.Offset, o.Length, span = start, n, fmt.Sprintf("bytes=%d-%d", start, start+n-1)
	}
	s, err := b.wire.Stream(ctx, b.request(storage.Get, http.MethodGet, key, "Range", span, "If-Match", o.IfMatch))
	if err != nil {
		return nil, err
	}
	if e := b.refusal(&s.Reply); e != nil {
		return nil, e
	}
	obj, err := b.attributes(key, &s.Reply)
	if err == nil && (s.Status == http.StatusPartialContent) == whole {
		err = s.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "not the range that was asked for")
	}
	if err != nil {
		_ = s.Reader.Close()
		return nil, err
	}
	sum := ""
	if whole {
		o.Length, sum = obj.Size, obj.Checksum
	}
	r := &storage.Reader{ReadCloser: s.Reader, Object: obj, Offset: o.Offset, Length: o.Length}
	if !b.naive {
		r.ReadCloser = struct {
			io.Reader
			io.Closer
		}{storage.Verify(b.Name(), s.Reader, o.Length, sum), s.Reader}
	}
	return r, nil
}

func (b *stranger) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := storage.ValidateKey(storage.Delete, key); err != nil {
			return b.own(err, storage.Delete, "")
		}
	}
	var first *waybill.Error
	failed := 0
	for _, key := range keys {
		reply, err := b.wire.Do(ctx, b.request(storage.Delete, http.MethodDelete, key))
		e := waybill.AsError(err)
		if err == nil {
			e = reply.StatusError()
		}
		if e != nil {
			failed++
			if first == nil {
				first = e
			}
		}
	}
	if first == nil {
		return nil
	}
	e := *first
	e.Message = fmt.Sprintf("%d of %d failed; %s", failed, len(keys), e.Message)
	return &e
}

func (b *stranger) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	return func(yield func(storage.Object, error) bool) {
		fail := func(err error) { yield(storage.Object{}, b.own(err, storage.List, "")) }
		if err := o.Validate(); err != nil {
			fail(err)
			return
		}
		r := b.request(storage.List, http.MethodGet, "")
		r.URL, r.Query, r.Private = b.base+"/list", url.Values{"prefix": {o.Prefix}}, []string{o.Prefix, o.After}
		reply, err := b.wire.Do(ctx, r)
		if err != nil {
			fail(err)
			return
		}
		if e := b.refusal(reply); e != nil {
			fail(e)
			return
		}
		var list struct{ Objects *[]storage.Object }
		if e := reply.JSON(&list); e != nil {
			fail(e)
			return
		}
		if list.Objects == nil {
			fail(reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "no list"))
			return
		}
		last := ""
		for _, obj := range *list.Objects {
			entry, isPrefix, ok := o.Folded(obj.Key)
			if !ok || isPrefix && entry == last {
				continue
			}
			if isPrefix {
				last, obj = entry, storage.Object{Key: entry, IsPrefix: true}
			}
			if !isPrefix {
				obj.Provider, obj.Bucket = b.Name(), "strange"
			}
			if !yield(obj, nil) {
				return
			}
		}
	}
}

func (b *stranger) Copy(ctx context.Context, from, to string) (storage.Object, error) {
	for _, key := range []string{from, to} {
		if err := storage.ValidateKey(storage.Copy, key); err != nil {
			return storage.Object{}, b.own(err, storage.Copy, "")
		}
	}
	r := b.request(storage.Copy, "COPY", from, "Destination", url.PathEscape(to))
	r.Private = append(r.Private, to)
	return b.object(ctx, to, r)
}

func (b *stranger) SignedURL(_ context.Context, key string, o storage.SignOptions) (storage.Link, error) {
	err := storage.ValidateKey(storage.SignedURL, key)
	if err == nil {
		err = o.Validate()
	}
	if err == nil {
		err = waybill.NotSupported(string(storage.SignedURL), "there are no signed URLs")
	}
	return storage.Link{}, b.own(err, storage.SignedURL, "")
}
