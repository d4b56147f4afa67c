package world

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync"
)

// World is the set of places and the roads between them. It is immutable and safe for concurrent use.
type World struct {
	places []*Place // cities among them, in the order of the table
	byID   map[string]*Place
}

// Default returns the little world, built at the first call.
func Default() *World { return built() }

// built is a constant that takes some milliseconds to make.
var built = sync.OnceValue(build)

func build() *World {
	w := &World{byID: map[string]*Place{}}
	for _, c := range cities() {
		w.add(c, row{id: "", kind: City, lat: c.lat, lng: c.lng, name: c.name, adcode: c.adcode})
		for _, r := range c.places {
			w.add(c, r)
		}
	}
	return w
}

// Places returns all places but the cities, city by city.
func (w *World) Places() []*Place {
	var out []*Place
	for _, p := range w.places {
		if p.Kind != City {
			out = append(out, p)
		}
	}
	return out
}

// Cities returns the ten cities.
func (w *World) Cities() []*Place {
	var out []*Place
	for _, p := range w.places {
		if p.Kind == City {
			out = append(out, p)
		}
	}
	return out
}

// Place returns the place or city with this ID, or nil.
func (w *World) Place(id string) *Place { return w.byID[id] }

// ByVendorID returns the place whose AmapID, BaiduUID or GooglePlaceID is id, or nil.
func (w *World) ByVendorID(id string) *Place {
	for _, p := range w.places {
		if id != "" && (p.AmapID == id || p.BaiduUID == id || p.GooglePlaceID == id) {
			return p
		}
	}
	return nil
}

func (w *World) add(c city, r row) {
	p := &Place{
		ID: strings.TrimSuffix(c.key+"-"+r.id, "-"), CityKey: c.key, Kind: r.kind, Region: c.region, Lat: r.lat, Lng: r.lng,
		Languages: strings.Split(c.langs, "|"), Names: map[string]string{}, Addresses: map[string]Address{},
		AdCode: r.adcode, TelCode: c.telcode, Postcode: r.postcode,
	}
	if r.province == "" {
		r.province = c.province
	}
	if r.city == "" {
		r.city = c.name
	}
	for i, lang := range p.Languages {
		p.Names[lang] = text(r.name, i)
		a := Address{
			Country: text(c.country, i), Province: text(r.province, i), City: text(r.city, i),
			District: text(r.district, i), Town: text(r.town, i), Street: text(r.street, i),
			Number: houseNumber(r.number, lang), Postcode: r.postcode,
		}
		a.Text = oneLine(a, lang, c.region)
		p.Addresses[lang] = a
	}
	p.identify()
	p.index = newIndex(p)
	w.places = append(w.places, p)
	w.byID[p.ID] = p
}

// text returns part i of texts joined with "|".
func text(joined string, i int) string {
	parts := strings.Split(joined, "|")
	if i >= len(parts) {
		return ""
	}
	return parts[i]
}

// identify invents the vendors' identifiers from the place's own.
func (p *Place) identify() {
	sum := sha256.Sum256([]byte(p.ID))
	p.AmapID = "B0" + strings.ToUpper(hex.EncodeToString(sum[:4]))                 // ten capitals and digits
	p.BaiduUID = hex.EncodeToString(sum[4:16])                                     // 24 hexadecimal digits
	p.GooglePlaceID = "ChIJ" + base64.RawURLEncoding.EncodeToString(sum[:18])[:23] // 27 characters
	p.OSMID = int64(binary.BigEndian.Uint32(sum[16:]))
}
