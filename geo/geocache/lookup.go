package geocache

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// kind is what the memory has to know of a verb's results.
type kind[R any] struct {
	op     waybill.Verb
	served func(*R) *waybill.Served
	fresh  func(*R) *geo.Freshness
	// clone copies a result as far as callers could change it.
	clone func(R) R
	// reduce leaves the points, with ids and regions; it reports whether
	// anything is left. nil for results that are nothing without texts.
	reduce func(*R) bool
	// keep reports whether a result may be kept at all; nil is yes.
	keep func(*R) bool
}

// question is a request as the memory knows it.
type question struct {
	// key names the answer. apart, when set, keeps those who ask from joining
	// others, and ref is the caller's own key, which stands in errors.
	key, apart, ref string
}

// ask answers from memory, or asks, alone or with others, and keeps the answer.
func ask[R any](ctx context.Context, c *Cache, k *kind[R], q question, call func(context.Context) (R, error)) (R, error) {
	var none R
	key, ref := q.key, q.ref
	now := time.Now()
	var known *entry
	if q.apart == "" && !wantsFresh(ctx) {
		if known = c.memory.get(key, now); known != nil && now.Before(known.until) {
			c.count.hits.Add(1)
			return give(k, known, now, ref)
		}
	}
	value, shared, err := c.flights.do(ctx, key+q.apart, func(ctx context.Context) (any, error) {
		res, err := call(ctx)
		remember(c, k, key, res, err)
		return res, err
	})
	if shared {
		c.count.shared.Add(1)
	} else {
		c.count.misses.Add(1)
	}
	if err == nil {
		return k.clone(value.(R)), nil
	}
	if known != nil && known.err == nil && ctx.Err() == nil && outage(err) {
		c.count.stale.Add(1)
		return give(k, known, time.Now(), ref)
	}
	if e := waybill.AsError(err); e.Ref != ref || e.Op == "" {
		own := *e
		own.Ref = ref
		return none, own.With(c.Name(), string(k.op), "")
	}
	return none, err
}

// outage reports whether an error says nothing about the question.
func outage(err error) bool {
	switch waybill.CodeOf(err) {
	case waybill.InvalidArgument, waybill.NotFound, waybill.TooLarge, waybill.Unsupported:
		return false
	}
	return true
}

// give is an entry as a caller gets it.
func give[R any](k *kind[R], e *entry, now time.Time, ref string) (R, error) {
	if e.err != nil {
		var none R
		own := *e.err
		own.Ref = ref
		return none, &own
	}
	res := k.clone(e.value.(R))
	k.served(&res).Attempts = 0
	f := k.fresh(&res)
	f.Age += now.Sub(e.at)
	f.Stale = f.Stale || !now.Before(e.until)
	return res, nil
}

// remember keeps an answer as long as it may be kept.
func remember[R any](c *Cache, k *kind[R], key string, res R, err error) {
	now := time.Now()
	if err != nil {
		if e := waybill.AsError(err); e.Code == waybill.NotFound && c.negative > 0 && c.ttl[k.op] > 0 {
			end := now.Add(min(c.negative, c.ttl[k.op]))
			c.memory.put(&entry{key: key, err: e, at: now, until: end, last: end})
		}
		return
	}
	if f := k.fresh(&res); f.Stale || f.Age > 0 || k.keep != nil && !k.keep(&res) {
		return // another cache's, or nothing to be relied on
	}
	res = k.clone(res)
	terms, ok := c.terms[k.served(&res).Provider]
	if !ok {
		terms = Terms{Unlimited, Unlimited}
	}
	allowed := min(terms.Texts, terms.Points)
	if terms.Texts <= 0 && k.reduce != nil {
		if !k.reduce(&res) {
			return
		}
		k.fresh(&res).Reduced = true
		allowed = terms.Points
	}
	ttl := min(c.ttl[k.op], allowed)
	if ttl <= 0 {
		return
	}
	last := allowed
	if c.stale < Unlimited-ttl {
		last = min(allowed, ttl+c.stale)
	}
	c.memory.put(&entry{key: key, value: res, at: now, until: now.Add(ttl), last: now.Add(last)})
}

// keyOf joins a verb and the fields of a request into a key. No field of ours
// holds the separator: control characters are refused.
func keyOf(op waybill.Verb, fields ...string) string {
	return string(op) + "\x00" + strings.Join(fields, "\x00")
}

// words brings a text to one form: blanks do not count.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func pointKey(p geo.Point) string {
	if p.IsZero() {
		return ""
	}
	return strconv.FormatFloat(p.Lat, 'g', -1, 64) + " " + strconv.FormatFloat(p.Lng, 'g', -1, 64) + " " + p.Datum.String()
}
