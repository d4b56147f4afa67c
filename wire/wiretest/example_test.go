package wiretest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/waybill-go/waybill/wire/wiretest"
)

func ExampleNewServer() {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.CutReply(200, `{"half":`), wiretest.JSON(`{"whole":true}`))
	for range 2 {
		resp, err := s.Client().Post(s.URL, "text/plain", strings.NewReader("hello"))
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(string(body), err)
	}
	fmt.Println("arrived whole:", s.Whole())
	// Output:
	// {"half": unexpected EOF
	// {"whole":true} <nil>
	// arrived whole: 2
}

func ExampleServer_Script() {
	s := wiretest.NewServer(wiretest.Options{TLS: true})
	defer s.Close()
	s.Script(func(c *wiretest.Call) {
		c.Read()
		c.Reply(http.StatusTooManyRequests, "", "Retry-After", "7")
	})
	resp, err := s.Client().Get(s.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	fmt.Println(resp.StatusCode, resp.Header.Get("Retry-After"))
	// Output: 429 7
}
