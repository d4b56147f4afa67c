package nexmosms_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
)

// transports are the three ways in which an account's settings have Vonage call.
func transports(t *testing.T, p url.Values) map[string]*http.Request {
	t.Helper()
	object := make(map[string]string, len(p))
	for k := range p {
		object[k] = p.Get(k)
	}
	b, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	form := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(p.Encode()))
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	body := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(string(b)))
	body.Header.Set("Content-Type", "application/json")
	return map[string]*http.Request{"GET": httptest.NewRequest(http.MethodGet, "/hook?"+p.Encode(), nil), "form": form, "JSON": body}
}

// part is the second part of a long message that came in.
func part() url.Values {
	return url.Values{"api-key": {"abcd1234"}, "msisdn": {"447700900001"}, "to": {"447700900000"}, "messageId": {"0A0000000123ABCD"}, "text": {"R & D = é"},
		"type": {"unicode"}, "keyword": {"R"}, "message-timestamp": {"2020-01-01 12:00:00"}, "timestamp": {"1577880000"}, "nonce": {"aaaaaaaa"},
		"concat": {"true"}, "concat-ref": {"1"}, "concat-total": {"3"}, "concat-part": {"2"}}
}

// Every method of signing, by every way of calling. The signatures were computed
// by other means, over the parameters as they are.
func TestEveryMethodByEveryTransport(t *testing.T) {
	for method, sig := range map[nexmosms.Signing][2]string{
		nexmosms.MD5Hash: {"3fd59cc26bd3484512c117e6ffb736bb", "41405eb8e4ff990f10b2829ad8c6386c"},
		nexmosms.MD5:     {"21C52D52B94BAA48117110F06A9C752F", "AD3D042F1D9406AEF1B66C5DF38E2AF4"},
		nexmosms.SHA1:    {"A7F351627D79B4295065AA5BDC5DF2D0EF7EFAF4", "0FAADBD7E322D60861D732D10E50032D12EF690D"},
		nexmosms.SHA256: {"E8CC5A4D46DC64D9A5AA8824DE66B491A70CDB7A8333B1A910AD8FFFDA7FCD55",
			"DA3DBA43F137FCCBBAB551333F9A2A053F2B47CA15A6BB2C3DD11C07C0194C15"},
		nexmosms.SHA512: {"5900920E988A3258F0BFB9A2536AF34056DD56205D9F97BA87CBAF334CFDFC2C270967FC49FE50E8C24722AA2FB211834F7BCB5E09343BDA492CC0095217C799",
			"BDFD9C096FCEE221C6EC6128AF2CF2CFCA6CF1C54717AB8189ACBE8278DF7839FD3C51A417E8C7D4839420DE7919CDE605FE3DCDC7106EA55FEDDF26BE150D28"},
	} {
		for way := range transports(t, receipt()) {
			t.Run(method.String()+" by "+way, func(t *testing.T) {
				var reports []sms.DeliveryReport
				var inbound []sms.Inbound
				v, err := sms.NewReceiver(offline(t, nexmosms.Options{WebhookSecret: signatureSecret, WebhookSigning: method}), sms.ReceiverOptions{
					MaxAge: 100 * 365 * 24 * time.Hour, JoinFor: -1, // the signatures are of 2020
					Report:  func(_ context.Context, r sms.DeliveryReport) error { reports = append(reports, r); return nil },
					Inbound: func(_ context.Context, m sms.Inbound) error { inbound = append(inbound, m); return nil },
				})
				if err != nil {
					t.Fatal(err)
				}
				for i, p := range []url.Values{receipt(), part()} {
					for _, s := range []string{sig[i], sig[i], sig[1-i], ""} {
						p.Set("sig", s)
						want := http.StatusOK
						if s != sig[i] {
							want = http.StatusUnauthorized
						}
						if s == "" {
							want = http.StatusServiceUnavailable // to be sent again, signed
						}
						w := httptest.NewRecorder()
						if v.ServeHTTP(w, transports(t, p)[way]); w.Code != want {
							t.Errorf("call %d with %.8s: %d, want %d", i, s, w.Code, want)
						}
					}
				}
				if len(reports) != 1 || len(inbound) != 1 {
					t.Fatalf("%d reports, %d messages", len(reports), len(inbound))
				}
				if r := reports[0]; r.To != "+447700900000" || r.From != "AcmeInc" || r.Key != "order-42" || r.Status != sms.StatusDelivered {
					t.Errorf("%v", r)
				}
				if m := inbound[0]; m.From != "+447700900001" || m.To != "447700900000" || m.Text != "R & D = é" || m.Keyword != "" || m.Part != 2 || m.Parts != 3 || !m.Incomplete {
					t.Errorf("%v", m)
				}
			})
		}
	}
}

