package osrmroute

import (
	"encoding/json"
	"os"
	"testing"
)

// naturalWaypoint and its like are OSRM's replies as its documentation describes
// them, for encoding/json alone.
type naturalWaypoint struct {
	Hint     string    `json:"hint"`
	Location []float64 `json:"location"`
	Name     string    `json:"name"`
	Distance float64   `json:"distance"`
}

type naturalGeometry struct {
	Type        string      `json:"type"`
	Coordinates [][]float64 `json:"coordinates"`
}

type naturalRoute struct {
	Code        string            `json:"code"`
	DataVersion string            `json:"data_version"`
	Waypoints   []naturalWaypoint `json:"waypoints"`
	Routes      []struct {
		Distance   float64         `json:"distance"`
		Duration   float64         `json:"duration"`
		Weight     float64         `json:"weight"`
		WeightName string          `json:"weight_name"`
		Geometry   naturalGeometry `json:"geometry"`
		Legs       []struct {
			Distance float64 `json:"distance"`
			Duration float64 `json:"duration"`
			Weight   float64 `json:"weight"`
			Summary  string  `json:"summary"`
			Steps    []struct {
				Distance    float64         `json:"distance"`
				Duration    float64         `json:"duration"`
				Weight      float64         `json:"weight"`
				Geometry    naturalGeometry `json:"geometry"`
				Name        string          `json:"name"`
				Ref         string          `json:"ref"`
				Mode        string          `json:"mode"`
				DrivingSide string          `json:"driving_side"`
				Maneuver    struct {
					Type          string    `json:"type"`
					Modifier      string    `json:"modifier"`
					Location      []float64 `json:"location"`
					BearingBefore int       `json:"bearing_before"`
					BearingAfter  int       `json:"bearing_after"`
					Exit          int       `json:"exit"`
				} `json:"maneuver"`
				Intersections []struct {
					Out      int       `json:"out"`
					In       int       `json:"in"`
					Entry    []bool    `json:"entry"`
					Bearings []int     `json:"bearings"`
					Location []float64 `json:"location"`
					Classes  []string  `json:"classes"`
				} `json:"intersections"`
			} `json:"steps"`
		} `json:"legs"`
	} `json:"routes"`
}

type naturalTable struct {
	Code         string            `json:"code"`
	DataVersion  string            `json:"data_version"`
	Durations    [][]*float64      `json:"durations"`
	Distances    [][]*float64      `json:"distances"`
	Sources      []naturalWaypoint `json:"sources"`
	Destinations []naturalWaypoint `json:"destinations"`
}

// BenchmarkDecode reads recorded replies: as this package does, and with
// encoding/json into the reply's natural struct.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		file          string
		adapter, peer func() any
	}{
		{"osrm_real_route_steps_geojson.json", func() any { return new(routeReply) }, func() any { return new(naturalRoute) }},
		{"osrm_real_table_both.json", func() any { return new(tableReply) }, func() any { return new(naturalTable) }},
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
