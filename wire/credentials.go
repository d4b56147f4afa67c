package wire

import (
	"context"

	"github.com/waybill-go/waybill"
)

// NoCredentials returns the error of an adapter whose source of credentials gave
// none that can be used, for a reason of the adapter's own words: the end of ctx
// if it is over, and else Unauthenticated of the account. Nothing was sent. The
// source's own error is not kept, since nobody knows what is in it.
func NoCredentials(ctx context.Context, why string) *waybill.Error {
	e := waybill.FromContext(ctx)
	if e == nil {
		e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Message: why}
	}
	return e.Unsent()
}
