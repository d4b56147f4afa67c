package huaweipush_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// with makes an adapter of a fake.
func with(t testing.TB, f *pushtest.Huawei, secret string, o huaweipush.Options) *huaweipush.Adapter {
	t.Helper()
	o.BaseURL, o.AuthURL, o.HTTPClient, o.Classes = f.URL(), f.URL(), f.Client(), classes(push.Kinds()...)
	a, err := huaweipush.New(pushtest.HuaweiAppID, secret, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func server(t testing.TB) *pushtest.Huawei {
	f := pushtest.NewHuawei()
	t.Cleanup(f.Close)
	return f
}

func send(t testing.TB, a *huaweipush.Adapter, n *push.Notification, tokens ...push.Token) []push.Result {
	t.Helper()
	return a.Send(t.Context(), n, tokens)
}

func TestVersions(t *testing.T) {
	key := pushtest.HuaweiServiceAccount()
	for name, c := range map[string]struct {
		secret string
		o      huaweipush.Options
		path   string
	}{
		"1":             {pushtest.HuaweiSecret, huaweipush.Options{}, "/v1/" + pushtest.HuaweiAppID},
		"1, signed":     {"", huaweipush.Options{Version: 1, ServiceAccount: key}, "/v1/" + pushtest.HuaweiAppID},
		"2":             {pushtest.HuaweiSecret, huaweipush.Options{ProjectID: pushtest.HuaweiProjectID}, "/v2/" + pushtest.HuaweiProjectID},
		"2, signed":     {"", huaweipush.Options{ServiceAccount: key}, "/v2/" + pushtest.HuaweiProjectID},
		"3":             {"", huaweipush.Options{Version: 3, ServiceAccount: key}, "/v3/" + pushtest.HuaweiProjectID},
		"3, by request": {"", huaweipush.Options{Version: 3, ProjectID: pushtest.HuaweiProjectID, Credentials: credentials("", key)}, "/v3/" + pushtest.HuaweiProjectID},
	} {
		f := server(t)
		r := send(t, with(t, f, c.secret, c.o), order(), token(1))[0]
		log := f.Log()
		if r.Err != nil || log[len(log)-1].Path != c.path+"/messages:send" {
			t.Errorf("version %s: %v, %s", name, r.Err, log[len(log)-1].Path)
		}
	}
}

func credentials(secret string, account []byte) func(context.Context) (huaweipush.Credentials, error) {
	return func(context.Context) (huaweipush.Credentials, error) {
		return huaweipush.Credentials{Secret: secret, ServiceAccount: account}, nil
	}
}

func TestBadVersions(t *testing.T) {
	key := pushtest.HuaweiServiceAccount()
	all := classes(push.Kinds()...)
	for name, o := range map[string]huaweipush.Options{
		"version 4":            {Version: 4, ServiceAccount: key},
		"3 without an account": {Version: 3, ProjectID: "1"},
		"3 of a quick app":     {Version: 3, ServiceAccount: key, QuickApp: huaweipush.QuickAppProduction},
		"3 validating":         {Version: 3, ServiceAccount: key, ValidateOnly: true},
		"2 without a project":  {Version: 2},
		"another project":      {ServiceAccount: key, ProjectID: "1"},
		"no JSON":              {ServiceAccount: []byte("key")},
		"no PEM":               {ServiceAccount: bytes.ReplaceAll(key, []byte("-----BEGIN"), []byte("BEGIN"))},
		"no key":               {ServiceAccount: bytes.ReplaceAll(key, []byte("MII"), []byte("AAA"))},
		"no subject":           {ServiceAccount: bytes.ReplaceAll(key, []byte("sub_account"), []byte("sub"))},
		"quick app 3":          {QuickApp: 3},
	} {
		o.Classes = all
		_, err := huaweipush.New("1", "s", &o)
		if waybill.CodeOf(err) != waybill.InvalidArgument || strings.Contains(err.Error(), "MII") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := huaweipush.New("", "s", &huaweipush.Options{ProjectID: "1", Classes: all}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a secret without an app: %v", err)
	}
	if _, err := huaweipush.New("", "", &huaweipush.Options{ServiceAccount: key, Classes: all}); err != nil {
		t.Errorf("an account without an app: %v", err)
	}
	c, o := huaweipush.Credentials{Secret: "hidden", ServiceAccount: key}, huaweipush.Options{ServiceAccount: []byte("hidden")}
	if text := fmt.Sprintf("%v %+v %#v %v %+v %#v %v", c, c, c, o, o, o, &o); strings.Contains(text, "hidden") || strings.Contains(text, "104, 105") || strings.Contains(text, "PRIVATE") {
		t.Errorf("credentials print themselves: %s", text)
	}
}

func TestScene(t *testing.T) {
	f := server(t)
	a := with(t, f, "", huaweipush.Options{Version: 3, ServiceAccount: pushtest.HuaweiServiceAccount()})
	badge := 120
	n := order()
	n.Click, n.Sound, n.Collapse, n.Badge, n.Priority, n.Data = "driver://orders/17", "horn.mp3", "order 17", &badge, push.High, map[string]string{"order": "17"}
	if r := send(t, a, n, token(1))[0]; r.Err != nil || len(r.Adjusted) != 2 {
		t.Fatal(r.Err, r.Adjusted)
	}
	s, _ := f.Scene(token(1).Value)
	v := s.Payload.Notification
	if s.PushType != "0" || v.Category != "EXPRESS" || v.ClickAction.Type != 1 || v.ClickAction.URI != n.Click || v.ClickAction.Data["order"] != "17" || *v.Badge.Set != 99 ||
		v.Sound != "horn.mp3" || *v.NotifyID < 1 || len(v.AppMessageID) != 32 || s.Options.BiTag != "order-17" {
		t.Errorf("got %+v %+v", s, v)
	}
	first := v.AppMessageID
	n.Click = "https://example.test/17"
	if r := send(t, a, n, token(1))[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	s, _ = f.Scene(token(1).Value)
	if v := s.Payload.Notification; v.ClickAction.Type != 0 || v.ClickAction.Data[push.Click] != n.Click || v.AppMessageID != first {
		t.Errorf("a page: %+v", v)
	}
	data := &push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "b"}}
	if r := send(t, a, data, token(2))[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	if s, _ := f.Scene(token(2).Value); s.PushType != "6" || !strings.Contains(s.Payload.ExtraData, `"a":"b"`) {
		t.Errorf("data: %+v", s)
	}
	spoken := order()
	spoken.Overrides = []push.Override{huaweipush.Override{Category: "PLAY_VOICE"}}
	if r := send(t, a, spoken, token(3))[0]; r.Err == nil || r.Err.Code != waybill.Unsupported {
		t.Errorf("a spoken message: %v", r.Err)
	}
}

func TestTestMessagesGoToTen(t *testing.T) {
	f := server(t)
	a := with(t, f, "", huaweipush.Options{Version: 3, ServiceAccount: pushtest.HuaweiServiceAccount()})
	n := order()
	n.Overrides = []push.Override{huaweipush.Override{Test: true}}
	tokens := make([]push.Token, 21)
	for i := range tokens {
		tokens[i] = token(i)
	}
	for _, r := range send(t, a, n, tokens...) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if f.Sends() != 3 {
		t.Errorf("%d exchanges for 21 tokens of a test message", f.Sends())
	}
}

func TestSignedTokens(t *testing.T) {
	f := server(t)
	a := with(t, f, "", huaweipush.Options{ServiceAccount: pushtest.HuaweiServiceAccount()})
	for i := range 3 {
		if r := send(t, a, order(), token(i))[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if f.Issued() != 1 || f.Sends() != 3 {
		t.Errorf("%d tokens, %d exchanges", f.Issued(), f.Sends())
	}
	f.Revoke()
	if r := send(t, a, order(), token(9))[0]; r.Err != nil || f.Issued() != 2 || f.Sends() != 5 {
		t.Errorf("after a refused token: %v, %d issued, %d sends", r.Err, f.Issued(), f.Sends())
	}
}

func TestCredentialsRotate(t *testing.T) {
	f := server(t)
	key := pushtest.HuaweiServiceAccount()
	var now huaweipush.Credentials
	var fail error
	a := with(t, f, "", huaweipush.Options{ProjectID: pushtest.HuaweiProjectID, Credentials: func(context.Context) (huaweipush.Credentials, error) { return now, fail }})
	for name, c := range map[string]huaweipush.Credentials{
		"none": {}, "a wrong secret": {Secret: "wrong-secret-of-an-app"}, "no JSON": {ServiceAccount: []byte("key")},
		"another project": {ServiceAccount: bytes.Replace(key, []byte(pushtest.HuaweiProjectID), []byte("1"), 1)},
	} {
		now = c
		r := send(t, a, order(), token(1))[0]
		if r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.Delivery != waybill.NotSent || strings.Contains(r.Err.Error(), "wrong-secret") {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
	fail = errors.New("vault-token-hidden is bad")
	if r := send(t, a, order(), token(1))[0]; r.Err == nil || r.Err.Code != waybill.Unauthenticated || strings.Contains(fmt.Sprintf("%+v", r.Err), "hidden") {
		t.Errorf("no credentials: %v", r.Err)
	}
	if fail = nil; f.Sends() != 0 {
		t.Errorf("%d exchanges without credentials", f.Sends())
	}
	now = huaweipush.Credentials{Secret: pushtest.HuaweiSecret}
	if r := send(t, a, order(), token(1))[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	f.Revoke()
	now = huaweipush.Credentials{ServiceAccount: key}
	if r := send(t, a, order(), token(1))[0]; r.Err != nil {
		t.Errorf("after the rotation: %v", r.Err)
	}
}

func TestQuickApp(t *testing.T) {
	f := server(t)
	a := with(t, f, pushtest.HuaweiSecret, huaweipush.Options{QuickApp: huaweipush.QuickAppDevelopment})
	quick := func(i int) push.Token { return push.Token{Vendor: push.HuaweiQuick, Value: pushtest.HuaweiToken(i)} }
	n := order()
	n.Click, n.Image, n.Collapse = "/orders", "https://example.test/i.png", "order 17"
	r := send(t, a, n, quick(1), token(2))
	if r[0].Err != nil || r[1].Err == nil || r[1].Err.Code != waybill.Unsupported || len(r[0].Adjusted) != 2 {
		t.Fatal(r[0].Err, r[1].Err, r[0].Adjusted)
	}
	m, _ := f.Message(quick(1).Value)
	if *m.Android.FastApp != 1 || m.Android.Notification != nil || !strings.Contains(*m.Data, `"pushtype":0`) || !strings.Contains(*m.Data, `"page":"/orders"`) {
		t.Errorf("got %s", *m.Data)
	}
	data := &push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Click: "https://example.test"}
	if r := send(t, a, data, quick(2))[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	if m, _ := f.Message(quick(2).Value); !strings.Contains(*m.Data, `"pushtype":1`) || m.Read().Data["a"] != "b" || m.Read().Data[push.Click] == "" {
		t.Errorf("data: %s", *m.Data)
	}
	// The engine hands on a text by this name, and an id, which a repeat has too.
	id := func(i int) string {
		if r := send(t, a, data, quick(i))[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
		m, _ := f.Message(quick(i).Value)
		var got struct {
			Pushbody struct{ MessageID, Data string }
		}
		if json.Unmarshal([]byte(*m.Data), &got) != nil || !strings.Contains(got.Pushbody.Data, `"a":"b"`) {
			t.Errorf("data: %s", *m.Data)
		}
		return got.Pushbody.MessageID
	}
	none := id(3)
	data.Key = "order-17"
	if one := id(4); none != "" || len(one) != 32 || id(5) != one {
		t.Errorf("ids %q, %q", none, one)
	}
	if app := with(t, f, "s", huaweipush.Options{}); a.Replaces(n) || !app.Replaces(n) || app.Replaces(data) {
		t.Error("what replaces an earlier one is mixed up")
	}
	if a.Accepts(token(1)) || !a.Accepts(quick(1)) || with(t, f, "s", huaweipush.Options{}).Accepts(quick(1)) {
		t.Error("tokens of apps and quick apps are mixed up")
	}
}

func TestSoundIsTheAppsOwn(t *testing.T) {
	f, a := fake(t)
	n := order()
	for sound, want := range map[string]string{"": "", "horn.mp3": "/raw/horn", "horn": "/raw/horn", "/raw/bell": "/raw/bell"} {
		n.Sound = sound
		if r := send(t, a, n, token(1))[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
		m, _ := f.Message(token(1).Value)
		// Left out, default_sound would be true and the sound ignored.
		if v := m.Android.Notification; v.Sound != want || v.DefaultSound == nil || *v.DefaultSound != (sound == "") {
			t.Errorf("%q: %q, default %v", sound, v.Sound, v.DefaultSound)
		}
	}
}

// TestSize sends what just fits; the fake measures the body itself.
func TestSize(t *testing.T) {
	f := server(t)
	for name, a := range map[string]*huaweipush.Adapter{
		"1": with(t, f, pushtest.HuaweiSecret, huaweipush.Options{}),
		"3": with(t, f, "", huaweipush.Options{Version: 3, ServiceAccount: pushtest.HuaweiServiceAccount()}),
	} {
		n := order()
		low, high := 0, 5000 // the longest body that is sent
		for low+1 < high {
			middle := (low + high) / 2
			n.Body = strings.Repeat("&", middle)
			r := send(t, a, n, token(1), token(2))[0]
			switch {
			case r.Err == nil:
				low = middle
			case r.Err.Code == waybill.Unsupported && r.Err.VendorCode == "":
				high = middle
			default:
				t.Fatalf("%d bytes: %v", middle, r.Err)
			}
		}
		if low < 3500 {
			t.Errorf("version %s: only %d bytes fit", name, low)
		}
	}
}

func TestStatusesOfErrors(t *testing.T) {
	// The vendor's page has 400 and 401 beside the codes.
	for status, c := range map[int]struct {
		code string
		want waybill.Code
	}{400: {"80100003", waybill.Unsupported}, 401: {"80200003", waybill.Unauthenticated}} {
		r := reply(t, status, `{"code":"`+c.code+`","msg":"no","requestId":""}`, "a")
		if r[0].Err == nil || r[0].Err.Code != c.want || r[0].Err.VendorCode != c.code || r[0].Err.Delivery != waybill.NotSent {
			t.Errorf("%d: %v", status, r[0].Err)
		}
	}
	r := reply(t, http.StatusUnauthorized, `no`, "a")
	if r[0].Err == nil || r[0].Err.Code != waybill.Unauthenticated {
		t.Errorf("401: %v", r[0].Err)
	}
}

func TestReasons(t *testing.T) {
	// The vendor's own sample has spaces around the reason.
	r := reply(t, 200, `{"code":"80100000","msg":"{\"illegalTokens\":{\" tokenFormatError \":[\"a\"],\"countryNotSupport\":[\"b\"]},\"success\":1,\"failure\":2}"}`, "a", "b", "c")
	if !r[0].Dead || r[1].Dead || r[1].Err.Code != waybill.PermissionDenied || r[2].Err != nil {
		t.Errorf("got %v, %v, %v", r[0].Err, r[1].Err, r[2].Err)
	}
}

func TestTopics(t *testing.T) {
	f, a := fake(t)
	depot := push.Topic{Audience: push.Audience{Vendor: push.Huawei}, Name: "depot-17"}
	tokens := make([]push.Token, 1001)
	for i := range tokens {
		tokens[i] = token(i)
	}
	f.Kill(tokens[7].Value)
	for i, r := range a.Subscribe(t.Context(), depot, tokens) {
		if (r.Err != nil) != (i == 7) || r.Token != tokens[i] || r.ID != "" || i == 7 && (r.Err.Code != waybill.Unregistered || r.Err.Op != "subscribe") {
			t.Fatalf("token %d: %v", i, r.Err)
		}
	}
	if f.Sends() != 2 || !f.Subscribed("depot-17", tokens[1000].Value) {
		t.Errorf("%d exchanges", f.Sends())
	}
	if r := a.Unsubscribe(t.Context(), depot, tokens[:1])[0]; r.Err != nil || f.Subscribed("depot-17", tokens[0].Value) {
		t.Errorf("unsubscribe: %v", r.Err)
	}
	both := push.Topic{Audience: depot.Audience, Condition: "'a' in topics && 'b' in topics"}
	if r := a.SendTopic(t.Context(), order(), both); r.Err != nil || r.ID == "" {
		t.Error(r.Err)
	}
	if m, ok := f.Message(both.Condition); !ok || m.Condition != both.Condition || m.Topic != "" || m.Token != nil {
		t.Errorf("got %+v", m)
	}
	if r := a.Subscribe(t.Context(), both, tokens[:1])[0]; r.Err == nil || r.Err.Code != waybill.InvalidArgument {
		t.Errorf("subscribed to a condition: %v", r.Err)
	}
	v3 := with(t, f, "", huaweipush.Options{Version: 3, ServiceAccount: pushtest.HuaweiServiceAccount()})
	if r := v3.SendTopic(t.Context(), order(), depot); r.Err == nil || r.Err.Code != waybill.Unsupported {
		t.Errorf("version 3: %v", r.Err)
	}
	before := f.Sends()
	for _, bad := range []string{"a/b", "depot 17"} {
		other := push.Topic{Audience: depot.Audience, Name: bad}
		if r := a.Subscribe(t.Context(), other, tokens[:1])[0]; r.Err == nil || r.Err.Code != waybill.Unsupported || f.Sends() != before {
			t.Errorf("%s: %v", bad, r.Err)
		}
	}
	if r := a.Subscribe(t.Context(), push.Topic{Audience: depot.Audience, Name: "仓库_17"}, tokens[:1])[0]; r.Err != nil {
		t.Errorf("a name in Chinese: %v", r.Err)
	}
	f.FailCode("82000007")
	if r := a.Subscribe(t.Context(), depot, tokens[:2]); r[0].Err == nil || r[1].Err.Code != waybill.Unsupported || r[1].Dead {
		t.Errorf("a bad topic: %v", r[0].Err)
	}
}

func TestTopicReplies(t *testing.T) {
	f, a := fake(t)
	depot := push.Topic{Audience: push.Audience{Vendor: push.Huawei}, Name: "depot"}
	for body, want := range map[string][]waybill.Code{
		`{"code":"80000000","errors":[{"index":1,"reason":"x"}],"failureCount":1}`:      {ok, waybill.Unregistered},
		`{"code":80000000,"errors":[{"index":"0"}],"failureCount":"1"}`:                 {waybill.Unregistered, ok},
		`{"code":"80000000","errors":[],"failureCount":1}`:                              {waybill.DataLoss, waybill.DataLoss},
		`{"code":"80000000","errors":[{"index":7},{"index":-1},null],"failureCount":0}`: {ok, ok},
		`{"code":"80000000"}`: {ok, ok},
		`{"code":"81000001"}`: {waybill.Internal, waybill.Internal},
		`{"msg":"Success"}`:   {waybill.DataLoss, waybill.DataLoss},
		`[]`:                  {waybill.DataLoss, waybill.DataLoss},
		`{"code":"80000000","errors":[{"index":0},{"index":0}],"failureCount":2}`: {waybill.Unregistered, waybill.DataLoss},
	} {
		f.Fail(fakehttp.Status(200, http.Header{"Content-Type": {"application/json"}}, body))
		for i, r := range a.Subscribe(t.Context(), depot, []push.Token{token(1), token(2)}) {
			if (r.Err == nil) != (want[i] == ok) || r.Err != nil && r.Err.Code != want[i] {
				t.Errorf("%s: token %d: %v", body, i, r.Err)
			}
		}
	}
	if r := a.Subscribe(t.Context(), depot, nil); len(r) != 0 {
		t.Error("results for no tokens")
	}
}

func TestCategories(t *testing.T) {
	for _, c := range huaweipush.Categories() {
		all := map[push.Kind]huaweipush.Class{}
		for _, k := range push.Kinds() {
			all[k] = huaweipush.Class{Category: c}
		}
		if _, err := huaweipush.New("1", "s", &huaweipush.Options{Classes: all}); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	if slices.Contains(huaweipush.Categories(), "") {
		t.Error("an empty category")
	}
	all := classes(push.Kinds()...)
	all[push.KindOrder] = huaweipush.Class{Category: "EXPRES"}
	if _, err := huaweipush.New("1", "s", &huaweipush.Options{Classes: all}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a misspelt category: %v", err)
	}
}

func FuzzTopicReply(f *testing.F) {
	f.Add(`{"code":"80000000","errors":[{"index":1,"reason":"x"}],"failureCount":1}`)
	server, a := fake(f)
	depot := push.Topic{Audience: push.Audience{Vendor: push.Huawei}, Name: "depot"}
	f.Fuzz(func(t *testing.T, body string) {
		server.Fail(fakehttp.Status(200, http.Header{"Content-Type": {"application/json"}}, body))
		if r := a.Subscribe(t.Context(), depot, []push.Token{token(1), token(2)}); len(r) != 2 || r[0].Dead && r[0].Err == nil {
			t.Errorf("got %v", r)
		}
		if r := a.SendTopic(t.Context(), order(), depot); r.Err == nil && strings.Contains(r.ID, "\n") {
			t.Errorf("an id %q", r.ID)
		}
	})
}

func FuzzServiceAccount(f *testing.F) {
	f.Add(pushtest.HuaweiServiceAccount())
	f.Add([]byte(`{"project_id":"1","key_id":"k","sub_account":"s","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}`))
	all := classes(push.Kinds()...)
	f.Fuzz(func(t *testing.T, key []byte) {
		a, err := huaweipush.New("1", "", &huaweipush.Options{ServiceAccount: key, Classes: all})
		if (err == nil) != (a != nil) || err != nil && waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("got %v, %v", a, err)
		}
	})
}

func ExampleAdapter_SendTopic() {
	fake := pushtest.NewHuawei()
	defer fake.Close()
	a, err := huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{
		BaseURL: fake.URL(), AuthURL: fake.URL(), HTTPClient: fake.Client(), Classes: classes(push.Kinds()...),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.Huawei}, Name: "depot-17"}
	a.Subscribe(context.Background(), depot, []push.Token{token(1), token(2)})
	a.Unsubscribe(context.Background(), depot, []push.Token{token(2)})
	fmt.Println(fake.Subscribed("depot-17", token(1).Value), fake.Subscribed("depot-17", token(2).Value))
	r := a.SendTopic(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Closed today"}, depot)
	fmt.Println(r.Err == nil, fake.Accepted("depot-17"))
	// Output:
	// true false
	// true 1
}
