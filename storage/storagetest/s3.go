package storagetest

import "github.com/waybill-go/waybill/storage/internal/fakes3"

// S3 is a strict fake of Amazon S3, with path-style addresses. It is safe for
// concurrent use and has:
//
//   - URL, Client, Close: where it is, a client that reaches it, and its end
//   - Log, Count: the last exchanges, masked, and how many requests came by path
//   - Fail, FailNext, FailAfter, FailWhen: a fault for all requests, the next n,
//     all after n, those that match
//   - FailCode: the vendor's own refusal with a code ("SlowDown")
//   - Heal: takes all faults away
//   - Bucket, Region, Keys: what an adapter needs to speak to it
//   - SetKeys, ExpireToken: keys that rotate, a session token that ends
//   - Advance: moves its clock
//   - Stored: whether an object is visible
//   - Uploads: how many multipart uploads are open
//   - Corrupt: makes an object's content come back changed
//
// Clients may make buckets beside its own, which those methods do not look into.
type S3 = fakes3.Server

// S3Options say how the fake is to be; the zero value is ready:
//
//   - Bucket, Region, AccessKey, SecretKey: its own, or what it makes up
//   - SessionToken: when not empty, it must come with every request
//   - TLS: whether it speaks HTTPS
//   - PageSize: the most keys in a page of a listing; 0 means 1000
//   - MinPart, MaxCopy: the least size of a part that is not the last, and the
//     largest source of a copy in one request, in bytes; 0 means S3's own
//   - PlainObjects: objects have no checksum but one that they came with, as on
//     other servers; S3 computes one
//   - HideETags, IgnoreRanges: answers that no S3 server gives
type S3Options = fakes3.Options

// NewS3 starts a fake with one empty bucket on the loopback interface; nil means
// the zero options. The caller closes it.
func NewS3(o *S3Options) *S3 {
	if o == nil {
		o = new(S3Options)
	}
	return fakes3.New(*o)
}

// Refusal is the fault that refuses requests with an S3 error code, such as
// "SlowDown", in S3's own shape.
func Refusal(code string) Fault { return fakes3.Refusal(code) }

var _ Server = (*S3)(nil)
