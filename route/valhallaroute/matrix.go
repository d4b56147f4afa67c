package valhallaroute

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// MatrixLimits returns Options.Limits; see [route.MatrixLimiter].
func (a *Adapter) MatrixLimits(*route.MatrixRequest) route.MatrixLimits { return a.limits }

// Matrix asks /sources_to_targets; see [route.Matrixer] for the contract and the
// package comment for what Valhalla cannot do. What is to be avoided is avoided
// where it can be: a cell cannot tell where not.
func (a *Adapter) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	if err := r.Validate(); err != nil {
		return route.MatrixResult{}, invalidRequest(err)
	}
	if why := a.limits.Exceeded(len(r.Origins), len(r.Destinations)); why != "" {
		return route.MatrixResult{}, waybill.NotSupported(string(route.Matrix), why).With(Name, "", r.Key)
	}
	cells := route.NewCells(len(r.Origins), len(r.Destinations), nil)
	if e := a.fill(ctx, &r, cells, 0, len(r.Origins), 0, len(r.Destinations)); e != nil {
		return route.MatrixResult{}, e
	}
	return route.MatrixResult{Served: waybill.Served{Provider: Name}, Cells: cells}, nil
}

// fill asks for the rectangle of rows from i to m and columns from j to n. When a
// point in it lies far from every road, it asks for the halves.
func (a *Adapter) fill(ctx context.Context, r *route.MatrixRequest, cells [][]route.Cell, i, m, j, n int) *waybill.Error {
	e := a.ask(ctx, r, cells, i, m, j, n)
	if e == nil || e.Code != waybill.NotFound {
		return e
	}
	if m-i == 1 && n-j == 1 {
		cells[i][j] = route.Cell{Err: e}
		return nil
	}
	if e.VendorCode != strconv.Itoa(codeNoEdges) && e.VendorCode != strconv.Itoa(codeUnconnected) {
		for ; i < m; i++ {
			for k := j; k < n; k++ {
				cells[i][k] = route.Cell{Err: e}
			}
		}
		return nil
	}
	if m-i >= n-j {
		half := (i + m) / 2
		if e := a.fill(ctx, r, cells, i, half, j, n); e != nil {
			return e
		}
		return a.fill(ctx, r, cells, half, m, j, n)
	}
	half := (j + n) / 2
	if e := a.fill(ctx, r, cells, i, m, j, half); e != nil {
		return e
	}
	return a.fill(ctx, r, cells, i, m, half, n)
}

// ask makes one request and places its pairs.
func (a *Adapter) ask(ctx context.Context, r *route.MatrixRequest, cells [][]route.Cell, i, m, j, n int) *waybill.Error {
	pair := r.Pair(0, 0)
	body := &matrixRequest{Sources: places(r.Origins[i:m], ""), Targets: places(r.Destinations[j:n], ""), Costing: costings[r.Mode],
		Options: a.options(&pair), Units: "kilometers", Verbose: true}
	var got matrixReply
	points := append(append([]place(nil), body.Sources...), body.Targets...)
	if e := a.post(ctx, route.Matrix, r.Key, pathMatrix, points, body, &got); e != nil {
		return e
	}
	table, ok := got.table(m-i, n-j)
	if !ok {
		return fault(route.Matrix, r.Key, "the table has not a cell for each pair")
	}
	u := unit(got.Units)
	for row := range table {
		for column := range table[row] {
			cells[i+row][j+column] = a.cell(r, &table[row][column], u, i+row, j+column)
		}
	}
	return nil
}

// matrixReply is the reply of /sources_to_targets: a list of rows of pairs, or
// from servers that write the short form an object of two tables.
type matrixReply struct {
	failure
	Units string   `json:"units"`
	Table [][]pair `json:"sources_to_targets"`
}

// short reads the short form.
func (m *matrixReply) short(body []byte) error {
	var in struct {
		failure
		Units string `json:"units"`
		Table struct {
			Durations [][]*float64 `json:"durations"`
			Distances [][]*float64 `json:"distances"`
		} `json:"sources_to_targets"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	*m = matrixReply{failure: in.failure, Units: in.Units}
	if len(in.Table.Distances) != len(in.Table.Durations) {
		return nil // table finds that rows are missing
	}
	for i, times := range in.Table.Durations {
		row := make([]pair, len(times))
		for j := range row {
			row[j].Time = times[j]
			if len(in.Table.Distances[i]) == len(times) {
				row[j].Distance = in.Table.Distances[i][j]
			}
		}
		if len(in.Table.Distances[i]) != len(times) {
			row = nil
		}
		m.Table = append(m.Table, row)
	}
	return nil
}

// pair is one cell; null lengths and times are a pair without a way. The ends, as
// they were moved to roads, are missing from older servers and for a way of no
// length.
type pair struct {
	Distance *float64 `json:"distance"`
	Time     *float64 `json:"time"`
	From     *int     `json:"from_index"`
	To       *int     `json:"to_index"`
	BeginLat *float64 `json:"begin_lat"`
	BeginLon *float64 `json:"begin_lon"`
	EndLat   *float64 `json:"end_lat"`
	EndLon   *float64 `json:"end_lon"`

	there bool
}

// table places the pairs by their indices, or without these by their order; ok is
// false when one is missing.
func (m *matrixReply) table(rows, columns int) (out [][]pair, ok bool) {
	out = make([][]pair, rows)
	for i := range out {
		out[i] = make([]pair, columns)
	}
	long := m.Table
	if len(long) != rows {
		return nil, false
	}
	for i := range long {
		if len(long[i]) != columns {
			return nil, false
		}
		for j := range long[i] {
			p, row, column := long[i][j], i, j
			if p.From != nil && p.To != nil {
				row, column = *p.From, *p.To
			}
			if row < 0 || row >= rows || column < 0 || column >= columns || out[row][column].there {
				return nil, false
			}
			p.there = true
			out[row][column] = p
		}
	}
	return out, true
}

func (a *Adapter) cell(r *route.MatrixRequest, p *pair, unit float64, i, j int) route.Cell {
	metres, took, ok := measure(p.Distance, p.Time, unit)
	switch {
	case p.Distance == nil || p.Time == nil:
		return route.Cell{Err: noWay(route.Matrix, r.Key, "no way between the points")}
	case !ok || took == 0 && metres > 1000 || metres == 0 && geo.Distance(r.Origins[i], r.Destinations[j]) > 1000:
		return route.Cell{Err: fault(route.Matrix, r.Key, "a pair has no usable length and time")}
	case a.moved(p.BeginLat, p.BeginLon, r.Origins[i]) || a.moved(p.EndLat, p.EndLon, r.Destinations[j]):
		return route.Cell{Err: noWay(route.Matrix, r.Key, "a point is too far from any road")}
	}
	return route.Cell{Distance: metres, Duration: took, Provider: Name}
}

// moved reports whether a point was moved too far, where the server tells where.
func (a *Adapter) moved(lat, lon *float64, asked geo.Point) bool {
	if lat == nil || lon == nil {
		return false
	}
	at := geo.Point{Lat: *lat, Lng: *lon}
	return at.Validate() != nil || a.far(geo.Distance(at, asked))
}
