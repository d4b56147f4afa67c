package area

import (
	"encoding/json"

	"github.com/waybill-go/waybill"
)

// Position is one corner of a ring: longitude and latitude in decimal degrees, east and north positive, in the datum
// of the areas that it belongs to. The order of the fields is that of GeoJSON and WKB.
type Position struct {
	Lng, Lat float64
}

// Ring is a closed line of straight edges in longitude and latitude, as RFC 7946 draws them: not great circles. The
// first position is repeated at the end. The winding does not matter.
type Ring []Position

// Polygon is an outer ring and the holes in it: [0] is the outer one.
type Polygon []Ring

// Area is one service area: where, for which city and service, and what is allowed there. The zero values of the
// allow fields allow nothing.
//
// An Area that came out of an [Index] is shared: it must not be changed. Copy the struct to change it, and give it new
// polygons rather than moving positions of the old ones.
type Area struct {
	// ID is unique among all areas, and never empty. Name is for people.
	ID, Name string
	// CityCode is the company's code of the city whose orders this area is for. It need not be the city in which the
	// area lies: where intercity trips of Mumbai may end in Pune, that area lies in Pune and has Mumbai's code.
	CityCode string
	// ServiceType is the service that this area is for; empty is the default set of the city.
	ServiceType string
	// AllowStart, AllowMiddle and AllowFinish say in which role a stop may lie here. In a Deny area none of them holds.
	AllowStart, AllowMiddle, AllowFinish bool
	// Deny makes this an area in which no stop may lie, whatever other areas allow.
	Deny bool
	// Priority orders the areas that a point lies in; lower comes first, equal ones by ID.
	Priority int
	// Remarks is free text for people.
	Remarks string
	// Ext holds further properties as they were read, so that writing an area back loses none. Nil means none.
	Ext map[string]json.RawMessage
	// Version counts the writes of a stored area, for optimistic locking; 0 is an area never stored.
	Version int64
	// Polygons are the area's parts. Parts may overlap; a point in any of them is in the area.
	Polygons []Polygon
}

// Allows reports whether a stop may lie here in the given role. It is false for every role in a Deny area.
func (a *Area) Allows(r Role) bool {
	if a.Deny {
		return false
	}
	switch r {
	case Start:
		return a.AllowStart
	case Middle:
		return a.AllowMiddle
	case Finish:
		return a.AllowFinish
	}
	return false
}

// Contains reports whether the point lies in the area, borders and the borders of holes included. It looks at every
// edge, with the same exact arithmetic as [Index]; it is the definition that the index is tested against, and fast
// enough for a few areas. The position is in the areas' datum. A position that is not finite is in no area.
//
// Longitude 180 and -180 are one meridian: what lies on it is found from both sides.
func (a *Area) Contains(p Position) bool {
	for _, x := range [...]float64{p.Lng, p.Lng - 360, p.Lng + 360} {
		for _, poly := range a.Polygons {
			if poly.contains(Position{x, p.Lat}) {
				return true
			}
		}
	}
	return false
}

// contains is the closed even-odd rule over the rings of one polygon: on an edge is in, and else the ray to the west
// decides, counting an edge when exactly one of its ends lies above the ray.
func (poly Polygon) contains(p Position) bool {
	in := false
	for _, ring := range poly {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) {
				s := orient(a, b, p)
				if s == 0 {
					return true
				}
				if (s > 0) == (a.Lat < b.Lat) {
					continue // p lies to the west of the edge
				}
				in = !in
			} else if onLevelEdge(a, b, p) {
				return true
			}
		}
	}
	return in
}

// onLevelEdge reports whether p lies on an edge that does not cross p's latitude: on one of its ends, or on a
// horizontal edge.
func onLevelEdge(a, b, p Position) bool {
	if a.Lat != p.Lat && b.Lat != p.Lat {
		return false
	}
	if a.Lat == b.Lat {
		return min(a.Lng, b.Lng) <= p.Lng && p.Lng <= max(a.Lng, b.Lng)
	}
	return a == p || b == p
}

// invalid is the error of an argument that nobody could use.
func invalid(op, message string) *waybill.Error {
	e := waybill.Invalid(op, message)
	e.Provider = name
	return e
}

// failure is any other error of this package, about the verb op.
func failure(code waybill.Code, op, message string, err error) *waybill.Error {
	scope := waybill.ScopeProvider
	if code == waybill.FailedPrecondition || code == waybill.AlreadyExists || code == waybill.NotFound {
		scope = waybill.ScopeRequest
	}
	return &waybill.Error{Code: code, Scope: scope, Delivery: waybill.NotSent, Provider: name, Op: op, Message: message, Err: err}
}

const name = "area"
