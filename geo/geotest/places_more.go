package geotest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// suiteSession is the session token of the suite's suggestions.
const suiteSession = "9d6c4a2e-5b13-4f0a-8e77-c0ffee123456"

// SuggestCases are the beginnings of the names of the little world's places in
// the given regions, typed beside the city's centre, every other one in a
// session; for a vendor as [geo.DatumTable] names it.
func SuggestCases(vendor, language string, regions ...string) []SuggestCase {
	w := world.Default()
	var out []SuggestCase
	for i, p := range placesIn(w, regions) {
		name := []rune(p.Name(language))
		typed := strings.TrimSpace(string(name[:max(2, len(name)*2/3)]))
		if n := slices.Index(w.Find(typed, p.Region, language), p); n < 0 || n > 3 {
			continue // something else is meant before
		}
		c := SuggestCase{
			Name:     p.ID,
			Request:  geo.SuggestRequest{Query: typed, Region: p.Region, Language: language, Near: w.Place(p.CityKey).Point(geo.WGS84)},
			Contains: p.Name(language),
			Want:     p.Point(geo.WGS84),
			Datum:    geo.DefaultDatums().Datum(vendor, p.Region),
		}
		if i%2 == 1 {
			c.Request.Session = suiteSession
		}
		out = append(out, c)
	}
	return out
}

// SearchCases are searches for the places of the little world in the given
// regions: by name, around a point, and in each region where names share a word
// one with several places that comes page by page.
func SearchCases(vendor, language string, regions ...string) []SearchCase {
	w := world.Default()
	var out []SearchCase
	for i, p := range placesIn(w, regions) {
		if found := w.Find(p.Name(language), p.Region, language); len(found) == 0 || found[0] != p {
			continue // the name alone means another place
		}
		c := SearchCase{
			Name:    p.ID,
			Request: geo.SearchRequest{Query: p.Name(language), Region: p.Region, Language: language},
			Want:    p.Point(geo.WGS84),
			Datum:   geo.DefaultDatums().Datum(vendor, p.Region),
			Region:  p.Region,
		}
		if i%2 == 1 {
			c.Name += "_around"
			c.Request.Region = ""
			c.Request.Near, c.Request.Radius = geo.Point{Lat: p.Lat + 0.004, Lng: p.Lng}, 2000
			if z := geo.ZoneOf(p.Region); z == geo.ZoneMainland || z == geo.ZoneHKMO {
				c.Request.Near = c.Request.Near.To(geo.Datum(i % 3))
			}
		}
		out = append(out, c)
	}
	for _, region := range regions {
		if c, ok := pagedCase(w, vendor, language, region); ok {
			out = append(out, c)
		}
	}
	return out
}

// pagedCase is a search for the word that most names of a region hold.
func pagedCase(w *world.World, vendor, language, region string) (SearchCase, bool) {
	var best []*world.Place
	var word string
	for _, p := range placesIn(w, []string{region}) {
		for _, s := range commonWords(p.Name(language)) {
			if found := w.Find(s, region, language); len(found) > len(best) && !slices.ContainsFunc(found, isCity) {
				best, word = found, s
			}
		}
	}
	if len(best) < 2 {
		return SearchCase{}, false
	}
	p := best[len(best)-1]
	return SearchCase{
		Name:    "pages_" + region,
		Request: geo.SearchRequest{Query: word, Region: region, Language: language, Limit: 1},
		Want:    p.Point(geo.WGS84),
		Datum:   geo.DefaultDatums().Datum(vendor, region),
		Region:  region,
		Total:   len(best),
		Pages:   len(best),
	}, true
}

func isCity(p *world.Place) bool { return p.Kind == world.City }

// commonWords are the words of a name, or, without blanks, its pairs of letters.
func commonWords(name string) []string {
	if words := strings.Fields(name); len(words) > 1 {
		return words
	}
	var out []string
	for r := []rune(name); len(r) >= 2; r = r[1:] {
		out = append(out, string(r[:2]))
	}
	return out
}

