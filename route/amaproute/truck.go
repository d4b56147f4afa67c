package amaproute

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/waybill-go/waybill/route"
)

// The sizes of trucks by Chinese rules: the total weight in tons and the length
// in metres up to which a truck is of that size.
const (
	microWeight, microLength = 1.8, 3.5
	lightWeight, lightLength = 4.5, 6
	mediumWeight             = 12
)

// What the truck service's page names as defaults. They are always sent, since
// two states of the page disagree on which of load and weight has which, and on
// whether a missing value counts at all.
const (
	defaultHeight = 1.6 // metres
	defaultWidth  = 2.5
	defaultLoad   = 10  // tons, total
	defaultRated  = 0.9 // tons, payload
	defaultAxles  = 2
)

// truck fills in the parameters of the truck service.
//
// The names are not what one expects: load is the total weight, weight the
// rated payload. The payload is not part of a request. The whole weight stands
// in for it, which may avoid a road that was allowed and never takes one that
// was not.
func (t *trip) truck() {
	t.call.Path = "/v4/direction/truck"
	v, q := t.Vehicle, t.call.Query
	q.Set("strategy", strconv.Itoa(t.truckStrategy()))
	q.Set("size", strconv.Itoa(sizeOf(v)))
	q.Set("height", decimal(v.Height, defaultHeight))
	q.Set("width", decimal(v.Width, defaultWidth))
	q.Set("load", decimal(v.Weight, defaultLoad))
	q.Set("weight", decimal(v.Weight, defaultRated))
	axles := v.Axles
	if axles == 0 {
		axles = defaultAxles
	}
	q.Set("axis", strconv.Itoa(axles))
	if validPlate(v.Plate) {
		_, size := utf8.DecodeRuneInString(v.Plate)
		q.Set("province", v.Plate[:size])
		q.Set("number", v.Plate[size:])
	}
	shown := "0"
	if t.Polyline {
		shown = "1"
	}
	q.Set("showpolyline", shown)
	if !t.Steps && !t.Polyline && len(t.Points) == 2 {
		q.Set("nosteps", "1") // much faster, says the page
	}
}

// truckStrategy chooses among the strategies of the truck service: 1 avoids
// congestion, 2 motorways, 3 tolls, 5 is 2 and 3, 10 is the fastest without
// regard to the traffic, which all others count. 4, 6 and 7 are 2, 3 and 5 with 1.
func (t *trip) truckStrategy() int {
	live := t.live()
	switch avoid := t.Avoid; {
	case avoid.Tolls && avoid.Motorways && live:
		return 7
	case avoid.Tolls && avoid.Motorways:
		return 5
	case avoid.Motorways && live:
		return 4
	case avoid.Motorways:
		return 2
	case avoid.Tolls && live:
		return 6
	case avoid.Tolls:
		return 3
	case live:
		return 1
	}
	return 10
}

// sizeOf returns the class of a truck: 1 micro, 2 light (which is also the
// service's default), 3 medium, 4 heavy.
func sizeOf(v route.Vehicle) int {
	switch {
	case v.Weight >= mediumWeight:
		return 4
	case v.Weight >= lightWeight, v.Length >= lightLength:
		return 3
	case v.Weight == 0 && v.Length == 0:
		return 2
	case v.Weight <= microWeight && v.Length <= microLength && v.Weight > 0 && v.Length > 0:
		return 1
	}
	return 2
}

// decimal writes a number with at most six decimals.
func decimal(v, missing float64) string {
	if v == 0 {
		v = missing
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// validPlate reports whether a plate has the documented form of the mainland's:
// a province's character, then a letter and five or six capitals or digits. What
// the services make of a plate that ends in a character (挂, 港) is not said.
func validPlate(plate string) bool {
	first, size := utf8.DecodeRuneInString(plate)
	if first < 0x4e00 || first > 0x9fff {
		return false
	}
	number := plate[size:]
	if len(number) != 6 && len(number) != 7 || number[0] < 'A' || number[0] > 'Z' {
		return false
	}
	for _, c := range []byte(number) {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}
