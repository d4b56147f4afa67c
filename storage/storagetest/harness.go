package storagetest

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage"
)

// Harness says how to make and what to expect of the bucket under test.
type Harness struct {
	// New returns the bucket. It is called once per subtest and may return the
	// same one. With nil only Wire is tried.
	New func(t testing.TB) storage.Bucket
	// Prefix is put before every key, so that the suite can run in a bucket
	// that is used otherwise. It ends in a slash. Default "waybill-suite/".
	Prefix string
	// Client sends requests to signed URLs; Handler, when set, is asked instead,
	// without a network. Default http.DefaultClient.
	Client  *http.Client
	Handler http.Handler
	// Advance makes time pass for the bucket and its server, so that a link
	// expires. nil: the suite asks a link of one second until it is refused.
	Advance func(d time.Duration)
	// Big is the size of the object that is streamed, in bytes. Default 24 MiB.
	// Memory bounds the live memory that streaming it may take beside what was
	// live before, in bytes; 0 means that it is not measured.
	Big, Memory int64
	// Part is the size of the parts in which the bucket uploads what is large, in
	// bytes; large bodies are a few times as long. Default 5 MiB.
	Part int64
	// Many is the number of objects in the long listing. Default 60.
	Many int
	// Parallel runs the subtests at the same time.
	Parallel bool
	// Secrets must appear in no error and no text.
	Secrets []string
	// Wire is for buckets that are spoken to over HTTP.
	Wire *Wire
	// Skip maps the path of a subtest, such as "keys/long_segment", to the
	// reason why this bucket cannot pass it.
	Skip map[string]string
}

// Wire says how to try a bucket with faults of the transport.
type Wire struct {
	// New makes the bucket, which speaks to baseURL through hc.
	New func(baseURL string, hc *http.Client) (storage.Bucket, error)
	// Server starts the fake. The suite closes it.
	Server func(t testing.TB) Server
	// Codes are the vendor's codes and their classes.
	Codes []CodeCase
}

// Server is what the suite needs of a fake server; what [NewS3] returns has it.
type Server interface {
	// URL is the base URL, without a slash at its end.
	URL() string
	// Client reaches the server.
	Client() *http.Client
	// Close stops the server. Closing twice is harmless.
	Close()
	// Count returns how many requests for the path reached the server, with
	// "" all of them.
	Count(path string) int
	// Log returns the last exchanges, with the secrets masked.
	Log() []Exchange
	// Fail makes the fault strike every request until Heal.
	Fail(Fault)
	// FailCode makes the server refuse every request until Heal with the
	// vendor's code, in the vendor's shape.
	FailCode(code string)
	// Heal takes all faults away.
	Heal()
	// Stored reports whether an object is visible under the key.
	Stored(key string) bool
}

// Fault is something going wrong with a request at some stage; see [Faults]. It
// has:
//
//   - Kind, Code, Header, Body, Pause, Handler: what strikes
//   - Processed: whether the request was processed before
//   - String: its name, fit for a subtest
//   - Unreached: whether the request cannot have arrived
//   - Replied: whether a whole HTTP reply comes back
type Fault = fakehttp.Fault

// Exchange is one request that reached a fake, and what it answered, with the
// secrets masked. It has:
//
//   - N, Time, Took: its number from 1, when it came and how long it took
//   - Method, Host, Path, Query, Proto, Header, Body: the request
//   - Status, ReplyHeader, Reply: the answer; Status 0 is none
//   - Fault, Processed, Aborted: what struck, whether the request was processed,
//     and whether the client left before
//   - String: all of it as text for people
type Exchange = fakehttp.Exchange

// Faults returns every fault of the transport that the suite tries.
func Faults() []Fault { return fakehttp.AllFaults() }

// CodeCase is one of the vendor's codes and what it must become.
type CodeCase struct {
	// Code is the vendor's; Want, Scope and Delivery are what it means.
	Code string
	// Verbs restricts the case; none means all verbs with traffic.
	Verbs    []waybill.Verb
	Want     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// RetryAfter is set when the error must say how long to wait.
	RetryAfter bool
}
