package geotest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/geo/geotest"
)

// The fake speaks Google's protocol to anybody, Google's own libraries included.
func ExampleNewGoogle() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	ask := func(parameters ...string) {
		q := url.Values{"key": {geotest.GoogleKey}}
		for i := 0; i < len(parameters); i += 2 {
			q.Set(parameters[i], parameters[i+1])
		}
		resp, err := http.Get(fake.URL() + "/maps/api/geocode/json?" + q.Encode())
		if err != nil {
			fmt.Println(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		_, status, _ := strings.Cut(string(body), `"status":"`)
		status, _, _ = strings.Cut(status, `"`)
		fmt.Println(status, fake.Accepted(""), err)
	}
	ask("address", "Taipei", "components", "country:TW")
	ask("address", "Taipei", "adress", "a typing error")
	ask("address", "Taipei", "key", "somebody else's")
	fake.FailCode("OVER_QUERY_LIMIT")
	ask("address", "Taipei")
	// Output:
	// OK 1 <nil>
	// INVALID_REQUEST 1 <nil>
	// REQUEST_DENIED 1 <nil>
	// OVER_QUERY_LIMIT 1 <nil>
}
