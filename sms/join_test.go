package sms_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill/sms"
)

func part(n, of int, text string) sms.Inbound {
	return sms.Inbound{ID: fmt.Sprint("p", n), From: "+447700900123", To: "+447700900999", Ref: "7", Part: n, Parts: of, Text: text}
}

// Parts that come at once, in any order and more than once make one message.
func TestPartsAtOnce(t *testing.T) {
	b := new(inbox)
	o := b.options()
	o.AllowUnsigned = true
	v := receiver(t, o)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() { post(t, v, sent{Inbound: []sms.Inbound{part(i%3+1, 3, fmt.Sprint(i%3))}}) })
	}
	wg.Wait()
	for i := range 3 { // what met another at work is repeated
		post(t, v, sent{Inbound: []sms.Inbound{part(i+1, 3, fmt.Sprint(i))}})
	}
	if len(b.inbound) != 1 || b.inbound[0].Text != "012" {
		t.Fatalf("%d messages", len(b.inbound))
	}
	if n, octets := v.Waiting(); n != 0 || octets != 0 {
		t.Errorf("%d wait with %d octets", n, octets)
	}
}

// A callback that fails keeps the message, and the next repeat brings it.
func TestAJoinedMessageIsNotLost(t *testing.T) {
	b := new(inbox)
	o := b.options()
	o.AllowUnsigned = true
	v := receiver(t, o)
	b.fail = errors.New("no")
	codes := []int{post(t, v, sent{Inbound: []sms.Inbound{part(1, 2, "a")}}).Code, post(t, v, sent{Inbound: []sms.Inbound{part(2, 2, "b")}}).Code}
	b.fail = nil
	codes = append(codes, post(t, v, sent{Inbound: []sms.Inbound{part(1, 2, "a")}}).Code, post(t, v, sent{Inbound: []sms.Inbound{part(2, 2, "b")}}).Code)
	if fmt.Sprint(codes) != "[503 503 202 202]" || len(b.inbound) != 1 || b.inbound[0].Text != "ab" {
		t.Errorf("%v %v", codes, b.inbound)
	}
}

// Parts whose others never come are handed out, marked, when their time is over.
func TestPartsThatStayAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(inbox)
		o := b.options()
		o.AllowUnsigned, o.AcknowledgeParts = true, true
		v := receiver(t, o)
		codes := []int{post(t, v, sent{Inbound: []sms.Inbound{part(2, 3, "STOP")}}).Code, post(t, v, sent{Inbound: []sms.Inbound{part(3, 3, " now")}}).Code}
		if fmt.Sprint(codes) != "[202 202]" || len(b.inbound) != 0 {
			t.Fatalf("%v %v", codes, b.inbound)
		}
		time.Sleep(sms.DefaultJoinFor)
		post(t, v, sent{})
		if len(b.inbound) != 1 || b.inbound[0].Text != "STOP now" || !b.inbound[0].Incomplete || b.inbound[0].Keyword != "" {
			t.Fatalf("%+v", b.inbound)
		}
		post(t, v, sent{Inbound: []sms.Inbound{part(2, 3, "STOP")}}) // late repeat
		if len(b.inbound) != 1 {
			t.Error("it was handed out again")
		}
		post(t, v, sent{Inbound: []sms.Inbound{{ID: "x", From: "+447700900123", Ref: "8", Part: 1, Parts: 2, Text: "help me"}}})
		if err := v.Flush(t.Context()); err != nil || len(b.inbound) != 2 || b.inbound[1].Keyword != "HELP" || !b.inbound[1].Incomplete {
			t.Errorf("%v %+v", err, b.inbound)
		}
	})
}

// What waits is bounded, and the bound gives way as things leave.
func TestWaitingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(inbox)
		o := b.options()
		o.AllowUnsigned, o.JoinOctets = true, 20000
		v := receiver(t, o)
		var codes []int
		for i := range 200 {
			m := part(1, 2, strings.Repeat("x", 500))
			m.Ref, m.ID = fmt.Sprint(i), fmt.Sprint("id", i)
			codes = append(codes, post(t, v, sent{Inbound: []sms.Inbound{m}}).Code)
		}
		n, octets := v.Waiting()
		if octets > 20000 || n == 0 || n == 200 || slices.Max(codes) != 503 || slices.Min(codes) != 503 {
			t.Errorf("%d wait with %d octets", n, octets)
		}
		time.Sleep(sms.DefaultJoinFor)
		post(t, v, sent{})
		if left, octets := v.Waiting(); left != 0 || octets != 0 || len(b.inbound) != n {
			t.Errorf("%d wait with %d octets, %d were handed out of %d", left, octets, len(b.inbound), n)
		}
	})
}

func TestOddParts(t *testing.T) {
	b := new(inbox)
	o := b.options()
	o.AllowUnsigned = true
	v := receiver(t, o)
	for i, m := range []sms.Inbound{part(0, 3, "a"), part(4, 3, "b"), part(1, 1, "c"), part(1, 300, "d"), part(2, 2, "e")} {
		m.ID = fmt.Sprint("odd", i)
		if i == 4 {
			m.Ref = ""
		}
		if w := post(t, v, sent{Inbound: []sms.Inbound{m}}); w.Code != 202 {
			t.Errorf("%d: %d", i, w.Code)
		}
	}
	if len(b.inbound) != 5 || !b.inbound[4].Incomplete || b.inbound[4].Keyword != "" {
		t.Errorf("%d messages", len(b.inbound))
	}
	off := b.options()
	off.AllowUnsigned, off.JoinFor = true, -1
	post(t, receiver(t, off), sent{Inbound: []sms.Inbound{part(1, 3, "x")}})
	if len(b.inbound) != 6 {
		t.Error("parts are joined although that is off")
	}
}
