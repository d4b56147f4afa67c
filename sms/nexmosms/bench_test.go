package nexmosms_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	vonage "github.com/vonage/vonage-go-sdk"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// BenchmarkSend compares the adapter with the bare library, one client for all
// sends, against the same local server.
func BenchmarkSend(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"message-count":"1","messages":[`+ok1+`]}`)
	}))
	b.Cleanup(s.Close)
	b.Run("adapter", func(b *testing.B) {
		a, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: s.URL, HTTPClient: s.Client()})
		if err != nil {
			b.Fatal(err)
		}
		m := message()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := a.Send(b.Context(), m); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		c := vonage.NewSMSClient(vonage.CreateAuthFromKeySecret(smstest.NexmoKey, smstest.NexmoSecret))
		c.Config.BasePath, c.Config.HTTPClient = s.URL+"/sms", s.Client()
		m := message()
		b.ReportAllocs()
		for b.Loop() {
			r, _, err := c.Send(m.From, strings.TrimPrefix(string(m.To), "+"), m.Text, vonage.SMSOpts{Type: "text", ClientRef: m.Key})
			if err != nil || r.Messages[0].Status != "0" {
				b.Fatal(err)
			}
		}
	})
}
