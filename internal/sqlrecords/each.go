package sqlrecords

import (
	"cmp"
	"context"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// BeginEach writes records that begin, each for itself: the error of a record
// says that it was not written or may not be sent, as Begin's does, and the
// others began. With no key held it takes as many statements as Begin.
func (s *Store) BeginEach(ctx context.Context, records []waybill.Record) []error {
	errs := make([]error, len(records))
	if ctx.Err() != nil {
		for i := range errs {
			errs[i] = s.failed(ctx, "begin", ctx.Err())
		}
		return errs
	}
	at := make(map[string]int, len(records)) // by id
	first := make(map[where]int, len(records))
	open := make([]waybill.Record, 0, len(records))
	for i := range records {
		r := records[i]
		if errs[i] = s.complete(&r); errs[i] != nil {
			continue
		}
		if identity(&r) != "" && !r.AllowDuplicates {
			if k, twice := first[place(&r)]; twice {
				errs[i] = s.exists(&r, records[k])
				continue
			}
			first[place(&r)] = i
		}
		at[r.ID] = i
		open = append(open, r)
	}
	// All lock in the same order, so that none waits for another in a circle.
	slices.SortFunc(open, func(a, b waybill.Record) int { return cmp.Compare(identity(&a), identity(&b)) })
	err := Again(ctx, func() error {
		if len(open) == 0 {
			return nil
		}
		err := s.insertAll(ctx, open)
		if err == nil {
			return nil
		}
		look, cancel := failover.Grace(ctx)
		defer cancel()
		found, ferr := s.sift(look, open)
		switch {
		case ferr != nil:
			return err
		case found.written:
			return nil
		case len(found.refused) > 0:
			for _, r := range found.refused {
				errs[at[r.id]] = r.err
			}
			open, err = found.rest, ErrCollision
		}
		return err
	})
	if err != nil {
		for i := range open {
			errs[at[open[i].ID]] = s.failed(ctx, "begin", err)
		}
	}
	return errs
}

// sifted is what became of records that could not be inserted.
type sifted struct {
	// written is set when they were inserted after all, the answer lost.
	written bool
	// refused are those whose keys others hold, rest the others.
	refused []refusal
	rest    []waybill.Record
}

type refusal struct {
	id  string
	err error
}

// sift looks who holds the keys of records.
func (s *Store) sift(ctx context.Context, records []waybill.Record) (out sifted, err error) {
	if r := &records[0]; identity(r) == "" || r.AllowDuplicates { // which no key shows
		if got, err := s.find(ctx, s.db, "id = ?", r.ID); err != nil || len(got) > 0 {
			return sifted{written: err == nil}, err
		}
	}
	for part := range slices.Chunk(records, chunk) {
		held, err := s.holders(ctx, part)
		if err != nil {
			return sifted{}, err
		}
		for i := range part {
			r := &part[i]
			switch old, ok := held[place(r)]; {
			case !ok || r.AllowDuplicates:
				out.rest = append(out.rest, *r)
			case old.ID == r.ID:
				return sifted{written: true}, nil
			default:
				out.refused = append(out.refused, refusal{r.ID, s.exists(r, old)})
			}
		}
	}
	return out, nil
}
