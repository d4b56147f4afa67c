package redisnearby_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
	"github.com/waybill-go/waybill/geo/nearby/redisnearby"
)

// The store takes the place of nearby.Memory. Here no server answers, so that a
// query ends with an error that says what to do.
func ExampleNew() {
	db := redis.NewClient(&redis.Options{MaxRetries: -1, Dialer: func(context.Context, string, string) (net.Conn, error) {
		return nil, net.ErrClosed
	}})
	defer func() { _ = db.Close() }()
	drivers, err := redisnearby.New(db, "drivers", nil)
	if err != nil {
		log.Fatal(err)
	}
	var find nearby.Finder = drivers
	_, err = find.Nearest(context.Background(), nearby.Query{Point: geo.Point{Lat: 22.54, Lng: 113.93}, K: 3, Radius: 3000})
	fmt.Println(err)
	fmt.Println(waybill.Retryable(err))
	// Output:
	// redisnearby: nearest: unavailable (Redis could not be asked)
	// true
}
