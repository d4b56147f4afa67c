package fakegoogle

import (
	"math"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// trip is a checked request for a way, whichever service it came to.
type trip struct {
	mode    world.Mode
	points  []geo.Point // as Google reads them
	traffic bool
	noTolls bool
	detours int // how many other kinds of road are avoided
	// order is there when the stops were put in order: the indices of the
	// request's, from 0.
	order []int
}

// reorder puts the stops in the order in which each is the nearest to the one
// before, as far as the crow flies.
func (t *trip) reorder() {
	last := len(t.points) - 1
	at := t.points[0]
	stops := t.points[1:last]
	t.order = []int{}
	placed := []geo.Point{at}
	for len(t.order) < len(stops) {
		next := -1
		for i := range stops {
			if !slices.Contains(t.order, i) && (next < 0 || geo.Distance(at, stops[i]) < geo.Distance(at, stops[next])) {
				next = i
			}
		}
		at = stops[next]
		t.order, placed = append(t.order, next), append(placed, at)
	}
	t.points = append(placed, t.points[last])
}

// way is one way of a trip: a leg for each pair of points.
type way struct {
	legs []leg
	toll float64 // in the currency of where it begins; 0 is none
	cur  string
}

type leg struct {
	metres, seconds int // without traffic
	delayed         int // seconds with traffic
	line            []world.LatLng
}

// jam is how much longer a way takes with the traffic of any moment.
const jam = 1.15

// plan returns the way number i of a trip, each next one seven per cent longer;
// false if there is none.
func (s *Server) plan(t *trip, i int) (way, bool) {
	s.mu.Lock()
	s.asked = append([]geo.Point(nil), t.points...)
	s.mu.Unlock()
	factor := 1 + 0.07*float64(i) + 0.05*float64(t.detours)
	var w way
	var metres float64
	for j := range len(t.points) - 1 {
		a, b := t.points[j].To(geo.WGS84), t.points[j+1].To(geo.WGS84)
		found, ok := s.world.Travel(t.mode, a.Lat, a.Lng, b.Lat, b.Lng, world.Bias("google"))
		if !ok {
			return w, false
		}
		l := leg{metres: int(math.Round(found.Metres * factor)), seconds: int(math.Round(found.Seconds * factor)), line: found.Line}
		l.delayed = l.seconds
		if t.traffic {
			l.delayed = int(math.Round(float64(l.seconds) * jam))
		}
		metres += found.Metres
		w.legs = append(w.legs, l)
	}
	if !t.noTolls && metres > 30e3 {
		start := t.points[0].To(geo.WGS84)
		w.cur = currency(s.world.CityAt(start.Lat, start.Lng))
		w.toll = math.Round(metres/1000*4) / 4
	}
	return w, true
}

func currency(city *world.Place) string {
	switch city.Region {
	case "HK":
		return "HKD"
	case "MO":
		return "MOP"
	case "TW":
		return "TWD"
	case "SG":
		return "SGD"
	case "TH":
		return "THB"
	case "IN":
		return "INR"
	case "BR":
		return "BRL"
	}
	return "CNY"
}

func (w *way) totals() (metres, seconds, delayed int) {
	for _, l := range w.legs {
		metres += l.metres
		seconds += l.seconds
		delayed += l.delayed
	}
	return metres, seconds, delayed
}

// line returns the whole way's points.
func (w *way) line() []world.LatLng {
	var all []world.LatLng
	for i, l := range w.legs {
		from := 0
		if i > 0 {
			from = 1
		}
		all = append(all, l.line[from:]...)
	}
	return all
}

// step is a part of a leg of four points of its line.
type step struct {
	metres, seconds int
	line            []world.LatLng
	turn            string
}

// steps parts a leg so that the parts add up to it.
func (l *leg) steps() []step {
	n := max(1, (len(l.line)-1)/4)
	var out []step
	var metres, seconds int
	for i := range n {
		end := min((i+1)*4, len(l.line)-1)
		if i == n-1 {
			end = len(l.line) - 1
		}
		s := step{line: l.line[i*4 : end+1], turn: "right"}
		s.metres = l.metres*(i+1)/n - metres
		s.seconds = l.seconds*(i+1)/n - seconds
		metres += s.metres
		seconds += s.seconds
		if i == 0 {
			s.turn = ""
		}
		out = append(out, s)
	}
	return out
}

// encode writes a line of the world as a polyline of precision 5, in the numbers
// that Google gives there. It is written anew here, so that the fake does not
// share a mistake with the codec under test.
func encode(line []world.LatLng) string {
	var b strings.Builder
	var lat, lng int
	put := func(v int) {
		u := v << 1
		if v < 0 {
			u = ^u
		}
		for u >= 0x20 {
			b.WriteByte(byte(u&0x1f|0x20) + 63)
			u >>= 5
		}
		b.WriteByte(byte(u) + 63)
	}
	for _, p := range line {
		x, y := show(p.Lat, p.Lng, "")
		nextLat, nextLng := int(math.Round(x*1e5)), int(math.Round(y*1e5))
		put(nextLat - lat)
		put(nextLng - lng)
		lat, lng = nextLat, nextLng
	}
	return b.String()
}
