package baidugeo

import (
	"context"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
)

const pathGeocode = "/geocoding/v3/"

// geocodeResult is the result of /geocoding/v3/.
type geocodeResult struct {
	Location *baidu.LngLat `json:"location"`
	// Precise is 1 for an exact point. Confidence stands for the largest error,
	// from 100 (20 m) down; Comprehension, 0 to 100, for how well the text was
	// understood.
	Precise       baidu.Number `json:"precise"`
	Confidence    baidu.Number `json:"confidence"`
	Comprehension baidu.Number `json:"comprehension"`
	Level         baidu.Text   `json:"level"`
}

// Geocode finds the one place that Baidu takes an address for; see
// [geo.Geocoder] for the contract and the package comment for what the place
// holds. City is sent as a hint unless it is a division code, which Baidu does
// not take. Language has no effect. A place outside the Region is NotFound.
func (a *Adapter) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, invalid(err)
	}
	if r.Region != "" && !served(r.Region) {
		return geo.GeocodeResult{}, refuse(geo.Geocode, r.Key, "addresses outside China need another service")
	}
	query := strings.TrimSpace(r.Query)
	if a.maxAddress > 0 && len(query) > a.maxAddress {
		return geo.GeocodeResult{}, refuse(geo.Geocode, r.Key, "the query is longer than the service takes")
	}
	call := baidu.Call{Op: string(geo.Geocode), Ref: r.Key, Path: pathGeocode, Private: []string{query, r.City}}
	call.Params.Add("address", query)
	if city := strings.TrimSpace(r.City); city != "" && baidu.Adcode(city) == "" {
		call.Params.Add("city", city)
	}
	if a.datums.Datum(geo.VendorBaidu, "CN") != geo.BD09 {
		call.Params.Add("ret_coordtype", baidu.CoordType(geo.GCJ02))
	}
	var res geocodeResult
	found, err := a.client.Get(ctx, call, &res)
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	if !found {
		return geo.GeocodeResult{}, notFound(geo.Geocode, r.Key, "no result")
	}
	place, err := a.place(&res, r.Key)
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	if r.Region != "" && place.Address.Region != "" && place.Address.Region != r.Region {
		return geo.GeocodeResult{}, notFound(geo.Geocode, r.Key, "no such address within the region")
	}
	return geo.GeocodeResult{Served: waybill.Served{Provider: Name}, Places: []geo.Place{place}}, nil
}

// served reports whether geocoding v3 knows a region.
func served(region string) bool {
	switch region {
	case "CN", "HK", "MO", "TW":
		return true
	}
	return false
}

// place makes a place of the answer.
func (a *Adapter) place(res *geocodeResult, ref string) (geo.Place, error) {
	at := res.Location
	switch {
	case at == nil || !at.Lat.Set || !at.Lng.Set:
		return geo.Place{}, damaged(geo.Geocode, ref, "the result has no point")
	case at.Lat.V == 0 && at.Lng.V == 0:
		return geo.Place{}, notFound(geo.Geocode, ref, "the result has an empty point")
	case !at.Usable():
		return geo.Place{}, damaged(geo.Geocode, ref, "the result's point is not on the globe")
	}
	p := geo.Place{
		Point:     a.datums.In(geo.VendorBaidu, at.Lat.V, at.Lng.V),
		Precision: precision(res),
		Partial:   res.Comprehension.Set && res.Comprehension.V < minComprehension,
	}
	p.Address.Region, _ = geo.RegionOf(p.Point)
	if level := res.Level.Trim(); level != "" {
		p.Types = []string{level}
	}
	return p, nil
}

// minComprehension is the lowest value for which Baidu's page names how many
// answers are right (79 % within 100 m).
const minComprehension = 50

// precision translates the level, and bounds it by the confidence: what may be
// kilometres off is no door, whatever the level says.
func precision(res *geocodeResult) geo.Precision {
	p := byLevel(res.Level.Trim())
	if res.Confidence.Set {
		limit := byConfidence(res.Confidence.V)
		if p == geo.PrecisionUnknown && limit <= geo.PrecisionStreet {
			return limit
		}
		p = min(p, limit)
	}
	if res.Precise.Set && res.Precise.V == 0 {
		p = min(p, geo.PrecisionStreet)
	}
	return p
}

// byLevel translates Baidu's level words. Those that are not listed are kinds of
// named places.
func byLevel(level string) geo.Precision {
	switch level {
	case "", "UNKNOWN", "未知":
		return geo.PrecisionUnknown
	case "国家", "省":
		return geo.PrecisionRegion
	case "城市":
		return geo.PrecisionCity
	case "区县", "乡镇", "村庄", "商圈":
		return geo.PrecisionDistrict
	case "道路":
		return geo.PrecisionStreet
	case "交叉路口":
		return geo.PrecisionInterpolated
	case "门址":
		return geo.PrecisionDoor
	}
	return geo.PrecisionPlace
}

// byConfidence is the best precision that a confidence allows. The scale: 100
// under 20 m, 90 50 m, 80 100 m, 75 200 m, 70 300 m, 60 500 m, 50 1 km, 40 2 km,
// 30 5 km, 25 8 km, 20 10 km, less for cities.
func byConfidence(c float64) geo.Precision {
	switch {
	case c >= 75:
		return geo.PrecisionDoor
	case c >= 60:
		return geo.PrecisionPlace
	case c >= 50:
		return geo.PrecisionStreet
	case c >= 30:
		return geo.PrecisionDistrict
	}
	return geo.PrecisionCity
}
