package geotest

import "github.com/waybill-go/waybill/internal/baidu/fakebaidu"

// Baidu is a fake of Baidu's web services: geocoding v3, reverse geocoding v3,
// the place services v2, the divisions v1 and the direction services. It is safe for concurrent use and has:
//
//   - URL, Client, Close: where it is, a client that reaches it, and its end
//   - Log, Count: the last exchanges, masked, and how many requests came by path
//   - Fail, FailNext, FailAfter, FailWhen: a fault for all requests, the next n,
//     all after n, those that match
//   - FailCode: the vendor's own refusal with a status ("302")
//   - Heal: takes all faults away
//   - Asked: the points of the last direction request, in WGS-84
type Baidu = fakebaidu.Server

// BaiduOptions are the settings of a fake of Baidu:
//
//   - AK: the only key taken; default [BaiduKey]
//   - SK: when not empty, requests must be signed with it
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
