package vivopush

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

func fake(t testing.TB, o Options) (*pushtest.Vivo, *Adapter) {
	t.Helper()
	f := pushtest.NewVivo()
	t.Cleanup(f.Close)
	o.BaseURL, o.HTTPClient, o.Classes = f.URL(), f.Client(), classes()
	a, err := New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &o)
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

func token(n int) push.Token { return push.Token{Vendor: push.Vivo, Value: pushtest.VivoToken(n)} }

var order = makertest.Order

func TestAuthTokenIsSharedAndRefreshedOnce(t *testing.T) {
	f, a := fake(t, Options{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if r := a.Send(t.Context(), order(), []push.Token{token(i)}); r[0].Err != nil {
				t.Error(r[0].Err)
			}
		})
	}
	wg.Wait()
	if f.Issued() != 1 {
		t.Errorf("%d auth tokens for eight sends", f.Issued())
	}
	f.Revoke()
	before := f.Sends()
	if r := a.Send(t.Context(), order(), []push.Token{token(9)}); r[0].Err != nil || f.Issued() != 2 || f.Sends() != before+2 || f.Accepted(token(9).Value) != 1 {
		t.Errorf("after the token was revoked: %v, %d issued, %d sends", r[0].Err, f.Issued(), f.Sends()-before)
	}
	f.Revoke()
	if r := a.Send(t.Context(), order(), []push.Token{token(10), token(11)}); r[0].Err != nil || r[1].Err != nil || f.Issued() != 3 {
		t.Errorf("a list after the token was revoked: %v, %d issued", r[0].Err, f.Issued())
	}
	// A vendor that refuses every token is asked twice, not for ever.
	f.FailCode("10000")
	before = f.Sends()
	if r := a.Send(t.Context(), order(), []push.Token{token(1)}); r[0].Err == nil || r[0].Err.Code != waybill.Unauthenticated || f.Sends() != before+2 {
		t.Errorf("refused for ever: %v, %d sends", r[0].Err, f.Sends()-before)
	}
}

// The auth token is fetched anew after two hours, as the vendor advises.
func TestAuthTokenIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, err := New(1, "key", "secret", &Options{Classes: classes()})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		a.tokens.Fetch = func(context.Context) (string, time.Duration, *waybill.Error) { n++; return fmt.Sprint(n), 0, nil }
		for _, wait := range []time.Duration{0, time.Hour, 59 * time.Minute, time.Minute, time.Hour} {
			time.Sleep(wait)
			if _, e := a.tokens.Get(t.Context()); e != nil {
				t.Fatal(e)
			}
		}
		if n != 2 {
			t.Errorf("%d tokens in three hours", n)
		}
	})
}

func TestCredentialsRotate(t *testing.T) {
	secret, fail := "wrong-secret-of-an-app", error(nil)
	f, a := fake(t, Options{Credentials: func(context.Context) (string, string, error) { return pushtest.VivoKey, secret, fail }})
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.Delivery != waybill.NotSent {
		t.Errorf("a wrong secret: %v", r.Err)
	}
	fail = errors.New("vault-token-hidden is bad")
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err == nil || strings.Contains(fmt.Sprintf("%+v", r.Err), "hidden") || f.Sends() != 0 {
		t.Errorf("no credentials: %v, %d sends", r.Err, f.Sends())
	}
	secret, fail = pushtest.VivoSecret, nil
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err != nil {
		t.Errorf("after the rotation: %v", r.Err)
	}
}

