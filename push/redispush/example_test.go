package redispush_test

import (
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/redispush"
)

func ExampleNew() {
	rdb := redis.NewClient(&redis.Options{Addr: "redis.internal:6379"})
	defer rdb.Close()
	registry, err := redispush.New(rdb, &redispush.Options{Prefix: "driver:push"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var _ push.Registry = registry // for push.NewUsers and push.NewReportHandler
	fmt.Println("ready")
	// Output: ready
}
