package mail_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/mail"
)

func TestLogsShowNoAddressesAndLinks(t *testing.T) {
	const word = "zebrafish"
	a, l := mail.Address{Name: word, Addr: word + "@example.com"}, mail.Link{Name: "a.pdf", URL: "https://example.com/" + word}
	for _, v := range []any{
		a, l, mail.Message{From: a, To: []mail.Address{a}, Subject: word, Text: word}, &mail.Message{Text: word},
		mail.Receipt{Recipients: []mail.Recipient{{Address: a}}, Links: []mail.Link{l}},
	} {
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		if strings.Contains(b.String(), word) || b.Len() < 100 {
			t.Errorf("%T: %s", v, b.String())
		}
	}
	if s := fmt.Sprintf("%v %+v %#v %v %+v %#v", a, a, a, l, l, l); strings.Contains(s, word) {
		t.Error(s)
	}
}
