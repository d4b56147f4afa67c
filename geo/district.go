package geo

import (
	"context"

	"github.com/waybill-go/waybill"
)

// Districts is the verb of [DistrictFinder].
const Districts waybill.Verb = "districts"

// DistrictLevel is the level of an administrative division. Larger is narrower.
type DistrictLevel uint8

// The levels, as the mainland has them; elsewhere the nearest one counts.
const (
	// LevelUnknown: the vendor did not say.
	LevelUnknown DistrictLevel = 0
	// LevelCountry is a country.
	LevelCountry DistrictLevel = 1
	// LevelProvince is a province, municipality, state or special region.
	LevelProvince DistrictLevel = 2
	// LevelCity is a prefecture-level city.
	LevelCity DistrictLevel = 3
	// LevelDistrict is a district or county.
	LevelDistrict DistrictLevel = 4
	// LevelTownship is a township or subdistrict.
	LevelTownship DistrictLevel = 5
)

var levelNames = [...]string{"unknown", "country", "province", "city", "district", "township"}

// String returns the level's frozen name.
func (l DistrictLevel) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return "unknown"
}

// MarshalText writes the level's name.
func (l DistrictLevel) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level's name; the empty text is LevelUnknown. Anything
// else is a *[waybill.Error] with code InvalidArgument and leaves l alone.
func (l *DistrictLevel) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = LevelUnknown
		return nil
	}
	for i, name := range levelNames {
		if string(text) == name {
			*l = DistrictLevel(i)
			return nil
		}
	}
	return invalid("district level", "district level has no such name", "")
}

// District is an administrative division.
type District struct {
	// Name is its full name, such as 南山区.
	Name string `json:"name"`
	// Adcode is its six-digit division code (township codes are longer), as for
	// [Address]; of a division without one it is empty.
	Adcode string        `json:"adcode,omitempty"`
	Level  DistrictLevel `json:"level"`
	// Region is the ISO 3166-1 alpha-2 code, HK, MO and TW on their own.
	Region string `json:"region,omitempty"`
	// ID is the vendor's id where it has one beside the adcode.
	ID PlaceID `json:"id,omitzero"`
	// Center is the vendor's centre, zero where it gives none.
	Center Point `json:"center,omitzero"`
	// Boundary are closed rings, the first point repeated at the end, when asked
	// for and known. A ring within a ring is a hole (the even-odd rule).
	Boundary [][]Point `json:"boundary,omitempty"`
	// Children are the divisions within, as deep as asked for.
	Children []District `json:"children,omitempty"`
}

// DistrictRequest asks for administrative divisions.
type DistrictRequest struct {
	// Query is a name or an adcode. It may be empty: the Region itself is meant
	// then, and the client's default region without one.
	Query string
	// Children is how many levels below are wanted, 0 to 3.
	Children int
	// Boundary asks for the rings of the divisions found, not of their children.
	// They can have tens of thousands of points.
	Boundary bool
	// Region (ISO 3166-1 alpha-2) is where the divisions must lie.
	Region string
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Datum is the one wanted for the points.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use].
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r DistrictRequest) Validate() error {
	const op = string(Districts)
	if err := checkText("query", r.Query, false); err != nil {
		return err.With("geo", op, r.Key)
	}
	if r.Children < 0 || r.Children > 3 {
		return invalid(op, "children is not between 0 and 3", r.Key)
	}
	return checkCommon(op, r.Region, r.Language, r.Datum, r.Key)
}

// DistrictResult is the divisions of a name or code: several where the name is
// not unique (朝阳区 is in Beijing and in Changchun).
type DistrictResult struct {
	waybill.Served
	Freshness
	// Districts are never empty.
	Districts []District `json:"districts"`
}

// DistrictFinder finds administrative divisions by name or adcode.
//
// No match is NotFound, never an empty result. The call is a read: it may be
// repeated.
//
// # What an adapter gets and returns
//
// It begins with [DistrictRequest.Validate]. A region that the vendor does not
// have, and an empty Query without a Region, are Unsupported before the network.
// Only divisions whose name is the query, with or without its generic ending
// (朝阳 finds 朝阳区), or whose adcode it is, are returned, and not what merely
// holds the letters. Levels that the vendor makes up, such as a second 北京城区
// beside 北京市, are passed over as far as they can be told. Points are tagged as
// for [Geocoder]; Datum, Tenant and Lane are the client's.
type DistrictFinder interface {
	Districts(ctx context.Context, r DistrictRequest) (DistrictResult, error)
}
