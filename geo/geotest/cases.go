package geotest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// checkProvider checks what does not need a call.
func checkProvider(t tester, h Harness, p waybill.Provider) {
	name := p.Name()
	if name == "" || strings.ContainsAny(name, " \t\n/:") {
		t.Errorf("the name %q is not a package's", name)
	}
	if again := p.Name(); again != name {
		t.Error("the name changes")
	}
	if a, ok := p.(waybill.Accounted); !ok {
		t.Error("the adapter has no Account method")
	} else if first, second := a.Account(), a.Account(); first == nil || first != second {
		t.Error("Account must return one account, never nil")
	} else {
		h.leaks(t, "the account's name", first.Name(), nil)
	}
	for _, format := range []string{"%v", "%+v"} {
		h.leaks(t, "the adapter printed with "+format, fmt.Sprintf(format, p), nil)
	}
	for _, base := range []string{"ftp://example.test", "example.test", "http://user:pass@example.test", "http://example.test?key=1"} {
		if q, err := h.New(base, nil); err == nil {
			t.Errorf("New took a bad base URL and made %T", q)
		} else if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("New with a bad base URL: %v, want invalid_argument", waybill.CodeOf(err))
		}
	}
}

func checkGeocode(t tester, c GeocodeCase, p waybill.Provider, res geo.GeocodeResult) {
	t.Helper()
	checkServed(t, p, res.Served)
	if len(res.Places) == 0 {
		t.Error("no place and no error")
		return
	}
	if most := c.Request.Limit; most > 0 && len(res.Places) > most {
		t.Errorf("%d places, at most %d were wanted", len(res.Places), most)
	}
	for i, place := range res.Places {
		checkPlace(t, fmt.Sprintf("place %d", i), place)
	}
	within := c.Within
	if within == 0 {
		within = 20
	}
	first := res.Places[0]
	if c.Region != "" && first.Address.Region != c.Region {
		t.Errorf("region %q, want %q", first.Address.Region, c.Region)
	}
	if first.Point.Datum != c.Datum {
		t.Errorf("tagged %v, the vendor speaks %v there", first.Point.Datum, c.Datum)
	}
	if d := geo.Distance(first.Point, c.Want); !(d <= within) {
		t.Errorf("the point is %.0f m off, at most %.0f m are allowed", d, within)
	}
	if first.Precision == geo.PrecisionUnknown {
		t.Log("the precision is unknown")
	}
}

func checkReverse(t tester, c ReverseCase, p waybill.Provider, res geo.ReverseGeocodeResult) {
	t.Helper()
	checkServed(t, p, res.Served)
	checkPlace(t, "place", res.Place)
	if c.Region != "" && res.Place.Address.Region != c.Region {
		t.Errorf("region %q, want %q", res.Place.Address.Region, c.Region)
	}
	if !strings.Contains(res.Place.Address.Formatted, c.Contains) {
		t.Errorf("the address does not contain %q", c.Contains)
	}
	within := c.Within
	if within == 0 {
		within = 200
	}
	d := geo.Distance(res.Place.Point, c.Request.Point)
	if !(d <= within) {
		t.Errorf("the answer is %.0f m off, at most %.0f m are allowed", d, within)
	}
	if math.Abs(res.Place.Distance-d) > 5+d/50 {
		t.Errorf("distance says %.0f m, it is %.0f m", res.Place.Distance, d)
	}
	if len(res.Nearby) < c.Nearby {
		t.Errorf("%d places around, want at least %d", len(res.Nearby), c.Nearby)
	}
	if len(res.Nearby) > c.Request.Nearby {
		t.Errorf("%d places around, at most %d were wanted", len(res.Nearby), c.Request.Nearby)
	}
	last := 0.0
	for i, place := range res.Nearby {
		checkPlace(t, fmt.Sprintf("nearby %d", i), place)
		if place.Name == "" {
			t.Errorf("nearby %d has no name", i)
		}
		if place.Distance < last {
			t.Errorf("nearby %d is nearer than the one before", i)
		}
		last = place.Distance
	}
}

func checkServed(t tester, p waybill.Provider, s waybill.Served) {
	t.Helper()
	if s.Provider != p.Name() {
		t.Errorf("served by %q, want %q", s.Provider, p.Name())
	}
}

