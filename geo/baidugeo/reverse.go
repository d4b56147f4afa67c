package baidugeo

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
)

const pathReverse = "/reverse_geocoding/v3/"

// The radius of places around in metres: Baidu's largest, and the one taken
// where the request has none.
const (
	maxRadius     = 1000
	defaultRadius = 500
)

// reverseResult is the result of /reverse_geocoding/v3/.
type reverseResult struct {
	Location  *baidu.LngLat `json:"location"`
	Formatted baidu.Text    `json:"formatted_address"`
	Component component     `json:"addressComponent"`
	POIs      []poi         `json:"pois"`
}

type component struct {
	Country  baidu.Text `json:"country"`
	ISO2     baidu.Text `json:"country_code_iso2"`
	Province baidu.Text `json:"province"`
	City     baidu.Text `json:"city"`
	District baidu.Text `json:"district"`
	Town     baidu.Text `json:"town"`
	Adcode   baidu.Text `json:"adcode"` // a number in some versions
	Street   baidu.Text `json:"street"`
	Number   baidu.Text `json:"street_number"`
	// CityLevel says which level is the city abroad: 1 province, 2 city,
	// 3 district, 4 town.
	CityLevel baidu.Text `json:"city_level"`
}

type poi struct {
	Name     baidu.Text   `json:"name"`
	Address  baidu.Text   `json:"addr"`
	UID      baidu.Text   `json:"uid"`
	Point    baidu.XY     `json:"point"`
	Distance baidu.Number `json:"distance"` // a string of metres
	Tag      baidu.Text   `json:"tag"`      // kinds from wide to narrow, parted by ';'
	Postcode baidu.Text   `json:"zip"`
}

// ReverseGeocode finds the address at a point; see [geo.ReverseGeocoder]. Baidu
// gives no point of the address itself, so the place's Point is the one asked
// for and its Distance 0. Places around are asked for only when Nearby is
// positive, and may be fewer. The open sea is NotFound.
func (a *Adapter) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, invalid(err)
	}
	return a.reverse(ctx, geo.ReverseGeocode, r)
}

// reverse asks for the address at a point, for either verb that needs one.
func (a *Adapter) reverse(ctx context.Context, op waybill.Verb, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	at := a.datums.Out(geo.VendorBaidu, r.Point, r.Region)
	location := baidu.LatLng(at)
	call := baidu.Call{Op: string(op), Ref: r.Key, Path: pathReverse, Private: []string{location}}
	call.Params = a.reverseParams(&r, at, location)
	var res reverseResult
	found, err := a.client.Get(ctx, call, &res)
	if err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	if !found || res.empty() {
		return geo.ReverseGeocodeResult{}, notFound(op, r.Key, "nothing is known at the point")
	}
	out := geo.ReverseGeocodeResult{Served: waybill.Served{Provider: Name}}
	out.Place.Point = r.Point
	out.Place.Address = res.address(&r)
	out.Place.Precision = res.precision()
	if r.Nearby > 0 {
		out.Nearby = a.nearby(&res, &r, at.Datum, out.Place.Address)
	}
	return out, nil
}

// reverseParams are the parameters of a request. ret_coordtype knows GCJ-02, and
// only for China; without it points come in BD-09 there.
func (a *Adapter) reverseParams(r *geo.ReverseGeocodeRequest, at geo.Point, location string) baidu.Params {
	var p baidu.Params
	p.Add("location", location)
	p.Add("coordtype", baidu.CoordType(at.Datum))
	if at.Datum == geo.GCJ02 {
		p.Add("ret_coordtype", baidu.CoordType(geo.GCJ02))
	}
	p.Add("extensions_town", "true")
	if r.Nearby > 0 {
		radius := r.Radius
		if radius == 0 {
			radius = defaultRadius
		}
		p.Add("extensions_poi", "1")
		p.AddInt("radius", int(math.Ceil(min(radius, maxRadius))))
	}
	if language := languageFor(r); language != "" {
		p.Add("language", language)
		p.Add("language_auto", "1") // another language where that one is missing
	}
	return p
}

// languageFor is the language to ask for by Baidu's name of it, "" for what it answers by
// itself: Chinese in China, English elsewhere.
func languageFor(r *geo.ReverseGeocodeRequest) string {
	switch language := foreign(r.Language); language {
	case "he":
		return "iw"
	case "nb":
		return "no"
	case "":
		region := r.Region
		if region == "" {
			region, _ = geo.RegionOf(r.Point)
		}
		if r.Language == "" || region == "" || served(region) {
			return ""
		}
		return "zh-CN"
	default:
		return language
	}
}

