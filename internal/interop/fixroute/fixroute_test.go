package fixroute

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/route/routetest"
)

func way(w http.ResponseWriter, r *http.Request) {
	var q struct{ Points [][2]float64 }
	if r.URL.Path != "/way" || r.Header.Get("X-Key") != "way-secret" || json.NewDecoder(r.Body).Decode(&q) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprint(w, `{"metres":30000,"seconds":1800,"legs":[`)
	for i := range len(q.Points) - 1 {
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		fmt.Fprintf(w, `{"metres":%d,"seconds":%d}`, 30000/(len(q.Points)-1), 1800/(len(q.Points)-1))
	}
	fmt.Fprint(w, `]}`)
}

func TestConformance(t *testing.T) {
	routetest.Run(t, routetest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return New("way-secret", &Options{BaseURL: baseURL, HTTPClient: hc})
		},
		Server: func(testing.TB) routetest.Server {
			return routetest.NewServer("way", http.HandlerFunc(way), func(w http.ResponseWriter, _ *http.Request, code string) {
				w.WriteHeader(http.StatusTooManyRequests)
			})
		},
		Trip: routetest.Singapore(), NoPolyline: true,
		Secrets: []string{"way-secret"},
		Skip: map[string]string{
			"values/legs":      "a fixed answer",
			"values/direction": "a fixed answer",
			"concurrency":      "a fixed answer",
		},
	})
}
