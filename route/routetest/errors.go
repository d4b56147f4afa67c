package routetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
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
	b.ended(err, context.Canceled, waybill.Canceled)
	if n := b.requests() - before; n != 0 {
		b.Errorf("%d requests of a cancelled call reached the server", n)
	}
}

func (b *bench) canceledDuring() {
	b.server.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go b.whenSeen(ctx, cancel)
	_, err := b.route(ctx, b.pair())
	b.ended(err, context.Canceled, waybill.Canceled)
}

func (b *bench) deadline() {
	b.server.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithTimeout(b.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := b.route(ctx, b.pair())
	b.ended(err, context.DeadlineExceeded, waybill.DeadlineExceeded)
}

// ended wants the caller's own end of a call told as such.
func (b *bench) ended(err, want error, code waybill.Code) {
	b.Helper()
	switch {
	case err == nil:
		b.Error("no error")
	case waybill.CodeOf(err) != code:
		b.Errorf("code %v, want %v", waybill.CodeOf(err), code)
	case !errors.Is(err, want):
		b.Errorf("errors.Is(err, %v) does not hold", want)
	}
}

// attemptTimeout: an attempt's own end is not the caller's.
func (b *bench) attemptTimeout() {
	b.server.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithTimeoutCause(b.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer cancel()
	_, err := b.route(ctx, b.pair())
	switch {
	case err == nil:
		b.Error("no error")
	case waybill.CodeOf(err) != waybill.DeadlineExceeded:
		b.Errorf("code %v, want deadline_exceeded", waybill.CodeOf(err))
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		b.Error("the attempt's own time-out looks like the caller's")
	}
}

// constructor: a base URL that cannot be one is refused at once.
func (b *bench) constructor() {
	for _, base := range []string{"ftp://example.test", "example.test", "http://user:pass@example.test", "http://example.test?key=1"} {
		p, err := b.h.New(base, nil)
		if err == nil {
			b.Errorf("New took a bad base URL and made a %T", p)
		} else if waybill.CodeOf(err) != waybill.InvalidArgument {
			b.Errorf("New with a bad base URL: %v, want invalid_argument", waybill.CodeOf(err))
		}
	}
	p := b.router
	for _, format := range [...]string{"%v", "%+v"} {
		b.leaks("the adapter printed with "+format, fmt.Sprintf(format, p), nil)
	}
}

// whenSeen calls f once the server has a request in its log.
func (b *bench) whenSeen(ctx context.Context, f func()) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for len(b.server.Log()) == 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	f()
}

// checkLeaks looks for secrets and coordinates in every error seen.
func (b *bench) checkLeaks() {
	b.mu.Lock()
	errs := b.errs
	b.mu.Unlock()
	var private []string
	for _, p := range b.trip.Points() {
		private = append(private, digits(p)...)
	}
	if b.server != nil {
		private = append(private, b.server.URL()+"/")
	}
	for _, err := range errs {
		b.tree(err, private, 0)
	}
}

// tree looks into every node of an error.
func (b *bench) tree(err error, private []string, depth int) {
	if err == nil || depth > 20 {
		return
	}
	for _, format := range [...]string{"%v", "%+v", "%#v", "%s", "%q"} {
		b.leaks(fmt.Sprintf("%T printed with %s", err, format), fmt.Sprintf(format, err), private)
	}
	if text, bad := json.Marshal(err); bad == nil {
		b.leaks(fmt.Sprintf("%T as JSON", err), string(text), private)
	}
	var e *waybill.Error
	if asOwn(err, &e) {
		b.leaks("the message", e.Message, private)
		b.leaks("the vendor's code", e.VendorCode, private)
		b.tree(e.Err, private, depth+1)
	}
	var address *url.Error
	if depth == 0 && errors.As(err, &address) {
		b.tree(address, private, depth+1)
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		b.tree(u.Unwrap(), private, depth+1)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			b.tree(e, private, depth+1)
		}
	}
}

// leaks complains when a text holds a secret or a private word, without
// repeating the text.
func (b *bench) leaks(what, text string, private []string) {
	contains := func(s string) bool {
		return s != "" && (strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)))
	}
	for _, s := range b.h.Secrets {
		if contains(s) {
			b.Errorf("%s holds a secret", what)
		}
	}
	for _, s := range private {
		if contains(s) {
			b.Errorf("%s holds a coordinate or the server's URL with its path", what)
		}
	}
}

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
