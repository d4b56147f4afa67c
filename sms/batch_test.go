package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// batcher is a gateway that takes many numbers at once.
type batcher struct {
	gateway
	limit   int
	results func(b sms.Batch) []sms.BatchResult // nil: accepts everything

	lock    sync.Mutex
	batches []sms.Batch
}

func (g *batcher) BatchLimit() int { return g.limit }

func (g *batcher) SendBatch(_ context.Context, b sms.Batch) []sms.BatchResult {
	g.lock.Lock()
	g.batches = append(g.batches, b)
	g.lock.Unlock()
	if g.results != nil {
		return g.results(b)
	}
	return accepted(g.name, b)
}

func accepted(name string, b sms.Batch) []sms.BatchResult {
	out := make([]sms.BatchResult, len(b.Recipients))
	for i := range out {
		out[i].Receipt = sms.Receipt{Served: waybill.Served{Provider: name}, ID: string(b.Recipients[i].To), Parts: []sms.Part{{}}}
	}
	return out
}

func batchOf(n int) sms.Batch {
	b := sms.Batch{Message: sms.Message{Text: "Hello"}}
	for i := range n {
		b.Recipients = append(b.Recipients, sms.Recipient{To: sms.Number(fmt.Sprintf("+4477009%05d", i)), Key: fmt.Sprint("k-", i)})
	}
	return b
}

// Every number has one result, whoever served it.
func TestSendBatch(t *testing.T) {
	many, single := &batcher{gateway: gateway{name: "many"}, limit: 30}, &gateway{name: "single"}
	records := sms.NewMemoryRecorder(0)
	c := newClient(t, sms.With(many, sms.In("GB")), sms.With(single, sms.Outside("GB")), sms.WithRecorder(records))
	b := batchOf(250)
	b.Recipients[3].To = "+6581234567"
	b.Recipients[4].To = "+6581234568"
	b.Recipients[5].To = b.Recipients[6].To
	b.Recipients[7].To = "07700"
	got := c.SendBatch(t.Context(), b)
	if len(got) != 250 {
		t.Fatal(len(got))
	}
	for i, r := range got {
		switch i {
		case 6, 7:
			if e := waybill.AsError(r.Err); e == nil || e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Ref != fmt.Sprint("k-", i) {
				t.Errorf("%d: %v", i, r.Err)
			}
		case 3, 4:
			if r.Err != nil || r.Receipt.Provider != "single" {
				t.Errorf("%d: %+v", i, r)
			}
		default:
			if r.Err != nil || r.Receipt.ID != string(b.Recipients[i].To) || r.Receipt.Instance != "many" || r.Receipt.Estimate != 1 {
				t.Fatalf("%d: %+v", i, r)
			}
		}
	}
	sent := 0
	for _, x := range many.batches {
		if len(x.Recipients) > 30 || x.Message.To != "" || x.Message.Key != "" || x.Message.Text != "Hello" {
			t.Errorf("%v", x)
		}
		sent += len(x.Recipients)
	}
	if sent != 246 || len(single.seen) != 2 || len(records.Records()) != 248 {
		t.Errorf("%d in batches, %d alone, %d records", sent, len(single.seen), len(records.Records()))
	}
}

// Exactly the numbers that are proven not sent go on to the next gateway.
func TestBatchFailover(t *testing.T) {
	first, second := &batcher{gateway: gateway{name: "first"}, limit: 100}, &batcher{gateway: gateway{name: "second"}, limit: 100}
	first.results = func(b sms.Batch) []sms.BatchResult {
		out := accepted("first", b)
		for i := range out {
			e := &waybill.Error{Provider: "first", Op: "send"}
			switch i % 4 {
			case 1:
				e.Code, e.Scope, e.Delivery = waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent
			case 2:
				e.Code, e.Scope, e.Delivery = waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous
			case 3:
				e.Code, e.Scope, e.Delivery = waybill.OptedOut, waybill.ScopeRecipient, waybill.NotSent
			default:
				continue
			}
			out[i] = sms.BatchResult{Err: e}
		}
		return out
	}
	c := newClient(t, sms.With(first), sms.With(second), sms.WithPolicy(waybill.Policy{TriesPerProvider: -1}))
	for i, r := range c.SendBatch(t.Context(), batchOf(40)) {
		e := waybill.AsError(r.Err)
		switch i % 4 {
		case 0, 1:
			if want := []string{"first", "second"}[i%4]; e != nil || r.Receipt.Instance != want {
				t.Errorf("%d: %+v", i, r)
			}
		case 2:
			if e == nil || e.Delivery != waybill.Ambiguous || e.Ref != fmt.Sprint("k-", i) {
				t.Errorf("%d: %v", i, e)
			}
		case 3:
			if e == nil || e.Code != waybill.OptedOut {
				t.Errorf("%d: %v", i, e)
			}
		}
	}
	if len(second.batches) != 1 || len(second.batches[0].Recipients) != 10 {
		t.Errorf("%v", second.batches)
	}
}

