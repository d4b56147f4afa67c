package googlegeo

import (
	"slices"
	"strings"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// parts are the components of an address by type: of each type the first, which
// is the narrowest.
type parts struct {
	list []maps.AddressComponent
}

// get returns the long name of the first component that has one of the types,
// looking for the types in their order.
func (p parts) get(types ...string) string {
	for _, t := range types {
		for i := range p.list {
			if slices.Contains(p.list[i].Types, t) {
				return p.list[i].LongName
			}
		}
	}
	return ""
}

// region returns the country's code. Google writes HK, MO and TW as countries
// of their own.
func (p parts) region() string {
	for i := range p.list {
		if slices.Contains(p.list[i].Types, "country") {
			if code := strings.ToUpper(p.list[i].ShortName); waybill.ValidRegion(code) {
				return code
			}
		}
	}
	return ""
}

// address reads the components. Which of them is the city differs from country
// to country; what Google does not give stays empty.
func address(g *maps.GeocodingResult) geo.Address {
	p := parts{g.AddressComponents}
	a := geo.Address{
		Formatted: g.FormattedAddress,
		Region:    p.region(),
		Country:   p.get("country"),
		Province:  p.get("administrative_area_level_1"),
		Street:    p.get("route"),
		Number:    p.get("street_number"),
		Building:  p.get("premise"),
		Postcode:  p.get("postal_code"),
	}
	a.City = city(p, a.Region)
	a.District = except(a.City, p.get("sublocality_level_1"), p.get("sublocality"))
	if a.Region == "TW" {
		a.District = except(a.City, a.District, p.get("administrative_area_level_2"), p.get("administrative_area_level_3"))
	}
	hood := p.get("neighborhood")
	if a.District == "" {
		a.District, hood = hood, ""
	}
	a.Township = except(a.District, p.get("sublocality_level_2"), hood)
	if suffix := p.get("postal_code_suffix"); suffix != "" && a.Postcode != "" {
		a.Postcode += "-" + suffix
	}
	// In Japan the building's number is its premise.
	if a.Number == "" && a.Building != "" && strings.Trim(a.Building, "0123456789-−‐") == "" {
		a.Number, a.Building = a.Building, ""
	}
	return a
}

// city finds what stands for the city: the locality; in Britain and Sweden the
// postal town; in New York the borough; elsewhere the narrowest administrative
// level. China's municipalities and Taiwan's cities are provinces too.
func city(p parts, region string) string {
	if c := p.get("locality", "postal_town"); c != "" {
		return c
	}
	switch region {
	case "TW", "CN":
		return p.get("administrative_area_level_1", "administrative_area_level_2")
	case "US":
		return p.get("administrative_area_level_3", "sublocality_level_1", "sublocality", "administrative_area_level_2")
	}
	return p.get("administrative_area_level_3", "administrative_area_level_2", "sublocality_level_1", "sublocality")
}

// except returns the first name that is neither empty nor taken.
func except(taken string, names ...string) string {
	for _, n := range names {
		if n != "" && n != taken {
			return n
		}
	}
	return ""
}

// named are the types of components that carry a place's own name.
var named = []string{"establishment", "point_of_interest", "natural_feature", "airport", "park"}

// ownName returns the place's own name: that of the component that makes it
// more than an address.
func ownName(g *maps.GeocodingResult) string { return parts{g.AddressComponents}.get(named...) }

// precision translates location_type, and for points that stand for an area or
// a line the types of the result. Google's APPROXIMATE is never taken for more
// than a street.
func precision(locationType string, types []string) geo.Precision {
	switch maps.GeocodeAccuracy(locationType) {
	case maps.GeocodeAccuracyRooftop:
		return geo.PrecisionDoor
	case maps.GeocodeAccuracyRangeInterpolated:
		return geo.PrecisionInterpolated
	case maps.GeocodeAccuracyGeometricCenter:
		if area := areaPrecision(types); area != geo.PrecisionUnknown {
			return area
		}
		if slices.Contains(types, "intersection") {
			return geo.PrecisionInterpolated
		}
		return geo.PrecisionPlace
	case maps.GeocodeAccuracyApproximate:
		if area := areaPrecision(types); area != geo.PrecisionUnknown {
			return area
		}
		return geo.PrecisionDistrict
	}
	return geo.PrecisionUnknown
}

// areaPrecision returns how large the thing is that a point stands for, unknown
// for what is no area and no street.
func areaPrecision(types []string) geo.Precision {
	for _, t := range types {
		switch t {
		case "country", "administrative_area_level_1":
			return geo.PrecisionRegion
		case "administrative_area_level_2", "administrative_area_level_3", "locality", "postal_town", "colloquial_area":
			return geo.PrecisionCity
		case "sublocality", "neighborhood", "postal_code", "postal_code_prefix", "administrative_area_level_4", "administrative_area_level_5":
			return geo.PrecisionDistrict
		case "route":
			return geo.PrecisionStreet
		}
	}
	return geo.PrecisionUnknown
}
