package smstest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/sms/smstest"
)

func ExampleNewNexmo() {
	fake := smstest.NewNexmo(nil)
	defer fake.Close()
	send := func(ref string) {
		resp, err := fake.Client().PostForm(fake.URL()+"/sms/json", url.Values{
			"api_key": {smstest.NexmoKey}, "api_secret": {smstest.NexmoSecret},
			"from": {"Waybill"}, "to": {"447700900123"}, "text": {"Hello"}, "client-ref": {ref},
		})
		if err != nil {
			fmt.Println("no reply")
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		fmt.Println(string(body))
	}
	fake.FailCode("9")
	send("order-1")
	fake.Heal()
	send("order-2")
	fmt.Println(fake.Accepted("order-1"), fake.Accepted("order-2"))
	// Output:
	// {"message-count":"1","messages":[{"status":"9","error-text":"Partner quota violation"}]}
	// {"message-count":"1","messages":[{"to":"447700900123","message-id":"0C00000002170001","status":"0","remaining-balance":"999999.96670000","message-price":"0.03330000","network":"23410","client-ref":"order-2"}]}
	// 0 1
}

func ExampleNewServer() {
	gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "accepted") })
	fake := smstest.NewServer("acme", gateway, &smstest.ServerOptions{
		Accepted: func(_ *http.Request, body []byte, status int, _ []byte) (string, bool) {
			return string(body), status == http.StatusOK
		},
	})
	defer fake.Close()
	if f, ok := smstest.FaultNamed("reset_before_reply_processed"); ok {
		fake.Fail(f)
	}
	_, err := fake.Client().Post(fake.URL(), "text/plain", strings.NewReader("order-1"))
	fmt.Println("error:", err != nil)
	fmt.Println("accepted:", fake.Accepted("order-1"))
	// Output:
	// error: true
	// accepted: 1
}

func ExampleTallyOf() {
	ledger := new(smstest.Ledger)
	ledger.Accept("order-1")
	ledger.Accept("order-1")
	tally := smstest.TallyOf([]string{"order-1", "order-2"}, ledger)
	fmt.Println("duplicates", tally.Duplicates, "lost", tally.Lost)
	// Output: duplicates 1 lost 1
}

func ExampleNewAliyun() {
	fake := smstest.NewAliyun(nil)
	defer fake.Close()
	resp, err := fake.Client().PostForm(fake.URL()+"/?PhoneNumbers=13800138000", nil) // not signed
	if err != nil {
		fmt.Println("no reply")
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, len(fake.Messages()))
	// Output: 400 0
}

func ExampleNewTencent() {
	fake := smstest.NewTencent(nil)
	defer fake.Close()
	resp, err := fake.Client().Post(fake.URL()+"/", "application/json", strings.NewReader("{}")) // not signed
	if err != nil {
		fmt.Println("no reply")
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, strings.Contains(string(body), "AuthFailure"))
	// Output: 200 true
}

func ExampleNewTwilio() {
	fake := smstest.NewTwilio(nil)
	defer fake.Close()
	r, _ := http.NewRequest(http.MethodPost, fake.URL()+"/2010-04-01/Accounts/"+smstest.TwilioAccount+"/Messages.json",
		strings.NewReader(url.Values{"To": {"+447700900123"}, "From": {"Waybill"}, "Body": {"Hello"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(smstest.TwilioAccount, smstest.TwilioToken)
	resp, err := fake.Client().Do(r)
	if err != nil {
		fmt.Println("no reply")
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, fake.Messages()[0].Body)
	// Output: 201 Hello
}
