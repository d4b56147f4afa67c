package amapgeo

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

// The bounds of places around, in metres.
const (
	defaultRadius = 500
	maxRadius     = 3000 // Amap's; larger ones are cut to it
)

// ReverseGeocode finds the address at a point, with named places around; see
// [geo.ReverseGeocoder] for the contract. The point may be in any datum. Points
// of the answer are tagged with the datum that Amap speaks there; where Amap
// gives the address no point of its own, Place.Point is the one asked for, as it
// was given.
//
// Points outside the mainland, Hong Kong and Macau are Unsupported before the
// network; the sea, where every field of the reply is empty, is NotFound. Places
// around are asked for only when Nearby is positive, since that reply is ten
// times as large: at most 30, within at most 3,000 m.
//
// The service is
// https://lbs.amap.com/api/webservice/guide/api/georegeo#regeo.
func (a *Adapter) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	region := r.Region
	if region == "" {
		region, _ = geo.RegionOf(r.Point)
	}
	call := amap.Call{Op: string(geo.ReverseGeocode), Ref: r.Key, Path: "/v3/geocode/regeo", Empty: true}
	if !amap.Covered(region) {
		return geo.ReverseGeocodeResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "Amap serves CN, HK and MO only")
	}
	asked := a.datums.Out(geo.VendorAmap, r.Point, region)
	location := amap.FormatLocation(asked.Lat, asked.Lng)
	call.Query = url.Values{"location": {location}}
	call.Private = append(strings.Split(location, ","), location)
	if r.Nearby > 0 {
		radius := cmp.Or(r.Radius, defaultRadius)
		call.Query.Set("extensions", "all")
		call.Query.Set("radius", strconv.Itoa(int(min(max(radius, 1), maxRadius))))
	}
	var reply regeoReply
	if err := a.client.Do(ctx, call, &reply); err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	return a.reversed(call, &reply, r)
}

// regeoReply is the reply of /v3/geocode/regeo.
type regeoReply struct {
	amap.Envelope
	Regeocode *amap.Object[regeocode] `json:"regeocode"`
}

type regeocode struct {
	Formatted amap.Text                     `json:"formatted_address"`
	Component amap.Object[reverseComponent] `json:"addressComponent"`
	POIs      amap.List[poi]                `json:"pois"`
}

type reverseComponent struct {
	component
	StreetNumber amap.Object[streetNumber] `json:"streetNumber"`
}

type streetNumber struct {
	Street   amap.Text `json:"street"`
	Number   amap.Text `json:"number"`
	Location amap.Text `json:"location"`
	Distance amap.Text `json:"distance"`
}

type poi struct {
	ID       amap.Text `json:"id"`
	Name     amap.Text `json:"name"`
	Type     amap.Text `json:"type"`
	Address  amap.Text `json:"address"`
	Location amap.Text `json:"location"`
	Distance amap.Text `json:"distance"`
}

func (a *Adapter) reversed(call amap.Call, reply *regeoReply, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if reply.Regeocode == nil {
		return geo.ReverseGeocodeResult{}, a.client.Malformed(call, "the reply has no address")
	}
	code := &reply.Regeocode.Value
	c := &code.Component.Value
	address := c.address()
	address.Formatted = string(code.Formatted)
	if address.Formatted == "" && address.Province == "" && address.Adcode == "" && address.Country == "" {
		return geo.ReverseGeocodeResult{}, a.client.Error(call, waybill.NotFound, waybill.NotSent, "nothing is known at this point")
	}
	street := &c.StreetNumber.Value
	address.Street, address.Number = string(street.Street), string(street.Number)

	res := geo.ReverseGeocodeResult{Served: waybill.Served{Provider: name}}
	res.Place = geo.Place{Point: r.Point, Precision: precisionAt(address)}
	// The street number has a point of its own, which without a street is the
	// one asked for.
	if lat, lng, ok := street.Location.Location(); ok && address.Street != "" {
		res.Place.Point = a.tag(&address, lat, lng)
		res.Place.Distance = distance(street.Distance, r.Point, res.Place.Point)
	}
	if address.Region == "" {
		address.Region, _ = geo.RegionOf(r.Point)
	}
	res.Place.Address = address
	res.Nearby = a.nearby(code.POIs, r, address)
	return res, nil
}

// nearby turns named places into places, the nearest first.
func (a *Adapter) nearby(pois amap.List[poi], r geo.ReverseGeocodeRequest, at geo.Address) []geo.Place {
	if r.Nearby == 0 {
		return nil
	}
	var places []geo.Place
	for _, p := range pois {
		lat, lng, ok := p.Location.Location()
		if !ok || p.Name == "" {
			continue
		}
		// A place around may lie across a border, and its own division is not
		// said.
		addr := geo.Address{Formatted: string(p.Address), Language: language}
		point := a.tag(&addr, lat, lng)
		if addr.Region == "" {
			addr.Region = at.Region
		}
		place := geo.Place{Name: string(p.Name), Point: point, Address: addr, Precision: geo.PrecisionPlace,
			Distance: distance(p.Distance, r.Point, point)}
		if p.ID != "" {
			place.ID = geo.PlaceID{Issuer: geo.IssuerAmap, Value: string(p.ID)}
		}
		place.Types = kinds(p.Type)
		places = append(places, place)
	}
	slices.SortStableFunc(places, func(p, q geo.Place) int { return cmp.Compare(p.Distance, q.Distance) })
	return places[:min(len(places), r.Nearby)]
}

// distance is the vendor's own measure, or ours where it gives none.
func distance(said amap.Text, from, to geo.Point) float64 {
	if d, ok := said.Amount(); ok {
		return d
	}
	return geo.Distance(from, to)
}

// precisionAt says how exact an address found at a point is; Amap gives no word
// for it.
func precisionAt(a geo.Address) geo.Precision {
	switch {
	case a.Number != "":
		return geo.PrecisionDoor
	case a.Building != "":
		return geo.PrecisionPlace
	case a.Street != "":
		return geo.PrecisionStreet
	case a.Township != "", a.District != "":
		return geo.PrecisionDistrict
	case a.City != "":
		return geo.PrecisionCity
	}
	return geo.PrecisionRegion
}
