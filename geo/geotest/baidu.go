package geotest

import "github.com/waybill-go/waybill/internal/baidu/fakebaidu"

// Baidu is a fake of Baidu's web services: geocoding v3, reverse geocoding v3
// and the direction services. Beside what every [Server] has it tells with Asked
// which points it read from the last direction request, in WGS-84. It is safe
// for concurrent use.
type Baidu = fakebaidu.Server

// BaiduOptions choose the fake's key and whether requests must be signed.
type BaiduOptions = fakebaidu.Options

// BaiduKey is the key that a fake of Baidu takes unless its options name another.
const BaiduKey = fakebaidu.Key

// NewBaidu starts a fake of Baidu that knows one key; nil options mean BaiduKey
// without signatures. It refuses unknown keys, wrong
// signatures, and unknown, missing or malformed parameters with Baidu's own
// status numbers; FailCode takes such a number, such as "302". The caller closes
// it. The same server serves geocoding and routes.
func NewBaidu(o *BaiduOptions) *Baidu { return fakebaidu.New(o) }

var _ Server = (*Baidu)(nil)
