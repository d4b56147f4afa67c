package area

import (
	"slices"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Role is what a stop is on a trip.
type Role uint8

// The roles. The numbers are frozen.
const (
	// ByPlace is the zero value: the first stop of a trip starts it, the last one of several finishes it.
	ByPlace Role = 0
	Start   Role = 1 // where a trip begins: the pick-up
	Middle  Role = 2 // a stop on the way
	Finish  Role = 3 // where it ends: the drop-off
)

var roleNames = [...]string{"by_place", "start", "middle", "finish"}

// String returns "start", "middle", "finish" or "by_place".
func (r Role) String() string { return nameOf(roleNames[:], uint8(r), "role") }

// Rule says by what a stop was refused. The numbers are frozen, and so are the names.
type Rule uint8

// The rules. A stop that is allowed has NotRefused.
const (
	NotRefused    Rule = 0 // "allowed"
	DenyArea      Rule = 1 // "deny_area": a deny area covers the stop
	NoArea        Rule = 2 // "no_area": no effective area covers it
	RoleNotHere   Rule = 3 // "role_not_allowed": areas cover it, or its city is opened, but not for this role
	CityNotOpened Rule = 4 // "city_not_opened": the city is not among the opened ones
	BetweenStops  Rule = 5 // "between_stops": a TripRule refuses this finish for that start
)

var ruleNames = [...]string{"allowed", "deny_area", "no_area", "role_not_allowed", "city_not_opened", "between_stops"}

// String returns the rule's name.
func (r Rule) String() string { return nameOf(ruleNames[:], uint8(r), "rule") }

// MarshalText writes the rule's name.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func nameOf(names []string, n uint8, what string) string {
	if int(n) < len(names) {
		return names[n]
	}
	return what + "_" + strconv.Itoa(int(n))
}

// Stop is one place of a trip.
type Stop struct {
	// Point is where it is, in any datum.
	Point geo.Point
	// Role is ByPlace unless the trip is judged in pieces, such as a single drop-off.
	Role Role
	// CityCode is the city that the stop lies in, by the company's code or by adcode. [Cities] need it, and take the
	// order's when it is empty; polygons go by the order's city code alone.
	CityCode string
	// Region is the region of the stop (ISO 3166-1 alpha-2), if it is known; see [ByRegion].
	Region string
}

// Verdict is what a [Checker] says of a trip.
type Verdict struct {
	// Allowed is whether all stops are.
	Allowed bool
	// Stops has a verdict for every stop, in order.
	Stops []StopVerdict
}

// StopVerdict is what is said of one stop.
type StopVerdict struct {
	Role    Role // as it was judged; never ByPlace
	Allowed bool
	Rule    Rule
	// Area is the area by which the stop is allowed, or the one that refused it: the deny area, or the first that does
	// not allow the role. It is nil for NoArea and where no polygons decide. It is shared: do not change it.
	Area *Area
	// City is the opened city that decided, where cities do.
	City *City
	// TripRule is the ID of the rule between stops that refused.
	TripRule string
}

// Checker judges trips. [Index] and [Service] judge by polygons, [Cities] by the list of opened cities, and a
// [ByRegion] asks one or the other.
type Checker interface {
	// CheckTrip says of every stop whether it is allowed, for an order of the given city and service type. A refusal is
	// a verdict and no error. The error is InvalidArgument: no stop, an unknown role, a point that cannot be one.
	CheckTrip(cityCode, serviceType string, stops []Stop) (Verdict, error)
}

var (
	_ Checker = (*Index)(nil)
	_ Checker = (*Service)(nil)
	_ Checker = (*Cities)(nil)
	_ Checker = (*ByRegion)(nil)
)

// CheckTrip implements [Checker]. The city code is the order's, for all stops, wherever they lie: where trips from one
// city may end in another, the areas for that have the first one's code. A stop is allowed in a role if an effective
// area (see [Finder]) that covers it allows the role, and no deny area covers it. Rules between stops come second.
func (x *Index) CheckTrip(cityCode, serviceType string, stops []Stop) (Verdict, error) {
	return judge(stops, func(v *StopVerdict, s *Stop) ([]*Area, error) {
		areas, err := x.Lookup(cityCode, s.Point, serviceType)
		if err == nil {
			v.Rule, v.Area = decide(areas, v.Role)
		}
		return areas, err
	}, func(first, last []*Area) (string, *Area) { return x.between(cityCode, serviceType, first, last) })
}

