package geo

import (
	"maps"
	"slices"
)

// Zone is the part of the world that decides which datum a vendor speaks. The zero value is everywhere that is not
// named below.
type Zone uint8

const (
	ZoneElsewhere Zone = 0 // outside the others, the open sea included
	ZoneMainland  Zone = 1 // mainland China: region CN
	ZoneHKMO      Zone = 2 // Hong Kong and Macau: regions HK and MO
	ZoneTaiwan    Zone = 3 // region TW
)

// ZoneOf returns the zone of a region, an ISO 3166-1 alpha-2 code in capitals. The empty region is elsewhere.
func ZoneOf(region string) Zone {
	switch region {
	case "CN":
		return ZoneMainland
	case "HK", "MO":
		return ZoneHKMO
	case "TW":
		return ZoneTaiwan
	}
	return ZoneElsewhere
}

// String returns "mainland", "hk_mo", "taiwan" or "elsewhere".
func (z Zone) String() string {
	switch z {
	case ZoneMainland:
		return "mainland"
	case ZoneHKMO:
		return "hk_mo"
	case ZoneTaiwan:
		return "taiwan"
	}
	return "elsewhere"
}

// The vendors that a [DatumTable] knows by itself. A vendor that is not in the table speaks WGS-84 everywhere.
const (
	VendorAmap   = "amap"
	VendorBaidu  = "baidu"      // Baidu asked in GCJ-02 and for GCJ-02, as its adapters ask wherever it allows that
	VendorBaidu9 = "baidu-bd09" // Baidu's services that know BD-09 only
	VendorGoogle = "google"
	VendorOSM    = "osm"
)

// DatumTable says which datum a vendor speaks where, vendor by [Zone]. The zero value is the table below; what turns
// out otherwise, or for an account of one's own, is put right with [DatumTable.With], without touching an adapter.
//
//	vendor      mainland  Hong Kong, Macau  Taiwan   elsewhere
//	amap        GCJ-02    GCJ-02 (r)        WGS-84   WGS-84 (r)
//	baidu       GCJ-02    GCJ-02 (r)        GCJ-02   WGS-84 (r)
//	baidu-bd09  BD-09     BD-09 (r)         BD-09    WGS-84 (r)
//	google      GCJ-02    WGS-84            WGS-84   WGS-84
//	osm, others WGS-84    WGS-84            WGS-84   WGS-84
//
// Cells marked (r), and Google's mainland and all of Taiwan's but Google's and OSM's, are reported by users; the
// vendors' pages do not state them.
//
// A DatumTable is immutable and safe for concurrent use.
type DatumTable struct {
	changed map[datumCell]Datum // never written after With
}

type datumCell struct {
	vendor string
	zone   Zone
}

// DefaultDatums returns the table as documented at [DatumTable]; it equals the zero value.
func DefaultDatums() DatumTable { return DatumTable{} }

// With returns a copy of the table in which the vendor speaks d in the zone. The vendor may be a new one.
func (t DatumTable) With(vendor string, z Zone, d Datum) DatumTable {
	changed := make(map[datumCell]Datum, len(t.changed)+1)
	maps.Copy(changed, t.changed)
	changed[datumCell{vendor, z}] = d
	return DatumTable{changed: changed}
}

// Datum returns the datum that the vendor speaks in the region, an ISO 3166-1 alpha-2 code in capitals; the empty
// region counts as [ZoneElsewhere].
func (t DatumTable) Datum(vendor, region string) Datum { return t.in(vendor, ZoneOf(region)) }

func (t DatumTable) in(vendor string, z Zone) Datum {
	if d, ok := t.changed[datumCell{vendor, z}]; ok {
		return d
	}
	switch {
	case vendor == VendorAmap && (z == ZoneMainland || z == ZoneHKMO):
		return GCJ02
	case vendor == VendorBaidu && z != ZoneElsewhere:
		return GCJ02
	case vendor == VendorBaidu9 && z != ZoneElsewhere:
		return BD09
	case vendor == VendorGoogle && z == ZoneMainland:
		return GCJ02
	}
	return WGS84
}

// Out returns p in the datum that the vendor speaks in the region: what an adapter sends. With an empty region the
// region of p itself counts ([RegionOf]). A WGS-84 point where the table says WGS-84 comes back as it is: Seoul, Hanoi
// and Delhi do not move.
func (t DatumTable) Out(vendor string, p Point, region string) Point {
	if region == "" {
		region, _ = RegionOf(p)
	}
	return p.To(t.Datum(vendor, region))
}

// In tags coordinates that came from the vendor, in degrees, with the datum that the vendor speaks at that place. An
// adapter that knows the region from the reply (an adcode, a country) should tag with [DatumTable.Datum] instead.
//
// A reading of the numbers is consistent when the point it gives lies in a zone where the vendor speaks just that
// datum. Along a border, in a band as wide as the shift, two readings may be consistent. Then the vendor's cell for Hong
// Kong and Macau decides: Amap and Baidu, which shift there too, are taken to have shifted, and Google, which does not,
// not to have. Where none is, which happens within that band only, the vendor's datum of the mainland is taken.
func (t DatumTable) In(vendor string, lat, lng float64) Point {
	readings := [...]Datum{
		t.in(vendor, ZoneHKMO), t.in(vendor, ZoneMainland), t.in(vendor, ZoneElsewhere), t.in(vendor, ZoneTaiwan),
	}
	p := Point{Lat: lat, Lng: lng, Datum: readings[0]}
	if readings == [...]Datum{p.Datum, p.Datum, p.Datum, p.Datum} {
		return p
	}
	for i, d := range readings {
		if slices.Contains(readings[:i], d) {
			continue
		}
		p.Datum = d
		if region, _ := RegionOf(p); t.Datum(vendor, region) == d {
			return p
		}
	}
	p.Datum = t.in(vendor, ZoneMainland)
	return p
}

// AsAsked returns p in the datum that a caller asked for, as a client answers: GCJ-02 and BD-09 are given in mainland
// China, Hong Kong and Macau, the places that maps show in them. Anywhere else, in Taiwan and on the open sea too, the
// answer is WGS-84 and tagged so.
func AsAsked(p Point, want Datum) Point {
	if want != WGS84 {
		region, _ := RegionOf(p)
		if z := ZoneOf(region); z != ZoneMainland && z != ZoneHKMO {
			want = WGS84
		}
	}
	return p.To(want)
}
