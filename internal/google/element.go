package google

import (
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// codeNames are the names of google.rpc's numeric codes, which stand in the
// elements of a matrix.
var codeNames = [...]string{1: "CANCELLED", 2: "UNKNOWN", 3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND",
	6: "ALREADY_EXISTS", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED",
	11: "OUT_OF_RANGE", 12: "UNIMPLEMENTED", 13: "INTERNAL", 14: "UNAVAILABLE", 15: "DATA_LOSS", 16: "UNAUTHENTICATED"}

// StatusCodeError returns the error of a part of a reply that failed with a
// numeric code of google.rpc. What is wrong with one part alone is wrong with
// it for Google only.
func StatusCodeError(reply *wire.Reply, code int) *waybill.Error {
	name := strconv.Itoa(code)
	if code > 0 && code < len(codeNames) {
		name = codeNames[code]
	}
	c, ok := rpcStatuses[name]
	if !ok {
		c = class{code: waybill.Unknown, delivery: waybill.Ambiguous, text: "a status that is not in the documentation"}
	}
	if c.code == waybill.InvalidArgument {
		c.code = waybill.Unsupported
	}
	return c.err(reply, name)
}

// StatusError returns the error of a part of a reply of the older services that
// has a status other than OK.
func StatusError(reply *wire.Reply, status string) *waybill.Error {
	return statusClass(status, "").err(reply, vendorCode(status))
}

// NoWay returns the error of a pair between which no way leads, with the word by
// which the vendor says so.
func NoWay(reply *wire.Reply, word string) *waybill.Error {
	return class{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false, "no way between the points"}.err(reply, word)
}
