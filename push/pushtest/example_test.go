package pushtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/waybill-go/waybill/push/pushtest"
)

func ExampleNewFCM() {
	fcm := pushtest.NewFCM(nil)
	defer fcm.Close()
	fcm.Kill(pushtest.FCMToken(2))
	// Hand fcm.Key(), fcm.URL() and fcm.Client() to fcmpush.New, send, and ask:
	fmt.Println(fcm.Account().ProjectID, fcm.Issued(), fcm.Accepted(pushtest.FCMToken(1)))
	// Output: waybill-demo 0 0
}

func ExampleNewServiceAccount() {
	account := pushtest.NewServiceAccount("demo-project")
	var key struct {
		Type      string
		ProjectID string `json:"project_id"`
	}
	if err := json.Unmarshal(account.JSON("https://oauth2.googleapis.com/token"), &key); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key.Type, key.ProjectID)
	// Output: service_account demo-project
}

func ExampleNewServer() {
	var s *pushtest.HandlerServer
	s = pushtest.NewServer(pushtest.ServerOptions{
		Name:      "acme",
		PlainText: true,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.Accept(r.URL.Query().Get("to"))
			fmt.Fprintln(w, "ok")
		}),
		Refuse: func(w http.ResponseWriter, _ *http.Request, code string) { http.Error(w, code, http.StatusGone) },
	})
	defer s.Close()
	for _, fail := range []bool{false, true} {
		if fail {
			s.FailCode("gone")
		}
		resp, err := s.Client().Post(s.URL()+"/?to=phone", "", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, s.Accepted("phone"), s.Sends())
	}
	// Output:
	// 200 1 1
	// 410 1 2
}

func ExampleFCMReply() {
	fmt.Println(pushtest.FCMReply("QUOTA_EXCEEDED", "30"))
	// Output: code_QUOTA_EXCEEDED
}
