package routetest

import "github.com/waybill-go/waybill/geo/geotest"

// NewBaidu starts a fake of Baidu's web services, the direction services for
// cars, motorcycles, trucks, bicycles and walkers among them; see
// [geotest.NewBaidu]. In its world, plates that end in 4 or 9 are banned
// everywhere, and every road has a bridge of 4.5 m that also bears 49 t at most,
// so that the warnings of restrictions can be seen. The caller closes it.
func NewBaidu(ak, sk string) *geotest.Baidu { return geotest.NewBaidu(ak, sk) }

var (
	_ Server        = (*geotest.Baidu)(nil)
	_ Understanding = (*geotest.Baidu)(nil)
)
