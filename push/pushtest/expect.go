package pushtest

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// expectation is the table of the faults of the transport. The codes given are
// those by which a vendor judges a token or a notification, which no fault may
// be mistaken for.
func expectation(f Fault) suitetest.Expect {
	x := suitetest.Transport(f, waybill.Unregistered, waybill.OptedOut, waybill.InvalidArgument, waybill.TooLarge, waybill.Canceled)
	switch f.Kind {
	case fakehttp.EndlessKind:
		x.Codes = []waybill.Code{waybill.DataLoss}
	case fakehttp.StatusKind:
		switch {
		case f.Code >= 500: // the body does not say that nothing was sent
			x.Deliveries = suitetest.Ambiguous
		case f.Code >= 400:
			x.Deliveries = suitetest.NotSent
		case f.Code >= 300:
			x.Codes, x.Deliveries = suitetest.Broken, suitetest.Ambiguous
		}
	}
	return x
}
