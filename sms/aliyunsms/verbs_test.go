package aliyunsms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// echo is a server that repeats what it was asked in whatever it answers.
func echo(t *testing.T, status int) *smstest.HandlerServer {
	t.Helper()
	return replying(t, status, `{"Code":"Strange +8613800138000 13800138000 +447700900123","Message":"Order A-17 has arrived. 已送达","code":21999,"message":"+447700900123",`+
		`"Response":{"Error":{"Code":"Strange +8613800138000","Message":"13800138000 已送达"}}}`)
}

// No error of any verb shows a number, a text or a secret, whatever the gateway
// repeats.
func TestNoErrorShowsAnything(t *testing.T) {
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500, 503} {
		a := adapter(t, echo(t, status), aliyunsms.Options{})
		m := order("k-1")
		_, sendErr := a.Send(t.Context(), m)
		_, lookErr := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: m, Begun: time.Now()})
		for _, err := range []error{sendErr, lookErr} {
			if err == nil {
				continue
			}
			text := fmt.Sprintf("%v %+v %#v", err, err, waybill.AsError(err).Err)
			for _, secret := range []string{"13800138000", "447700900123", "7700900123", "已送达", "has arrived", smstest.AliyunSecret} {
				if strings.Contains(text, secret) {
					t.Errorf("status %d: %s", status, text)
				}
			}
		}
	}
}

// Many at once, through one adapter, are each accepted once.
func TestManyAtOnce(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	var wg sync.WaitGroup
	ids := make([]string, 40)
	for i := range ids {
		wg.Go(func() {
			m := order("k-1")
			m.Key = fmt.Sprint("k-", i)
			r, err := a.Send(t.Context(), m)
			if err != nil {
				t.Error(err)
			}
			ids[i] = r.ID
		})
	}
	wg.Wait()
	seen := make(map[string]bool)
	for _, id := range ids {
		if id == "" || seen[id] {
			t.Errorf("the id %q came twice, or none", id)
		}
		seen[id] = true
	}
	if n := len(s.Messages()); n != len(ids) {
		t.Errorf("%d messages of %d", n, len(ids))
	}
}

// The caller's end before the network reaches nobody, in every verb.
func TestEndedBefore(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := order("k-1")
	_, sendErr := a.Send(ctx, m)
	_, lookErr := a.Reconcile(ctx, sms.ReconcileRequest{Message: m, Begun: time.Now()})
	for _, err := range []error{sendErr, lookErr} {
		if e := asError(t, err); !errors.Is(err, context.Canceled) || e.Code != waybill.Canceled || e.Delivery != waybill.NotSent {
			t.Errorf("%v %v", e, e.Delivery)
		}
	}
	for _, r := range a.SendBatch(ctx, batch(3)) {
		if e := waybill.AsError(r.Err); e == nil || e.Code != waybill.Canceled || e.Delivery != waybill.NotSent {
			t.Errorf("in a batch: %v", r.Err)
		}
	}
	if _, err := a.TemplateStatuses(ctx, []string{"1110"}); !errors.Is(err, context.Canceled) {
		t.Errorf("of templates: %v", err)
	}
	if s.Count("") != 0 {
		t.Errorf("%d requests", s.Count(""))
	}
}

// Check and Send refuse the same before the network.
func TestCheckSaysWhatSendRefuses(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	for _, c := range unsupported() {
		_, err := a.Send(t.Context(), c.Message)
		check := a.Check(c.Message)
		if err == nil || check == nil || err.Error() != check.Error() {
			t.Errorf("%s: Send says %v, Check %v", c.Name, err, check)
		}
	}
	if err := a.Check(order("k-1")); err != nil || s.Count("") != 0 {
		t.Errorf("%v, %d requests", err, s.Count(""))
	}
}
