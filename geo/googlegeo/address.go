package googlegeo

import (
	"slices"
	"strings"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// part is a type of component that is made use of.
type part uint8

const (
	country part = iota
	level1
	level2
	level3
	level4
	locality
	ward
	postalTown
	sublocality
	sublocality1
	sublocality2
	sublocality4
	neighborhood
	street
	number
	premise
	postcode
	postcodeSuffix
	establishment
	pointOfInterest
	naturalFeature
	airport
	park
	partsKnown
)

// partOf returns the part that one of Google's types stands for, partsKnown for
// the others.
func partOf(kind string) part {
	switch kind {
	case "country":
		return country
	case "administrative_area_level_1":
		return level1
	case "administrative_area_level_2":
		return level2
	case "administrative_area_level_3":
		return level3
	case "administrative_area_level_4":
		return level4
	case "locality":
		return locality
	case "ward":
		return ward
	case "postal_town":
		return postalTown
	case "sublocality":
		return sublocality
	case "sublocality_level_1":
		return sublocality1
	case "sublocality_level_2":
		return sublocality2
	case "sublocality_level_4":
		return sublocality4
	case "neighborhood":
		return neighborhood
	case "route":
		return street
	case "street_number":
		return number
	case "premise":
		return premise
	case "postal_code":
		return postcode
	case "postal_code_suffix":
		return postcodeSuffix
	case "establishment":
		return establishment
	case "point_of_interest":
		return pointOfInterest
	case "natural_feature":
		return naturalFeature
	case "airport":
		return airport
	case "park":
		return park
	}
	return partsKnown
}

// parts are the components of an address by type: of each type the first, which
// is the narrowest. Japan's larger cities have wards, which are localities within
// the locality: there the wider one is the locality.
type parts [partsKnown]*maps.AddressComponent

func partsOf(list []maps.AddressComponent) (p parts) {
	for i := range list {
		for _, kind := range list[i].Types {
			if k := partOf(kind); k != partsKnown && (p[k] == nil || k == locality && p[k] == p[ward]) {
				p[k] = &list[i]
			}
		}
	}
	if p[ward] == p[locality] {
		p[ward] = nil
	}
	return p
}

// get returns the long name of the first of these parts that is there.
func (p *parts) get(kinds ...part) string {
	for _, k := range kinds {
		if p[k] != nil {
			return p[k].LongName
		}
	}
	return ""
}

// region returns the country's code. Google writes HK, MO and TW as countries
// of their own.
func (p *parts) region() string {
	if p[country] == nil {
		return ""
	}
	if code := strings.ToUpper(p[country].ShortName); waybill.ValidRegion(code) {
		return code
	}
	return ""
}

// address reads the components. Which of them is the city differs from country
// to country; what Google does not give stays empty.
func (p *parts) address(formatted string) geo.Address {
	a := geo.Address{
		Formatted: formatted,
		Region:    p.region(),
		Country:   p.get(country),
		Province:  p.get(level1),
		Street:    p.get(street),
		Number:    p.get(number),
		Building:  p.get(premise),
		Postcode:  p.get(postcode),
	}
	// In Korea the roads are sublocalities of the fourth level.
	if a.Street == "" && a.Region == "KR" {
		a.Street = p.get(sublocality4)
	}
	a.City = p.city(a.Region)
	a.District = except(a.City, p.get(ward), p.get(sublocality1), p.get(sublocality))
	if a.Region == "TW" {
		a.District = except(a.City, a.District, p.get(level2), p.get(level3))
	}
	hood := p.get(neighborhood, level4) // a mahalle or kelurahan is of the fourth level
	if a.District == "" {
		a.District, hood = hood, ""
	}
	narrower := p.get(sublocality2)
	if p[ward] != nil {
		narrower = p.get(sublocality1, sublocality2)
	}
	a.Township = except(a.District, narrower, hood)
	if suffix := p.get(postcodeSuffix); suffix != "" && a.Postcode != "" {
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
// level, which for what lies below a locality is the first. China's municipalities
// and Taiwan's cities are provinces too, as are Seoul and Bangkok.
func (p *parts) city(region string) string {
	if c := p.get(locality, postalTown); c != "" {
		return c
	}
	switch region {
	case "TW", "CN":
		return p.get(level1, level2)
	case "US":
		return p.get(level3, sublocality1, sublocality, level2)
	}
	if c := p.get(level3, level2); c != "" || p[sublocality] == nil && p[sublocality1] == nil {
		return c
	}
	return p.get(level1, sublocality1, sublocality)
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

// ownName returns the place's own name: that of the component that makes it
// more than an address.
func (p *parts) ownName() string {
	return p.get(establishment, pointOfInterest, naturalFeature, airport, park)
}

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