// The default age refuses what was signed long ago, by every transport.
func TestOldSignaturesAreRefused(t *testing.T) {
	p := receipt()
	p.Set("sig", "3fd59cc26bd3484512c117e6ffb736bb")
	v, err := sms.NewReceiver(offline(t, nexmosms.Options{WebhookSecret: signatureSecret}), sms.ReceiverOptions{
		Report: func(context.Context, sms.DeliveryReport) error { t.Error("handed out"); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for way, r := range transports(t, p) {
		w := httptest.NewRecorder()
		if v.ServeHTTP(w, r); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", way, w.Code)
		}
	}
}

// Members of other types than text, as a JSON library may write them, and what an
// account without concatenation or a carrier without much to say leaves out.
func TestOtherShapes(t *testing.T) {
	a := offline(t, nexmosms.Options{})
	for body, want := range map[string]sms.Inbound{
		`{"msisdn":447700900123,"to":"447700900000","messageId":"1","text":null,"type":"text"}`:                                          {ID: "1"},
		`{"msisdn":"447700900123","to":12345,"messageId":"1","text":"Hi","concat":true,"concat-ref":7,"concat-total":2,"concat-part":1}`: {ID: "1", Text: "Hi", Ref: "7", Part: 1, Parts: 2},
		`{"msisdn":"447700900123","messageId":"1","text":"Hi","concat":"false","concat-ref":"7","concat-total":"2","concat-part":"1"}`:   {ID: "1", Text: "Hi"},
		`{"msisdn":"447700900123","messageId":"1","text":"Hi","concat":"true","concat-ref":"7","concat-total":"2","concat-part":"3"}`:    {ID: "1", Text: "Hi"},
		`{"msisdn":"447700900123","messageId":"1","text":"Hi","concat":"true","concat-total":"9999","concat-part":"1"}`:                  {ID: "1", Text: "Hi"},
		`{"msisdn":"447700900123","messageId":"1","type":"binary","data":"zz","udh":"0500"}`:                                             {ID: "1"},
		`{"msisdn":"+447700900123","messageId":"1","text":"Hi","message-timestamp":"yesterday"}`:                                         {ID: "1", Text: "Hi"},
	} {
		e, err := a.ReadWebhook(t.Context(), posted("\xef\xbb\xbf "+body))
		if err != nil || len(e.Inbound) != 1 {
			t.Fatalf("%s: %v", body, err)
		}
		if m := e.Inbound[0]; m.From != london || m.ID != want.ID || m.Text != want.Text || m.Ref != want.Ref || m.Part != want.Part || m.Parts != want.Parts || !m.At.IsZero() || len(m.Data) != 0 {
			t.Errorf("%s: part %d of %d, %q", body, m.Part, m.Parts, m.Text)
		}
	}
	for body, want := range map[string]sms.DeliveryReport{
		`{"msisdn":"447700900123","messageId":"1","status":"failed","err-code":39,"price":null}`:             {Status: sms.StatusFailed, VendorCode: "39", Code: waybill.PermissionDenied, Scope: waybill.ScopeSender},
		`{"msisdn":"447700900123","messageId":"1","status":"expired","err-code":"2","client-ref":["x"]}`:     {Status: sms.StatusExpired, VendorCode: "2", Code: waybill.Unavailable, Scope: waybill.ScopeRecipient, Key: `["x"]`},
		`{"msisdn":"447700900123","messageId":"1","status":"expired","err-code":"1"}`:                        {Status: sms.StatusExpired, VendorCode: "1", Code: waybill.Unavailable, Scope: waybill.ScopeRecipient},
		`{"msisdn":"447700900123","messageId":"1","status":"","err-code":"0"}`:                               {VendorCode: "0"},
		`{"msisdn":"447700900123","messageId":"1","status":"accepted","err-code":"0","price":"1 EUR"}`:       {Status: sms.StatusAccepted, VendorCode: "0"},
		`{"msisdn":"447700900123","messageId":"1","status":"REJECTED","err-code":"6","client-ref":"\u00e9"}`: {Status: sms.StatusRejected, VendorCode: "6", Code: waybill.PermissionDenied, Scope: waybill.ScopeSender},
	} {
		e, err := a.ReadWebhook(t.Context(), posted(body))
		if err != nil || len(e.Reports) != 1 {
			t.Fatalf("%s: %v", body, err)
		}
		if r := e.Reports[0]; r.To != london || r.Status != want.Status || r.VendorCode != want.VendorCode || r.Code != want.Code || r.Scope != want.Scope || r.Key != want.Key || r.Price != "" {
			t.Errorf("%s: %v %v %v %q", body, r.Status, r.Code, r.Scope, r.Key)
		}
	}
}
