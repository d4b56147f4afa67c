package honorpush_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/honorpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func ExampleNew() {
	fake := pushtest.NewHonor()
	defer fake.Close()
	a, err := honorpush.New(pushtest.HonorAppID, pushtest.HonorClientID, pushtest.HonorSecret, &honorpush.Options{
		BaseURL: fake.URL(), AuthURL: fake.URL(), HTTPClient: fake.Client(), Classes: classes(push.Kinds()...),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range a.Send(context.Background(), order(), []push.Token{token(1)}) {
		fmt.Println(r.Err == nil, r.ID != "")
	}
	// Output: true true
}
