package push_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func TestLogsShowNoTokensAndTexts(t *testing.T) {
	const word = "zebrafish-0123456789"
	token := push.Token{Vendor: push.FCM, Value: word}
	for _, v := range []any{
		token, push.Registration{User: word, Token: token}, push.Result{Token: token, Err: waybill.Invalid("send", "no")},
		push.Notification{Title: word, Body: word, Data: map[string]string{"a": word}}, &push.Notification{Title: word},
	} {
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		if strings.Contains(b.String(), word) || b.Len() < 100 {
			t.Errorf("%T: %s", v, b.String())
		}
	}
}

// What is wrong with a notification for a token is said by the adapter, under its
// own name.
func TestCheckTokenLeavesTheProviderToTheAdapter(t *testing.T) {
	n := push.Notification{Kind: push.KindOrder, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Key: "k"}
	err := n.CheckToken(push.Token{Vendor: push.APNs, Value: "x"})
	if e := waybill.AsError(err).With("acmepush", "", ""); e.Code != waybill.Unsupported || e.Provider != "acmepush" || e.Ref != "k" {
		t.Errorf("%v", e)
	}
}
