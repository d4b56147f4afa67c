package push_test

import (
	"testing"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

func TestMemoryRegistry(t *testing.T) {
	pushtest.RunRegistry(t, pushtest.RegistryHarness{New: func(testing.TB) push.Registry { return push.NewMemoryRegistry() }})
}
