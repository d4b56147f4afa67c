package filestorage

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// publish gives the content its name by move, and makes the object visible with
// the rename of its sidecar, or the link when it must not exist yet. After an
// error nothing of it is visible, unless the error is Ambiguous.
func (b *Bucket) publish(p place, s *sidecar, move func(to string) error, ifNotExists bool) error {
	s.Modified = b.now().UTC()
	side, err := b.writeTemporary(func(w io.Writer) error { return json.NewEncoder(w).Encode(s) })
	if err != nil {
		return err
	}
	defer func() { _ = b.root.Remove(side) }()
	lock := &b.locks[p.stripe(len(b.locks))]
	lock.Lock()
	defer lock.Unlock()

	content := p.content(s.Content)
	if err := b.inFolder(p.dir, func() error { return move(content) }); err != nil {
		return err
	}
	var old *sidecar
	if ifNotExists {
		err = b.root.Link(side, p.sidecar())
		if errors.Is(err, fs.ErrExist) {
			err = errExists("")
		}
	} else {
		old, _ = b.readSidecar(p)
		err = b.root.Rename(side, p.sidecar())
	}
	if err != nil {
		_ = b.root.Remove(content)
		return err
	}
	if err := b.syncDir(p.dir); err != nil {
		e := waybill.AsError(failure(storage.Put, "", err))
		e.Code, e.Delivery, e.Message = waybill.Internal, waybill.Ambiguous, "the object is there, but perhaps not on the disk"
		return e
	}
	if old != nil && old.Content != s.Content {
		_ = b.root.Remove(p.content(old.Content))
	}
	return nil
}

// inFolder makes a folder, durably, and does something in it, again when the
// folder was removed in between because it was empty.
func (b *Bucket) inFolder(dir string, do func() error) error {
	var err error
	for range publishTries {
		if _, err = b.root.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
			if err = b.root.MkdirAll(dir, 0o700); err == nil {
				err = b.syncAbove(dir)
			}
		}
		if err == nil {
			err = do()
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return err
}

// syncAbove makes a new folder's own name durable, and those above it.
func (b *Bucket) syncAbove(dir string) error {
	for dir != "." {
		dir = path.Dir(dir)
		if err := b.syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}
