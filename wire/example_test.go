package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// exampleClient returns a client for the scripted server.
func exampleClient(s *wiretest.Server) *wire.Client {
	c, err := wire.New(wire.Config{
		Provider:   "acmesms",
		HTTPClient: s.Client(),
		Secrets:    func() []string { return []string{"my-api-key"} },
	})
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleNew() {
	_, err := wire.New(wire.Config{})
	fmt.Println(err)
	c, err := wire.New(wire.Config{Provider: "acmesms"})
	fmt.Println(c != nil, err)
	// Output:
	// waybill: wire: invalid argument (the provider's name is missing)
	// true <nil>
}

func ExampleClient_Do() {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.JSON(`{"id":"m-1"}`), wiretest.ResetAfterRead(), wiretest.Respond(429, "", "Retry-After", "3"))
	c := exampleClient(s)
	for range 3 {
		reply, err := c.Do(context.Background(), &wire.Request{
			Op: "send", URL: s.URL + "/sms", Body: []byte("to=…"), Send: true,
		})
		if err != nil {
			fmt.Println(waybill.CodeOf(err), waybill.DeliveryOf(err))
			continue
		}
		if e := reply.StatusError(); e != nil {
			fmt.Println(e, e.Delivery, e.RetryAfter)
			continue
		}
		fmt.Println(string(reply.Body))
	}
	// Output:
	// {"id":"m-1"}
	// unavailable ambiguous
	// acmesms: send: rate limited (429 Too Many Requests) not_sent 3s
}

func ExampleClient_Stream() {
	s := wiretest.NewServer(wiretest.Options{HTTP2: true})
	defer s.Close()
	s.Script(wiretest.Respond(200, strings.Repeat("x", 1<<20)))
	st, err := exampleClient(s).Stream(context.Background(), &wire.Request{Op: "get", URL: s.URL + "/object"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = st.Reader.Close() }()
	n, err := io.Copy(io.Discard, st.Reader)
	fmt.Println(st.Status, st.Length, n, err)
	// Output: 200 1048576 1048576 <nil>
}

func ExampleClient_Bind() {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(503, "busy"))
	x := exampleClient(s).Bind(context.Background(), wire.Request{Op: "send", Send: true})

	// The vendor's library repeats what fails; here it cannot.
	lib := x.HTTPClient()
	for range 3 {
		if _, err := lib.Post(s.URL, "text/plain", strings.NewReader("hello")); err != nil {
			break
		}
	}

	reply, err := x.Result()
	fmt.Println(reply.Status, err, "requests:", s.Begun(), "repeated:", x.Repeated())
	// Output: 503 <nil> requests: 1 repeated: true
}

func ExampleClient_HTTPClient() {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	c := exampleClient(s)
	lib := c.HTTPClient() // given to the library once

	x := c.Bind(context.Background(), wire.Request{Op: "send", Send: true}) // one call
	req, err := http.NewRequestWithContext(x.Context(), http.MethodPost, s.URL, strings.NewReader("hello"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = lib.Do(req)
	reply, err := x.Result()
	fmt.Println(reply.Status, err)
	// Output: 200 <nil>
}

func ExampleClient_Scrub() {
	c, err := wire.New(wire.Config{Provider: "acmesms", Secrets: func() []string { return []string{"my-api-key"} }})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Scrub("my-api-key may not text +852 9123 4567, see https://acme.test/help?u=7"))
	fmt.Println(c.Scrub("not found: 1 Infinite Loop", "1 Infinite Loop"))
	// Output:
	// [secret] may not text [number], see https://acme.test
	// not found: [private]
}

func ExampleReply_JSON() {
	var v struct {
		Status string `json:"status"`
	}
	e := (&wire.Reply{Status: 200, Body: []byte("<html>Bad gateway</html>")}).JSON(&v)
	fmt.Println(e, e.Delivery)
	e = (&wire.Reply{Status: 200, Body: []byte(`{"status":0}`)}).JSON(&v)
	fmt.Println(e)
	fmt.Println((&wire.Reply{Status: 200, Body: []byte(`{"status":"0"}`)}).JSON(&v) == nil, v.Status)
	// Output:
	// waybill: data loss (wire_reply the reply is HTML or XML, not JSON) ambiguous
	// waybill: data loss (wire_reply the JSON has a number in field status where it cannot)
	// true 0
}

func ExampleReply_Error() {
	reply := &wire.Reply{Status: 200}
	e := reply.Error(waybill.RecipientLimited, waybill.ScopeRecipient, waybill.NotSent, "1037", "too many to 13812345678")
	fmt.Println(e)
	// Output: waybill: recipient limited (1037 too many to [number])
}

func ExampleReply_StatusError() {
	for _, status := range []int{200, 403, 503} {
		if e := (&wire.Reply{Status: status}).StatusError(); e != nil {
			fmt.Println(e, e.Delivery)
		}
	}
	// Output:
	// waybill: permission denied (403 Forbidden) not_sent
	// waybill: unavailable (503 Service Unavailable) ambiguous
}

func ExampleReply_Scrub() {
	fmt.Println((&wire.Reply{}).Scrub("no such mail box: ann@example.test"))
	// Output: no such mail box: [mail]
}

func ExampleRetryAfter() {
	for _, v := range []string{"", "7", "Sat, 21 Nov 2026 09:00:30 GMT", "-5", "soon"} {
		h := http.Header{"Date": {"Sat, 21 Nov 2026 09:00:00 GMT"}}
		if v != "" {
			h.Set("Retry-After", v)
		}
		fmt.Println(wire.RetryAfter(h, wire.MaxRetryAfter))
	}
	// Output:
	// 0s
	// 7s
	// 30s
	// -1ns
	// -1ns
}

func ExampleTransportError() {
	const nobody = "http://127.0.0.1:1" // no server listens there
	c, err := wire.New(wire.Config{Provider: "acmesms"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Do(context.Background(), &wire.Request{Op: "send", URL: nobody + "/sms?key=my-api-key", Send: true})
	var te *wire.TransportError
	fmt.Println(err)
	fmt.Println(errors.As(err, &te), errors.Is(te, syscall.ECONNREFUSED), waybill.AsError(err).Local())
	// Output:
	// acmesms: send: unavailable (wire_dial connection refused)
	// true true true
}

// A body that is too large for memory goes out as it is read, on an exchange that
// is judged as any other.
func ExampleClient_Bind_upload() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprintf(w, `{"size":%d}`, n)
	}))
	defer server.Close()
	c, err := wire.New(wire.Config{Provider: "acmestorage"})
	if err != nil {
		fmt.Println(err)
		return
	}
	file := strings.NewReader("as large as you like")
	x := c.Bind(context.Background(), wire.Request{Op: "put", Send: true})
	req, err := http.NewRequestWithContext(x.Context(), http.MethodPut, server.URL, file)
	if err != nil {
		fmt.Println(err)
		return
	}
	if resp, err := x.HTTPClient().Do(req); err == nil {
		_ = resp.Body.Close()
	}
	reply, err := x.Result() // and not what Do said
	if err != nil {
		fmt.Println(waybill.CodeOf(err), waybill.DeliveryOf(err))
		return
	}
	fmt.Println(reply.Status, string(reply.Body))
	// Output: 200 {"size":20}
}
