package amapgeo

import (
	"context"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

// poiReply is the reply of /v5/place/text, around and detail.
type poiReply struct {
	amap.Envelope
	// Count is how many rows this reply has; the older service wrote how many
	// there are on all pages.
	Count amap.Text       `json:"count"`
	POIs  *amap.List[row] `json:"pois"`
}

// row is a place as the search services write it.
type row struct {
	poi
	Province amap.Text `json:"pname"`
	City     amap.Text `json:"cityname"`
	District amap.Text `json:"adname"`
	Adcode   amap.Text `json:"adcode"`
	Postcode amap.Text `json:"postcode"`
	Typecode amap.Text `json:"typecode"`
}

// maxID bounds an id. Amap's have ten characters.
const maxID = 64

// validID reports whether a value can be an id of a place at all. A bar would
// make it several.
func validID(value string) bool {
	return value != "" && len(value) <= maxID &&
		strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// ask sends a request to one of the search services and returns its rows.
func (a *Adapter) ask(ctx context.Context, call amap.Call) (amap.List[row], error) {
	var reply poiReply
	if err := a.client.Do(ctx, call, &reply); err != nil {
		return nil, err
	}
	if reply.POIs == nil {
		if reply.Count == "0" {
			return nil, nil
		}
		return nil, a.client.Malformed(call, "the reply has no list of places")
	}
	return *reply.POIs, nil
}

// found turns a row into a place, and is false for one without a name or a
// usable point.
func (a *Adapter) found(r *row) (geo.Place, bool) {
	lat, lng, ok := r.Location.Location()
	if !ok || r.Name == "" {
		return geo.Place{}, false
	}
	address := geo.Address{
		Province: string(r.Province), District: string(r.District), Postcode: string(r.Postcode),
		City:   amap.City(r.Adcode, string(r.Province), string(r.City), string(r.District)),
		Adcode: string(r.Adcode), Region: amap.RegionOfAdcode(r.Adcode), Language: language,
	}
	if address.Region == "" {
		address.Region = regionByName(address)
	}
	street := string(r.Address)
	if stop(r.Typecode) {
		street = ""
	}
	address.Formatted = joined(address.Province, string(r.City), address.District, street)
	if address.Formatted == "" {
		address.Formatted = string(r.Name)
	}
	p := geo.Place{Name: string(r.Name), Address: address, Precision: geo.PrecisionPlace, Types: kinds(r.Type)}
	p.Point = a.tag(&p.Address, lat, lng)
	if validID(string(r.ID)) {
		p.ID = geo.PlaceID{Issuer: geo.IssuerAmap, Value: string(r.ID)}
	}
	return p, true
}

// joined writes an address from wide to narrow, leaving out a level that repeats
// the one before (北京市北京市).
func joined(parts ...string) string {
	var b strings.Builder
	last := ""
	for _, part := range parts {
		if part != last {
			b.WriteString(part)
		}
		last = part
	}
	return b.String()
}

// stop reports whether a type code is that of a stop of trains or buses, for which
// Amap has the names of the lines in place of an address.
func stop(typecode amap.Text) bool {
	for _, kind := range [...]string{"1505", "1506", "1507"} { // underground, light rail, buses
		if strings.HasPrefix(string(typecode), kind) {
			return true
		}
	}
	return false
}

// kinds are the words of a place's type: levels parted by semicolons, several
// types by bars.
func kinds(types amap.Text) []string {
	var out []string
	for word := range strings.FieldsFuncSeq(string(types), func(r rune) bool { return r == ';' || r == '|' }) {
		out = append(out, word)
	}
	return out
}

// plain is a text without bars, which part several texts of one request.
func plain(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "|", " ")) }

// narrow says in which city to look: the asked one as a preference, else all of
// Hong Kong or Macau as a bound. name and bound are the
// service's own names of the two parameters.
func narrow(q url.Values, city, region, name, bound string) {
	if city = plain(city); city != "" {
		q.Set(name, city)
		return
	}
	switch region {
	case "HK":
		q.Set(name, "810000")
		q.Set(bound, "true")
	case "MO":
		q.Set(name, "820000")
		q.Set(bound, "true")
	}
}

// regionAsked is the region that a request is about: its own, else that of its
// point.
func regionAsked(region string, near geo.Point) string {
	if region == "" && !near.IsZero() {
		region, _ = geo.RegionOf(near)
	}
	return region
}

// hide names what must not show of a location.
func hide(call *amap.Call, location string) {
	call.Private = append(append(call.Private, strings.Split(location, ",")...), location)
}

// uncovered is the error of a region that Amap does not serve.
func (a *Adapter) uncovered(call amap.Call) error {
	return a.client.Error(call, waybill.Unsupported, waybill.NotSent, "Amap serves CN, HK and MO only")
}
