package area

import (
	"fmt"
	"strings"

	"github.com/waybill-go/waybill"
)

// Reason says what is wrong with an area. The texts are stable.
type Reason string

// The reasons for which a shape is repaired. The area stays, and the Problem says Repaired.
const (
	// ReasonNotClosed is a ring whose last position is not its first. It is closed.
	ReasonNotClosed Reason = "ring is not closed"
	// ReasonRepeated is the same position twice in a row. One is dropped.
	ReasonRepeated Reason = "position is repeated"
	// ReasonSpike is a line that goes out and comes back on itself. It encloses nothing and is dropped, so its points
	// are no longer in the area.
	ReasonSpike Reason = "spike"
	// ReasonEmptyHole is a hole that encloses nothing. It is dropped.
	ReasonEmptyHole Reason = "hole encloses nothing"
	// ReasonMeridian is a ring with an edge of more than 180 degrees of longitude: it crosses the 180th meridian
	// uncut. It is unrolled: longitudes beyond 180, rounded to a float64, take the place of negative ones.
	ReasonMeridian Reason = "ring crosses the 180th meridian uncut"
)

// The reasons for which an area is left out.
const (
	// ReasonNoID is an area without an ID, ReasonSameID one whose ID another area had before.
	ReasonNoID   Reason = "area has no id"
	ReasonSameID Reason = "id is taken by another area"
	// ReasonNoPolygon is an area without a polygon, or a polygon without a ring.
	ReasonNoPolygon Reason = "there is no polygon"
	// ReasonNotFinite is a position of which a number is NaN or infinite.
	ReasonNotFinite Reason = "position is not finite"
	// ReasonRange is a latitude beyond 90 degrees, or a longitude beyond 360.
	ReasonRange Reason = "position is out of range"
	// ReasonSwapped is a latitude beyond 90 degrees in a ring that would fit with latitude and longitude swapped, or
	// an area outside the expected box that would fit so.
	ReasonSwapped Reason = "latitude and longitude look swapped"
	// ReasonOutside is an area outside the box that was said to hold all of them.
	ReasonOutside Reason = "area lies outside the expected box"
	// ReasonTooFew is an outer ring with fewer than three different corners, or all of them on a line.
	ReasonTooFew Reason = "ring encloses nothing"
	// ReasonCrossing is a ring that crosses, touches or runs along itself.
	ReasonCrossing Reason = "ring meets itself"
	// ReasonRingsCross is a hole that crosses or runs along another ring of its polygon. Touching in points is fine, even
	// where that parts the interior, which stricter programs refuse.
	ReasonRingsCross Reason = "rings cross"
	// ReasonHoleOutside is a hole that does not lie in the outer ring, ReasonHoleInHole one that lies in another hole.
	ReasonHoleOutside Reason = "hole lies outside the outer ring"
	ReasonHoleInHole  Reason = "hole lies in another hole"
	// ReasonPole is a ring that goes round a pole and so does not close in longitude and latitude.
	ReasonPole Reason = "ring goes round a pole"
	// ReasonComplex is a shape that would take absurdly long to check.
	ReasonComplex Reason = "shape is too complicated to check"
	// ReasonFormat is a record that cannot be read as an area at all; the detail says why.
	ReasonFormat Reason = "record cannot be read"
)

// Problem is one thing that was wrong with one area while loading. It is an error for which
// errors.Is(p, waybill.ErrInvalidArgument) holds.
type Problem struct {
	// Area is the ID, or empty when there is none. Record is the place of the record in what was read, from 1, or 0
	// when it is not known.
	Area   string
	Record int
	// Polygon and Ring are places in Area.Polygons, from 0; -1 is the whole area or polygon.
	Polygon, Ring int
	// Reason says what is wrong, Detail adds where or why. Neither holds anything of the area's texts.
	Reason Reason
	Detail string
	// Repaired is whether the area was kept all the same.
	Repaired bool
}

// Error returns a line such as "area a1: polygon 0: ring 1: hole lies outside the outer ring; left out".
func (p Problem) Error() string {
	var b strings.Builder
	switch {
	case p.Area != "":
		b.WriteString("area " + p.Area)
	case p.Record > 0:
		fmt.Fprintf(&b, "record %d", p.Record)
	default:
		b.WriteString("area")
	}
	if p.Polygon >= 0 {
		fmt.Fprintf(&b, ": polygon %d", p.Polygon)
		if p.Ring >= 0 {
			fmt.Fprintf(&b, ": ring %d", p.Ring)
		}
	}
	b.WriteString(": " + string(p.Reason))
	if p.Detail != "" {
		b.WriteString(" (" + p.Detail + ")")
	}
	if p.Repaired {
		return b.String() + "; repaired"
	}
	return b.String() + "; left out"
}

// Is makes a Problem an InvalidArgument for errors.Is.
func (p Problem) Is(target error) bool { return target == waybill.ErrInvalidArgument }

// wholeArea is a problem that has no polygon and ring.
func wholeArea(a *Area, reason Reason) Problem {
	return Problem{Area: a.ID, Polygon: -1, Ring: -1, Reason: reason}
}
