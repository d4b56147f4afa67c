package world

import "math"

// Mode is a way to travel.
type Mode uint8

// The modes.
const (
	Car Mode = iota
	Truck
	Motorcycle
	Bicycle
	Walk
)

// LatLng is a WGS-84 point in degrees.
type LatLng struct{ Lat, Lng float64 }

// Trip is a way through the little world's roads.
type Trip struct {
	Metres, Seconds float64
	// Line is the way in WGS-84, from the first point asked for to the last. Its length is Metres without the vendor's
	// bias, to 1 per cent.
	Line []LatLng
	// Crossings names the border crossings used, in their order.
	Crossings []string
}

// Bias returns by which fraction the fake of a vendor measures ways longer (or shorter, if negative) than the world
// has them, so that vendors differ by a stated per cent: baidu +1.2 %, google -0.8 %, osrm -1.6 %, valhalla -1.1 %;
// amap and everybody else 0.
func Bias(vendor string) float64 {
	switch vendor {
	case "baidu":
		return 0.012
	case "google":
		return -0.008
	case "osrm":
		return -0.016
	case "valhalla":
		return -0.011
	}
	return 0
}

// crossing is a place where a road crosses a border, and how long crossing takes.
type crossing struct {
	name     string
	a, b     string // regions
	lat, lng float64
	seconds  float64
	truck    bool // open to goods
}

// crossings lists the road crossings. That from Hong Kong to Macau lies in the middle of the bridge.
func crossings() []crossing {
	return []crossing{
		{"Huanggang", "CN", "HK", 22.5172, 114.0689, 1500, true},
		{"Shenzhen Bay", "CN", "HK", 22.5030, 113.9468, 1200, true},
		{"Liantang", "CN", "HK", 22.5552, 114.1545, 1300, true},
		{"Gongbei", "CN", "MO", 22.2168, 113.5490, 1800, false},
		{"Hengqin", "CN", "MO", 22.1400, 113.5480, 1500, true},
		{"Hong Kong-Zhuhai-Macau Bridge", "HK", "MO", 22.2850, 113.7800, 2700, true},
	}
}

// Drive is [World.Travel] by car.
func (w *World) Drive(aLat, aLng, bLat, bLng, bias float64) (Trip, bool) {
	return w.Travel(Car, aLat, aLng, bLat, bLng, bias)
}

// Travel returns the way between two WGS-84 points, and false if there is none: a point is farther than 60 km from all
// places, or no road leads from region to region (Taiwan, Brazil). bias lengthens the distance by a fraction, see
// [Bias]. Distances do not depend on traffic or time and are the same in both directions.
func (w *World) Travel(mode Mode, aLat, aLng, bLat, bLng, bias float64) (Trip, bool) {
	from, to := w.CityAt(aLat, aLng), w.CityAt(bLat, bLng)
	if from == nil || to == nil {
		return Trip{}, false
	}
	a, b := LatLng{aLat, aLng}, LatLng{bLat, bLng}
	t, ok := w.way(mode, from.Region, to.Region, a, b)
	if !ok {
		return Trip{}, false
	}
	t.Metres *= 1 + bias
	t.Seconds *= 1 + bias
	return t, true
}

func (w *World) way(mode Mode, from, to string, a, b LatLng) (Trip, bool) {
	switch {
	case from == to:
		return leg(mode, from, a, b), true
	case from+to == "SGTH" || from+to == "THSG": // through Malaysia
		return leg(mode, "TH", a, b), true
	}
	if mode > Motorcycle {
		return Trip{}, false // nobody walks or cycles over these borders
	}
	var best Trip
	found := false
	for _, c := range crossings() {
		if !(c.a == from && c.b == to) && !(c.a == to && c.b == from) || mode == Truck && !c.truck {
			continue
		}
		m := LatLng{c.lat, c.lng}
		first, second := leg(mode, from, a, m), leg(mode, to, m, b)
		t := Trip{
			Metres:    first.Metres + second.Metres,
			Seconds:   first.Seconds + c.seconds + second.Seconds,
			Line:      append(first.Line, second.Line[1:]...),
			Crossings: []string{c.name},
		}
		if !found || t.Metres < best.Metres {
			best, found = t, true
		}
	}
	return best, found
}

// detour is how much longer a road is than the straight line, by region.
func detour(region string) float64 {
	switch region {
	case "CN":
		return 1.32
	case "HK":
		return 1.45
	case "MO":
		return 1.38
	case "TW":
		return 1.34
	case "SG":
		return 1.30
	case "IN":
		return 1.26
	}
	return 1.35
}

// leg is a way that crosses no border: a staircase around the straight line, as long as the detour says.
func leg(mode Mode, region string, a, b LatLng) Trip {
	straight := Distance(a.Lat, a.Lng, b.Lat, b.Lng)
	t := Trip{Metres: straight * detour(region)}
	t.Seconds = t.Metres / speed(mode, t.Metres)
	t.Line = staircase(a, b, straight, detour(region))
	return t
}

// speed in metres per second grows with the length of the way, from town traffic to the motorway.
func speed(mode Mode, metres float64) float64 {
	far := metres / (metres + 20e3) // 0 for around the corner, 1 for far away
	switch mode {
	case Truck:
		return 6 + 13*far
	case Motorcycle:
		return 9 + 9*far
	case Bicycle:
		return 4.2
	case Walk:
		return 1.35
	}
	return 7 + 16*far
}

// staircase returns a line from a to b that is longer than the straight one by factor: every other pair of its points
// stands off to the side.
func staircase(a, b LatLng, straight, factor float64) []LatLng {
	steps := 4 * max(1, int(math.Ceil(straight/4000)))
	if straight < 1 {
		return []LatLng{a, b}
	}
	cos := math.Cos((a.Lat + b.Lat) / 2 * math.Pi / 180)
	dLat, dLng := (b.Lat-a.Lat)/float64(steps), (b.Lng-a.Lng)/float64(steps)
	// A step of length d that also goes h sideways is sqrt(d*d+h*h) long.
	side := math.Sqrt(factor*factor - 1)
	offLat, offLng := -dLng*cos*side, dLat/cos*side
	line := make([]LatLng, 0, steps+1)
	for i := range steps + 1 {
		off := [4]float64{0, 1, 0, -1}[i%4]
		line = append(line, LatLng{a.Lat + dLat*float64(i) + offLat*off, a.Lng + dLng*float64(i) + offLng*off})
	}
	line[steps] = b
	return line
}
