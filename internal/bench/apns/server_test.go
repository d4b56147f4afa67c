package apns

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/internal/bench/h2"
)

// TestMain makes the test binary a server that answers as APNs does, or runs the
// tests.
func TestMain(m *testing.M) {
	h2.Main(m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("apns-id")
		if id == "" || !strings.HasPrefix(r.Header.Get("authorization"), "bearer ") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header()["Apns-Id"] = []string{id}
		w.Header()["Date"] = nil
		w.WriteHeader(http.StatusOK)
	}))
}
