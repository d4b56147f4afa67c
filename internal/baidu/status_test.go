package baidu

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

func TestStatusTable(t *testing.T) {
	const (
		none = iota
		second
		midnight
	)
	for status, want := range map[int]struct {
		code  waybill.Code
		scope waybill.Scope
		wait  int
	}{
		1:    {waybill.Unavailable, waybill.ScopeProvider, none},
		2:    {waybill.InvalidArgument, waybill.ScopeRequest, none},
		3:    {waybill.PermissionDenied, waybill.ScopeService, none},
		4:    {waybill.QuotaExhausted, waybill.ScopeService, midnight},
		5:    {waybill.Unauthenticated, waybill.ScopeAccount, none},
		7:    {waybill.NotFound, waybill.ScopeRequest, none},
		8:    {waybill.InvalidArgument, waybill.ScopeRequest, none},
		9:    {waybill.PermissionDenied, waybill.ScopeService, none},
		10:   {waybill.Unsupported, waybill.ScopeRequest, none},
		21:   {waybill.InvalidArgument, waybill.ScopeRequest, none},
		22:   {waybill.InvalidArgument, waybill.ScopeRequest, none},
		24:   {waybill.InvalidArgument, waybill.ScopeRequest, none},
		25:   {waybill.Unsupported, waybill.ScopeRequest, none},
		101:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		102:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		200:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		201:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		202:  {waybill.PermissionDenied, waybill.ScopeAccount, none},
		203:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		210:  {waybill.PermissionDenied, waybill.ScopeAccount, none},
		211:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		220:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		230:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		240:  {waybill.PermissionDenied, waybill.ScopeService, none},
		250:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		251:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		252:  {waybill.PermissionDenied, waybill.ScopeAccount, none},
		260:  {waybill.Internal, waybill.ScopeService, none},
		261:  {waybill.Unavailable, waybill.ScopeService, none},
		301:  {waybill.QuotaExhausted, waybill.ScopeService, none},
		302:  {waybill.QuotaExhausted, waybill.ScopeService, midnight},
		401:  {waybill.RateLimited, waybill.ScopeService, second},
		402:  {waybill.RateLimited, waybill.ScopeService, second},
		1001: {waybill.PermissionDenied, waybill.ScopeAccount, none},
		2001: {waybill.NotFound, waybill.ScopeRequest, none},
		// In no table.
		299:  {waybill.Unauthenticated, waybill.ScopeAccount, none},
		355:  {waybill.QuotaExhausted, waybill.ScopeService, none},
		455:  {waybill.RateLimited, waybill.ScopeService, none},
		6:    {waybill.Unknown, waybill.ScopeProvider, none},
		-1:   {waybill.Unknown, waybill.ScopeProvider, none},
		5000: {waybill.Unknown, waybill.ScopeProvider, none},
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			e := Refusal(status, "")
			if e.Code != want.code || e.Scope != want.scope || e.Delivery != waybill.NotSent {
				t.Errorf("got %v %v %v, want %v %v", e.Code, e.Scope, e.Delivery, want.code, want.scope)
			}
			if e.VendorCode != strconv.Itoa(status) || e.Message == "" {
				t.Errorf("got %q %q", e.VendorCode, e.Message)
			}
			switch {
			case want.wait == none && e.RetryAfter != 0,
				want.wait == second && e.RetryAfter != time.Second,
				want.wait == midnight && (e.RetryAfter <= 0 || e.RetryAfter > 24*time.Hour):
				t.Errorf("waits %v", e.RetryAfter)
			}
		})
	}
}

func TestNothingFoundIsNoServerError(t *testing.T) {
	if e := Refusal(StatusServer, "Internal Service Error:无相关结果"); e.Code != waybill.NotFound || e.Scope != waybill.ScopeRequest || e.VendorCode != "1" {
		t.Errorf("got %v", e)
	}
	if e := Refusal(StatusParameter, "无相关结果"); e.Code != waybill.InvalidArgument {
		t.Errorf("the text counts for another status: %v", e)
	}
}

func TestQuotaWaitsForMidnightInBeijing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC, which is 8 in the morning there
		if got := Refusal(StatusQuotaDay, "").RetryAfter; got != 16*time.Hour {
			t.Errorf("at 8:00 it waits %v", got)
		}
		time.Sleep(15*time.Hour + 59*time.Minute)
		if got := Refusal(StatusQuotaDay, "").RetryAfter; got != time.Minute {
			t.Errorf("at 23:59 it waits %v", got)
		}
		time.Sleep(time.Minute - time.Millisecond)
		if got := Refusal(StatusQuotaCheck, "").RetryAfter; got != time.Second {
			t.Errorf("just before midnight it waits %v", got)
		}
		time.Sleep(time.Millisecond)
		if got := Refusal(StatusQuotaDay, "").RetryAfter; got != 24*time.Hour {
			t.Errorf("at midnight it waits %v", got)
		}
	})
}