// checkPlace checks what holds for any place.
func checkPlace(t tester, what string, p geo.Place) {
	t.Helper()
	if p.Point.IsZero() || p.Point.Validate() != nil {
		t.Errorf("%s has no usable point", what)
	}
	if p.Address.IsZero() {
		t.Errorf("%s has no address", what)
	}
	if r := p.Address.Region; r != "" && !waybill.ValidRegion(r) {
		t.Errorf("%s: the region %q is no ISO 3166-1 code", what, r)
	}
	if !(p.Distance >= 0) || math.IsInf(p.Distance, 0) {
		t.Errorf("%s: the distance is %v", what, p.Distance)
	}
	if p.Precision > geo.PrecisionDoor {
		t.Errorf("%s: the precision is %d", what, p.Precision)
	}
	if !p.ID.IsZero() {
		if back, err := geo.ParsePlaceID(p.ID.String()); err != nil || back != p.ID {
			t.Errorf("%s: the id does not survive its text form", what)
		}
	}
	if text := p.Name + p.Address.Formatted; !utf8.ValidString(text) {
		t.Errorf("%s: broken text", what)
	}
}

// checkError checks what holds for any error of a call, and returns it.
func (h *Harness) checkError(t tester, b bench, v verb, c call, err error) *waybill.Error {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return nil
	}
	e, ok := err.(*waybill.Error)
	if !ok {
		t.Errorf("the error is a %T, want a *waybill.Error", err)
		return nil
	}
	if e.Provider != b.p.Name() && e.Code != waybill.InvalidArgument {
		t.Errorf("the error's provider is %q, want %q", e.Provider, b.p.Name())
	}
	if e.Op != string(v.op) {
		t.Errorf("the error's verb is %q, want %q", e.Op, v.op)
	}
	if e.Ref != c.ref {
		t.Error("the error does not carry the request's key")
	}
	h.tree(t, err, append([]string{b.s.URL() + "/"}, c.private...), 0)
	return e
}

// tree looks for secrets in every node of an error.
func (h *Harness) tree(t tester, err error, private []string, depth int) {
	t.Helper()
	if err == nil || depth > 20 {
		return
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		h.leaks(t, fmt.Sprintf("%T printed with %s", err, format), fmt.Sprintf(format, err), private)
	}
	h.leaks(t, fmt.Sprintf("%T as text", err), err.Error(), private)
	if b, bad := json.Marshal(err); bad == nil {
		h.leaks(t, fmt.Sprintf("%T as JSON", err), string(b), private)
	}
	if e, ok := err.(*waybill.Error); ok {
		h.leaks(t, "the message", e.Message, private)
		h.leaks(t, "the vendor's code", e.VendorCode, private)
		h.tree(t, e.Err, private, depth+1)
		for _, a := range waybill.Attempts(e) {
			if a.Err != nil && a.Err != e {
				h.tree(t, a.Err, private, depth+1)
			}
		}
	}
	var address *url.Error
	if depth == 0 && errors.As(err, &address) {
		h.tree(t, address, private, depth+1)
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		h.tree(t, u.Unwrap(), private, depth+1)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			h.tree(t, e, private, depth+1)
		}
	}
}

// leaks complains when a text holds a secret or a private word. It does not
// repeat the text.
func (h *Harness) leaks(t tester, what, text string, private []string) {
	t.Helper()
	for _, s := range h.Secrets {
		if s != "" && contains(text, s) {
			t.Errorf("%s holds a secret", what)
		}
	}
	for _, s := range private {
		if contains(text, s) {
			t.Errorf("%s holds personal data or the server's URL with its path", what)
		}
	}
}

func contains(text, s string) bool {
	return strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) || strings.Contains(text, url.PathEscape(s))
}

// words are the parts of a query that are private by themselves.
func words(query string) []string {
	if query = strings.TrimSpace(query); len(query) < 4 {
		return nil
	}
	return []string{query}
}

// digits are the numbers of a point in every datum, to three decimals.
func digits(p geo.Point) []string {
	if p.Validate() != nil || p.IsZero() {
		return nil
	}
	var out []string
	for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		q := p.To(d)
		for _, x := range []float64{q.Lat, q.Lng} {
			s := strconv.FormatFloat(x, 'f', 6, 64)
			if whole, frac, _ := strings.Cut(s, "."); strings.Trim(frac, "0") != "" {
				out = append(out, whole+"."+frac[:3])
			}
		}
	}
	return out
}
