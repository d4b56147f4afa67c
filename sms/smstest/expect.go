package smstest

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// expectation is the table of the faults of the transport. The codes given end
// the chain, or blame the recipient or the caller: no fault of the transport and
// no bare HTTP status says that the message is wrong for every gateway.
func expectation(f Fault) suitetest.Expect {
	x := suitetest.Transport(f, waybill.InvalidArgument, waybill.TooLarge, waybill.NotFound, waybill.Canceled,
		waybill.Unregistered, waybill.OptedOut, waybill.RecipientLimited)
	if f.Kind == fakehttp.EndlessKind {
		x.Codes = []waybill.Code{waybill.DataLoss}
	}
	if len(x.Deliveries) == 0 {
		x.Deliveries = suitetest.Either
	}
	return x
}
