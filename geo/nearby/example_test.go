package nearby_test

import (
	"bytes"
	"context"
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

func ExampleNew() {
	drivers, err := nearby.New[int64](&nearby.Options{MaxAge: time.Minute, Cell: 250})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(drivers.Len())
	_, err = nearby.New[int64](&nearby.Options{Cell: 1})
	fmt.Println(err)
	// Output:
	// 0
	// nearby: new: invalid argument (a cell's width is not between 50 and 5000 m)
}

// Apps that were offline send what they kept, in any order: an older position
// never takes the place of a newer one.
func ExampleIndex_Update() {
	drivers, _ := nearby.New[string](nil)
	now, at := time.Now(), geo.Point{Lat: 13.7563, Lng: 100.5018}
	u, err := drivers.Update([]nearby.Position[string]{
		{ID: "anong", Point: at, At: now},
		{ID: "anong", Point: at, At: now.Add(-time.Minute)},
		{ID: "somchai", Point: geo.Point{Lat: 91}, At: now},
	})
	fmt.Printf("%+v\n%v\n", u, err)
	// Output:
	// {Applied:1 New:1 Stale:1 Refused:1}
	// nearby: update: invalid argument (a position is no place on the Earth, has no time or lies in the future)
}

// A query with a point in another datum gets its answers in the same. With room
// in the slice it is given, it allocates nothing.
func ExampleIndex_Nearest() {
	drivers, _ := nearby.New[uint32](nil)
	at := geo.Point{Lat: 22.5405, Lng: 113.9345}
	_, _ = drivers.Update([]nearby.Position[uint32]{{ID: 1, Point: at, At: time.Now(), Attr: Free}})
	room := make([]nearby.Found[uint32], 0, 20)
	found, err := drivers.Nearest(room, nearby.Query{Point: at.To(geo.GCJ02), K: 20, Radius: 3000, All: Free})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(found), found[0].Point.Datum, found[0].Distance < 0.01)
	// Output: 1 gcj02 true
}

// A process that starts again has its drivers at once.
func ExampleIndex_Snapshot() {
	before, _ := nearby.New[string](nil)
	_, _ = before.Update([]nearby.Position[string]{{ID: "mei", Point: geo.Point{Lat: 22.3, Lng: 114.17}, At: time.Now(), Attr: Free}})
	var file bytes.Buffer
	if err := before.Snapshot(&file); err != nil {
		log.Fatal(err)
	}
	after, _ := nearby.New[string](nil)
	if err := after.Restore(&file); err != nil {
		log.Fatal(err)
	}
	mei, known := after.Get("mei")
	fmt.Println(known, mei.Point, mei.Attr == Free)
	// Output: true 22.300000,114.170000 true
}

func ExampleIndex_Sweep() {
	drivers, _ := nearby.New[string](nil)
	at := geo.Point{Lat: 22.3, Lng: 114.17}
	_, _ = drivers.Update([]nearby.Position[string]{{ID: "left", Point: at, At: time.Now().Add(-3 * time.Hour)}, {ID: "stays", Point: at, At: time.Now()}})
	fmt.Println(drivers.Sweep(time.Now().Add(-time.Hour)), "forgotten")
	for p := range drivers.All() {
		fmt.Println(p.ID)
	}
	fmt.Println(drivers.Remove("stays", "unknown"), "removed")
	// Output:
	// 1 forgotten
	// stays
	// 1 removed
}

// Memory is the index behind the interface that redisnearby has, too.
func ExampleNewMemory() {
	ctx := context.Background()
	memory, err := nearby.NewMemory(nil)
	if err != nil {
		log.Fatal(err)
	}
	var store nearby.Store = memory // or a redisnearby.Store
	at := geo.Point{Lat: -23.5505, Lng: -46.6333}
	_, err1 := store.Update(ctx, []nearby.Position[string]{{ID: "ana", Point: at, At: time.Now()}})
	found, err2 := store.Nearest(ctx, nearby.Query{Point: at, K: 5, Radius: 500})
	fmt.Println(len(found), found[0].ID, err1, err2)
	// Output: 1 ana <nil> <nil>
}
