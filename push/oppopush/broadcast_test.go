package oppopush_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
)

var everybody = push.Audience{Vendor: push.OPPO}

func TestBroadcast(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Title, n.Click, n.Data = " spaced ", "driver://orders/17", map[string]string{"a": "b"}
	n.Overrides = []push.Override{oppopush.Override{BigPicture: "pic-1"}}
	r := a.Broadcast(t.Context(), n, everybody)
	if r.Err != nil || r.ID == "" || r.Dead || f.Sends() != 1 {
		t.Fatal(r.Err)
	}
	m, _ := f.Notification("*")
	if m.Title != n.Title || m.Style != 3 || m.BigPicture != "pic-1" || !m.OffLine || m.OffLineTTL != 86400 || m.ClickType != 5 || len(m.AppMessageID) != 32 || m.Read().Data["a"] != "b" {
		t.Errorf("got %+v", m)
	}
	// The vendor shows a big picture in a broadcast only.
	if r := a.Send(t.Context(), n, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unsupported || f.Sends() != 1 {
		t.Errorf("a big picture to one: %v", r.Err)
	}
	f.Revoke()
	n.Key = "order-18"
	if r := a.Broadcast(t.Context(), n, everybody); r.Err != nil || f.Issued() != 2 {
		t.Errorf("after the token was revoked: %v", r.Err)
	}
}

func TestBroadcastFails(t *testing.T) {
	f, a := fake(t)
	for body, want := range map[string]waybill.Code{
		`{"code":0,"data":{}}`: waybill.DataLoss, `{"code":0,"data":null}`: waybill.DataLoss, `{"code":33}`: waybill.QuotaExhausted,
		`{"message":"success"}`: waybill.DataLoss, `{"code":-1}`: waybill.Unavailable,
	} {
		f.Fail(reply(body))
		if r := a.Broadcast(t.Context(), order(), everybody); r.Err == nil || r.Err.Code != want || r.Err.Op != "broadcast" {
			t.Errorf("%s: %v", body, r.Err)
		}
		f.Heal()
	}
	// What fails before the broadcast sent nothing.
	f.FailSaving(reply(`{"code":0,"data":{}}`))
	before := f.Sends()
	if r := a.Broadcast(t.Context(), order(), everybody); r.Err == nil || r.Err.Delivery != waybill.NotSent || f.Sends() != before {
		t.Errorf("not kept: %v", r.Err)
	}
}

func TestCredentialsRotate(t *testing.T) {
	f := pushtest.NewOPPO()
	defer f.Close()
	secret, fail := "wrong-secret-of-an-app", error(nil)
	a, err := oppopush.New("", "", &oppopush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), Classes: classes(),
		Credentials: func(context.Context) (string, string, error) { return pushtest.OPPOKey, secret, fail }})
	if err != nil {
		t.Fatal(err)
	}
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.Delivery != waybill.NotSent {
		t.Errorf("a wrong secret: %v", r.Err)
	}
	fail = errors.New("vault-token-hidden is bad")
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err == nil || strings.Contains(fmt.Sprintf("%+v", r.Err), "hidden") || f.Sends() != 0 {
		t.Errorf("no credentials: %v", r.Err)
	}
	secret, fail = pushtest.OPPOSecret, nil
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err != nil {
		t.Errorf("after the rotation: %v", r.Err)
	}
}

func FuzzBroadcastReply(f *testing.F) {
	f.Add(`{"code":0,"data":{"message_id":"m","task_id":"t"}}`)
	server, a := fake(f)
	f.Fuzz(func(t *testing.T, body string) {
		server.Fail(reply(body))
		if r := a.Broadcast(t.Context(), order(), everybody); r.Err == nil && (r.ID == "" || strings.ContainsAny(r.ID, " \n")) {
			t.Errorf("an id %q", r.ID)
		}
	})
}

func ExampleAdapter_Broadcast() {
	oppo := pushtest.NewOPPO()
	defer oppo.Close()
	a, err := oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{BaseURL: oppo.URL(), HTTPClient: oppo.Client(), Classes: classes()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := push.New(push.With(a), push.WithBroadcasts())
	if err != nil {
		fmt.Println(err)
		return
	}
	r := client.Broadcast(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Closed today"}, everybody)
	fmt.Println(r.Err == nil, oppo.Accepted("*"))
	// Output: true 1
}
