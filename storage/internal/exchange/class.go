package exchange

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// Class is what one of a store's codes means.
type Class struct {
	Code     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
}

// The classes that stores have in common.
var (
	WrongSetup   = Class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent}
	BadKeys      = Class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent}
	NotHere      = Class{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent}
	Exists       = Class{waybill.AlreadyExists, waybill.ScopeRequest, waybill.NotSent}
	Precondition = Class{waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent}
	BadRange     = Class{waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent}
	Unsupported  = Class{waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent}
	Corrupted    = Class{waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent}
	TryAgain     = Class{waybill.Unavailable, waybill.ScopeRequest, waybill.NotSent}
	TimedOut     = Class{waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent}
	Slower       = Class{waybill.RateLimited, waybill.ScopeService, waybill.NotSent}
	Full         = Class{waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent}
	Internal     = Class{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous}
	Unavailable  = Class{waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous}
)

// Error is a refusal of the class, with the store's code and message.
func (k Class) Error(reply *wire.Reply, code, message string) *waybill.Error {
	e := reply.Error(k.Code, k.Scope, k.Delivery, code, message)
	if k == BadRange {
		e.Message = "the range lies outside the object"
	}
	return e
}

// Unclassed is a refusal whose code nobody knows: by its status, or none at all
// where that is good.
func Unclassed(reply *wire.Reply, code, message string) *waybill.Error {
	if reply.OK() {
		return Lost(reply, "the reply is an error that nobody knows")
	}
	e := *reply.StatusError()
	if code != "" {
		e.VendorCode, e.Message = reply.Scrub(code), reply.Scrub(message)
	}
	return &e
}