// A campaign without quota stays at home until midnight; orders go on.
func TestCampaignQuotaLatches(t *testing.T) {
	f, a := fake(t, Options{})
	offer := order()
	offer.Kind = push.KindMarketing
	tokens := make([]push.Token, 2001)
	for i := range tokens {
		tokens[i] = token(i)
	}
	f.FailCode(codeOperation)
	for i, r := range a.Send(t.Context(), offer, tokens) {
		if r.Err == nil || r.Err.Code != waybill.QuotaExhausted || r.Err.RetryAfter <= 0 || r.Err.Delivery != waybill.NotSent {
			t.Fatalf("token %d: %v", i, r.Err)
		}
	}
	if f.Sends() != 1 {
		t.Errorf("%d exchanges without quota", f.Sends())
	}
	f.Heal()
	before := f.Sends()
	for name, r := range map[string]push.Result{
		"one": a.Send(t.Context(), offer, tokens[:1])[0], "all": a.Broadcast(t.Context(), offer, push.Audience{Vendor: push.Vivo}),
	} {
		if r.Err == nil || r.Err.Code != waybill.QuotaExhausted || r.Err.VendorCode != codeOperation || f.Sends() != before {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
	if r := a.Send(t.Context(), order(), tokens[:2]); r[0].Err != nil || r[1].Err != nil {
		t.Errorf("an order: %v", r[0].Err)
	}
	if e := a.campaigns.over(message{}, time.Now().Add(24*time.Hour)); e != nil {
		t.Errorf("the day after: %v", e)
	}
}

func TestTagsAndBroadcasts(t *testing.T) {
	f, a := fake(t, Options{})
	depot := push.Topic{Audience: push.Audience{Vendor: push.Vivo}, Name: "depot-17"}
	tokens := []push.Token{token(1), token(2), token(1)}
	f.Kill(token(2).Value)
	got := a.Subscribe(t.Context(), depot, tokens)
	if got[0].Err != nil || got[1].Err == nil || got[1].Err.Code != waybill.Unregistered || got[2].Err != nil || !f.Tagged("depot-17", token(1).Value) {
		t.Errorf("got %v", got)
	}
	if r := a.Unsubscribe(t.Context(), depot, tokens[:1])[0]; r.Err != nil || f.Tagged("depot-17", token(1).Value) {
		t.Errorf("unsubscribe: %v", r.Err)
	}
	if r := a.SendTopic(t.Context(), order(), depot); r.Err != nil || r.ID == "" || f.Accepted("depot-17") != 1 {
		t.Errorf("a tag: %v", r.Err)
	}
	both := push.Topic{Audience: depot.Audience, Condition: "'a' in topics"}
	if r := a.SendTopic(t.Context(), order(), both); r.Err == nil || r.Err.Code != waybill.Unsupported || r.Err.Op != "send_topic" {
		t.Errorf("a condition: %v", r.Err)
	}
	first, _ := f.Message("depot-17")
	if r := a.Broadcast(t.Context(), order(), depot.Audience); r.Err != nil || r.ID == "" || f.Accepted("*") != 1 {
		t.Errorf("a broadcast: %v", r.Err)
	}
	again, _ := f.Message("*")
	if first.TagExpression == nil || again.TagExpression != nil || first.RequestID != again.RequestID || first.RequestID == "" {
		t.Errorf("got %+v, %+v", first, again)
	}
	f.Fail(fakehttp.Status(200, http.Header{"Content-Type": {"application/json"}}, `{"result":0}`))
	if r := a.Broadcast(t.Context(), order(), depot.Audience); r.Err == nil || r.Err.Code != waybill.DataLoss {
		t.Errorf("no task id: %v", r.Err)
	}
}

func TestMapping(t *testing.T) {
	f, a := fake(t, Options{CallbackURL: "https://example.test/vivo"})
	n := order()
	n.Click, n.Collapse, n.TTL = "intent://orders/17#Intent;end", "order 17", 48*time.Hour
	r := a.Send(t.Context(), n, []push.Token{token(1)})[0]
	m, _ := f.Message(token(1).Value)
	if r.Err != nil || m.SkipType != skipPage || m.TimeToLive != 86400 || m.NotifyID < 1 || m.Classification != 1 || m.Category != "ORDER" || m.Extra["callback.param"] != "order-17" {
		t.Errorf("%v: %+v", r.Err, m)
	}
	if len(r.Adjusted) != 1 || r.Adjusted[0].Field != "ttl" {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
	n.TTL = 20 * time.Second // the vendor's least is three times that
	if r := a.Send(t.Context(), n, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unsupported {
		t.Errorf("20 seconds: %v", r.Err)
	}
}

func TestBadSettings(t *testing.T) {
	some := classes()
	some[push.KindOrder] = Class{Category: "ORDER"}
	for name, f := range map[string]func() (*Adapter, error){
		"no options": func() (*Adapter, error) { return New(1, "k", "s", nil) },
		"no id":      func() (*Adapter, error) { return New(0, "k", "s", &Options{Classes: classes()}) },
		"no key":     func() (*Adapter, error) { return New(1, " ", "s", &Options{Classes: classes()}) },
		"a class":    func() (*Adapter, error) { return New(1, "k", "s", &Options{Classes: some}) },
		"a callback": func() (*Adapter, error) { return New(1, "k", "s", &Options{Classes: classes(), CallbackURL: "x"}) },
	} {
		if _, err := f(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzAuthReply(f *testing.F) {
	f.Add(`{"result":0,"authToken":"24ae2c"}`)
	f.Add(`{"result":10203,"desc":"sign"}`)
	server, _ := fake(f, Options{})
	f.Fuzz(func(t *testing.T, body string) {
		// Every adapter fetches its own token.
		a, err := New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &Options{BaseURL: server.URL(), HTTPClient: server.Client(), Classes: classes()})
		if err != nil {
			t.Fatal(err)
		}
		server.FailWhen(func(r *http.Request, _ []byte) bool { return r.URL.Path == "/message/auth" },
			fakehttp.Status(200, http.Header{"Content-Type": {"application/json"}}, body))
		r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]
		if r.Err == nil || r.Err.Delivery != waybill.NotSent {
			t.Errorf("%v with an auth token that the server never gave out", r.Err)
		}
	})
}

func ExampleAdapter_Broadcast() {
	vivo := pushtest.NewVivo()
	defer vivo.Close()
	a, err := New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &Options{BaseURL: vivo.URL(), HTTPClient: vivo.Client(), Classes: classes()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := push.New(push.With(a), push.WithBroadcasts())
	if err != nil {
		fmt.Println(err)
		return
	}
	r := client.Broadcast(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Closed today"}, push.Audience{Vendor: push.Vivo})
	fmt.Println(r.Err == nil, vivo.Accepted("*"))
	// Output: true 1
}

func ExampleAdapter_SendTopic() {
	vivo := pushtest.NewVivo()
	defer vivo.Close()
	a, err := New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &Options{BaseURL: vivo.URL(), HTTPClient: vivo.Client(), Classes: classes()})
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.Vivo}, Name: "depot-17"}
	a.Subscribe(context.Background(), depot, []push.Token{token(1), token(2)})
	a.Unsubscribe(context.Background(), depot, []push.Token{token(2)})
	r := a.SendTopic(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Closed today"}, depot)
	fmt.Println(vivo.Tagged("depot-17", token(1).Value), vivo.Tagged("depot-17", token(2).Value), r.Err == nil)
	// Output: true false true
}
