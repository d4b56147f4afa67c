package geotest

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
)

func checkGeocode(t tester, _ context.Context, c GeocodeCase, p waybill.Provider, res geo.GeocodeResult) {
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

func checkReverse(t tester, _ context.Context, c ReverseCase, p waybill.Provider, res geo.ReverseGeocodeResult) {
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
func (h *suite) checkError(t tester, b bench, v verb, c call, err error) *waybill.Error {
	t.Helper()
	e := suitetest.Error(t, err, b.p.Name(), v.op, c.ref)
	if e != nil {
		l := suitetest.Leaks{Secrets: h.Secrets, Named: map[string][]string{"the query or the point": c.private}}
		if b.s != nil {
			l.Private = []string{b.s.URL() + "/"}
		}
		l.Error(t, err)
	}
	return e
}

// leaks are the words that must appear nowhere.
func (h *Harness) leaks() suitetest.Leaks { return suitetest.Leaks{Secrets: h.Secrets} }

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
