package routetest

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

func (t *toy) MatrixLimits(*route.MatrixRequest) route.MatrixLimits {
	return route.MatrixLimits{Origins: 30, Destinations: 40, Elements: 600, Points: 60}
}

func (t *toy) matrixFail(r *route.MatrixRequest, code waybill.Code, d waybill.Delivery, vendor, text string) error {
	e := &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: d, VendorCode: vendor, Message: text, Provider: "toyroute", Op: "matrix", Ref: r.Key}
	if code == waybill.Unauthenticated {
		e.Scope = waybill.ScopeAccount
	} else if code == waybill.Unknown || code == waybill.DataLoss {
		e.Scope = waybill.ScopeProvider
		if code == waybill.Unknown {
			e.Scope = waybill.ScopeUnknown
		}
	}
	return e
}

// Matrix implements [route.Matrixer], more or less.
func (t *toy) Matrix(ctx context.Context, r route.MatrixRequest) (out route.MatrixResult, err error) {
	if err := r.Validate(); err != nil && t.wrong != "a table without validation" {
		return out, t.matrixFail(&r, waybill.InvalidArgument, waybill.NotSent, "", "invalid request")
	}
	truck := r.Mode == route.Truck
	switch {
	case (r.Mode == route.Motorcycle || r.Mode == route.Bicycle) && t.wrong != "any mode in a table",
		truck && !r.AllowCarForTruck && t.wrong != "a car's table for a truck",
		t.MatrixLimits(&r).Exceeded(len(r.Origins), len(r.Destinations)) != "" && t.wrong != "no limit of a table":
		return out, t.matrixFail(&r, waybill.Unsupported, waybill.NotSent, "", "not this")
	}
	if t.wrong == "one request for each" && len(r.Origins) > 1 {
		for _, p := range r.Origins {
			one := r
			one.Origins = []geo.Point{p}
			got, err := t.Matrix(ctx, one)
			if err != nil {
				return out, err
			}
			out.Served = got.Served
			out.Cells = append(out.Cells, got.Cells...)
		}
		return out, nil
	}
	first, second := r.Origins, r.Destinations
	if t.wrong == "origins for destinations" {
		first, second = second, first
	}
	var texts []string
	for _, p := range append(append([]geo.Point{}, first...), second...) {
		if t.wrong != "a table without conversion" {
			p = p.To(geo.GCJ02)
		}
		texts = append(texts, strconv.FormatFloat(p.Lat, 'f', 6, 64)+","+strconv.FormatFloat(p.Lng, 'f', 6, 64))
	}
	reply, err := t.wire.Do(ctx, &wire.Request{Op: "matrix", Ref: r.Key, URL: t.base + "/route", Query: url.Values{
		"key": {toyKey}, "mode": {r.Mode.String()}, "points": {strings.Join(texts, ";")}, "origins": {strconv.Itoa(len(first))},
	}})
	if err != nil {
		return out, err
	}
	var got struct {
		Code  int             `json:"code"`
		Table [][]*[2]float64 `json:"table"`
	}
	if e := reply.StatusError(); e != nil {
		return out, e
	}
	if e := reply.JSON(&got); e != nil {
		return out, e
	}
	switch {
	case t.wrong == "a table deaf to codes" || got.Code == 0:
	case got.Code == 101:
		return out, t.matrixFail(&r, waybill.Unauthenticated, waybill.NotSent, "101", "bad key")
	default:
		return out, t.matrixFail(&r, waybill.Unknown, waybill.Ambiguous, strconv.Itoa(got.Code), "unknown")
	}
	out.Provider = "toyroute"
	out.Cells = route.NewCells(len(r.Origins), len(r.Destinations), t.matrixFail(&r, waybill.DataLoss, waybill.Ambiguous, "reply", "a cell is missing"))
	if t.wrong == "a table of nothing" {
		out.Cells = route.NewCells(len(r.Origins), len(r.Destinations), nil)
	}
	for i, row := range out.Cells {
		for j := range row {
			at := [2]int{i, j}
			if t.wrong == "a transposed table" && j < len(out.Cells) && i < len(row) {
				at = [2]int{j, i}
			}
			if t.wrong == "origins for destinations" {
				at = [2]int{j, i}
			}
			if at[0] < len(got.Table) && at[1] < len(got.Table[at[0]]) {
				row[j] = t.cell(&r, got.Table[at[0]][at[1]])
			}
		}
	}
	return out, nil
}

func (t *toy) cell(r *route.MatrixRequest, c *[2]float64) route.Cell {
	if c == nil {
		if t.wrong == "0 for no way" {
			return route.Cell{}
		}
		return route.Cell{Err: t.matrixFail(r, waybill.NotFound, waybill.NotSent, "0", "no way")}
	}
	out := route.Cell{Distance: c[0], Duration: time.Duration(c[1] * float64(time.Second)), Substituted: r.Mode == route.Truck}
	if t.wrong == "a table of kilometres" {
		out.Distance /= 1000
	}
	if t.wrong == "a car's table for a truck" {
		out.Substituted = false
	}
	out.Traffic = t.wrong == "traffic in tables for prices"
	return out
}
