package fakehttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// A gateway that accepts messages loses the reply to one of them: the client sees an error, the ledger the truth.
func Example() {
	ledger := new(fakehttp.Ledger)
	params := fakehttp.Params{Required: []string{"to", "text"}}
	refuse := func(w http.ResponseWriter, _ *http.Request, e *fakehttp.ParamError) {
		fmt.Fprintf(w, `{"status":"2","error-text":"%s %s param"}`, e.Problem, e.Name)
	}
	gateway := fakehttp.New("gateway", params.Checked(refuse, func(w http.ResponseWriter, _ *http.Request, v url.Values) {
		ledger.Accept(v.Get("to") + " " + v.Get("text"))
		io.WriteString(w, `{"status":"0"}`)
	}), fakehttp.WithLedger(ledger))
	defer gateway.Close()

	send := func(form string) {
		res, err := gateway.Client().Post(gateway.URL(), "application/x-www-form-urlencoded", strings.NewReader(form))
		if err != nil {
			fmt.Println("no reply")
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		fmt.Println(string(body))
	}
	send("to=1&text=hello")
	send("to=1")
	gateway.FailNext(1, fakehttp.After(fakehttp.ResetBeforeReply()))
	send("to=2&text=hello")

	tally := fakehttp.TallyOf([]string{"1 hello", "2 hello"}, gateway.Ledger())
	fmt.Printf("intended %d, accepted %d, duplicates %d, lost %d\n", tally.Intended, tally.Accepted, tally.Duplicates, tally.Lost)
	// Output:
	// {"status":"0"}
	// {"status":"2","error-text":"missing text param"}
	// no reply
	// intended 2, accepted 2, duplicates 0, lost 0
}
