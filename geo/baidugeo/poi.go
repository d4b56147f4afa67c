package baidugeo

import (
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
)

// row is a place as the place services write it, in search, details and
// suggestions alike but for the name of the district.
type row struct {
	Name     baidu.Text `json:"name"`
	Location location   `json:"location"`
	Address  baidu.Text `json:"address"`
	Province baidu.Text `json:"province"`
	City     baidu.Text `json:"city"`
	Area     baidu.Text `json:"area"`     // search and details
	District baidu.Text `json:"district"` // suggestions
	Town     baidu.Text `json:"town"`     // not always there
	Adcode   baidu.Text `json:"adcode"`
	UID      baidu.Text `json:"uid"`
	Tag      baidu.Text `json:"tag"`
	Num      baidu.Text `json:"num"` // a city in place of a place: how many are there
	Detail   detail     `json:"detail_info"`
}

// location is a point, or nothing, in whichever way that is written.
type location = baidu.List[baidu.LngLat]

// detail is of use for its tag alone, and is no reason to lose a row.
type detail struct{ Tag baidu.Text }

// UnmarshalJSON reads the tag if there is one.
func (d *detail) UnmarshalJSON(b []byte) error {
	*d = detail{}
	var l baidu.List[struct {
		Tag baidu.Text `json:"tag"`
	}]
	if l.UnmarshalJSON(b) == nil && len(l) > 0 {
		d.Tag = l[0].Tag
	}
	return nil
}

func (r *row) tag() string {
	if t := r.Detail.Tag.Trim(); t != "" {
		return t
	}
	return r.Tag.Trim()
}

// maxID bounds an id. Baidu's have 24 characters.
const maxID = 64

// validID reports whether a value can be a uid at all. A comma would make it
// several.
func validID(value string) bool {
	return value != "" && len(value) <= maxID &&
		strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// coord says how points come back: in GCJ-02 where the table has it, else in
// Baidu's own datum.
func (a *Adapter) coord(p *baidu.Params) {
	if a.datums.Datum(geo.VendorBaidu, "CN") != geo.BD09 {
		p.Add("ret_coordtype", baidu.CoordType(geo.GCJ02))
	}
}

// near adds a point with its type, and returns what must not show of it.
func (a *Adapter) near(p *baidu.Params, at geo.Point, region string) []string {
	asked := a.datums.Out(geo.VendorBaidu, at, region)
	text := baidu.LatLng(asked)
	p.Add("location", text)
	p.AddInt("coord_type", baidu.CoordTypePlace(asked.Datum))
	return append(strings.Split(text, ","), text)
}

// tagged gives an address's place its point, and the address its region where
// the reply did not say. It is false without a usable point.
func (a *Adapter) tagged(l location, addr *geo.Address) (geo.Point, bool) {
	if len(l) == 0 || !l[0].Usable() {
		return geo.Point{}, false
	}
	at := &l[0]
	if addr.Region != "" {
		return geo.Point{Lat: at.Lat.V, Lng: at.Lng.V, Datum: a.datums.Datum(geo.VendorBaidu, addr.Region)}, true
	}
	p := a.datums.In(geo.VendorBaidu, at.Lat.V, at.Lng.V)
	addr.Region, _ = geo.RegionOf(p)
	return p, true
}

// address is what a row says of where it is.
func (r *row) address() geo.Address {
	a := geo.Address{Province: r.Province.Trim(), City: r.City.Trim(), District: r.Area.Trim(), Township: r.Town.Trim(),
		Adcode: baidu.Adcode(r.Adcode.Trim()), Language: "zh"}
	if a.District == "" {
		a.District = r.District.Trim()
	}
	a.Region = baidu.Region(a.Adcode, "", a.Province)
	a.Formatted = r.line(&a)
	if a.IsZero() || a == (geo.Address{Language: "zh"}) {
		return geo.Address{}
	}
	return a
}

// line writes the address from wide to narrow. Baidu's own text begins with any
// of the levels, in suggestions with a hyphen behind each (北京市-东城区-东长安街);
// for a stop it has the names of the lines in place of an address.
func (r *row) line(a *geo.Address) string {
	text := r.Address.Trim()
	if strings.Contains(r.tag(), "公交") || strings.Contains(r.tag(), "地铁") {
		text = ""
	}
	levels := []string{a.Province, a.City, a.District}
	if a.City == a.Province {
		levels = levels[1:]
	}
	for _, level := range levels {
		if rest, ok := strings.CutPrefix(text, level+"-"); ok && level != "" {
			text = rest
		}
	}
	before := ""
	for _, level := range levels {
		if level != "" && strings.HasPrefix(text, level) {
			break
		}
		before += level
	}
	return before + text
}

// row turns a row into a place, and is false for one without a name or a
// usable point.
func (a *Adapter) row(r *row) (geo.Place, bool) {
	p := geo.Place{Name: r.Name.Trim(), Address: r.address(), Precision: geo.PrecisionPlace, Types: kinds(r.tag())}
	if p.Name == "" {
		return p, false
	}
	var ok bool
	if p.Point, ok = a.tagged(r.Location, &p.Address); !ok {
		return p, false
	}
	if p.Address.Formatted == "" {
		p.Address.Formatted = p.Name
	}
	p.Address.Language = "zh"
	p.ID = idOf(r.UID)
	return p, true
}

func idOf(uid baidu.Text) geo.PlaceID {
	if id := uid.Trim(); validID(id) {
		return geo.PlaceID{Issuer: geo.IssuerBaidu, Value: id}
	}
	return geo.PlaceID{}
}

// nationwide is the region of a request that has none.
const nationwide = "全国"

// within says where to look: the city as a preference, else the special regions
// and Taiwan as a bound, else all of the country. A division code is no name of a
// region there.
func within(p *baidu.Params, city, region string) {
	if city = strings.TrimSpace(city); city != "" && baidu.Adcode(city) == "" {
		p.Add("region", city)
		return
	}
	name := map[string]string{"HK": "香港特别行政区", "MO": "澳门特别行政区", "TW": "台湾省"}[region]
	if name == "" {
		p.Add("region", nationwide)
		return
	}
	p.Add("region", name)
	p.Add("city_limit", "true")
}

// inReach reports whether the place services know the region that a request is
// about: its own, else that of its point.
func inReach(region string, near geo.Point) bool {
	if region == "" && !near.IsZero() {
		region, _ = geo.RegionOf(near)
	}
	return region == "" || served(region)
}

// elsewhere is why a request abroad is refused.
const elsewhere = "places outside China need another service"
