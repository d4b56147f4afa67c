package filestorage

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/storage"
)

// List yields the objects in byte order. It holds the names of one folder per
// level in memory. What is written or deleted meanwhile may or may not be seen.
func (b *Bucket) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	return func(yield func(storage.Object, error) bool) {
		if err := o.Validate(); err != nil {
			yield(storage.Object{}, err)
			return
		}
		l := lister{b: b, ctx: ctx, o: o, yield: yield}
		if err := l.folder(".", ""); err != nil && !errors.Is(err, errEnough) {
			yield(storage.Object{}, failure(storage.List, "", err))
		}
	}
}

var errEnough = errors.New("filestorage: the caller has enough")

type lister struct {
	b     *Bucket
	ctx   context.Context
	o     storage.ListOptions
	yield func(storage.Object, error) bool
}

// folder lists a folder whose keys begin with prefix.
func (l *lister) folder(dir, prefix string) error {
	if err := ended(l.ctx, storage.List, ""); err != nil {
		return err
	}
	entries, err := l.b.entries(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		key := prefix + e.segment
		if e.folder {
			err = l.below(path.Join(dir, e.file), key+"/")
		} else {
			err = l.object(place{key: key, dir: dir, stem: strings.TrimSuffix(e.file, sidecarMark)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// below lists a folder, folds it, or passes it over.
func (l *lister) below(dir, prefix string) error {
	inside := strings.HasPrefix(prefix, l.o.Prefix)
	if !inside && !strings.HasPrefix(l.o.Prefix, prefix) || prefix < l.o.After && !strings.HasPrefix(l.o.After, prefix) {
		return nil
	}
	if entry, folded, listed := l.o.Folded(prefix); inside && folded {
		if !listed {
			return nil
		}
		found, err := l.b.any(dir)
		if err != nil || !found {
			return err
		}
		return l.give(storage.Object{Key: entry, IsPrefix: true})
	}
	return l.folder(dir, prefix)
}

func (l *lister) object(p place) error {
	if _, _, ok := l.o.Folded(p.key); !ok {
		return nil
	}
	s, err := l.b.readSidecar(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.give(s.object(l.b.bucket))
}

func (l *lister) give(o storage.Object) error {
	if err := ended(l.ctx, storage.List, ""); err != nil {
		return err
	}
	if !l.yield(o, nil) {
		return errEnough
	}
	return nil
}

// entry is one name of a folder that means something.
type entry struct {
	file, segment string
	folder        bool
}

// entries returns the folders and sidecars of a folder in the order of their
// keys, in which a folder stands where its slash does. A folder that is gone is
// empty.
func (b *Bucket) entries(dir string) ([]entry, error) {
	f, err := b.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, n := range names {
		e := entry{file: n.Name(), folder: n.IsDir()}
		stem, isSide := strings.CutSuffix(e.file, sidecarMark)
		if !e.folder && (!isSide || !n.Type().IsRegular()) {
			continue
		}
		if e.folder {
			stem = e.file
		}
		var ok bool
		if e.segment, ok = unescape(stem); ok {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(x, y entry) int { return strings.Compare(x.order(), y.order()) })
	return out, nil
}

func (e entry) order() string {
	if e.folder {
		return e.segment + "/"
	}
	return e.segment
}

// any reports whether there is an object below a folder.
func (b *Bucket) any(dir string) (bool, error) {
	entries, err := b.entries(dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if !e.folder {
			return true, nil
		}
		if found, err := b.any(path.Join(dir, e.file)); found || err != nil {
			return found, err
		}
	}
	return false, nil
}
