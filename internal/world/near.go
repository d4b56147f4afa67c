package world

import (
	"cmp"
	"math"
	"slices"
)

// Near is a place and its distance from the point asked about, in metres.
type Near struct {
	*Place
	Metres float64
}

// Nearest returns the place (no city) nearest to a WGS-84 point, and its distance in metres; nil and 0 if there is none
// within max metres.
func (w *World) Nearest(lat, lng, max float64) (*Place, float64) {
	near := w.Around(lat, lng, max)
	if len(near) == 0 {
		return nil, 0
	}
	return near[0].Place, near[0].Metres
}

// Around returns the places (no cities) within radius metres of a WGS-84 point, nearest first.
func (w *World) Around(lat, lng, radius float64) []Near {
	var out []Near
	for _, p := range w.places {
		if p.Kind == City {
			continue
		}
		if d := Distance(lat, lng, p.Lat, p.Lng); d <= radius {
			out = append(out, Near{p, d})
		}
	}
	slices.SortStableFunc(out, func(a, b Near) int { return cmp.Compare(a.Metres, b.Metres) })
	return out
}

// cityReach is how far from a place its city and region still reach, in metres.
const cityReach = 60e3

// CityAt returns the city that a WGS-84 point belongs to: that of the nearest place, at most 60 km away; else nil.
// It is how the fakes tell regions apart, good near the places and nowhere else.
func (w *World) CityAt(lat, lng float64) *Place {
	var best *Place
	nearest := math.Inf(1)
	for _, p := range w.places {
		if d := Distance(lat, lng, p.Lat, p.Lng); d < nearest && d <= cityReach {
			best, nearest = p, d
		}
	}
	if best == nil {
		return nil
	}
	return w.byID[best.CityKey]
}
