package routetest

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

func errorChecks() []check {
	return []check{
		{"context/canceled_before", false, (*bench).canceledBefore},
		{"context/canceled_during", true, (*bench).canceledDuring},
		{"context/deadline", true, (*bench).deadline},
		{"context/attempt_timeout", true, (*bench).attemptTimeout},
		{"constructor", true, (*bench).constructor},
	}
}

// canceledBefore: a call that is over before it begins sends nothing.
func (b *bench) canceledBefore() {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	before := b.requests()
	_, err := b.route(ctx, b.pair())
	suitetest.Ended(b, err, context.Canceled, waybill.Canceled)
	if n := b.requests() - before; n != 0 {
		b.Errorf("%d requests of a cancelled call reached the server", n)
	}
}

func (b *bench) canceledDuring() {
	b.server.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go suitetest.When(ctx, b.seen, cancel)
	_, err := b.route(ctx, b.pair())
	suitetest.Ended(b, err, context.Canceled, waybill.Canceled)
}

func (b *bench) deadline() {
	b.server.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithTimeout(b.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := b.route(ctx, b.pair())
	suitetest.Ended(b, err, context.DeadlineExceeded, waybill.DeadlineExceeded)
}

// attemptTimeout: an attempt's own end is not the caller's.
func (b *bench) attemptTimeout() {
	b.server.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithTimeoutCause(b.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer cancel()
	_, err := b.route(ctx, b.pair())
	suitetest.AttemptEnded(b, err)
}

// constructor: a base URL that cannot be one is refused at once.
func (b *bench) constructor() {
	suitetest.BaseURLs(b, b.h.New)
	suitetest.Provider(b, b.provider, b.leaks())
}

// seen reports whether the server has a request in its log.
func (b *bench) seen() bool { return len(b.server.Log()) > 0 }

// checkLeaks looks for secrets and coordinates in every error seen.
func (b *bench) checkLeaks() {
	b.mu.Lock()
	errs := b.errs
	b.mu.Unlock()
	l := b.leaks()
	l.Named = map[string][]string{"coordinates": b.coordinates()}
	if b.server != nil {
		l.Private = []string{b.server.URL() + "/"}
	}
	for _, err := range errs {
		l.Error(b, err)
	}
}

// coordinates are the digits of the trip's points.
func (b *bench) coordinates() []string {
	var out []string
	for _, p := range b.trip.Points() {
		out = append(out, digits(p)...)
	}
	return out
}

// leaks are the words that must appear nowhere.
func (b *bench) leaks() suitetest.Leaks { return suitetest.Leaks{Secrets: b.h.Secrets} }

// digits are a point's numbers in every datum, to three decimals.
func digits(p geo.Point) []string {
	var out []string
	for _, d := range [...]geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		q := p.To(d)
		for _, x := range [...]float64{q.Lat, q.Lng} {
			out = append(out, strconv.FormatFloat(math.Trunc(x*1000)/1000, 'f', 3, 64))
		}
	}
	return out
}

// hasMarkup reports whether a text holds a tag or an entity.
func hasMarkup(s string) bool {
	i := strings.IndexByte(s, '<')
	return i >= 0 && strings.IndexByte(s[i:], '>') > 0 || strings.Contains(s, "&nbsp;") || strings.Contains(s, "&amp;")
}
