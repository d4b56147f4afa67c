package area

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// shelf is a source whose content and failures a test sets.
type shelf struct {
	mu    sync.Mutex
	areas []Area
	bad   []Problem
	err   error
	loads atomic.Int64
	gate  chan struct{} // when set, Load waits for it
}

func (s *shelf) Load(ctx context.Context) (Batch, error) {
	s.loads.Add(1)
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return Batch{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return Batch{Areas: s.areas, Problems: s.bad}, s.err
}

func (s *shelf) set(n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.areas, s.err = nil, err
	for i := range n {
		s.areas = append(s.areas, Area{ID: fmt.Sprint("a", i), CityCode: "C", Polygons: polygon(square(0, 0, 1, 1)), AllowStart: true})
	}
}

func shelfOf(n int) *shelf {
	s := &shelf{}
	s.set(n, nil)
	return s
}

func TestNewFails(t *testing.T) {
	good := shelfOf(1)
	failed := &shelf{err: errors.New("private")}
	for what, tt := range map[string]struct {
		source Source
		datum  geo.Datum
		opts   *Options
		want   error
	}{
		"no source":         {nil, 0, nil, waybill.ErrInvalidArgument},
		"unknown datum":     {good, 8, nil, waybill.ErrInvalidArgument},
		"negative interval": {good, 0, &Options{Interval: -1}, waybill.ErrInvalidArgument},
		"failing source":    {failed, 0, nil, waybill.ErrUnknown},
		"no area":           {shelfOf(0), 0, nil, waybill.ErrFailedPrecondition},
		"no good area":      {Fixed(Area{ID: "x"}), 0, nil, waybill.ErrFailedPrecondition},
		"rule without area": {good, 0, &Options{TripRules: []TripRule{{ID: "r", To: []string{"x"}}}}, waybill.ErrInvalidArgument},
	} {
		s, err := New(t.Context(), tt.source, tt.datum, tt.opts)
		if s != nil || !errors.Is(err, tt.want) || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s, err := New(t.Context(), shelfOf(0), 0, &Options{AllowEmpty: true}); err != nil || s.Index().Len() != 0 || s.Index().Areas() == nil {
		t.Errorf("empty and allowed: %v", err)
	}
}

func TestReload(t *testing.T) {
	src := shelfOf(10)
	src.bad = []Problem{{Area: "bad", Reason: ReasonFormat}}
	var seen []Status
	s, err := New(t.Context(), src, geo.WGS84, &Options{OnReload: func(st Status) { seen = append(seen, st) }})
	if err != nil {
		t.Fatal(err)
	}
	held := s.Index()
	for _, step := range []struct {
		what    string
		n       int
		err     error
		force   bool
		want    int // areas afterwards
		version int
		code    waybill.Code
	}{
		{"half", 5, nil, false, 5, 2, 0},
		{"under half", 2, nil, false, 5, 2, waybill.FailedPrecondition},
		{"none", 0, nil, false, 5, 2, waybill.FailedPrecondition},
		{"failing", 7, failure(waybill.Unavailable, "load", "down", nil), false, 5, 2, waybill.Unavailable},
		{"failing, forced", 7, failure(waybill.Unavailable, "load", "down", nil), true, 5, 2, waybill.Unavailable},
		{"under half, forced", 2, nil, true, 2, 3, 0},
		{"none, forced", 0, nil, true, 0, 4, 0},
		{"none again", 0, nil, false, 0, 4, waybill.FailedPrecondition},
		{"more", 9, nil, false, 9, 5, 0},
	} {
		src.set(step.n, step.err)
		reload := s.Reload
		if step.force {
			reload = s.ForceReload
		}
		err := reload(t.Context())
		st := s.Status()
		if (err == nil) != (step.code == 0) || err != nil && waybill.CodeOf(err) != step.code {
			t.Errorf("%s: %v", step.what, err)
		}
		if s.Index().Len() != step.want || st.Areas != step.want || st.Version != step.version || st.Err != err || st.Positions != 5*step.want || len(st.Problems) != 1 || st.Age < 0 || st.Attempted.IsZero() {
			t.Errorf("%s: %+v", step.what, st)
		}
	}
	if held.Len() != 10 || len(seen) != 10 {
		t.Errorf("the held index has %d areas; %d reloads seen", held.Len(), len(seen))
	}
	if v, err := s.CheckTrip("C", "", []Stop{{Point: at(1, 1)}}); err != nil || !v.Allowed {
		t.Errorf("%+v %v", v, err)
	}
	if got, err := s.AppendLookup(nil, "C", at(0, 0), ""); err != nil || len(got) != 9 {
		t.Errorf("%d %v", len(got), err)
	}
}

// TestReloadWaitsItsTurn holds that loads do not overlap, and that waiting ends with the context.
func TestReloadWaitsItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := shelfOf(1)
		s, err := New(t.Context(), src, geo.WGS84, nil)
		if err != nil {
			t.Fatal(err)
		}
		src.gate = make(chan struct{})
		first := make(chan error)
		go func() { first <- s.Reload(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Reload(ctx); !errors.Is(err, context.DeadlineExceeded) || src.loads.Load() != 2 {
			t.Errorf("%v after %d loads", err, src.loads.Load())
		}
		close(src.gate)
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

func TestRunByInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := shelfOf(4)
		s, err := New(t.Context(), src, geo.WGS84, &Options{Interval: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if src.loads.Load() != 1 || s.Status().Age != 59*time.Second {
			t.Errorf("%d loads, age %v", src.loads.Load(), s.Status().Age)
		}
		src.set(0, nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if st := s.Status(); st.Err == nil || st.Areas != 4 {
			t.Errorf("a bad reload: %+v", st)
		}
		src.set(6, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if st := s.Status(); st.Err != nil || st.Areas != 6 {
			t.Errorf("a good one: %+v", st)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestRunByNotification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := shelfOf(1)
		events := make(chan string)
		s, err := New(t.Context(), src, geo.WGS84, &Options{Notify: func(ctx context.Context, changed func()) error {
			changed()
			for {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case e := <-events:
					if e == "lost" {
						return errors.New("private")
					}
					changed()
				}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		synctest.Wait()
		if src.loads.Load() != 2 {
			t.Errorf("%d loads: one was due when listening began", src.loads.Load())
		}
		src.set(3, nil)
		events <- "changed"
		synctest.Wait()
		if s.Index().Len() != 3 {
			t.Errorf("%d areas", s.Index().Len())
		}
		events <- "lost"
		synctest.Wait()
		if st := s.Status(); st.NotifyErr == nil || st.Err != nil {
			t.Errorf("%+v", st)
		}
		time.Sleep(firstPause)
		synctest.Wait()
		if st := s.Status(); st.NotifyErr != nil || src.loads.Load() != 4 {
			t.Errorf("after listening again: %+v, %d loads", st, src.loads.Load())
		}
		events <- "lost"
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	s, err := New(t.Context(), shelfOf(1), geo.WGS84, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("run without anything to wait for: %v", err)
	}
}

// TestReloadDuringLookups is for the race detector: every answer is of one version, whole.
func TestReloadDuringLookups(t *testing.T) {
	src := shelfOf(8)
	s, err := New(t.Context(), src, geo.WGS84, nil)
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			dst := make([]*Area, 0, 16)
			for {
				select {
				case <-stop:
					return
				default:
				}
				dst, err := s.AppendLookup(dst[:0], "C", at(0.5, 0.5), "")
				if n := len(dst); err != nil || n != 8 && n != 12 {
					t.Errorf("%d areas, %v", n, err)
					return
				}
				if v, err := s.CheckTrip("C", "", []Stop{{Point: at(0, 0)}, {Point: at(1, 1)}}); err != nil || !v.Stops[0].Allowed {
					t.Errorf("%+v, %v", v, err)
					return
				}
				s.Status()
			}
		})
	}
	for i := range 60 {
		src.set(8+i%2*4, nil)
		if err := s.Reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	readers.Wait()
}