// A wrong number of results, a panic and the end of the caller's time say of no
// number that it was not sent.
func TestBatchesThatGoWrong(t *testing.T) {
	short := &batcher{gateway: gateway{name: "short"}, limit: 10, results: func(b sms.Batch) []sms.BatchResult { return accepted("short", b)[1:] }}
	panics := &batcher{gateway: gateway{name: "panics"}, limit: 10, results: func(sms.Batch) []sms.BatchResult { panic("no") }}
	single := &gateway{name: "single", fail: func(n int, _ sms.Message) error {
		if n == 2 {
			panic("no")
		}
		return nil
	}}
	for _, p := range []waybill.Provider{short, panics} {
		for i, r := range newClient(t, sms.With(p)).SendBatch(t.Context(), batchOf(3)) {
			if waybill.DeliveryOf(r.Err) != waybill.Ambiguous || r.Err == nil {
				t.Errorf("%s %d: %v", p.Name(), i, r.Err)
			}
		}
	}
	bad := 0
	for _, r := range newClient(t, sms.With(single)).SendBatch(t.Context(), batchOf(5)) {
		if r.Err != nil {
			bad++
			if waybill.DeliveryOf(r.Err) != waybill.Ambiguous || waybill.CodeOf(r.Err) != waybill.Internal {
				t.Error(r.Err)
			}
		}
	}
	if bad != 1 {
		t.Errorf("%d failed", bad)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range newClient(t, sms.With(&batcher{gateway: gateway{name: "many"}, limit: 10})).SendBatch(ctx, batchOf(3)) {
		if !errors.Is(r.Err, context.Canceled) || waybill.DeliveryOf(r.Err) != waybill.NotSent {
			t.Error(r.Err)
		}
	}
}

// Each number has its own parameters, in a text and in a gateway's template.
func TestBatchParams(t *testing.T) {
	many, texts := &batcher{gateway: gateway{name: "many"}, limit: 10}, &batcher{gateway: gateway{name: "texts"}, limit: 10}
	template := sms.WithTemplate("order", sms.Template{Texts: map[string]string{"en": "Order {id}."}, Language: "en",
		Gateways: []sms.GatewayTemplate{{Gateway: "many", ID: "T1", Params: []sms.TemplateParam{{Name: "n", Param: "id"}}}}})
	c := newClient(t, sms.With(many, sms.In("GB")), sms.With(texts, sms.In("SG")), template)
	b := sms.Batch{Message: sms.Message{Template: "order", Params: map[string]string{"id": "A"}}, Recipients: []sms.Recipient{
		{To: "+447700900001"}, {To: "+447700900002", Params: map[string]string{"id": "B"}}, {To: "+6581234567"},
		{To: "+6581234568", Params: map[string]string{"id": "D"}}, {To: "+447700900003", Params: map[string]string{}}}}
	got := c.SendBatch(t.Context(), b)
	for i, r := range got {
		if (r.Err != nil) != (i == 4) {
			t.Errorf("%d: %v", i, r.Err)
		}
	}
	var seen []string
	for i := range 2 {
		m, n := many.batches[0].Of(i), texts.batches[0].Of(i)
		seen = append(seen, m.Gateway.TemplateID+m.Gateway.Params[0].Value, n.Text)
	}
	if fmt.Sprint(seen) != "[T1A Order A. T1B Order D.]" {
		t.Error(seen)
	}
	outer := newClient(t, sms.With(c, sms.As("inner")))
	for i, r := range outer.SendBatch(t.Context(), b) {
		if (r.Err != nil) != (i == 4) {
			t.Errorf("through a client %d: %v", i, r.Err)
		}
	}
}

// A gateway that takes its time with each message, or each exchange, has the whole
// time-out for each: nothing is cut short because it waited for others.
func TestBatchOfASlowGateway(t *testing.T) {
	wait := func(ctx context.Context) error {
		select {
		case <-time.After(3 * time.Second):
			return nil
		case <-ctx.Done():
			return &waybill.Error{Code: waybill.DeadlineExceeded, Err: ctx.Err()} // in the middle of it
		}
	}
	for name, p := range map[string]waybill.Provider{"one by one": slowly{wait}, "together": &slowCrowd{slowly{wait}}} {
		synctest.Test(t, func(t *testing.T) {
			for i, r := range newClient(t, sms.With(p)).SendBatch(t.Context(), batchOf(100)) {
				if r.Err != nil {
					t.Fatalf("%s, %d: %v", name, i, r.Err)
				}
			}
			// The caller's own time counts all the same.
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			var n [3]int
			for _, r := range newClient(t, sms.With(p)).SendBatch(ctx, batchOf(100)) {
				n[waybill.DeliveryOf(r.Err)]++
			}
			if n[waybill.Sent] == 0 || n[waybill.Ambiguous] == 0 || n[waybill.NotSent] == 0 {
				t.Errorf("%s: %v", name, n)
			}
		})
	}
}

// slowly is a gateway that waits with every exchange.
type slowly struct{ wait func(context.Context) error }

func (slowly) Name() string { return "slow" }

func (g slowly) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if e := waybill.FromContext(ctx); e != nil {
		return sms.Receipt{}, e.Unsent()
	}
	if err := g.wait(ctx); err != nil {
		return sms.Receipt{}, err
	}
	return sms.Receipt{ID: m.Key, Parts: []sms.Part{{}}}, nil
}

