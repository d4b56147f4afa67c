package valhallaroute

import (
	"encoding/json"
	"os"
	"testing"
)

// naturalSummary and its like are Valhalla's replies as its documentation
// describes them, for encoding/json alone.
type naturalSummary struct {
	Length         float64 `json:"length"`
	Time           float64 `json:"time"`
	Cost           float64 `json:"cost"`
	MinLat         float64 `json:"min_lat"`
	MinLon         float64 `json:"min_lon"`
	MaxLat         float64 `json:"max_lat"`
	MaxLon         float64 `json:"max_lon"`
	TimeRestricted bool    `json:"has_time_restrictions"`
	Toll           bool    `json:"has_toll"`
	Highway        bool    `json:"has_highway"`
	Ferry          bool    `json:"has_ferry"`
}

type naturalTrip struct {
	Locations []struct {
		Type  string  `json:"type"`
		Lat   float64 `json:"lat"`
		Lon   float64 `json:"lon"`
		Index int     `json:"original_index"`
	} `json:"locations"`
	Legs []struct {
		Summary naturalSummary `json:"summary"`
		Shape   string         `json:"shape"`
	} `json:"legs"`
	Summary       naturalSummary `json:"summary"`
	Status        int            `json:"status"`
	StatusMessage string         `json:"status_message"`
	Units         string         `json:"units"`
	Language      string         `json:"language"`
}

type naturalRoute struct {
	Trip       naturalTrip `json:"trip"`
	Alternates []struct {
		Trip naturalTrip `json:"trip"`
	} `json:"alternates"`
	ID string `json:"id"`
}

type naturalPlace struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

type naturalMatrix struct {
	Table [][]struct {
		Distance     *float64 `json:"distance"`
		Time         *float64 `json:"time"`
		From         int      `json:"from_index"`
		To           int      `json:"to_index"`
		BeginHeading float64  `json:"begin_heading"`
		EndHeading   float64  `json:"end_heading"`
		BeginLat     float64  `json:"begin_lat"`
		BeginLon     float64  `json:"begin_lon"`
		EndLat       float64  `json:"end_lat"`
		EndLon       float64  `json:"end_lon"`
	} `json:"sources_to_targets"`
	Sources   []naturalPlace `json:"sources"`
	Targets   []naturalPlace `json:"targets"`
	Units     string         `json:"units"`
	Algorithm string         `json:"algorithm"`
}

// BenchmarkDecode reads recorded replies: as this package does, and with
// encoding/json into the reply's natural struct.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		file          string
		adapter, peer func() any
	}{
		{"valhalla_route_alternates.json", func() any { return new(routeReply) }, func() any { return new(naturalRoute) }},
		{"valhalla_matrix.json", func() any { return new(matrixReply) }, func() any { return new(naturalMatrix) }},
	} {
		body, err := os.ReadFile("../../../shared/recorded/osm/" + c.file)
		if err != nil {
			b.Skip("the recorded replies are not here")
		}
		for _, who := range []struct {
			name string
			into func() any
		}{{"adapter", c.adapter}, {"natural", c.peer}} {
			b.Run(c.file+"/"+who.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := json.Unmarshal(body, who.into()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
