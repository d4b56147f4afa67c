package geotest

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// expectation is the table of the faults of the transport. The codes are those
// by which a vendor answers a request, which no fault may be mistaken for.
func expectation(f Fault) suitetest.Expect {
	return suitetest.Transport(f, waybill.NotFound, waybill.InvalidArgument, waybill.Canceled)
}
