package area

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Options of [New]. Nil means the defaults.
type Options struct {
	// Interval is how often Run reloads; 0 is never.
	Interval time.Duration
	// Notify, when set, tells Run of changes: it calls changed whenever there may be one, and once when it has begun to
	// listen, so that nothing is missed in between. It blocks until ctx ends or listening fails. Run calls it again
	// after a pause then, and the failure stands in Status. PostgreSQL's LISTEN and NOTIFY fit here.
	Notify func(ctx context.Context, changed func()) error
	// AllowEmpty takes a first load without any area, which else is an error of New: for a new table, to be drawn into.
	AllowEmpty bool
	// TripRules hold between stops; see [TripRule]. A load in which an area is missing that a rule names is refused.
	TripRules []TripRule
	// OnReload is called after every load by New, Reload and Run, failed ones included, one at a time.
	OnReload func(Status)
}

// Service answers from an [Index] that is replaced as a whole whenever its source was loaded again. Lookups read one
// pointer: they never block, and never see half of a load. A load that fails keeps the old index, and [Service.Status]
// says so. Make one with [New]. It is safe for concurrent use and starts no goroutine; Run is called in one of the
// caller's.
type Service struct {
	source Source
	datum  geo.Datum
	opts   Options
	index  atomic.Pointer[Index]
	one    chan struct{} // held by the load under way

	mu     sync.Mutex
	status Status
}

// Status is how a [Service] stands.
type Status struct {
	// Version counts the loads that were taken; the first is 1.
	Version int
	// Loaded is when the present areas were taken, Age how long ago that is.
	Loaded time.Time
	Age    time.Duration
	// Areas and Positions are how many there are, Problems what was wrong in the load that brought them.
	Areas, Positions int
	Problems         []Problem
	// Attempted is when a load was last begun. Err is why the last one was not taken, nil when it was.
	Attempted time.Time
	Err       error
	// NotifyErr is why listening for changes last failed, nil since it works.
	NotifyErr error
}

// The pauses before listening again, doubled each time.
const (
	firstPause = time.Second
	mostPause  = time.Minute
)

// New loads a source once and returns a service of its areas. The datum is that of the source's positions; see
// [NewIndex]. The error is that of the load, or of the source: InvalidArgument for an unknown datum or no source,
// FailedPrecondition for a load without any area that could be taken.
func New(ctx context.Context, source Source, datum geo.Datum, opts *Options) (*Service, error) {
	if source == nil {
		return nil, invalid("new", "there is no source")
	}
	s := &Service{source: source, datum: datum, one: make(chan struct{}, 1)}
	if opts != nil {
		s.opts = *opts
		s.opts.TripRules = slices.Clone(opts.TripRules)
	}
	if s.opts.Interval < 0 {
		return nil, invalid("new", "the interval is negative")
	}
	if err := s.load(ctx, s.opts.AllowEmpty); err != nil {
		return nil, err
	}
	return s, nil
}

// Index returns the present index. It does not change: hold it to answer several questions from one version.
func (s *Service) Index() *Index { return s.index.Load() }

// Lookup implements [Finder] by the present index.
func (s *Service) Lookup(cityCode string, p geo.Point, serviceType string) ([]*Area, error) {
	return s.Index().Lookup(cityCode, p, serviceType)
}

// AppendLookup is [Index.AppendLookup] by the present index.
func (s *Service) AppendLookup(dst []*Area, cityCode string, p geo.Point, serviceType string) ([]*Area, error) {
	return s.Index().AppendLookup(dst, cityCode, p, serviceType)
}

// CheckTrip implements [Checker]; all stops are judged by one version of the areas.
func (s *Service) CheckTrip(cityCode, serviceType string, stops []Stop) (Verdict, error) {
	return s.Index().CheckTrip(cityCode, serviceType, stops)
}

// Reload loads the source and replaces the index. A load that fails, or yields no area or fewer than half of the
// present ones, is not taken and is returned as the error; the latter is FailedPrecondition. Loads wait for one another,
// so that an older one never replaces a newer; the wait ends with ctx.
func (s *Service) Reload(ctx context.Context) error { return s.load(ctx, false) }

// ForceReload is Reload that takes however few areas there are.
func (s *Service) ForceReload(ctx context.Context) error { return s.load(ctx, true) }

func (s *Service) load(ctx context.Context, force bool) error {
	select {
	case s.one <- struct{}{}:
		defer func() { <-s.one }()
	case <-ctx.Done():
		return waybill.FromContext(ctx).With(name, "reload", "").Unsent()
	}
	attempted := time.Now()
	x, problems, err := s.build(ctx, force)
	s.mu.Lock()
	s.status.Attempted, s.status.Err = attempted, err
	if err == nil {
		s.index.Store(x)
		s.status.Version++
		s.status.Loaded, s.status.Problems = time.Now(), problems
		s.status.Areas, s.status.Positions = x.Len(), len(x.verts)
	}
	s.mu.Unlock()
	if s.opts.OnReload != nil {
		s.opts.OnReload(s.Status())
	}
	return err
}

func (s *Service) build(ctx context.Context, force bool) (*Index, []Problem, error) {
	batch, err := s.source.Load(ctx)
	if err != nil {
		return nil, nil, waybill.AsError(err).With(name, "reload", "").Unsent()
	}
	x, problems, err := NewIndex(s.datum, batch.Areas)
	if err != nil {
		return nil, nil, err
	}
	before := 0
	if old := s.index.Load(); old != nil {
		before = old.Len()
	}
	if few := x.Len() == 0 || 2*x.Len() < before; few && !force {
		return nil, nil, failure(waybill.FailedPrecondition, "reload", fmt.Sprintf("the load has %d areas where there were %d, and %d problems", x.Len(), before, len(batch.Problems)+len(problems)), nil)
	}
	x, err = x.WithTripRules(s.opts.TripRules...)
	return x, slices.Concat(batch.Problems, problems), err
}

// Status returns how the service stands.
func (s *Service) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.status
	st.Problems = slices.Clone(st.Problems)
	if !st.Loaded.IsZero() {
		st.Age = time.Since(st.Loaded)
	}
	return st
}

// Run reloads by the interval and on notification until ctx ends; then it returns nil, after everything that it started
// has ended. Failed loads stand in Status and are tried again at the next occasion. Without an interval and without
// Notify it is InvalidArgument.
func (s *Service) Run(ctx context.Context) error {
	if s.opts.Interval == 0 && s.opts.Notify == nil {
		return invalid("run", "there is neither an interval nor a notification")
	}
	changed := make(chan struct{}, 1)
	var listening sync.WaitGroup
	defer listening.Wait()
	if s.opts.Notify != nil {
		listening.Go(func() { s.listen(ctx, changed) })
	}
	var tick <-chan time.Time
	if s.opts.Interval > 0 {
		t := time.NewTicker(s.opts.Interval)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
		case <-changed:
		}
		_ = s.Reload(ctx) // it stands in Status
	}
}

// listen calls Notify until ctx ends, with pauses between failures.
func (s *Service) listen(ctx context.Context, changed chan<- struct{}) {
	pause := firstPause
	for ctx.Err() == nil {
		err := s.opts.Notify(ctx, func() {
			pause = firstPause
			s.setNotifyErr(nil)
			select {
			case changed <- struct{}{}:
			default: // a reload is due anyway
			}
		})
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = failure(waybill.Unavailable, "notify", "listening ended", nil)
		}
		s.setNotifyErr(waybill.AsError(err).With(name, "notify", ""))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, mostPause)
		}
	}
}

func (s *Service) setNotifyErr(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.NotifyErr = err
}
