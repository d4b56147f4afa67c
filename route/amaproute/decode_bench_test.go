package amaproute

import (
	"encoding/json"
	"os"
	"testing"
)

// naturalReply is the v3 driving reply as its page describes it, for
// encoding/json alone. What the service writes as [] where there is no text is
// any.
type naturalReply struct {
	Status   string `json:"status"`
	Info     string `json:"info"`
	Infocode string `json:"infocode"`
	Count    string `json:"count"`
	Route    struct {
		Origin      string `json:"origin"`
		Destination string `json:"destination"`
		TaxiCost    string `json:"taxi_cost"`
		Paths       []struct {
			Distance     string `json:"distance"`
			Duration     string `json:"duration"`
			Strategy     string `json:"strategy"`
			Tolls        string `json:"tolls"`
			TollDistance string `json:"toll_distance"`
			Restriction  string `json:"restriction"`
			Lights       string `json:"traffic_lights"`
			Steps        []struct {
				Instruction  any    `json:"instruction"`
				Orientation  any    `json:"orientation"`
				Road         any    `json:"road"`
				Distance     string `json:"distance"`
				Tolls        string `json:"tolls"`
				TollDistance string `json:"toll_distance"`
				TollRoad     any    `json:"toll_road"`
				Duration     string `json:"duration"`
				Polyline     string `json:"polyline"`
				Action       any    `json:"action"`
				Assistant    any    `json:"assistant_action"`
				TMCs         []struct {
					Distance string `json:"distance"`
					Status   string `json:"status"`
					Polyline string `json:"polyline"`
				} `json:"tmcs"`
				Cities []struct {
					Name      string `json:"name"`
					Citycode  string `json:"citycode"`
					Adcode    string `json:"adcode"`
					Districts []struct {
						Name   string `json:"name"`
						Adcode string `json:"adcode"`
					} `json:"districts"`
				} `json:"cities"`
			} `json:"steps"`
		} `json:"paths"`
	} `json:"route"`
}

// BenchmarkDecode reads a recorded reply of 28 kB: as this package does, and with
// encoding/json into the reply's natural struct.
func BenchmarkDecode(b *testing.B) {
	body, err := os.ReadFile("../../../shared/recorded/amap/driving_v3_beijing.json")
	if err != nil {
		b.Skip("the recorded replies are not here")
	}
	b.Run("adapter", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var r reply
			if err := json.Unmarshal(body, &r); err != nil || len(r.paths()) != 1 {
				b.Fatal(err)
			}
		}
	})
	b.Run("natural", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var r naturalReply
			if err := json.Unmarshal(body, &r); err != nil || len(r.Route.Paths) != 1 {
				b.Fatal(err)
			}
		}
	})
}
