package geotest

import "github.com/waybill-go/waybill/internal/baidu/fakebaidu"

// Baidu is a fake of Baidu's web services: geocoding v3, reverse geocoding v3
// and the direction services. Beside what every [Server] has it tells with Asked
// which points it read from the last direction request, in WGS-84. It is safe
// for concurrent use.
type Baidu = fakebaidu.Server

// NewBaidu starts a fake of Baidu that knows one key: ak, whose requests must be
// signed with sk when that is not empty. It refuses unknown keys, wrong
// signatures, and unknown, missing or malformed parameters with Baidu's own
// status numbers; FailCode takes such a number, such as "302". The caller closes
// it. The same server serves geocoding and routes.
func NewBaidu(ak, sk string) *Baidu { return fakebaidu.New(ak, sk) }

var _ Server = (*Baidu)(nil)
