package geotest

import (
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// GeocodeCases are the places of the little world in the given regions, asked
// for by name in a language (a BCP 47 tag), for a vendor as [geo.DatumTable]
// names it. Every fake of this package knows them.
func GeocodeCases(vendor, language string, regions ...string) []GeocodeCase {
	w := world.Default()
	var out []GeocodeCase
	for _, p := range placesIn(w, regions) {
		query := p.Name(language)
		if found := w.Find(query, p.Region, language); len(found) == 0 || found[0] != p {
			continue // the name alone means another place
		}
		out = append(out, GeocodeCase{
			Name:    p.ID,
			Request: geo.GeocodeRequest{Query: query, Region: p.Region, Language: language},
			Want:    p.Point(geo.WGS84),
			Datum:   geo.DefaultDatums().Datum(vendor, p.Region),
			Region:  p.Region,
		})
	}
	return out
}

// ReverseCases are points beside the places of the little world in the given
// regions, in all three datums where those are in use, with a street's name in a
// language.
func ReverseCases(vendor, language string, regions ...string) []ReverseCase {
	var out []ReverseCase
	for i, p := range placesIn(world.Default(), regions) {
		at := geo.Point{Lat: p.Lat + 0.0002, Lng: p.Lng} // 22 m to the north
		if z := geo.ZoneOf(p.Region); z == geo.ZoneMainland || z == geo.ZoneHKMO {
			at = at.To(geo.Datum(i % 3))
		}
		r := geo.ReverseGeocodeRequest{Point: at, Language: language}
		c := ReverseCase{Name: p.ID, Region: p.Region, Contains: p.Address(language).Street}
		if i%2 == 1 {
			r.Nearby, r.Radius, c.Nearby = 5, 2000, 1
		}
		c.Request = r
		out = append(out, c)
	}
	return out
}

func placesIn(w *world.World, regions []string) []*world.Place {
	var out []*world.Place
	for _, region := range regions {
		for _, p := range w.Places() {
			if p.Region == region {
				out = append(out, p)
			}
		}
	}
	return out
}
