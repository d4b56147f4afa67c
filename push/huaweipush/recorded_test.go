package huaweipush_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func fake(t testing.TB) (*pushtest.Huawei, *huaweipush.Adapter) {
	t.Helper()
	f := pushtest.NewHuawei()
	t.Cleanup(f.Close)
	a, err := huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{
		BaseURL: f.URL(), AuthURL: f.URL(), HTTPClient: f.Client(), Classes: classes(push.Kinds()...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

var order = makertest.Order

// reply has the vendor answer with a body, and returns what became of tokens of
// these values.
func reply(t *testing.T, status int, body string, values ...string) []push.Result {
	t.Helper()
	f, a := fake(t)
	f.Fail(fakehttp.Status(status, http.Header{"Content-Type": {"application/json"}}, body))
	return a.Send(t.Context(), order(), makertest.Named(push.Huawei, values...))
}

// ok stands for no error.
const ok = makertest.OK

// TestRecordedReplies reads samples of the vendor's documentation.
func TestRecordedReplies(t *testing.T) {
	gone, no := makertest.Gone(), makertest.Failed
	part, whole := makertest.Taken("RASL_0227_0ff3330"), makertest.Taken("157xxxxxxx006")
	for _, c := range []struct {
		file   string
		status int
		values []string
		want   []makertest.Outcome
	}{
		{"success.json", 200, []string{"t1", "t2"}, []makertest.Outcome{whole, whole}},
		{"partial.json", 200, []string{"a", "b", "xxx", "c"}, []makertest.Outcome{{Code: ok}, {Code: ok}, gone, {Code: ok}}},
		{"v3_partial.json", 200, []string{"good", "xxxxxx"}, []makertest.Outcome{part, gone}},
		{"v3_all_no_right.json", 200, []string{"MAM0KujixTSG"}, []makertest.Outcome{no(waybill.PermissionDenied)}},
		{"all_invalid.json", 200, []string{"t1"}, []makertest.Outcome{gone}},
		{"v3_jwt_expired.json", 200, []string{"t1"}, []makertest.Outcome{no(waybill.Unauthenticated)}},
		{"no_permission.json", 200, []string{"t1"}, []makertest.Outcome{no(waybill.PermissionDenied)}},
		{"503.txt", 503, []string{"t1"}, []makertest.Outcome{no(waybill.Unavailable)}},
	} {
		t.Run(c.file, func(t *testing.T) {
			makertest.Check(t, c.file, reply(t, c.status, makertest.Recorded(t, "huawei_"+c.file), c.values...), c.want...)
		})
	}
}

func TestRecordedReceipt(t *testing.T) {
	var got []push.Event
	h, err := huaweipush.NewReceiptHandler("demo-user", "demo-key", "", collect(&got), nil)
	if err != nil {
		t.Fatal(err)
	}
	if status := post(h, receipt(makertest.Recorded(t, "huawei_receipt.json"))); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if len(got) != 2 || got[0].Status != push.EventDelivered || got[1].Status != push.EventDead || got[1].ID != "1234567890" || got[1].Key != "131415" {
		t.Errorf("got %v", got)
	}
}

func TestOddReplies(t *testing.T) {
	for name, c := range map[string]struct {
		body        string
		first, then waybill.Code
	}{
		"code as a number":      {`{"code":80000000,"requestId":7}`, ok, ok},
		"msg as an object":      {`{"code":"80100000","msg":{"success":1,"failure":"1","illegal_tokens":["a"]}}`, waybill.Unregistered, ok},
		"names in one text":     {`{"code":"80100000","msg":"{\"failure\":1,\"illegal_tokens\":\"a\"}"}`, waybill.Unregistered, ok},
		"msg is no JSON":        {`{"code":"80100000","msg":"some"}`, waybill.DataLoss, waybill.DataLoss},
		"no names":              {`{"code":"80100000","msg":"{\"success\":1,\"failure\":1,\"illegal_tokens\":[]}"}`, waybill.DataLoss, waybill.DataLoss},
		"fewer names":           {`{"code":"80100000","msg":"{\"success\":0,\"failure\":2,\"illegal_tokens\":[\"a\"]}"}`, waybill.Unregistered, waybill.DataLoss},
		"a reason that is new":  {`{"code":"80100000","msg":"{\"failure\":1,\"illegalTokens\":{\"countryNotSupport\":[\"a\"]}}"}`, waybill.PermissionDenied, ok},
		"no code":               {`{"msg":"Success"}`, waybill.DataLoss, waybill.DataLoss},
		"code is no number":     {`{"code":"ok"}`, waybill.DataLoss, waybill.DataLoss},
		"a list":                {`[]`, waybill.DataLoss, waybill.DataLoss},
		"all invalid and named": {`{"code":"80300007","msg":"{\"illegalTokens\":{\"noRight\":[\"a\"],\"noPushTypeRight\":[\"b\"]}}"}`, waybill.Unregistered, waybill.PermissionDenied},
	} {
		t.Run(name, func(t *testing.T) {
			got := reply(t, 200, c.body, "a", "b")
			for i, want := range []waybill.Code{c.first, c.then} {
				if e := got[i].Err; want == ok && e != nil || want != ok && (e == nil || e.Code != want) {
					t.Errorf("token %d: %v, want %v", i, e, want)
				}
			}
		})
	}
	if r := reply(t, 500, `{"code":"80000000"}`, "a"); r[0].Err == nil {
		t.Error("success under status 500 was believed")
	}
}
