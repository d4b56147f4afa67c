package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// usage is what -h prints.
const usage = `Route plans a trip through whichever map vendor serves its places, and ranks
drivers by their way to its first point.

Usage: route [flags]

  -from LAT,LNG      where it begins; default Bao'an airport in Shenzhen
  -via LAT,LNG       a stop; may be given several times; default the civic centre
  -to LAT,LNG        where it ends; default Luohu's railway station
  -mode NAME         car, truck, motorcycle, bicycle or walk; default car
  -length, -width, -height N   a truck's dimensions in metres
  -weight, -axle-load N        its total weight and axle load in tons
  -axles N           its axles
  -hazmat            it carries hazardous goods
  -car-for-truck     take a car's route where a vendor has none for trucks
  -avoid LIST        tolls,motorways,ferries
  -alternatives N    other routes, 0 to 3; default 1, with stops 0
  -optimize          let the vendor put the stops in order
  -steps             print the turns
  -price             ask for what a price may rest on: no traffic, no estimate
  -drivers N         so many drivers around the first point; default 5, 0 none
  -outage LIST       vendors that are down, such as amap,google (fakes only)
  -json              print JSON
  -map FILE          write a page that draws the routes, without any tile server

Exit status: 0, 1 when nobody knows a way, 2 for wrong usage.

Points are WGS-84. The fakes know ten cities and the roads between them.

Environment. Without these variables the program starts fakes of the vendors and
touches no network. With any of them it uses the real services alone:

  AMAP_KEY, AMAP_PRIVATE_KEY (if signatures are on)   mainland, Hong Kong, Macau
  BAIDU_AK, BAIDU_SK (if signatures are on)           mainland
  GOOGLE_MAPS_KEY                                     outside of the mainland
  VALHALLA_URL      a Valhalla server, such as http://localhost:8002; trucks
  OSRM_URL          an OSRM server of cars, such as http://localhost:5000
`

// config is the command line.
type config struct {
	request route.Request
	drivers int
	outages []string
	json    bool
	page    string
}

// pointList is a flag of one or more points.
type pointList []geo.Point

func (l *pointList) String() string { return "" }

func (l *pointList) Set(text string) error {
	a, b, ok := strings.Cut(text, ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lng, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	p := geo.Point{Lat: lat, Lng: lng}
	if !ok || err1 != nil || err2 != nil || p.Validate() != nil {
		return errors.New("want a latitude and a longitude, such as 22.5431,114.0579")
	}
	*l = append(*l, p)
	return nil
}

// parse reads the command line.
func parse(args []string) (config, error) {
	cfg := config{}
	var from, via, to pointList
	var mode, avoid, outages string
	r := &cfg.request
	v := &r.Vehicle
	f := flag.NewFlagSet("route", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Var(&from, "from", "")
	f.Var(&via, "via", "")
	f.Var(&to, "to", "")
	f.StringVar(&mode, "mode", "car", "")
	f.Float64Var(&v.Length, "length", 0, "")
	f.Float64Var(&v.Width, "width", 0, "")
	f.Float64Var(&v.Height, "height", 0, "")
	f.Float64Var(&v.Weight, "weight", 0, "")
	f.Float64Var(&v.AxleLoad, "axle-load", 0, "")
	f.IntVar(&v.Axles, "axles", 0, "")
	f.BoolVar(&v.Hazmat, "hazmat", false, "")
	f.BoolVar(&r.AllowCarForTruck, "car-for-truck", false, "")
	f.StringVar(&avoid, "avoid", "", "")
	f.IntVar(&r.Alternatives, "alternatives", -1, "")
	f.BoolVar(&r.OptimizeStops, "optimize", false, "")
	f.BoolVar(&r.Steps, "steps", false, "")
	f.BoolVar(&r.Pricing, "price", false, "")
	f.IntVar(&cfg.drivers, "drivers", 5, "")
	f.StringVar(&outages, "outage", "", "")
	f.BoolVar(&cfg.json, "json", false, "")
	f.StringVar(&cfg.page, "map", "", "")
	if err := f.Parse(args); err != nil {
		return cfg, err
	}
	if f.NArg() > 0 {
		return cfg, fmt.Errorf("what is %q?", f.Arg(0))
	}
	at := slices.IndexFunc(modes, func(m route.Mode) bool { return m.String() == mode })
	if at < 0 {
		return cfg, errors.New("-mode: want car, truck, motorcycle, bicycle or walk")
	}
	r.Mode = modes[at]
	for _, what := range split(avoid) {
		switch what {
		case "tolls":
			r.Avoid.Tolls = true
		case "motorways":
			r.Avoid.Motorways = true
		case "ferries":
			r.Avoid.Ferries = true
		default:
			return cfg, errors.New("-avoid: want tolls, motorways, ferries")
		}
	}
	if cfg.drivers < 0 || cfg.drivers > 100 {
		return cfg, errors.New("-drivers: want 0 to 100")
	}
	if len(from) > 1 || len(to) > 1 || len(from) != len(to) {
		return cfg, errors.New("-from and -to belong together, once each")
	}
	if len(from) == 0 {
		from, to = pointList{{Lat: 22.633888, Lng: 113.812088}}, pointList{{Lat: 22.5347, Lng: 114.1175}}
		if via == nil && (r.Mode == route.Car || r.Mode == route.Truck) {
			via = pointList{{Lat: 22.543099, Lng: 114.057868}}
		}
	}
	r.Points = slices.Concat(from, via, to)
	if r.Alternatives < 0 {
		r.Alternatives = 0
		if len(r.Points) == 2 {
			r.Alternatives = 1
		}
	}
	r.Polyline, r.Language, r.Key = true, "en", "order-1"
	cfg.outages = split(outages)
	return cfg, r.Validate()
}

var modes = []route.Mode{route.Car, route.Truck, route.Motorcycle, route.Bicycle, route.Walk}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// around returns n places within some kilometres of p, always the same.
func around(p geo.Point, n int) []geo.Point {
	out := make([]geo.Point, n)
	for i := range out {
		angle, far := float64(i)*2.4, 0.008+0.006*float64(i*7%5)
		out[i] = p
		out[i].Lat += far * math.Sin(angle)
		out[i].Lng += far * math.Cos(angle)
	}
	return out
}
