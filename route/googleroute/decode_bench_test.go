package googleroute

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/polyline"
	"github.com/waybill-go/waybill/wire"
)

// naturalRoutes and naturalElements are Google's replies as their page describes
// them, of the fields that the mask asks for, for encoding/json alone.
type naturalRoutes struct {
	Routes []struct {
		DistanceMeters int    `json:"distanceMeters"`
		Duration       string `json:"duration"`
		Polyline       struct {
			EncodedPolyline string `json:"encodedPolyline"`
		} `json:"polyline"`
		Warnings []string `json:"warnings"`
		Legs     []struct {
			DistanceMeters int    `json:"distanceMeters"`
			Duration       string `json:"duration"`
			Steps          []struct {
				DistanceMeters        int    `json:"distanceMeters"`
				StaticDuration        string `json:"staticDuration"`
				NavigationInstruction struct {
					Instructions string `json:"instructions"`
				} `json:"navigationInstruction"`
			} `json:"steps"`
		} `json:"legs"`
	} `json:"routes"`
}

type naturalElements []struct {
	OriginIndex      int `json:"originIndex"`
	DestinationIndex int `json:"destinationIndex"`
	Status           struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"status"`
	Condition      string `json:"condition"`
	DistanceMeters int    `json:"distanceMeters"`
	Duration       string `json:"duration"`
}

// benchSteps is a route of three legs with forty steps each.
func benchSteps() (body []byte, r *route.Request) {
	var b strings.Builder
	b.WriteString(`{"routes":[{"legs":[`)
	for leg := range 3 {
		fmt.Fprintf(&b, `%s{"distanceMeters":%d,"duration":"%ds","steps":[`, comma(leg), 18000+leg, 1500+leg)
		for step := range 40 {
			fmt.Fprintf(&b, `%s{"distanceMeters":%d,"staticDuration":"%ds","navigationInstruction":{"instructions":"Turn right onto Bayfront Ave\nToll road"}}`, comma(step), 400+step, 30+step)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`],"distanceMeters":54003,"duration":"4503s","warnings":["This route has tolls."]}]}`)
	return []byte(b.String()), &route.Request{Points: make([]geo.Point, 4), Steps: true}
}

// benchLine is a route of one leg along a thousand points, as they lie far from
// the mainland or within it.
func benchLine(from geo.Point) (body []byte, r *route.Request) {
	line := make([]geo.Point, 1000)
	for i := range line {
		line[i] = geo.Point{Lat: from.Lat + float64(i%7)*0.0003 + float64(i)*0.0002, Lng: from.Lng + float64(i)*0.0003}
	}
	text, err := polyline.Encode(line, polyline.Precision5)
	if err != nil {
		panic(err)
	}
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	body = fmt.Appendf(nil, `{"routes":[{"legs":[{"distanceMeters":54003,"duration":"4503s"}],"distanceMeters":54003,"duration":"4503s","polyline":{"encodedPolyline":%s}}]}`, encoded)
	return body, &route.Request{Points: []geo.Point{from, from}, Polyline: true}
}

// benchElements is a table of 25 × 25 pairs.
func benchElements() []byte {
	var b strings.Builder
	b.WriteString("[")
	for i := range 625 {
		fmt.Fprintf(&b, `%s{"originIndex":%d,"destinationIndex":%d,"status":{},"distanceMeters":%d,"duration":"%ds","condition":"ROUTE_EXISTS"}`, comma(i), i/25, i%25, 1000+i, 100+i)
	}
	b.WriteString("]")
	return []byte(b.String())
}

func comma(i int) string { return map[bool]string{true: ","}[i > 0] }

// BenchmarkDecode makes results of replies, from the bytes to the last unit, and
// beside that reads them with encoding/json into the reply's natural struct. The
// two take turns; "times" is the ratio of the medians.
func BenchmarkDecode(b *testing.B) {
	a, err := New("key", nil)
	if err != nil {
		b.Fatal(err)
	}
	routes := func(body []byte, r *route.Request) func() {
		reply := &wire.Reply{Status: 200, Body: body}
		return func() {
			if paths, bad := a.decodeRoutes(reply, r); bad != nil || len(paths) != 1 {
				b.Fatal(bad)
			}
		}
	}
	naturally := func(body []byte, into func() any) func() {
		return func() {
			if err := json.Unmarshal(body, into()); err != nil {
				b.Fatal(err)
			}
		}
	}
	withLine := func(body []byte) func() {
		return func() {
			var into naturalRoutes
			if err := json.Unmarshal(body, &into); err != nil {
				b.Fatal(err)
			}
			if line, err := maps.DecodePolyline(into.Routes[0].Polyline.EncodedPolyline); err != nil || len(line) != 1000 {
				b.Fatal(err)
			}
		}
	}
	steps, r := benchSteps()
	abroad, ar := benchLine(geo.Point{Lat: 1.3, Lng: 103.8})
	home, hr := benchLine(geo.Point{Lat: 22.6, Lng: 114})
	table := benchElements()
	for _, c := range []struct {
		name          string
		adapter, peer func()
	}{
		{"steps", routes(steps, r), naturally(steps, func() any { return new(naturalRoutes) })},
		{"line_abroad", routes(abroad, ar), withLine(abroad)},
		{"line_in_the_mainland", routes(home, hr), withLine(home)},
		{"table", func() {
			if cells, bad := decodeMatrix(&wire.Reply{Status: 200, Body: table}, 25, 25, false); bad != nil || len(cells) != 25 {
				b.Fatal(bad)
			}
		}, naturally(table, func() any { return new(naturalElements) })},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.Run("adapter", func(b *testing.B) { repeat(b, c.adapter) })
			b.Run("natural", func(b *testing.B) { repeat(b, c.peer) })
			b.Run("both", func(b *testing.B) { takeTurns(b, c.adapter, c.peer) })
		})
	}
}

// takeTurns runs two things in turns and reports the medians of the CPU time that
// each took, and their ratio, so that whatever else the machine does meets both
// alike.
func takeTurns(b *testing.B, ours, peer func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took [2][]time.Duration
	for b.Loop() {
		for i, do := range [...]func(){ours, peer} {
			began := threadTime()
			do()
			took[i] = append(took[i], threadTime()-began)
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	n := len(took[0]) / 2
	b.ReportMetric(float64(took[0][n]), "cpu-ns/adapter")
	b.ReportMetric(float64(took[1][n]), "cpu-ns/peer")
	b.ReportMetric(float64(took[0][n])/float64(took[1][n]), "times")
}

func repeat(b *testing.B, do func()) {
	b.ReportAllocs()
	for b.Loop() {
		do()
	}
}
