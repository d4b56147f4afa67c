package area

import (
	"maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// ByRegion is a [Checker] that asks one of several, chosen by the region of the order: cities in the mainland, polygons
// elsewhere. It is immutable and safe for concurrent use.
type ByRegion struct {
	elsewhere Checker
	regions   map[string]Checker
}

// NewByRegion returns a checker that asks the one of the region, and the first one where a region has none. A region is
// an ISO 3166-1 alpha-2 code; CN is the mainland, HK, MO and TW are their own.
//
//	checker, err := area.NewByRegion(polygons, map[string]area.Checker{"CN": cities})
//
// The error is InvalidArgument: no checker, or a region that is not two capitals.
func NewByRegion(elsewhere Checker, regions map[string]Checker) (*ByRegion, error) {
	if elsewhere == nil {
		return nil, invalid("by_region", "there is no checker for elsewhere")
	}
	for region, c := range regions {
		if c == nil || !waybill.ValidRegion(region) {
			return nil, invalid("by_region", "a region is not two capital letters, or has no checker")
		}
	}
	return &ByRegion{elsewhere, maps.Clone(regions)}, nil
}

// CheckTrip implements [Checker]. An order belongs to the region of its first stop: its Region if set, else where its
// point lies by [geo.RegionOf]. All stops are judged by that region's checker, as they all go by the order's city.
func (b *ByRegion) CheckTrip(cityCode, serviceType string, stops []Stop) (Verdict, error) {
	c := b.elsewhere
	if len(stops) > 0 {
		region := stops[0].Region
		if region == "" && stops[0].Point.Validate() == nil {
			region, _ = geo.RegionOf(stops[0].Point)
		}
		if own := b.regions[region]; own != nil {
			c = own
		}
	}
	return c.CheckTrip(cityCode, serviceType, stops)
}