// valueOf is a place's id at an issuer, and an id of the right shape that
// nobody has.
func valueOf(p *world.Place, issuer string) (value, gone string) {
	switch issuer {
	case geo.IssuerAmap:
		return p.AmapID, "B0FFFFFFFF"
	case geo.IssuerBaidu:
		return p.BaiduUID, strings.Repeat("f", 24)
	case geo.IssuerGoogle:
		return p.GooglePlaceID, "ChIJ" + strings.Repeat("A", 23)
	case geo.IssuerNominatim, geo.IssuerPhoton:
		return "N" + strconv.FormatInt(p.OSMID, 10), "N999999999999"
	}
	return "", ""
}

// PlaceCases are the ids of the little world's places in the given regions, as
// their issuer ([geo.IssuerAmap] and so on) has them, and one that nobody has.
func PlaceCases(vendor, issuer, language string, regions ...string) []PlaceCase {
	var out []PlaceCase
	gone := ""
	for _, p := range placesIn(world.Default(), regions) {
		var value string
		value, gone = valueOf(p, issuer)
		out = append(out, PlaceCase{
			Name:    p.ID,
			Request: geo.PlaceRequest{ID: geo.PlaceID{Issuer: issuer, Value: value}, Language: language},
			Want:    p.Point(geo.WGS84),
			Datum:   geo.DefaultDatums().Datum(vendor, p.Region),
			Region:  p.Region,
		})
	}
	if gone != "" {
		out = append(out, PlaceCase{Name: "gone", Gone: true,
			Request: geo.PlaceRequest{ID: geo.PlaceID{Issuer: issuer, Value: gone}, Language: language}})
	}
	return out
}

// LocalizeCases are the places of the little world in the given regions in
// several languages: by the ids of the issuer, with "" by their points.
func LocalizeCases(vendor, issuer string, languages []string, regions ...string) []LocalizeCase {
	var out []LocalizeCase
	for _, p := range placesIn(world.Default(), regions) {
		c := LocalizeCase{
			Name:    p.ID,
			Request: geo.LocalizeRequest{Languages: languages},
			Want:    p.Point(geo.WGS84),
			Datum:   geo.DefaultDatums().Datum(vendor, p.Region),
			Region:  p.Region,
		}
		if value, _ := valueOf(p, issuer); value != "" {
			c.Request.ID = geo.PlaceID{Issuer: issuer, Value: value}
			for _, l := range languages {
				c.Contains = append(c.Contains, p.Name(l))
			}
		} else {
			c.Request.Point = geo.Point{Lat: p.Lat + 0.0002, Lng: p.Lng} // 22 m to the north
			c.Within = 200
			for _, l := range languages {
				c.Contains = append(c.Contains, p.Address(l).Street)
			}
		}
		out = append(out, c)
	}
	return out
}

// DistrictCases are the cities of the little world in the given regions that
// have adcodes, by name and by adcode, the latter with a district in each.
func DistrictCases(vendor, language string, regions ...string) []DistrictCase {
	w := world.Default()
	var out []DistrictCase
	for _, city := range w.Cities() {
		if city.AdCode == "" || !slices.Contains(regions, city.Region) {
			continue
		}
		want := geo.District{Name: city.Name(language), Adcode: city.AdCode, Region: city.Region, Center: city.Point(geo.WGS84)}
		datum := geo.DefaultDatums().Datum(vendor, city.Region)
		out = append(out, DistrictCase{Name: city.ID, Request: geo.DistrictRequest{Query: city.Name(language), Region: city.Region, Language: language},
			Division: want, Datum: datum})
		c := DistrictCase{Name: city.ID + "_by_code", Request: geo.DistrictRequest{Query: city.AdCode, Children: 1, Region: city.Region, Language: language},
			Division: want, Datum: datum}
		for _, p := range placesIn(w, []string{city.Region}) {
			if p.CityKey == city.CityKey && p.AdCode != city.AdCode {
				c.Child = p.AdCode
				break
			}
		}
		out = append(out, c)
	}
	return out
}
