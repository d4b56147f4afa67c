package smstest_test

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func TestMemoryRules(t *testing.T) {
	stores := map[string]*sms.MemoryRules{}
	for _, name := range []string{"lists", "order", "windows", "several", "steps", "release", "allowed", "apart", "lowered", "concurrently"} {
		stores[name] = sms.NewMemoryRules()
	}
	smstest.RunRules(t, smstest.RuleHarness{Bubble: true, New: func(t testing.TB, name string, _ func() time.Time) sms.RuleStore {
		if stores[name] == nil {
			t.Fatalf("no store for %s", name)
		}
		return stores[name]
	}})
}
