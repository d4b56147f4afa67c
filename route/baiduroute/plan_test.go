package baiduroute

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func latLng(p geo.Point) string {
	p = p.To(geo.GCJ02)
	return geo.Point{Lat: p.Lat, Lng: p.Lng}.String()
}

func TestParameters(t *testing.T) {
	pair := []geo.Point{airport, civic}
	for name, v := range map[string]struct {
		r    route.Request
		path string
		want map[string]string // "-" is absent
	}{
		"car": {route.Request{Points: pair}, "/direction/v2/driving", map[string]string{
			"origin": latLng(airport), "destination": latLng(civic), "coord_type": "gcj02", "ret_coordtype": "gcj02", "output": "json",
			"waypoints": "-", "tactics": "-", "alternatives": "-", "plate_number": "-", "departure_time": "-", "callback": "-",
		}},
		"stops in other datums": {route.Request{Points: []geo.Point{airport, civic.To(geo.BD09), luohu.To(geo.GCJ02), airport}}, "/direction/v2/driving",
			map[string]string{"waypoints": latLng(civic) + "|" + latLng(luohu), "destination": latLng(airport)}},
		"no motorways":        {route.Request{Points: pair, Avoid: route.Avoid{Motorways: true}}, "/direction/v2/driving", map[string]string{"tactics": "3"}},
		"no tolls":            {route.Request{Points: pair, Avoid: route.Avoid{Tolls: true}}, "/direction/v2/driving", map[string]string{"tactics": "6"}},
		"neither":             {route.Request{Points: pair, Avoid: route.Avoid{Tolls: true, Motorways: true}}, "/direction/v2/driving", map[string]string{"tactics": "11"}},
		"pricing":             {route.Request{Points: pair, Pricing: true, Alternatives: 2}, "/direction/v2/driving", map[string]string{"tactics": "2", "alternatives": "-"}},
		"alternatives, plate": {route.Request{Points: pair, Alternatives: 1, Vehicle: route.Vehicle{Plate: "粤B12345"}}, "/direction/v2/driving", map[string]string{"alternatives": "1", "plate_number": "粤B12345"}},
		"motorcycle": {route.Request{Points: pair, Mode: route.Motorcycle, Avoid: route.Avoid{Tolls: true}, Alternatives: 3}, "/direction/v2/motorcycle",
			map[string]string{"tactics": "6", "alternatives": "1"}},
		"bicycle":         {route.Request{Points: pair, Mode: route.Bicycle, Pricing: true, Alternatives: 3}, "/direction/v2/riding", map[string]string{"tactics": "-", "alternatives": "-"}},
		"walk":            {route.Request{Points: pair, Mode: route.Walk, Avoid: route.Avoid{Tolls: true, Motorways: true}}, "/direction/v2/walking", map[string]string{"tactics": "-", "coord_type": "gcj02"}},
		"car for a truck": {route.Request{Points: pair, Mode: route.Truck, AllowCarForTruck: true, Pricing: true, Vehicle: lorry}, "/direction/v2/driving", map[string]string{"tactics": "2", "height": "-"}},
		"truck": {route.Request{Points: []geo.Point{airport, luohu, civic}, Mode: route.Truck, Vehicle: with(lorry, "粤B12345"), Avoid: route.Avoid{Motorways: true}, Alternatives: 1},
			"/logistics_direction/v1/truck", map[string]string{
				"height": "4", "width": "2.5", "weight": "18", "length": "12", "axle_weight": "10", "axle_count": "3", "truck_type": "4",
				"plate_province": "粤", "plate_number": "B12345", "plate_color": "1", "tactics": "3", "alternatives": "1", "waypoints": latLng(luohu),
				"departure_time": "-", "coord_type": "gcj02", "ret_coordtype": "gcj02",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			body := fixture(t, "driving_two_legs.json")
			a, c := adapter(t, body)
			if _, err := a.Route(t.Context(), v.r); err != nil {
				t.Fatal(err)
			}
			if c.path != v.path {
				t.Errorf("asked %s, want %s", c.path, v.path)
			}
			for name, want := range v.want {
				if got := c.query.Get(name); want == "-" && c.query.Has(name) || want != "-" && got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func with(v route.Vehicle, plate string) route.Vehicle { v.Plate = plate; return v }

func TestUnsupportedBeforeTheNetwork(t *testing.T) {
	pair := []geo.Point{airport, civic}
	many := slices.Repeat(pair, 11)[:21]
	far := []geo.Point{civic, {Lat: 39.9075, Lng: 116.391389}}
	hongKong := geo.Point{Lat: 22.2819, Lng: 114.1583}
	next := time.Now().Add(24 * time.Hour)
	small, big := lorry, lorry
	small.AxleLoad = 0
	big.Length = 30
	for name, v := range map[string]struct {
		r      route.Request
		change func(*Options)
	}{
		"19 stops":                   {route.Request{Points: many}, nil},
		"19 stops of a motorcycle":   {route.Request{Points: many, Mode: route.Motorcycle}, nil},
		"19 stops of a truck":        {route.Request{Points: many, Mode: route.Truck, Vehicle: lorry}, nil},
		"a bicycle's stop":           {route.Request{Points: []geo.Point{airport, luohu, civic}, Mode: route.Bicycle}, nil},
		"a walker's stop":            {route.Request{Points: []geo.Point{airport, luohu, civic}, Mode: route.Walk}, nil},
		"ferries":                    {route.Request{Points: pair, Avoid: route.Avoid{Ferries: true}}, nil},
		"a motorcycle's ferries":     {route.Request{Points: pair, Mode: route.Motorcycle, Avoid: route.Avoid{Ferries: true}}, nil},
		"a bicycle's ferries":        {route.Request{Points: pair, Mode: route.Bicycle, Avoid: route.Avoid{Ferries: true}}, nil},
		"a price without tolls":      {route.Request{Points: pair, Pricing: true, Avoid: route.Avoid{Tolls: true}}, nil},
		"a motorcycle's price":       {route.Request{Points: pair, Mode: route.Motorcycle, Pricing: true}, nil},
		"a truck's price":            {route.Request{Points: pair, Mode: route.Truck, Vehicle: lorry, Pricing: true}, nil},
		"a truck's tolls":            {route.Request{Points: pair, Mode: route.Truck, Vehicle: lorry, Avoid: route.Avoid{Tolls: true}}, nil},
		"a truck without numbers":    {route.Request{Points: pair, Mode: route.Truck}, nil},
		"a truck without axle load":  {route.Request{Points: pair, Mode: route.Truck, Vehicle: small}, nil},
		"a truck of 30 m":            {route.Request{Points: pair, Mode: route.Truck, Vehicle: big}, nil},
		"a truck in 8 days":          {route.Request{Points: pair, Mode: route.Truck, Vehicle: lorry, Departure: next.AddDate(0, 0, 7)}, nil},
		"a motorcycle tomorrow":      {route.Request{Points: pair, Mode: route.Motorcycle, Departure: next}, nil},
		"a motorcycle over 400 km":   {route.Request{Points: far, Mode: route.Motorcycle}, nil},
		"a car in 8 days":            {route.Request{Points: pair, Departure: next.AddDate(0, 0, 7)}, nil},
		"trucks not opened":          {route.Request{Points: pair, Mode: route.Truck, Vehicle: lorry}, closed},
		"motorcycles not opened":     {route.Request{Points: pair, Mode: route.Motorcycle}, closed},
		"departure not opened":       {route.Request{Points: pair, Departure: next}, closed},
		"Hong Kong":                  {route.Request{Points: []geo.Point{civic, hongKong}}, nil},
		"a stop in Hong Kong":        {route.Request{Points: []geo.Point{civic, hongKong, luohu}}, nil},
		"the caller's region":        {route.Request{Points: pair, Region: "TH"}, nil},
		"no car for a truck as such": {route.Request{Points: many, Mode: route.Truck, Vehicle: lorry, AllowCarForTruck: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			change := v.change
			if change == nil {
				change = func(*Options) {}
			}
			a, c := adapter(t, fixture(t, "driving_two_legs.json"), change)
			v.r.Key = "order-1"
			_, err := a.Route(t.Context(), v.r)
			e := wantError(t, err, waybill.Unsupported, waybill.NotSent)
			if e.Scope != waybill.ScopeRequest || e.Ref != "order-1" || e.Message == "" {
				t.Errorf("got %v %q %q", e.Scope, e.Ref, e.Message)
			}
			if c.calls != 0 {
				t.Error("a request was sent")
			}
		})
	}
}

func TestRegionsCanBeWidened(t *testing.T) {
	hongKong := geo.Point{Lat: 22.2819, Lng: 114.1583}
	a, c := adapter(t, fixture(t, "driving_two_legs.json"), func(o *Options) { o.Regions = []string{"CN", "HK"} })
	if _, err := a.Route(t.Context(), route.Request{Points: []geo.Point{civic, hongKong}}); err != nil {
		t.Fatal(err)
	}
	if got := c.query.Get("destination"); got != latLng(hongKong) {
		t.Errorf("sent %s", got)
	}
	if _, err := New(testKey, &Options{Regions: []string{"China"}}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("got %v", err)
	}
}

func TestDatumsCanBeOverridden(t *testing.T) {
	table := geo.DefaultDatums().With(geo.VendorBaidu, geo.ZoneMainland, geo.BD09)
	a, c := adapter(t, fixture(t, "driving_two_legs.json"), func(o *Options) { o.Datums = table })
	res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{airport, civic}, Polyline: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.query.Get("coord_type") != "bd09ll" || c.query.Has("ret_coordtype") || res.Paths[0].Polyline[0].Datum != geo.BD09 {
		t.Errorf("sent %v, tagged %v", c.query, res.Paths[0].Polyline[0].Datum)
	}
}

func TestDepartures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for name, v := range map[string]struct {
			mode route.Mode
			at   time.Time
			sent bool
		}{
			"none":             {route.Car, time.Time{}, false},
			"an hour ago":      {route.Car, now.Add(-time.Hour), false},
			"now":              {route.Car, now, false},
			"in ten minutes":   {route.Car, now.Add(10 * time.Minute), false},
			"tomorrow":         {route.Car, now.Add(24 * time.Hour), true},
			"in a week":        {route.Car, now.Add(7 * 24 * time.Hour), true},
			"truck, past":      {route.Truck, now.Add(-time.Hour), false},
			"truck, soon":      {route.Truck, now.Add(time.Minute), true},
			"bicycle tomorrow": {route.Bicycle, now.Add(24 * time.Hour), false},
		} {
			a, c := adapter(t, fixture(t, "driving_two_legs.json"))
			r := route.Request{Points: []geo.Point{airport, civic}, Mode: v.mode, Departure: v.at}
			if v.mode == route.Truck {
				r.Vehicle = lorry
			}
			if _, err := a.Route(t.Context(), r); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, want := c.query.Get("departure_time"), ""
			if v.sent {
				want = strconv.FormatInt(v.at.Unix(), 10)
			}
			if got != want {
				t.Errorf("%s: sent %q, want %q", name, got, want)
			}
		}
	})
}

func TestTruckClass(t *testing.T) {
	for want, list := range map[int][]route.Vehicle{
		1: {{Weight: 1.8, Length: 3.5}},
		2: {{Weight: 1.9, Length: 3.5}, {Weight: 1, Length: 4.2}, {Weight: 4.4, Length: 5.9}},
		3: {{Weight: 4.5, Length: 4}, {Weight: 2, Length: 6}, {Weight: 11.9, Length: 9}},
		4: {{Weight: 12, Length: 5}, {Weight: 49, Length: 17}},
	} {
		for _, v := range list {
			if got := class(&v); got != want {
				t.Errorf("%v t, %v m: got %d, want %d", v.Weight, v.Length, got, want)
			}
		}
	}
}

func TestNew(t *testing.T) {
	if _, err := New("", nil); waybill.CodeOf(err) != waybill.InvalidArgument || !strings.Contains(err.Error(), "baiduroute") {
		t.Errorf("got %v", err)
	}
	a, err := New(testKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Name() != "baiduroute" || a.Account().Name() != "baiduroute" || a.Account().Limits().QPS != 0 {
		t.Errorf("got %q with account %q", a.Name(), a.Account().Name())
	}
	account := waybill.NewAccount("baidu-main", waybill.Limits{})
	if a, err = New(testKey, &Options{Account: account}); err != nil || a.Account() != account {
		t.Errorf("got %v", err)
	}
}

func TestPlateColors(t *testing.T) {
	light := route.Vehicle{Length: 5.9, Width: 2, Height: 2.5, Weight: 4.4, AxleLoad: 2, Axles: 2}
	long := light
	long.Length = 6
	for name, v := range map[string]struct {
		vehicle     route.Vehicle
		plate, want string
	}{
		"heavy": {lorry, "粤B12345", "1"}, "light": {light, "粤B12345", "0"}, "long": {long, "粤B12345", "1"},
		"electric": {light, "粤BD12345", "4"}, "none": {lorry, "", ""},
		"with a dot": {lorry, "粤B·12345", "1"}, "electric, with a dot": {light, "粤B·D12345", "4"},
		"Hong Kong": {lorry, "粤Z1234港", "2"}, "Macao": {light, "粤Z·1234澳", "2"},
	} {
		a, c := adapter(t, fixture(t, "truck_unavoided.json"))
		if _, err := a.Route(t.Context(), route.Request{Points: []geo.Point{airport, civic}, Mode: route.Truck, Vehicle: with(v.vehicle, v.plate)}); err != nil {
			t.Fatal(err)
		}
		if got := c.query.Get("plate_color"); got != v.want {
			t.Errorf("%s: %q, want %q", name, got, v.want)
		}
	}
}
