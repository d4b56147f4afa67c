package amaproute_test

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// What the pages print otherwise than the service is known to write it, and what
// clients written by them read.
func TestWaysAsThePagesPrintThem(t *testing.T) {
	points := []geo.Point{{Lat: 39.989643, Lng: 116.481028, Datum: geo.GCJ02}, {Lat: 39.90816, Lng: 116.434446, Datum: geo.GCJ02}}
	const line = `"polyline":"116.481247,39.990704;116.481270,39.990726"`
	for name, body := range map[string]string{
		"lists in objects": `"route":{"paths":{"path":[{"distance":"3200","cost":{"duration":"300"},"steps":{"step":[{"instruction":"x","step_distance":"3200",` + line + `}]}}]}}`,
		"one of each":      `"route":{"paths":{"distance":"3200","cost":{"duration":"300"},"steps":{"instruction":"x","step_distance":"3200",` + line + `}}}`,
		"the path's line":  `"route":{"paths":[{"distance":"3200","cost":{"duration":"300"},` + line + `,"steps":[{"instruction":"x","step_distance":"3200"}]}]}`,
		"both lines":       `"route":{"paths":[{"distance":"3200","cost":{"duration":"300"},"polyline":"1,2;3,4","steps":[{"instruction":"x",` + line + `}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := canned(t, map[string]string{"/v5/direction/driving": `{"status":"1","info":"OK","infocode":"10000","count":"1",` + body + `}`}, nil)
			res, err := a.Route(t.Context(), route.Request{Points: points, Polyline: true, Steps: true})
			if err != nil {
				t.Fatal(err)
			}
			p := res.Paths[0]
			if len(res.Paths) != 1 || p.Distance != 3200 || p.Duration != 5*time.Minute || len(p.Legs) != 1 || len(p.Legs[0].Steps) != 1 || len(p.Polyline) != 2 ||
				p.Polyline[0] != (geo.Point{Lat: 39.990704, Lng: 116.481247, Datum: geo.GCJ02}) {
				t.Errorf("got %+v", p)
			}
		})
	}
}
