package baiduroute

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

const oneCell = `{"status":0,"message":"成功","result":[{"distance":{"text":"1.5公里","value":1500},"duration":{"text":"5分钟","value":300}}]}`

func pairs(f func(*route.MatrixRequest)) route.MatrixRequest {
	r := route.MatrixRequest{Origins: []geo.Point{airport}, Destinations: []geo.Point{civic}, Key: "order-9"}
	if f != nil {
		f(&r)
	}
	return r
}

func TestMatrixRequest(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*route.MatrixRequest)
		path   string
		want   string // the parameters beside the points', sorted
		cell   route.Cell
	}{
		"car":           {nil, "/routematrix/v2/driving", "tactics=11", route.Cell{Traffic: true}},
		"now":           {func(r *route.MatrixRequest) { r.Departure = time.Now() }, "/routematrix/v2/driving", "tactics=11", route.Cell{Traffic: true}},
		"price":         {func(r *route.MatrixRequest) { r.Pricing = true }, "/routematrix/v2/driving", "tactics=13", route.Cell{}},
		"no motorways":  {func(r *route.MatrixRequest) { r.Avoid.Motorways = true }, "/routematrix/v2/driving", "tactics=10", route.Cell{Traffic: true}},
		"motorcycle":    {func(r *route.MatrixRequest) { r.Mode = route.Motorcycle }, "/routematrix/v2/motorcycle", "", route.Cell{Traffic: true}},
		"bicycle":       {func(r *route.MatrixRequest) { r.Mode = route.Bicycle }, "/routematrix/v2/riding", "", route.Cell{}},
		"walk":          {func(r *route.MatrixRequest) { r.Mode = route.Walk }, "/routematrix/v2/walking", "", route.Cell{}},
		"truck":         {func(r *route.MatrixRequest) { r.Mode, r.Vehicle = route.Truck, lorry }, "/logistics_routematrix/v1/truck", "axle_count=3 axle_weight=10 height=4 length=12 truck_type=4 weight=18 width=2.5", route.Cell{Traffic: true}},
		"car for truck": {func(r *route.MatrixRequest) { r.Mode, r.AllowCarForTruck = route.Truck, true }, "/routematrix/v2/driving", "tactics=11", route.Cell{Traffic: true, Substituted: true}},
	} {
		a, last := adapter(t, oneCell)
		res, err := a.Matrix(t.Context(), pairs(c.change))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c.cell.Distance, c.cell.Duration, c.cell.Provider = 1500, 5*time.Minute, Name
		if res.Cells[0][0] != c.cell {
			t.Errorf("%s: %+v", name, res.Cells[0][0])
		}
		var got []string
		for key := range last.query {
			if !slices.Contains([]string{"origins", "destinations", "coord_type", "output", "ak"}, key) {
				got = append(got, key+"="+last.query.Get(key))
			}
		}
		slices.Sort(got)
		if text := strings.Join(got, " "); text != c.want || last.path != c.path || last.query.Get("coord_type") != "gcj02" {
			t.Errorf("%s: asked %s %s (%s)", name, last.path, text, last.query.Get("coord_type"))
		}
	}
}

func TestMatrixIsRowByRow(t *testing.T) {
	r := pairs(nil)
	r.Origins, r.Destinations = []geo.Point{airport, civic}, []geo.Point{luohu, civic, airport}
	cell := func(metres string) string { return `{"distance":{"value":` + metres + `},"duration":{"value":60}}` }
	a, last := adapter(t, `{"status":0,"result":[`+strings.Join([]string{cell("11"), cell("12"), cell("13"), cell("21"), cell("22"), cell("23")}, ",")+`]}`)
	r.Destinations[2] = geo.Point{Lat: 22.63, Lng: 113.8120} // so that 13 m is no wonder, all are near
	for i := range r.Destinations {
		r.Destinations[i] = civic
	}
	r.Origins[0] = civic
	res, err := a.Matrix(t.Context(), r)
	if err != nil || strings.Count(last.query.Get("origins"), "|") != 1 || strings.Count(last.query.Get("destinations"), "|") != 2 {
		t.Fatalf("%v, asked %v", err, last.query)
	}
	for i, row := range res.Cells {
		for j, c := range row {
			if want := float64(10*(i+1) + j + 1); c.Distance != want {
				t.Errorf("from %d to %d: %.0f, want %.0f", i, j, c.Distance, want)
			}
		}
	}
}

