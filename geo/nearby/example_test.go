package nearby_test

import (
	"fmt"
	"log"
	"time"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
)

// The bits mean what the application says.
const (
	Free nearby.Attr = 1 << iota
	Van
	Truck
)

// A dispatcher keeps where the drivers are and asks for the nearest free vans.
func Example() {
	drivers, err := nearby.New[string](nil)
	if err != nil {
		log.Fatal(err)
	}
	now := time.Now()
	_, err = drivers.Update([]nearby.Position[string]{
		{ID: "chen", Point: geo.Point{Lat: 22.5405, Lng: 113.9345}, At: now, Attr: Free | Van},
		{ID: "li", Point: geo.Point{Lat: 22.5400, Lng: 113.9340}, At: now, Attr: Van},
		{ID: "wang", Point: geo.Point{Lat: 22.5480, Lng: 113.9400}, At: now, Attr: Free | Van},
		{ID: "zhao", Point: geo.Point{Lat: 22.5401, Lng: 113.9345}, At: now.Add(-time.Minute), Attr: Free | Van},
	})
	if err != nil {
		log.Fatal(err)
	}
	found, err := drivers.Nearest(nil, nearby.Query{Point: geo.Point{Lat: 22.5403, Lng: 113.9343}, K: 3, Radius: 3000, All: Free | Van})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range found {
		fmt.Printf("%s %.0f m\n", f.ID, f.Distance)
	}
	// Output:
	// chen 30 m
	// wang 1037 m
}

func ExampleIndex_Mark() {
	drivers, _ := nearby.New[uint32](nil)
	at := geo.Point{Lat: 19.07, Lng: 72.87}
	_, _ = drivers.Update([]nearby.Position[uint32]{{ID: 7, Point: at, At: time.Now(), Attr: Free}})
	drivers.Mark(7, Truck, Free) // took an order, with the truck
	found, _ := drivers.Nearest(nil, nearby.Query{Point: at, K: 1, Radius: 100, None: Free})
	fmt.Println(len(found), found[0].Attr == Truck)
	// Output: 1 true
}

func ExampleIndex_NearestWhere() {
	drivers, _ := nearby.New[string](nil)
	at := geo.Point{Lat: 1.3, Lng: 103.8}
	_, _ = drivers.Update([]nearby.Position[string]{{ID: "a", Point: at, At: time.Now()}, {ID: "b", Point: at, At: time.Now()}})
	declined := map[string]bool{"a": true}
	found, _ := drivers.NearestWhere(nil, nearby.Query{Point: at, K: 1, Radius: 100}, func(id string) bool { return !declined[id] })
	fmt.Println(found[0].ID)
	// Output: b
}
