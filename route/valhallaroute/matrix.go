package valhallaroute

import (
	"context"
	"encoding/json"
	"slices"
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
	why := tooLarge(&r.Vehicle)
	if why == "" {
		why = a.limits.Exceeded(len(r.Origins), len(r.Destinations))
	}
	if why != "" {
		return route.MatrixResult{}, waybill.NotSupported(string(route.Matrix), why).With(Name, "", r.Key)
	}
	cells := route.NewCells(len(r.Origins), len(r.Destinations), nil)
	if e := a.fill(ctx, &r, cells, upTo(len(r.Origins)), upTo(len(r.Destinations))); e != nil {
		return route.MatrixResult{}, e
	}
	return route.MatrixResult{Served: waybill.Served{Provider: Name}, Cells: cells}, nil
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// fill asks for the pairs of some origins and some destinations. When a point
// among them lies far from every road, it asks for the others; when they lie in
// regions without a way between, for the halves.
func (a *Adapter) fill(ctx context.Context, r *route.MatrixRequest, cells [][]route.Cell, rows, columns []int) *waybill.Error {
	e := a.ask(ctx, r, cells, rows, columns)
	switch {
	case e == nil || e.Code != waybill.NotFound:
		return e
	case len(rows)+len(columns) > 2 && is(e, codeNoEdges):
		return a.fillOthers(ctx, r, cells, rows, columns, e)
	case len(rows)+len(columns) > 2 && is(e, codeUnconnected):
		otherRows, otherColumns := rows, columns
		if half := len(rows) / 2; len(rows) >= len(columns) {
			rows, otherRows = rows[:half], rows[half:]
		} else {
			half = len(columns) / 2
			columns, otherColumns = columns[:half], columns[half:]
		}
		if e := a.fill(ctx, r, cells, rows, columns); e != nil {
			return e
		}
		return a.fill(ctx, r, cells, otherRows, otherColumns)
	}
	refuse(cells, rows, columns, e)
	return nil
}

// fillOthers leaves out the points that lie far from every road, whose pairs have
// the error e, and asks for the pairs of the others.
func (a *Adapter) fillOthers(ctx context.Context, r *route.MatrixRequest, cells [][]route.Cell, rows, columns []int, e *waybill.Error) *waybill.Error {
	refuse(cells, rows, columns, e)
	goodRows, bad := a.near(ctx, r, r.Origins, rows)
	if bad != nil || len(goodRows) == 0 {
		return bad
	}
	goodColumns, bad := a.near(ctx, r, r.Destinations, columns)
	if bad != nil {
		return bad
	}
	if len(goodColumns) == 0 || len(goodRows)+len(goodColumns) == len(rows)+len(columns) {
		return nil
	}
	return a.fill(ctx, r, cells, goodRows, goodColumns)
}

// near returns which of the points lie near a road. It asks for the ways from all
// to the first, and where that is refused for the halves, down to the way from a
// point to itself.
func (a *Adapter) near(ctx context.Context, r *route.MatrixRequest, points []geo.Point, which []int) ([]int, *waybill.Error) {
	_, e := a.table(ctx, r, pick(points, which), pick(points, which[:1]))
	switch {
	case e == nil, e.Code == waybill.NotFound && !is(e, codeNoEdges):
		return which, nil // what is refused for another reason has its roads
	case len(which) == 1 && is(e, codeNoEdges):
		return nil, nil
	case len(which) == 1, e.Code != waybill.NotFound && e.Code != waybill.Unsupported:
		return nil, e
	}
	half := len(which) / 2
	left, e := a.near(ctx, r, points, which[:half])
	if e != nil {
		return nil, e
	}
	right, e := a.near(ctx, r, points, which[half:])
	return append(slices.Clip(left), right...), e
}

// is reports whether an error has a code, in Valhalla's shape or OSRM's.
func is(e *waybill.Error, code int) bool {
	return e.VendorCode == strconv.Itoa(code) || words[e.VendorCode] == code
}

func pick(points []geo.Point, which []int) []geo.Point {
	out := make([]geo.Point, len(which))
	for i, at := range which {
		out[i] = points[at]
	}
	return out
}

func refuse(cells [][]route.Cell, rows, columns []int, e *waybill.Error) {
	for _, i := range rows {
		for _, j := range columns {
			cells[i][j] = route.Cell{Err: e}
		}
	}
}

// ask makes one request and places its pairs.
func (a *Adapter) ask(ctx context.Context, r *route.MatrixRequest, cells [][]route.Cell, rows, columns []int) *waybill.Error {
	got, e := a.table(ctx, r, pick(r.Origins, rows), pick(r.Destinations, columns))
	if e != nil {
		return e
	}
	table, ok := got.table(len(rows), len(columns))
	if !ok {
		return fault(route.Matrix, r.Key, "the table has not a cell for each pair")
	}
	u := unit(got.Units)
	for row, i := range rows {
		for column, j := range columns {
			cells[i][j] = a.cell(r, &table[row][column], u, i, j)
		}
	}
	return nil
}

// table makes one request.
func (a *Adapter) table(ctx context.Context, r *route.MatrixRequest, from, to []geo.Point) (*matrixReply, *waybill.Error) {
	pair := r.Pair(0, 0)
	body := &matrixRequest{Sources: places(from, ""), Targets: places(to, ""), Costing: costings[r.Mode],
		Options: a.options(&pair), Units: "kilometers", Verbose: true}
	points := append(append([]place(nil), body.Sources...), body.Targets...)
	got := new(matrixReply)
	if e := a.post(ctx, route.Matrix, r.Key, pathMatrix, points, body, got); e != nil {
		return nil, e
	}
	return got, nil
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
	case !ok || took == 0 && metres > 1000:
		return route.Cell{Err: fault(route.Matrix, r.Key, "a pair has no usable length and time")}
	case metres == 0 && a.far(geo.Distance(r.Origins[i], r.Destinations[j])/2): // both were moved to one place
		return route.Cell{Err: noWay(route.Matrix, r.Key, "a point is too far from any road")}
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
