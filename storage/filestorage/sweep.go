package filestorage

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"time"

	"github.com/waybill-go/waybill"
)

// Sweep removes what a crash left behind: temporary files, and contents that no
// sidecar names, when they are older than age. It returns how many files it
// removed. It may run beside everything else, if age is longer than any Put
// takes.
func (b *Bucket) Sweep(ctx context.Context, age time.Duration) (removed int, err error) {
	if age <= 0 {
		return 0, waybill.Invalid("sweep", "the age is not positive").With(name, "", "")
	}
	before := b.now().Add(-age)
	if removed, err = b.sweepTemporary(before); err == nil {
		var n int
		n, err = b.sweepFolder(ctx, ".", "", before)
		removed += n
	}
	if err != nil {
		return removed, failure("sweep", "", err)
	}
	return removed, nil
}

func (b *Bucket) sweepTemporary(before time.Time) (removed int, err error) {
	f, err := b.root.Open(temporary)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.ReadDir(-1)
	for _, n := range names {
		if info, e := n.Info(); e == nil && info.ModTime().Before(before) && b.root.Remove(temporary+"/"+n.Name()) == nil {
			removed++
		}
	}
	return removed, err
}

func (b *Bucket) sweepFolder(ctx context.Context, dir, prefix string, before time.Time) (removed int, err error) {
	if err := ended(ctx, "sweep", ""); err != nil {
		return 0, err
	}
	f, err := b.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	names, err := f.ReadDir(-1)
	_ = f.Close()
	for _, n := range names {
		if n.IsDir() {
			if segment, ok := unescape(n.Name()); ok {
				m, err := b.sweepFolder(ctx, path.Join(dir, n.Name()), prefix+segment+"/", before)
				if removed += m; err != nil {
					return removed, err
				}
			}
			continue
		}
		stem, id, ok := splitContent(n.Name())
		if !ok {
			continue
		}
		info, e := n.Info()
		if e != nil || !info.ModTime().Before(before) {
			continue
		}
		segment, _ := unescape(stem)
		if b.sweepContent(place{key: prefix + segment, dir: dir, stem: stem}, id) {
			removed++
		}
	}
	return removed, err
}

// sweepContent removes a content unless its sidecar names it or cannot be read.
func (b *Bucket) sweepContent(p place, id string) bool {
	lock := &b.locks[p.stripe(len(b.locks))]
	lock.Lock()
	defer lock.Unlock()
	s, err := b.readSidecar(p)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || s != nil && s.Content == id {
		return false
	}
	return b.root.Remove(p.content(id)) == nil
}