func TestMatrixUnsupported(t *testing.T) {
	beijing := geo.Point{Lat: 39.9, Lng: 116.4}
	for name, c := range map[string]struct {
		change  func(*route.MatrixRequest)
		options func(*Options)
	}{
		"51 pairs":            {func(r *route.MatrixRequest) { r.Origins = slices.Repeat(r.Origins, 51) }, nil},
		"abroad":              {func(r *route.MatrixRequest) { r.Destinations[0] = geo.Point{Lat: 1.3, Lng: 103.8} }, nil},
		"tolls":               {func(r *route.MatrixRequest) { r.Avoid.Tolls = true }, nil},
		"ferries":             {func(r *route.MatrixRequest) { r.Avoid.Ferries = true }, nil},
		"price and motorways": {func(r *route.MatrixRequest) { r.Pricing, r.Avoid.Motorways = true, true }, nil},
		"tomorrow":            {func(r *route.MatrixRequest) { r.Departure = time.Now().Add(24 * time.Hour) }, nil},
		"a truck in 4 days": {func(r *route.MatrixRequest) {
			r.Mode, r.Vehicle, r.Departure = route.Truck, lorry, time.Now().Add(96*time.Hour)
		}, nil},
		"a truck too high for tables": {func(r *route.MatrixRequest) {
			r.Mode, r.Vehicle = route.Truck, lorry
			r.Vehicle.Height = 5.1
		}, nil},
		"a truck too wide for tables": {func(r *route.MatrixRequest) {
			r.Mode, r.Vehicle = route.Truck, lorry
			r.Vehicle.Width = 3.2
		}, nil},
		"a truck too long for tables": {func(r *route.MatrixRequest) {
			r.Mode, r.Vehicle = route.Truck, lorry
			r.Vehicle.Length = 22
		}, nil},
		"a truck of no size":     {func(r *route.MatrixRequest) { r.Mode = route.Truck }, nil},
		"a truck not opened":     {func(r *route.MatrixRequest) { r.Mode, r.Vehicle = route.Truck, lorry }, closed},
		"a motorcycle's tolls":   {func(r *route.MatrixRequest) { r.Mode, r.Avoid.Motorways = route.Motorcycle, true }, nil},
		"motorcycles not opened": {func(r *route.MatrixRequest) { r.Mode = route.Motorcycle }, closed},
		"a long walk":            {func(r *route.MatrixRequest) { r.Mode, r.Destinations[0] = route.Walk, beijing }, nil},
	} {
		var options []func(*Options)
		if c.options != nil {
			options = append(options, c.options)
		}
		a, last := adapter(t, oneCell, options...)
		_, err := a.Matrix(t.Context(), pairs(c.change))
		e := waybill.AsError(err)
		if e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.Op != "matrix" || e.Ref != "order-9" || last.calls != 0 {
			t.Errorf("%s: %v after %d calls", name, err, last.calls)
		}
	}
	a, _ := adapter(t, oneCell, func(o *Options) { o.MatrixCells = 100 })
	if l := a.MatrixLimits(nil); l.Elements != 100 || !l.PerCell {
		t.Errorf("%+v", l)
	}
	for mode, want := range map[route.Mode]int{route.Car: 100, route.Truck: 50, route.Bicycle: 50, route.Walk: 50} {
		if l := a.MatrixLimits(&route.MatrixRequest{Mode: mode}); l.Elements != want || !l.PerCell {
			t.Errorf("%v: %+v, want %d", mode, l, want)
		}
	}
	if _, err := New(testKey, &Options{MatrixCells: -1}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
}

func TestMatrixCells(t *testing.T) {
	for name, c := range map[string]struct {
		metres, seconds string
		code            waybill.Code
	}{
		"no way":          {"0", "0", waybill.NotFound},
		"not computed":    {"-1", "-1", waybill.Unavailable},
		"in no time":      {"1500", "0", waybill.DataLoss},
		"absurd":          {"1e300", "10", waybill.DataLoss},
		"null":            {"null", "10", waybill.DataLoss},
		"an empty string": {"1500", `""`, waybill.DataLoss},
	} {
		body := strings.Replace(strings.Replace(oneCell, `"value":1500`, `"value":`+c.metres, 1), `"value":300`, `"value":`+c.seconds, 1)
		a, _ := adapter(t, body)
		res, err := a.Matrix(t.Context(), pairs(nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e := waybill.AsError(res.Cells[0][0].Err)
		if e == nil || e.Code != c.code || e.Op != "matrix" || e.Ref != "order-9" || e.Provider != Name {
			t.Errorf("%s: %v", name, e)
		}
	}
	for name, body := range map[string]string{
		"too few": `{"status":0,"result":[]}`, "too many": strings.Replace(oneCell, `"result":[`, `"result":[{},`, 1), "an object": `{"status":0,"result":{"a":1}}`,
		"none": `{"status":0}`,
	} {
		a, _ := adapter(t, body)
		if _, err := a.Matrix(t.Context(), pairs(nil)); waybill.CodeOf(err) != waybill.DataLoss {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Numbers as texts, and the same place.
	a, _ := adapter(t, strings.ReplaceAll(strings.ReplaceAll(oneCell, "1500", `"1500"`), "300", `"300"`))
	if res, err := a.Matrix(t.Context(), pairs(nil)); err != nil || res.Cells[0][0].Distance != 1500 {
		t.Errorf("%+v %v", res, err)
	}
	a, _ = adapter(t, strings.ReplaceAll(strings.ReplaceAll(oneCell, "1500", "0"), "300", "0"))
	if res, err := a.Matrix(t.Context(), pairs(func(r *route.MatrixRequest) { r.Origins[0] = civic })); err != nil || res.Cells[0][0].Err != nil {
		t.Errorf("%+v %v", res, err)
	}
}

func TestRecordedMatrices(t *testing.T) {
	a, last := adapter(t, recorded(t, "routematrix_2x2.json"))
	r := route.MatrixRequest{Origins: []geo.Point{{Lat: 40.45, Lng: 116.34, Datum: geo.GCJ02}, {Lat: 40.54, Lng: 116.35, Datum: geo.GCJ02}},
		Destinations: []geo.Point{{Lat: 40.34, Lng: 116.45, Datum: geo.GCJ02}, {Lat: 40.35, Lng: 116.46, Datum: geo.GCJ02}}}
	res, err := a.Matrix(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := [2][2][2]float64{{{19746, 1803}, {21250, 1956}}, {{45773, 4434}, {47277, 4587}}}
	for i, row := range res.Cells {
		for j, c := range row {
			if c.Err != nil || c.Distance != want[i][j][0] || c.Duration.Seconds() != want[i][j][1] {
				t.Errorf("from %d to %d: %+v", i, j, c)
			}
		}
	}
	if got := last.query.Get("origins"); got != "40.450000,116.340000|40.540000,116.350000" {
		t.Errorf("origins %s", got)
	}
	a, _ = adapter(t, recorded(t, "routematrix_riding_long.json"))
	res, err = a.Matrix(t.Context(), route.MatrixRequest{Origins: r.Origins[:1], Destinations: r.Destinations[:1], Mode: route.Bicycle})
	if c := res.Cells[0][0]; err != nil || c.Distance != 201126 || c.Duration != 87158*time.Second {
		t.Errorf("%+v %v", c, err)
	}
	a, _ = adapter(t, recorded(t, "error_401_concurrency.json"))
	if _, err := a.Matrix(t.Context(), pairs(nil)); waybill.CodeOf(err) != waybill.RateLimited {
		t.Error(err)
	}
}
