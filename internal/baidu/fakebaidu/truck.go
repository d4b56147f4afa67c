package fakebaidu

import (
	"net/url"
	"strconv"
	"time"
)

func truckParams() []string {
	return []string{
		"waypoints", "height", "width", "weight", "length", "axle_weight", "axle_count", "is_trailer", "load_weight",
		"plate_province", "plate_number", "plate_color", "truck_type", "power_type", "emission_limit", "displacement",
		"tactics", "way_tactics", "alternatives", "departure_time", "avoid_type", "origin_bind_strategy",
		"dest_bind_strategy", "user_mark", "vehicle_usages", "disable_multi",
	}
}

// truckInRange checks the numbers of a truck. The table service knows smaller ones
// than the direction service.
func truckInRange(q url.Values, height, width, length float64) bool {
	for name, most := range map[string]float64{
		"height": height, "width": width, "weight": 100, "length": length, "axle_weight": 50, "axle_count": 50, "is_trailer": 1,
		"load_weight": 1000, "plate_color": 4, "power_type": 4, "avoid_type": 1,
	} {
		if !within(q.Get(name), 0, most) {
			return false
		}
	}
	now := float64(time.Now().Unix())
	return within(q.Get("truck_type"), 1, 4) && within(q.Get("emission_limit"), 1, 6) &&
		within(q.Get("departure_time"), now-600, now+7*24*3600)
}

func within(text string, least, most float64) bool {
	if text == "" {
		return true
	}
	v, err := strconv.ParseFloat(text, 64)
	return err == nil && v >= least && v <= most
}

// unavoided counts the limits on the way that the truck breaks: in this world
// every road has one bridge of 4.5 m and one of 49 t.
func unavoided(q url.Values) map[string]int {
	out := map[string]int{"height": 0, "width": 0, "weight": 0, "plate": 0, "road_to_open": 0, "road_not_open": 0}
	if !within(q.Get("height"), 0, 4.5) {
		out["height"] = 1
	}
	if !within(q.Get("weight"), 0, 49) {
		out["weight"] = 1
	}
	return out
}
