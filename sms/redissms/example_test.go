package redissms_test

import (
	"fmt"

	"github.com/redis/go-redis/v9"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/redissms"
)

func ExampleNew() {
	client := redis.NewClient(&redis.Options{Addr: "redis.internal:6379", MaxRetries: -1})
	defer client.Close()
	store, err := redissms.New(client, &redissms.Options{Prefix: "acme:sms"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = sms.NewRules(store, sms.RuleSet{Limits: sms.VerificationLimits()})
	fmt.Println(err)
	// Output: <nil>
}
