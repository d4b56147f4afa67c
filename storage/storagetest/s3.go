package storagetest

import "github.com/waybill-go/waybill/storage/internal/fakes3"

// S3 is a strict fake of Amazon S3, with path-style addresses. Beside what
// [Server] asks for it has Bucket, Region, Keys, SetKeys, ExpireToken (keys
// that rotate), Advance (its clock), Uploads (multipart uploads that are open),
// Corrupt (content that comes back changed) and the whole scripting of faults.
type S3 = fakes3.Server

// S3Options say how the fake is to be; the zero value is ready.
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