// decide says which rule holds at a place where these areas are, and by which of them.
func decide(areas []*Area, role Role) (Rule, *Area) {
	if i := slices.IndexFunc(areas, func(a *Area) bool { return a.Deny }); i >= 0 {
		return DenyArea, areas[i]
	}
	if i := slices.IndexFunc(areas, func(a *Area) bool { return a.Allows(role) }); i >= 0 {
		return NotRefused, areas[i]
	}
	if len(areas) > 0 {
		return RoleNotHere, areas[0]
	}
	return NoArea, nil
}

// judge goes through the stops, and then through the rules between the first and the last of several.
func judge(stops []Stop, one func(*StopVerdict, *Stop) ([]*Area, error), between func(first, last []*Area) (string, *Area)) (Verdict, error) {
	if len(stops) == 0 {
		return Verdict{}, invalid("check_trip", "there is no stop")
	}
	v := Verdict{Allowed: true, Stops: make([]StopVerdict, len(stops))}
	var first, last []*Area
	for i := range stops {
		s := &v.Stops[i]
		if s.Role = roleOf(stops, i); s.Role > Finish {
			return Verdict{}, invalid("check_trip", "stop "+strconv.Itoa(i)+" has an unknown role")
		}
		areas, err := one(s, &stops[i])
		if err != nil {
			e := *waybill.AsError(err)
			e.Op, e.Message = "check_trip", "stop "+strconv.Itoa(i)+": "+e.Message
			return Verdict{}, &e
		}
		s.Allowed = s.Rule == NotRefused
		v.Allowed = v.Allowed && s.Allowed
		if i == 0 {
			first = areas
		}
		last = areas
	}
	begin, end := &v.Stops[0], &v.Stops[len(stops)-1]
	if between != nil && len(stops) > 1 && begin.Role == Start && end.Role == Finish && begin.Allowed && end.Allowed {
		if id, a := between(first, last); id != "" {
			end.Allowed, end.Rule, end.TripRule, end.Area = false, BetweenStops, id, a
			v.Allowed = false
		}
	}
	return v, nil
}

func roleOf(stops []Stop, i int) Role {
	switch {
	case stops[i].Role != ByPlace:
		return stops[i].Role
	case i == 0:
		return Start
	case i == len(stops)-1:
		return Finish
	}
	return Middle
}

// TripRule is a rule between the start and the finish of a trip: who starts in one of the areas From must finish in one
// of the areas To; with Deny, must not. It comes second: it only refuses what the areas themselves allow.
type TripRule struct {
	// ID names the rule in verdicts; it is not empty.
	ID string
	// CityCode and ServiceType say for which orders it holds; empty means all.
	CityCode, ServiceType string
	// From and To are IDs of areas; an empty From is any start, an empty To no area at all.
	From, To []string
	Deny     bool
}

// WithTripRules returns an index of the same areas with other rules between stops; they share their memory. The error
// is InvalidArgument for a rule without an ID or one that names an area that is not there.
func (x *Index) WithTripRules(rules ...TripRule) (*Index, error) {
	for _, r := range rules {
		if r.ID == "" {
			return nil, invalid("trip_rules", "a rule has no id")
		}
		for _, id := range slices.Concat(r.From, r.To) {
			if x.Area(id) == nil {
				return nil, invalid("trip_rules", "rule "+r.ID+" names an area that is not there: "+id)
			}
		}
	}
	c := *x
	c.rules = slices.Clone(rules)
	return &c, nil
}

// between returns the first rule that refuses a trip between places where these areas are, and the area that it is
// about: the finish's that it must not be, else the start's.
func (x *Index) between(cityCode, serviceType string, first, last []*Area) (string, *Area) {
	for _, r := range x.rules {
		if r.CityCode != "" && r.CityCode != cityCode || r.ServiceType != "" && r.ServiceType != serviceType {
			continue
		}
		from := amongst(first, r.From)
		if from == nil && len(r.From) > 0 {
			continue
		}
		to := amongst(last, r.To)
		if (to != nil) == r.Deny {
			switch {
			case to != nil:
				return r.ID, to
			case from == nil && len(first) > 0:
				from = first[0]
			}
			return r.ID, from
		}
	}
	return "", nil
}

// amongst returns the first of the areas whose ID is listed.
func amongst(areas []*Area, ids []string) *Area {
	for _, a := range areas {
		if slices.Contains(ids, a.ID) {
			return a
		}
	}
	return nil
}
