package smstest_test

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func TestMemoryRules(t *testing.T) {
	stores := map[string]*sms.MemoryRules{}
	smstest.RunRules(t, smstest.RuleHarness{Bubble: true, New: func(t testing.TB, name string, _ func() time.Time) sms.RuleStore {
		if stores[name] == nil {
			stores[name] = sms.NewMemoryRules()
		}
		return stores[name]
	}})
}
