package exchange

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/wire"
)

// DeleteMany deletes keys, at most so many with one request, which says how many
// it did not delete and why the first of them.
func DeleteMany(keys []string, most int, request func(keys []string) (failed int, first *waybill.Error)) error {
	failed := 0
	var first *waybill.Error
	for chunk := range slices.Chunk(keys, most) {
		n, e := request(chunk)
		failed += n
		if first == nil {
			first = e
		}
	}
	if first == nil {
		return nil
	}
	e := *first
	e.Message = strconv.Itoa(failed) + " of " + strconv.Itoa(len(keys)) + " objects were not deleted: " + e.Message
	return &e
}

// Page is a page of a listing.
type Page struct {
	// Objects and Prefixes are the two kinds of what is listed.
	Objects  []storage.Object
	Prefixes []string
	// Cut says that there is more, to be had with the token Next.
	Cut  bool
	Next string
}

// List yields a listing page by page, as it is read, objects and prefixes in one
// order. What is not behind After is left out, since stores name a prefix again
// when keys within it are behind; so are keys that no verb could name, such as
// the markers of folders that some tools make. A page after which nothing would
// follow although there is more is refused.
func (x *Client) List(ctx context.Context, o storage.ListOptions, fetch func(token string) (Page, *wire.Reply, *waybill.Error)) iter.Seq2[storage.Object, error] {
	return func(yield func(storage.Object, error) bool) {
		if err := o.Validate(); err != nil {
			yield(storage.Object{}, err)
			return
		}
		for token := ""; ; {
			e := x.Ended(ctx, storage.List, "")
			var p Page
			if e == nil {
				var reply *wire.Reply
				if p, reply, e = fetch(token); e == nil && p.Cut && (p.Next == "" || p.Next == token) {
					e = Lost(reply, "the list is cut and does not say how to go on")
				}
			}
			if e != nil {
				yield(storage.Object{}, e)
				return
			}
			for _, obj := range p.merged(o.After) {
				if !yield(obj, nil) {
					return
				}
			}
			if !p.Cut {
				return
			}
			token = p.Next
		}
	}
}

func (p *Page) merged(after string) []storage.Object {
	all := slices.DeleteFunc(p.Objects, func(o storage.Object) bool {
		return o.Key <= after || storage.ValidateKey(storage.List, o.Key) != nil
	})
	for _, prefix := range p.Prefixes {
		if prefix > after {
			all = append(all, storage.Object{Key: prefix, IsPrefix: true})
		}
	}
	if len(p.Prefixes) > 0 {
		slices.SortFunc(all, func(x, y storage.Object) int { return strings.Compare(x.Key, y.Key) })
	}
	return all
}
