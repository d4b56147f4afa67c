package nexmosms_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	vonage "github.com/vonage/vonage-go-sdk"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// BenchmarkSend compares the adapter with the bare library, one client for all
// sends, against the same local server and under a deadline as every call of a
// client has one. "both" takes turns, so that whatever else the machine does
// meets both alike, and reports the medians and their ratio.
func BenchmarkSend(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"message-count":"1","messages":[`+ok1+`]}`)
	}))
	b.Cleanup(s.Close)
	a, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: s.URL, HTTPClient: s.Client()})
	if err != nil {
		b.Fatal(err)
	}
	c := vonage.NewSMSClient(vonage.CreateAuthFromKeySecret(smstest.NexmoKey, smstest.NexmoSecret))
	c.Config.BasePath, c.Config.HTTPClient = s.URL+"/sms", s.Client()
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	m := message()
	adapter := func() {
		if _, err := a.Send(ctx, m); err != nil {
			b.Fatal(err)
		}
	}
	library := func() {
		r, _, err := c.Send(m.From, strings.TrimPrefix(string(m.To), "+"), m.Text, vonage.SMSOpts{Type: "text", ClientRef: m.Key})
		if err != nil || r.Messages[0].Status != "0" {
			b.Fatal(err)
		}
	}
	for name, send := range map[string]func(){"adapter": adapter, "library": library} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				send()
			}
		})
	}
	b.Run("both", func(b *testing.B) {
		var took [2][]time.Duration
		for first := 0; b.Loop(); first = 1 - first {
			for _, who := range [2]int{first, 1 - first} {
				began := time.Now()
				if who == 0 {
					library()
				} else {
					adapter()
				}
				took[who] = append(took[who], time.Since(began))
			}
		}
		for i := range took {
			slices.Sort(took[i])
		}
		n := len(took[0]) / 2
		b.ReportMetric(float64(took[0][n]), "ns/library")
		b.ReportMetric(float64(took[1][n]), "ns/adapter")
		b.ReportMetric(float64(took[1][n])/float64(took[0][n]), "times")
	})
}
