// Package sketch draws places and ways for the example programs: a page in one
// file, without any map tile, script or network, in which points and lines stand
// in their right places to each other.
package sketch

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// The drawing's size, and the free border around what is drawn, in pixels.
const (
	width, height = 960.0, 600.0
	border        = 48.0
)

// drawing turns places into pixels: the degrees of longitude are as wide as they
// are at the middle latitude, so that angles are right.
type drawing struct {
	west, north   float64
	scale, squash float64 // pixels a degree of latitude; degrees of longitude to those
	left, top     float64
}

// newDrawing fits the points, of which there may be none, into the frame. Points
// on both sides of 180 degrees are drawn side by side.
func newDrawing(points []geo.Point) drawing {
	if len(points) == 0 {
		points = []geo.Point{{}}
	}
	south, north := 90.0, -90.0
	lngs := make([]float64, len(points))
	for i, p := range points {
		south, north = min(south, p.Lat), max(north, p.Lat)
		lngs[i] = p.Lng
	}
	west, across := narrowest(lngs)
	d := drawing{west: west, north: north, squash: max(math.Cos((south+north)/2*math.Pi/180), 0.01)}
	high, wide := max(north-south, 1e-4), max(across*d.squash, 1e-4)
	d.scale = min((width-2*border)/wide, (height-2*border)/high)
	d.left = (width - across*d.squash*d.scale) / 2
	d.top = (height - (north-south)*d.scale) / 2
	return d
}

// narrowest returns the western end and the width of the narrowest band that has
// all longitudes: what remains beside the widest gap between two of them.
func narrowest(lngs []float64) (west, across float64) {
	slices.Sort(lngs)
	last := len(lngs) - 1
	west, across = lngs[0], lngs[last]-lngs[0]
	gap := 360 - across
	for i := range last {
		if g := lngs[i+1] - lngs[i]; g > gap {
			gap, west, across = g, lngs[i+1], 360-g
		}
	}
	return west, across
}

// xy returns where a place is drawn.
func (d *drawing) xy(p geo.Point) (x, y float64) {
	east := p.Lng - d.west
	if east < 0 {
		east += 360
	}
	return d.left + east*d.squash*d.scale, d.top + (d.north-p.Lat)*d.scale
}

// line writes a polyline's points.
func (d *drawing) line(points []geo.Point) string {
	var b strings.Builder
	for i, p := range points {
		if i > 0 {
			b.WriteByte(' ')
		}
		x, y := d.xy(p)
		fmt.Fprintf(&b, "%.1f,%.1f", x, y)
	}
	return b.String()
}

// ruler returns a round length and how many pixels it is.
func (d *drawing) ruler() (text string, pixels float64) {
	const metres = math.Pi * geo.EarthRadius / 180 // of a degree of latitude
	most := 200 / d.scale * metres
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	for _, n := range []float64{5, 2, 1} {
		if n*unit <= most {
			unit *= n
			break
		}
	}
	text = fmt.Sprintf("%.0f m", unit)
	if unit >= 1000 {
		text = fmt.Sprintf("%.0f km", unit/1000)
	}
	return text, unit / metres * d.scale
}
