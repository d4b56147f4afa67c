package amapgeo

import (
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

// language is what Amap delivers, whatever is asked for.
const language = "zh"

// component holds the parts of an address that both services name alike.
type component struct {
	Country      amap.Text          `json:"country"`
	Province     amap.Text          `json:"province"`
	City         amap.Text          `json:"city"`
	District     amap.Text          `json:"district"`
	Township     amap.Text          `json:"township"`
	Adcode       amap.Text          `json:"adcode"`
	Neighborhood amap.Object[named] `json:"neighborhood"`
	Building     amap.Object[named] `json:"building"`
}

type named struct {
	Name amap.Text `json:"name"`
}

// address translates the parts. Nothing is made up but the city where there is no
// such level, which reverse geocoding leaves empty and geocoding fills in.
func (c *component) address() geo.Address {
	a := geo.Address{
		Country: string(c.Country), Province: string(c.Province), District: string(c.District),
		City:     amap.City(c.Adcode, string(c.Province), string(c.City), string(c.District)),
		Township: string(c.Township), Building: string(c.Building.Value.Name), Adcode: string(c.Adcode),
		Region: amap.RegionOfAdcode(c.Adcode), Language: language,
	}
	if a.Building == "" {
		a.Building = string(c.Neighborhood.Value.Name)
	}
	if a.Region == "" {
		a.Region = regionByName(a)
	}
	return a
}

// regionByName stands in where the division code is missing.
func regionByName(a geo.Address) string {
	switch a.Province {
	case "香港特别行政区", "香港":
		return "HK"
	case "澳门特别行政区", "澳门":
		return "MO"
	case "台湾省", "台湾":
		return "TW"
	case "":
		return ""
	}
	if a.Country == "中国" {
		return "CN"
	}
	return ""
}

// tag makes a point of Amap's numbers: in the datum that it speaks in the
// address's region, and where that is unknown, by the place itself, which then
// gives the region too.
func (a *Adapter) tag(addr *geo.Address, lat, lng float64) geo.Point {
	if addr.Region != "" {
		return geo.Point{Lat: lat, Lng: lng, Datum: a.datums.Datum(geo.VendorAmap, addr.Region)}
	}
	p := a.datums.In(geo.VendorAmap, lat, lng)
	addr.Region, _ = geo.RegionOf(p)
	return p
}
