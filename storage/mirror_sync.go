package storage

import (
	"context"
	"strconv"

	"github.com/waybill-go/waybill"
)

// repairTries bounds how often a repair begins anew because the object changed.
const repairTries = 3

// repair brings the buckets that are behind up to the newest version, objects of
// up to limit bytes (negative: all). The key is locked. It returns how many
// copies it made and the first error.
func (m *Mirror) repair(ctx context.Context, key string, v view, limit int64) (copies int, bytes int64, err error) {
	for range repairTries {
		if v.newest == nil || limit >= 0 && v.newest.obj.Size > limit {
			return copies, bytes, err
		}
		behind := m.behind(v)
		if len(behind) == 0 {
			return copies, bytes, nil
		}
		err = nil
		for _, to := range behind {
			if e := m.carry(ctx, key, v.newest, to); e != nil {
				if err == nil {
					err = e
				}
				continue
			}
			copies++
			bytes += v.newest.obj.Size
		}
		if ctx.Err() != nil {
			return copies, bytes, err
		}
		// The second look: what was copied may have been replaced meanwhile.
		v = m.look(ctx, key)
	}
	return copies, bytes, err
}

// carry copies one version into one bucket.
func (m *Mirror) carry(ctx context.Context, key string, from *held, to string) error {
	r, err := m.f.Get(ctx, prefixed(from.at, key), GetOptions{IfMatch: from.obj.ETag})
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	if stampOf(r.Object) != from.stamp {
		return refusal(waybill.FailedPrecondition, Get, "", "the object was replaced meanwhile")
	}
	o := attributes(r.Object)
	o.Region = r.Object.Metadata[metaRegion]
	if o.Region == "" {
		o.Region = m.f.region
	}
	o.Metadata = stamped(o.Metadata, from.stamp, r.Object.Metadata[metaRegion])
	_, err = m.f.Put(ctx, prefixed(to, key), r, o)
	return err
}

// SyncOptions say what is synced and how progress is kept.
type SyncOptions struct {
	// Cursor is where an earlier Sync stopped: a report's or a checkpoint's.
	Cursor string
	// Prefix restricts it to keys that begin so.
	Prefix string
	// Checkpoint, when set, is given the report after each key, so that its
	// Cursor can be kept; an error ends the Sync with it.
	Checkpoint func(SyncReport) error
}

// SyncReport says how far a Sync came.
type SyncReport struct {
	// Cursor is the last key that is done with all before it. Give it to the next
	// Sync to go on behind it.
	Cursor string
	// Checked counts the keys, Copied the copies made and Bytes their size.
	Checked, Copied int
	Bytes           int64
}

// Sync walks over all objects in the order of their keys and brings every bucket
// that is behind up to the newest version, within the object's regions. It needs
// every bucket, and ends at the first that fails; its report says where to go
// on. It may be stopped or killed at any moment: each copy is visible whole or
// not at all, and a key that is done twice is copied once.
func (m *Mirror) Sync(ctx context.Context, o SyncOptions) (SyncReport, error) {
	report := SyncReport{Cursor: o.Cursor}
	for obj, err := range m.list(ctx, ListOptions{Prefix: o.Prefix, After: o.Cursor}, 1) {
		if err == nil {
			err = m.syncOne(ctx, obj.Key, &report)
		}
		if err != nil {
			e := *waybill.AsError(err)
			e.Message += "; synced " + strconv.Itoa(report.Checked) + " objects, go on from the report's cursor"
			return report, &e
		}
		report.Checked++
		report.Cursor = obj.Key
		if o.Checkpoint != nil {
			if err := o.Checkpoint(report); err != nil {
				e := waybill.Invalid("sync", "the checkpoint could not be kept").With("storage", "", "")
				e.Err = err
				return report, e
			}
		}
	}
	return report, nil
}

func (m *Mirror) syncOne(ctx context.Context, key string, report *SyncReport) error {
	unlock, e := m.keys.lock(ctx, key)
	if e != nil {
		return e.With("", "sync", "")
	}
	defer unlock()
	v := m.look(ctx, key)
	if v.first != nil {
		return v.first
	}
	copies, bytes, err := m.repair(ctx, key, v, -1)
	report.Copied += copies
	report.Bytes += bytes
	return err
}