type slowCrowd struct{ slowly }

func (*slowCrowd) BatchLimit() int { return 20 }

func (g *slowCrowd) SendBatch(ctx context.Context, b sms.Batch) []sms.BatchResult {
	err := g.wait(ctx)
	out := accepted("slow", b)
	for i := range out {
		out[i].Err = err
	}
	return out
}

// A recipient without parameters does not get another's, through however many
// clients.
func TestBatchParamsOfANestedClient(t *testing.T) {
	g := &gateway{name: "a"}
	inner := newClient(t, sms.With(g), sms.WithName("inner"), sms.WithTemplate("code", sms.Template{Texts: map[string]string{"en": "Your code is {code}"}}))
	b := batchOf(2)
	b.Message = sms.Message{Template: "code"}
	b.Recipients[0].Params = map[string]string{"code": "111"}
	got := newClient(t, sms.With(inner)).SendBatch(t.Context(), b)
	if got[0].Err != nil || waybill.CodeOf(got[1].Err) != waybill.InvalidArgument || len(g.seen) != 1 {
		t.Errorf("%v, %v, %d sent", got[0].Err, got[1].Err, len(g.seen))
	}
}

func TestBatchValidate(t *testing.T) {
	for name, f := range map[string]func(*sms.Batch){
		"empty":     func(b *sms.Batch) { b.Recipients = nil },
		"too many":  func(b *sms.Batch) { b.Recipients = make([]sms.Recipient, sms.MaxBatch+1) },
		"to":        func(b *sms.Batch) { b.Message.To = "+447700900001" },
		"key":       func(b *sms.Batch) { b.Message.Key = "k" },
		"no text":   func(b *sms.Batch) { b.Message.Text = "" },
		"odd kind":  func(b *sms.Batch) { b.Message.Kind = 9 },
		"a gateway": func(b *sms.Batch) { b.Message.Gateway.Sign = "x" },
	} {
		b := batchOf(2)
		f(&b)
		if err := b.Validate(); name != "a gateway" && !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
		for _, r := range newClient(t, sms.With(&gateway{name: "g"})).SendBatch(t.Context(), b) {
			if !errors.Is(r.Err, waybill.ErrInvalidArgument) {
				t.Errorf("%s: %v", name, r.Err)
			}
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", batchOf(2), batchOf(2), batchOf(2)); strings.Contains(s, "4477") {
		t.Error(s)
	}
}

// approver is a gateway that tells about its templates and looks messages up.
type approver struct {
	gateway
	statuses func(ids []string) ([]sms.TemplateStatus, error)
	asked    []sms.ReconcileRequest
}

func (g *approver) TemplateStatuses(_ context.Context, ids []string) ([]sms.TemplateStatus, error) {
	return g.statuses(ids)
}

func (g *approver) Reconcile(_ context.Context, r sms.ReconcileRequest) (sms.Outcome, error) {
	g.asked = append(g.asked, r)
	return sms.Outcome{Served: waybill.Served{Provider: g.name}, Delivery: waybill.Sent, ID: "1"}, nil
}

// What a gateway has not approved is not sent there, Explain says why, and all
// else goes on.
func TestCheck(t *testing.T) {
	var fail error
	g := &approver{gateway: gateway{name: "strict"}}
	approvals := map[string]sms.Approval{"T1": sms.Approved, "T2": sms.Pending, "T3": sms.ApprovalUnknown, "T4": sms.Missing}
	g.statuses = func(ids []string) ([]sms.TemplateStatus, error) {
		out := make([]sms.TemplateStatus, len(ids))
		for i, id := range ids {
			out[i] = sms.TemplateStatus{ID: id, Approval: approvals[id]}
		}
		return out, fail
	}
	spare := &gateway{name: "spare"}
	options := []sms.Option{sms.With(g), sms.With(spare)}
	for _, id := range []string{"T1", "T2", "T3", "T4"} {
		options = append(options, sms.WithTemplate("template "+id, sms.Template{Texts: map[string]string{"en": "Hello"}, Language: "en",
			Gateways: []sms.GatewayTemplate{{Gateway: "strict", ID: id}, {Gateway: "strict", ID: id, Language: "zh"}}}))
	}
	c := newClient(t, options...)
	served := func(id string) string {
		r, err := c.Send(t.Context(), sms.Message{To: "+447700900123", Template: "template " + id})
		if err != nil {
			t.Fatal(err)
		}
		return r.Provider
	}
	if served("T2") != "strict" {
		t.Error("before the check nothing is known")
	}
	checks, err := c.Check(t.Context())
	e := waybill.AsError(err)
	if len(checks) != 8 || e == nil || e.Code != waybill.PermissionDenied || e.Scope != waybill.ScopeSender || !strings.Contains(err.Error(), "template T2 at strict (pending)") ||
		!strings.Contains(err.Error(), "template T4 at strict (missing)") || strings.Contains(err.Error(), "T1") || strings.Contains(err.Error(), "T3") {
		t.Fatalf("%+v %v", checks, err)
	}
	if a := served("T1") + served("T2") + served("T3") + served("T4"); a != "strictsparestrictspare" {
		t.Error(a)
	}
	cands, err := c.Explain(sms.Message{To: "+447700900123", Template: "template T2"})
	if err != nil || !strings.Contains(fmt.Sprint(cands), "pending") {
		t.Errorf("%+v %v", cands, err)
	}
	fail = errors.New("away")
	if checks, err = c.Check(t.Context()); err == nil || checks[0].Err == nil || served("T2") != "spare" || served("T1") != "strict" {
		t.Errorf("what could not be asked changes nothing: %v", err)
	}
	fail, approvals["T2"], approvals["T4"] = nil, sms.Approved, sms.Approved
	if _, err = c.Check(t.Context()); err != nil || served("T2") != "strict" {
		t.Error(err)
	}
	g.statuses = func([]string) ([]sms.TemplateStatus, error) { return nil, nil }
	if _, err = c.Check(t.Context()); err == nil {
		t.Error("too few statuses pass")
	}
	outer := newClient(t, sms.With(c, sms.As("inner")))
	if checks, err = outer.Check(t.Context()); err == nil || len(checks) != 8 {
		t.Errorf("through a client: %d %v", len(checks), err)
	}
	if checks, err = newClient(t, sms.With(spare)).Check(t.Context()); err != nil || checks != nil {
		t.Errorf("nobody to ask: %v %v", checks, err)
	}
}

// A client reconciles with the gateway that was ambiguous, in its own terms.
func TestReconcile(t *testing.T) {
	g := &approver{gateway: gateway{name: "g", fail: always(waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider})}}
	mute := &gateway{name: "mute", fail: g.fail}
	c := newClient(t, sms.With(g, sms.As("one"), sms.In("GB")), sms.With(mute, sms.In("SG")), sms.WithSender(sms.SenderRule{From: "Acme"}),
		sms.WithTemplate("order", sms.Template{Texts: map[string]string{"en": "Order {id}."}, Language: "en"}))
	m := sms.Message{To: "+447700900123", Template: "order", Params: map[string]string{"id": "A"}, Key: "k-1"}
	_, err := c.Send(t.Context(), m)
	r, ok := sms.ReconcileOf(m, err)
	if !ok || r.Gateway != "one" || r.Begun.IsZero() || r.Ended.Before(r.Begun) {
		t.Fatalf("%+v %v", r, ok)
	}
	o, err := c.Reconcile(t.Context(), r)
	if err != nil || o.Delivery != waybill.Sent || o.Instance != "one" || o.Provider != "g" {
		t.Errorf("%+v %v", o, err)
	}
	if got := g.asked[0].Message; got.Text != "Order A." || got.From != "Acme" || got.Key != "k-1" {
		t.Errorf("%+v", got)
	}
	outer := newClient(t, sms.With(c, sms.As("inner")))
	_, err = outer.Send(t.Context(), sms.Message{To: "+447700900123", Text: "Hi"})
	if r, ok = sms.ReconcileOf(sms.Message{To: "+447700900123", Text: "Hi"}, err); !ok {
		t.Fatal(err)
	}
	if o, err = outer.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Sent {
		t.Errorf("through a client: %+v %v (%s)", o, err, r.Gateway)
	}
	for name, want := range map[string]waybill.Code{"mute": waybill.Unsupported, "nobody": waybill.InvalidArgument} {
		r := sms.ReconcileRequest{Message: sms.Message{To: "+6581234567", Text: "Hi"}, Gateway: name, Begun: time.Now()}
		if o, err := c.Reconcile(t.Context(), r); waybill.CodeOf(err) != want || o.Delivery != waybill.Ambiguous {
			t.Errorf("%s: %+v %v", name, o, err)
		}
	}
	for name, r := range map[string]sms.ReconcileRequest{
		"no message": {Begun: time.Now()}, "no time": {Message: m}, "negative": {Message: m, Begun: time.Now(), AbsentAfter: -1},
		"backwards": {Message: m, Begun: time.Now(), Ended: time.Now().Add(-time.Hour)},
	} {
		if _, err := c.Reconcile(t.Context(), r); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReportsAndMessagesShowNothing(t *testing.T) {
	r := sms.DeliveryReport{Gateway: "g", ID: "1", To: "+447700900123", Recipient: "+44****0123", Status: sms.StatusFailed, Code: waybill.OptedOut, Scope: waybill.ScopeRecipient}
	m := sms.Inbound{Gateway: "g", ID: "1", From: "+447700900123", Text: "Marmaladeberry"}
	text := fmt.Sprintf("%v %+v %#v %s %v %+v %#v %s", r, r, r, r.LogValue(), m, m, m, m.LogValue())
	if strings.Contains(text, "447700900123") || strings.Contains(text, "Marmalade") || !strings.Contains(text, "failed") {
		t.Error(text)
	}
	if e := waybill.AsError(r.Err()); e.Code != waybill.OptedOut || e.Delivery != waybill.Sent || e.Scope != waybill.ScopeRecipient {
		t.Error(e)
	}
	if r.Status = sms.StatusDelivered; r.Err() != nil || r.Validate() != nil || m.Validate() != nil {
		t.Error("a good one is bad")
	}
	for i, bad := range []sms.DeliveryReport{{}, {Gateway: "g"}, {Gateway: "g", ID: "1", Status: 9}, {Gateway: "g", ID: "1", To: "7"}, {Gateway: "g", ID: "1", Part: -1}} {
		if bad.Validate() == nil {
			t.Error(i)
		}
	}
	for i, bad := range []sms.Inbound{{}, {Gateway: "g"}, {Gateway: "g", From: "7"}, {Gateway: "g", Sender: "x", Part: 2, Parts: 1}} {
		if bad.Validate() == nil {
			t.Error(i)
		}
	}
}

func TestStatusNames(t *testing.T) {
	for i, name := range []string{"unknown", "accepted", "buffered", "delivered", "expired", "failed", "rejected"} {
		var s sms.Status
		b, _ := sms.Status(i).MarshalText()
		if string(b) != name || s.UnmarshalText(b) != nil || int(s) != i || s.Final() != (i != 1 && i != 2) {
			t.Errorf("%d %s", i, b)
		}
	}
	s := sms.StatusFailed
	if s.UnmarshalText([]byte("x")) == nil || s != sms.StatusFailed || s.UnmarshalText(nil) != nil || s != sms.StatusUnknown || sms.Status(9).String() != "status_9" {
		t.Error(s)
	}
	for word, want := range map[string]sms.Status{"DELIVRD": sms.StatusDelivered, " expired ": sms.StatusExpired, "UNDELIV": sms.StatusFailed, "DELETED": sms.StatusFailed,
		"REJECTD": sms.StatusRejected, "ACCEPTD": sms.StatusAccepted, "ENROUTE": sms.StatusAccepted, "UNKNOWN": sms.StatusUnknown} {
		if got, ok := sms.StatusOfSMPP(word); !ok || got != want {
			t.Errorf("%s: %v", word, got)
		}
	}
	if _, ok := sms.StatusOfSMPP("MK:0001"); ok {
		t.Error("MK:0001")
	}
	for i, name := range []string{"unknown", "approved", "pending", "refused", "missing", "unknown"} {
		if b, _ := sms.Approval(i).MarshalText(); string(b) != name {
			t.Errorf("%d %s", i, b)
		}
	}
}
