package storagetest

import "github.com/waybill-go/waybill/storage/internal/fakeoss"

// OSS is a strict fake of Alibaba Cloud OSS. At its address in figures it is
// spoken to in path style, as OSS's own libraries do; through a client that
// dials it for every host it answers to bucket.endpoint and to CName as well. It
// is safe for concurrent use and has:
//
//   - URL, Client, Close: where it is, a client that reaches it, and its end
//   - Log, Count: the last exchanges, masked, and how many requests came by path
//   - Fail, FailNext, FailAfter, FailWhen: a fault for all requests, the next n,
//     all after n, those that match
//   - FailCode: the vendor's own refusal with a code ("QpsLimitExceeded")
//   - Heal: takes all faults away
//   - Bucket, Region, Keys: what an adapter needs to speak to it
//   - SetKeys, ExpireToken: keys that rotate, a security token that ends
//   - Advance: moves its clock
//   - Stored: whether an object is visible
//   - Uploads: how many multipart uploads are open
//   - Corrupt: makes an object's content come back changed
type OSS = fakeoss.Server

// OSSOptions say how the fake is to be; the zero value is ready:
//
//   - Bucket, Region, AccessKey, SecretKey: its own, or what it makes up
//   - SessionToken: when not empty, it must come with every request
//   - CName: a host name that is bound to the bucket
//   - TLS: whether it speaks HTTPS
//   - PageSize: the most keys in a page of a listing; 0 means 1000
//   - MinPart, MaxCopy: the least size of a part that is not the last, and the
//     largest source of a copy in one request, in bytes; 0 means OSS's own
//   - Versioned: the bucket keeps versions, and so ignores the ban on overwriting
//   - HideETags, HideCRC, WrongCRC, IgnoreRanges: answers that OSS does not give,
//     or gives when something went wrong
type OSSOptions = fakeoss.Options

// NewOSS starts a fake with one empty bucket on the loopback interface; nil means
// the zero options. The caller closes it.
func NewOSS(o *OSSOptions) *OSS {
	if o == nil {
		o = new(OSSOptions)
	}
	return fakeoss.New(*o)
}

// OSSRefusal is the fault that refuses requests with an OSS error code, such as
// "QpsLimitExceeded", in OSS's own shape.
func OSSRefusal(code string) Fault { return fakeoss.Refusal(code) }

var _ Server = (*OSS)(nil)
