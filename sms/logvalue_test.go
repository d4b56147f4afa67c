package sms_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/sms"
)

func TestLogsShowNoTextsAndNumbers(t *testing.T) {
	const word, number = "zebrafish", sms.Number("+85291234567")
	m := sms.Message{To: number, Text: word, Params: map[string]string{"a": word}}
	r := sms.Recipient{To: number, Params: map[string]string{"a": word}}
	for _, v := range []any{m, &m, r, sms.Batch{Message: m, Recipients: []sms.Recipient{r}}} {
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		if strings.Contains(b.String(), word) || strings.Contains(b.String(), string(number)) || b.Len() < 100 {
			t.Errorf("%T: %s", v, b.String())
		}
	}
}
