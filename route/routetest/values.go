package routetest

import (
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func valueChecks() []check {
	return []check{
		{"values/pair", false, (*bench).pairValues},
		{"values/legs", false, (*bench).legValues},
		{"values/direction", false, (*bench).direction},
		{"values/polyline", false, (*bench).polyline},
		{"values/datums", false, (*bench).datums},
		{"values/sent", true, (*bench).sent},
		{"values/steps", false, (*bench).steps},
		{"values/alternatives", false, (*bench).alternatives},
		{"values/order", false, (*bench).order},
		{"values/avoid", false, (*bench).avoid},
		{"values/departure", false, (*bench).departure},
		{"concurrency", false, (*bench).concurrency},
		{"account", false, (*bench).account},
	}
}

// checkResult checks what holds of every result.
func (b *bench) checkResult(r route.Request, res route.Result) {
	b.Helper()
	if res.Provider != b.name {
		b.Errorf("the result's provider is %q, want %q", res.Provider, b.name)
	}
	if len(res.Paths) == 0 {
		b.Fatal("a result without paths, want NotFound")
	}
	if n := len(res.Paths); n > 1+r.Alternatives {
		b.Errorf("%d paths, asked for at most %d", n, 1+r.Alternatives)
	}
	for i := range res.Paths {
		b.checkPath(r, &res.Paths[i])
	}
}

// checkPath bounds a path by what the Earth allows: a distance between the
// straight line and four times that, and a speed between a slow walk and a
// racing car. Kilometres, minutes and milliseconds fall outside.
func (b *bench) checkPath(r route.Request, p *route.Path) {
	b.Helper()
	points := r.Points
	if r.NeedsOrder() {
		points = driven(b, r, p)
	}
	var straight float64
	for i := range len(points) - 1 {
		straight += geo.Distance(points[i], points[i+1])
	}
	if p.Distance < straight*0.95-100 || p.Distance > straight*4+1000 {
		b.Errorf("a distance of %.0f for a straight line of %.0f m: are these metres?", p.Distance, straight)
	}
	b.checkSpeed("the path", p.Distance, p.Duration)
	if !b.h.Estimates && p.Estimated {
		b.Error("a path is Estimated, which the harness does not say")
	}
	if len(p.Legs) > 0 {
		if want := len(r.Points) - 1; len(p.Legs) != want {
			b.Errorf("%d legs for %d points, want %d", len(p.Legs), len(r.Points), want)
		}
		var sum float64
		var took time.Duration
		for _, l := range p.Legs {
			sum += l.Distance
			took += l.Duration
			if l.Distance > 500 {
				b.checkSpeed("a leg", l.Distance, l.Duration)
			}
		}
		if !near(sum, p.Distance, 0.02, 50) {
			b.Errorf("legs of %.0f m together, the path has %.0f m", sum, p.Distance)
		}
		if !p.Traffic && !near(took.Seconds(), p.Duration.Seconds(), 0.05, 60) {
			b.Errorf("legs of %v together, the path takes %v", took, p.Duration)
		}
	}
	for _, at := range p.Polyline {
		if at.Validate() != nil || at.IsZero() {
			b.Fatal("a polyline's point is no place")
		}
	}
	if !r.Polyline && len(p.Polyline) > 0 {
		b.Error("a polyline that nobody asked for")
	}
}

// driven returns the points in the order of the drive.
func driven(b *bench, r route.Request, p *route.Path) []geo.Point {
	b.Helper()
	last := len(r.Points) - 1
	out := []geo.Point{r.Points[0]}
	seen := map[int]bool{}
	for _, i := range p.StopOrder {
		if i < 1 || i >= last || seen[i] {
			b.Fatalf("the stops' order is %v, want each of the stops 1 to %d once", p.StopOrder, last-1)
		}
		seen[i] = true
		out = append(out, r.Points[i])
	}
	if len(out) != last {
		b.Fatalf("the stops' order is %v, want each of the stops 1 to %d once", p.StopOrder, last-1)
	}
	return append(out, r.Points[last])
}

func (b *bench) checkSpeed(what string, metres float64, d time.Duration) {
	b.Helper()
	if speed := metres / max(d.Seconds(), 1e-9); d <= 0 || speed < 0.5 || speed > 60 {
		b.Errorf("%s: %.0f m in %v: are these metres and a duration?", what, metres, d)
	}
}

func (b *bench) pairValues() {
	res := b.must(b.pair())
	if p := res.Paths[0]; p.Substituted {
		b.Error("a path is Substituted although no truck was asked for")
	}
}

// legValues checks that the stop's legs are those of the two trips alone, in
// their order.
func (b *bench) legValues() {
	whole := b.must(b.whole())
	first, second := b.pair(), b.pair()
	second.Points = []geo.Point{b.trip.Via, b.trip.To}
	one, two := b.must(first).Paths[0], b.must(second).Paths[0]
	p := whole.Paths[0]
	if !near(p.Distance, one.Distance+two.Distance, 0.05, 300) {
		b.Errorf("the trip over a stop has %.0f m, its halves %.0f m and %.0f m", p.Distance, one.Distance, two.Distance)
	}
	if len(p.Legs) == 2 && (!near(p.Legs[0].Distance, one.Distance, 0.05, 300) || !near(p.Legs[1].Distance, two.Distance, 0.05, 300)) {
		b.Errorf("legs of %.0f m and %.0f m, alone the trips have %.0f m and %.0f m: are they in order?",
			p.Legs[0].Distance, p.Legs[1].Distance, one.Distance, two.Distance)
	}
}

// direction checks that the way back has its legs the other way round and its
// geometry begins where it should.
func (b *bench) direction() {
	r := b.whole()
	r.Polyline = true
	r.Points = []geo.Point{b.trip.To, b.trip.Via, b.trip.From}
	p := b.must(r).Paths[0]
	if len(p.Legs) == 2 && p.Legs[0].Distance >= p.Legs[1].Distance {
		b.Error("the short leg comes first on the way back, and did not here")
	}
	b.checkEnds(r, &p)
}

func (b *bench) polyline() {
	r := b.whole()
	r.Polyline = true
	p := b.must(r).Paths[0]
	if b.h.NoPolyline {
		if len(p.Polyline) > 0 {
			b.Error("a polyline, which the harness denies (NoPolyline)")
		}
		return
	}
	if len(p.Polyline) < 2 {
		b.Fatalf("a polyline of %d points, want at least the ends (see Harness.NoPolyline)", len(p.Polyline))
	}
	b.checkEnds(r, &p)
	var long float64
	for i := range len(p.Polyline) - 1 {
		long += geo.Distance(p.Polyline[i], p.Polyline[i+1])
	}
	if long > p.Distance*1.1+500 {
		b.Errorf("the polyline is %.0f m long, the path %.0f m", long, p.Distance)
	}
}

// checkEnds compares the polyline's ends with the trip's, wherever their datums
// are: half a kilometre off is a wrong datum.
func (b *bench) checkEnds(r route.Request, p *route.Path) {
	b.Helper()
	if len(p.Polyline) < 2 {
		return
	}
	first, last := p.Polyline[0], p.Polyline[len(p.Polyline)-1]
	if d := geo.Distance(first, r.Points[0]); d > 150 {
		b.Errorf("the polyline begins %.0f m from the origin: is the datum right, and the direction?", d)
	}
	if d := geo.Distance(last, r.Points[len(r.Points)-1]); d > 150 {
		b.Errorf("the polyline ends %.0f m from the destination: is the datum right, and the direction?", d)
	}
	for _, q := range [...]geo.Point{first, last} {
		if b.h.Vendor != "" && q.Datum != b.datum(q) {
			b.Errorf("a point is tagged %v, the vendor speaks %v there", q.Datum, b.datum(q))
		}
	}
}

// datum returns what the vendor speaks at p.
func (b *bench) datum(p geo.Point) geo.Datum {
	region, _ := geo.RegionOf(p)
	return geo.DefaultDatums().Datum(b.h.Vendor, region)
}

// datums asks for one trip in each datum and wants one answer.
func (b *bench) datums() {
	r := b.whole()
	r.Polyline = true
	want := b.must(r).Paths[0]
	for _, d := range [...]geo.Datum{geo.GCJ02, geo.BD09} {
		r := r
		r.Points = nil
		for _, p := range b.trip.Points() {
			r.Points = append(r.Points, p.To(d))
		}
		got := b.must(r).Paths[0]
		if !near(got.Distance, want.Distance, 0.01, 20) {
			b.Errorf("the trip given in %v has %.0f m, in wgs84 %.0f m", d, got.Distance, want.Distance)
		}
		b.checkEnds(r, &got)
	}
}

// sent compares the numbers that reached the vendor with those meant.
func (b *bench) sent() {
	fake, ok := b.server.(Understanding)
	if !ok {
		b.Skip("the fake does not tell what it understood")
	}
	r := b.whole()
	b.must(r)
	asked := fake.Asked()
	if len(asked) != len(r.Points) {
		b.Fatalf("the server read %d points, want %d", len(asked), len(r.Points))
	}
	for i, p := range asked {
		if d := geo.Distance(p, r.Points[i]); d > 2 {
			b.Errorf("point %d arrived %.0f m away in the vendor's datum", i, d)
		}
	}
}

// steps checks that texts are plain.
func (b *bench) steps() {
	r := b.whole()
	r.Steps, r.Language = true, "en"
	for _, l := range b.must(r).Paths[0].Legs {
		for _, s := range l.Steps {
			if hasMarkup(s.Text) {
				b.Error("a step's text has markup")
			}
			if s.Distance < 0 || s.Duration < 0 {
				b.Error("a step's distance or duration is negative")
			}
		}
	}
	r.Steps = false
	for _, l := range b.must(r).Paths[0].Legs {
		if len(l.Steps) > 0 {
			b.Error("steps that nobody asked for")
		}
	}
}

func (b *bench) alternatives() {
	for n := range 4 {
		r := b.pair()
		r.Alternatives = n
		b.must(r) // checkResult counts
	}
}

// order asks for stops to be put in order: From, then To and Via, then From.
// The short way is over Via first.
func (b *bench) order() {
	r := b.whole()
	r.Points = []geo.Point{b.trip.From, b.trip.To, b.trip.Via, b.trip.To}
	r.Points[3].Lat += 0.002
	r.OptimizeStops, r.Polyline = true, true
	if !b.h.Orders {
		b.refused("stops to be put in order (see Harness.Orders)", r, waybill.Unsupported)
		return
	}
	p := b.must(r).Paths[0]
	if len(p.StopOrder) != 2 || p.StopOrder[0] != 2 || p.StopOrder[1] != 1 {
		b.Errorf("the stops' order is %v, want [2 1]", p.StopOrder)
	}
	if len(p.Legs) == 3 && (p.Legs[0].Distance < p.Legs[1].Distance || p.Legs[1].Distance < p.Legs[2].Distance) {
		b.Errorf("legs of %.0f, %.0f and %.0f m are not in the order of the drive", p.Legs[0].Distance, p.Legs[1].Distance, p.Legs[2].Distance)
	}
	b.checkEnds(r, &p)
}

func (b *bench) avoid() {
	r := b.pair()
	r.Avoid = route.Avoid{Tolls: true, Motorways: true, Ferries: true}
	if _, err := b.route(b.Context(), r); err != nil && waybill.CodeOf(err) != waybill.Unsupported {
		b.Errorf("avoiding tolls, motorways and ferries: %v, want a path or Unsupported", err)
	}
}

// departure asks with the traffic of tomorrow and of an hour ago: a vendor may
// lack it, but must not refuse the request as wrong.
func (b *bench) departure() {
	for _, at := range [...]time.Time{time.Now().Add(24 * time.Hour), time.Now().Add(-time.Hour)} {
		r := b.pair()
		r.Departure = at
		if _, err := b.route(b.Context(), r); err != nil && waybill.CodeOf(err) != waybill.Unsupported {
			b.Errorf("with a departure: %v, want a path or Unsupported", err)
		}
	}
}

// near reports whether two values agree within a share of the greater, or within
// a fixed difference.
func near(a, b, share, least float64) bool {
	return max(a-b, b-a) <= max(share*max(a, b), least)
}
