package storagetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// wrong is a bucket with one thing wrong.
type wrong struct {
	storage.Bucket
	put  func(storage.Bucket, context.Context, string, io.Reader, storage.PutOptions) (storage.Object, error)
	get  func(storage.Bucket, context.Context, string, storage.GetOptions) (*storage.Reader, error)
	head func(storage.Bucket, context.Context, string) (storage.Object, error)
	del  func(storage.Bucket, context.Context, ...string) error
	list func(storage.Bucket, context.Context, storage.ListOptions) iter.Seq2[storage.Object, error]
	sign func(storage.Bucket, context.Context, string, storage.SignOptions) (storage.Link, error)
}

func (w *wrong) Put(ctx context.Context, k string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	if w.put != nil {
		return w.put(w.Bucket, ctx, k, r, o)
	}
	return w.Bucket.Put(ctx, k, r, o)
}

func (w *wrong) Get(ctx context.Context, k string, o storage.GetOptions) (*storage.Reader, error) {
	if w.get != nil {
		return w.get(w.Bucket, ctx, k, o)
	}
	return w.Bucket.Get(ctx, k, o)
}

func (w *wrong) Head(ctx context.Context, k string) (storage.Object, error) {
	if w.head != nil {
		return w.head(w.Bucket, ctx, k)
	}
	return w.Bucket.Head(ctx, k)
}

func (w *wrong) Delete(ctx context.Context, keys ...string) error {
	if w.del != nil {
		return w.del(w.Bucket, ctx, keys...)
	}
	return w.Bucket.Delete(ctx, keys...)
}

func (w *wrong) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	if w.list != nil {
		return w.list(w.Bucket, ctx, o)
	}
	return w.Bucket.List(ctx, o)
}

func (w *wrong) SignedURL(ctx context.Context, k string, o storage.SignOptions) (storage.Link, error) {
	if w.sign != nil {
		return w.sign(w.Bucket, ctx, k, o)
	}
	return w.Bucket.SignedURL(ctx, k, o)
}

// The suite finds each of these faults, in the subtest that is there for it.
func TestSuiteFindsWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		want string
		make func(*wrong)
	}{
		"nothing": {"", func(*wrong) {}},
		"keeps what was read before the reader failed": {"put/failing_reader", func(w *wrong) {
			w.put = func(b storage.Bucket, ctx context.Context, k string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
				data, err := io.ReadAll(r)
				obj, e := b.Put(ctx, k, strings.NewReader(string(data)), o)
				if err != nil {
					return storage.Object{}, &waybill.Error{Code: waybill.InvalidArgument, Delivery: waybill.NotSent, Err: err}
				}
				return obj, e
			}
		}},
		"overwrites in spite of the condition": {"conditions/if_not_exists", func(w *wrong) {
			w.put = func(b storage.Bucket, ctx context.Context, k string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
				o.IfNotExists = false
				return b.Put(ctx, k, r, o)
			}
		}},
		"looks first and then writes": {"conditions/race", func(w *wrong) {
			w.put = func(b storage.Bucket, ctx context.Context, k string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
				if o.IfNotExists {
					if _, err := b.Head(ctx, k); err == nil {
						return storage.Object{}, &waybill.Error{Code: waybill.AlreadyExists, Delivery: waybill.NotSent}
					}
					runtime.Gosched()
					o.IfNotExists = false
				}
				return b.Put(ctx, k, r, o)
			}
		}},
		"drops metadata": {"attributes/metadata", func(w *wrong) {
			w.put = func(b storage.Bucket, ctx context.Context, k string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
				o.Metadata = nil
				return b.Put(ctx, k, r, o)
			}
		}},
		"ignores ranges": {"get/ranges", func(w *wrong) {
			w.get = func(b storage.Bucket, ctx context.Context, k string, o storage.GetOptions) (*storage.Reader, error) {
				return b.Get(ctx, k, storage.GetOptions{IfMatch: o.IfMatch})
			}
		}},
		"has errors of its own": {"get/missing", func(w *wrong) {
			w.head = func(b storage.Bucket, ctx context.Context, k string) (storage.Object, error) {
				o, err := b.Head(ctx, k)
				if err != nil {
					err = errors.New("not there")
				}
				return o, err
			}
		}},
		"fails to delete what is missing": {"delete/idempotent", func(w *wrong) {
			w.del = func(b storage.Bucket, ctx context.Context, keys ...string) error {
				for _, k := range keys {
					if _, err := b.Head(ctx, k); err != nil {
						return err
					}
				}
				return b.Delete(ctx, keys...)
			}
		}},
		"loses the last page": {"list/pages", func(w *wrong) {
			w.list = func(b storage.Bucket, ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
				return func(yield func(storage.Object, error) bool) {
					n := 0
					for o, err := range b.List(ctx, o) {
						if n++; n > 50 || !yield(o, err) {
							return
						}
					}
				}
			}
		}},
		"lists folders after files": {"list/order", func(w *wrong) {
			w.list = func(b storage.Bucket, ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
				return func(yield func(storage.Object, error) bool) {
					var late []storage.Object
					for obj, err := range b.List(ctx, o) {
						if err == nil && strings.Contains(strings.TrimPrefix(obj.Key, o.Prefix), "/") {
							late = append(late, obj)
							continue
						}
						if !yield(obj, err) {
							return
						}
					}
					for _, obj := range late {
						if !yield(obj, nil) {
							return
						}
					}
				}
			}
		}},
		"signs without looking": {"links/refused", func(w *wrong) {
			w.sign = func(b storage.Bucket, ctx context.Context, k string, o storage.SignOptions) (storage.Link, error) {
				l, err := b.SignedURL(ctx, k, o)
				if err != nil {
					return storage.Link{URL: "https://a/" + k}, nil
				}
				return l, nil
			}
		}},
		"tells the key": {"get/missing", func(w *wrong) {
			w.head = func(b storage.Bucket, ctx context.Context, k string) (storage.Object, error) {
				o, err := b.Head(ctx, k)
				if err != nil {
					e := *waybill.AsError(err)
					e.Message = fmt.Sprintf("%q is not there", k)
					err = &e
				}
				return o, err
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := memstorage.New("b", &memstorage.Options{BaseURL: "https://a", Secret: []byte("0123456789abcdef")})
			if err != nil {
				t.Fatal(err)
			}
			w := &wrong{Bucket: b}
			c.make(w)
			group, _, _ := strings.Cut(c.want, "/")
			found := suitetest.Try(t, group, func(t tester) {
				run(t, Harness{New: func(testing.TB) storage.Bucket { return w }, Handler: b.Handler(), Big: 1 << 20,
					Skip: map[string]string{"links/expires": "takes a second"}})
			})
			if c.want == "" && len(found) > 0 {
				t.Errorf("a good bucket fails %q", found)
			}
			if c.want != "" && !slices.ContainsFunc(found, func(c2 suitetest.Complaint) bool { return strings.Contains(c2.Path, c.want) }) {
				t.Errorf("fails %q, want %s", found, c.want)
			}
		})
	}
}

func TestPattern(t *testing.T) {
	if err := samePattern(pattern(1<<20+5), 1<<20+5); err != nil {
		t.Error(err)
	}
	if err := samePattern(pattern(100), 101); err == nil {
		t.Error("a short body")
	}
	if err := samePattern(io.MultiReader(pattern(100), pattern(100)), 200); err == nil {
		t.Error("a body that begins anew")
	}
}
