package wire_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// A caller that left is told so, and everybody else that the account is at fault;
// nothing was sent either way.
func TestNoCredentials(t *testing.T) {
	e := wire.NoCredentials(t.Context(), "none")
	if e.Code != waybill.Unauthenticated || e.Scope != waybill.ScopeAccount || e.Delivery != waybill.NotSent || e.Message != "none" {
		t.Errorf("%+v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e := wire.NoCredentials(ctx, "none"); e.Code != waybill.Canceled || e.Delivery != waybill.NotSent || !errors.Is(e, context.Canceled) {
		t.Errorf("%+v", e)
	}
}

func ExampleNoCredentials() {
	err := wire.NoCredentials(context.Background(), "the source of credentials gave no key").With("acmesms", "send", "order-1")
	fmt.Println(err)
	// Output: acmesms: send: unauthenticated (the source of credentials gave no key)
}