// foreign returns the primary language of a tag, "" for Chinese.
func foreign(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if primary == "zh" {
		return ""
	}
	return primary
}

// empty reports whether nothing is known there: on the sea Baidu succeeds with
// empty names and the division code 0.
func (res *reverseResult) empty() bool {
	c := &res.Component
	return res.Formatted.Trim() == "" && c.Country.Trim() == "" && c.Province.Trim() == "" && c.City.Trim() == ""
}

func (res *reverseResult) address(r *geo.ReverseGeocodeRequest) geo.Address {
	c := &res.Component
	a := geo.Address{
		Formatted: res.Formatted.Trim(),
		Country:   c.Country.Trim(), Province: c.Province.Trim(), City: c.City.Trim(), District: c.District.Trim(),
		Township: c.Town.Trim(), Street: c.Street.Trim(), Number: c.Number.Trim(),
		Adcode: baidu.Adcode(c.Adcode.Trim()),
	}
	if a.City == "" {
		switch c.CityLevel {
		case "1":
			a.City = a.Province
		case "3":
			a.City = a.District
		case "4":
			a.City = a.Township
		}
	}
	a.Region = baidu.Region(a.Adcode, c.ISO2.Trim(), a.Province)
	if a.Region == "" {
		a.Region, _ = geo.RegionOf(r.Point)
	}
	a.Language = delivered(a, foreign(r.Language))
	return a
}

// delivered tells in which language the administrative names came: Chinese if
// there is a Chinese character in them, else the one that was asked for, and
// English abroad where none was or Baidu has no Chinese.
func delivered(a geo.Address, asked string) string {
	names := a.Country + a.Province + a.City + a.District
	switch {
	case strings.ContainsFunc(names, func(c rune) bool { return unicode.Is(unicode.Han, c) }):
		if asked == "ja" && a.Region == "JP" {
			return asked
		}
		return "zh"
	case names == "":
		return ""
	case asked == "" && a.Region != "" && !served(a.Region):
		return "en"
	}
	return asked
}

// precision goes by the narrowest part of the address.
func (res *reverseResult) precision() geo.Precision {
	c := &res.Component
	switch {
	case c.Number.Trim() != "":
		return geo.PrecisionDoor
	case c.Street.Trim() != "":
		return geo.PrecisionStreet
	case c.District.Trim() != "" || c.Town.Trim() != "":
		return geo.PrecisionDistrict
	case c.City.Trim() != "":
		return geo.PrecisionCity
	}
	return geo.PrecisionRegion
}

// nearby makes places of the POIs, the nearest first. Their points are tagged by
// the region that the answer names, not the one that was guessed beforehand.
func (a *Adapter) nearby(res *reverseResult, r *geo.ReverseGeocodeRequest, asked geo.Datum, at geo.Address) []geo.Place {
	vendor := geo.VendorBaidu9
	if asked == geo.GCJ02 {
		vendor = geo.VendorBaidu
	}
	datum := a.datums.Datum(vendor, at.Region)
	out := make([]geo.Place, 0, min(len(res.POIs), r.Nearby))
	for i := range res.POIs {
		p := &res.POIs[i]
		name := p.Name.Trim()
		if name == "" || !p.Point.Usable() {
			continue
		}
		place := geo.Place{
			Name:      name,
			Point:     geo.Point{Lat: p.Point.Y.V, Lng: p.Point.X.V, Datum: datum},
			Precision: geo.PrecisionPlace,
			Distance:  p.Distance.NotNegative(),
			Address:   geo.Address{Formatted: p.Address.Trim(), Region: at.Region, Postcode: p.Postcode.Trim(), Language: "zh"},
			Types:     kinds(p.Tag.Trim()),
		}
		if uid := p.UID.Trim(); uid != "" {
			place.ID = geo.PlaceID{Issuer: geo.IssuerBaidu, Value: uid}
		}
		if !p.Distance.Set {
			place.Distance = math.Round(geo.Distance(place.Point, r.Point))
		}
		out = append(out, place)
	}
	slices.SortStableFunc(out, func(x, y geo.Place) int { return cmp.Compare(x.Distance, y.Distance) })
	return out[:min(len(out), r.Nearby)]
}

func kinds(tag string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, ";")
}
