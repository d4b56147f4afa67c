package routetest

import "github.com/waybill-go/waybill/geo/geotest"

// Baidu is a fake of Baidu's web services; see [geotest.Baidu] for its methods.
type Baidu = geotest.Baidu

// BaiduOptions choose the fake's key and whether requests must be signed; see
// [geotest.BaiduOptions].
type BaiduOptions = geotest.BaiduOptions

// BaiduKey is the key that a fake of Baidu takes unless its options name another.
const BaiduKey = geotest.BaiduKey

// NewBaidu starts a fake of Baidu's web services, the direction services for
// cars, motorcycles, trucks, bicycles and walkers among them; see
// [geotest.NewBaidu]. In its world, plates that end in 4 or 9 are banned
// everywhere, and every road has a bridge of 4.5 m that also bears 49 t at most,
// so that the warnings of restrictions can be seen. The caller closes it.
func NewBaidu(o *BaiduOptions) *Baidu { return geotest.NewBaidu(o) }

var (
	_ Server        = (*Baidu)(nil)
	_ Understanding = (*Baidu)(nil)
)
