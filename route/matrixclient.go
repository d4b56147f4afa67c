package route

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// The parallelism of a call: how many blocks of a matrix, or trips of many, are
// asked for at once, and how many requests at a provider that takes only part of
// a block at a time.
const (
	manyAtOnce  = 8
	partsAtOnce = 4
)

// Matrix finds the ways from all origins to all destinations; see [Matrixer].
//
// A request beyond the limits of the provider that is asked first is split into
// as few blocks as they allow, and these are asked for in parallel, each waiting
// for its turn within the account's rate (see [WithWait]). Cells that failed
// by the provider's fault go to the next one, the others stay. A cell for which
// one vendor knows no way is not asked again elsewhere, unless the policy's
// NextOnNotFound says so.
//
// The error is nil when at least one cell has an answer, no way being one; the
// others have their error in them. Served names who served the first cell, each
// cell its own.
func (c *Client) Matrix(ctx context.Context, r MatrixRequest) (MatrixResult, error) {
	if err := r.Validate(); err != nil {
		return MatrixResult{}, err
	}
	res := MatrixResult{Cells: NewCells(len(r.Origins), len(r.Destinations), nil)}
	call := matrixCall{c: c, r: &r, sel: c.matrixSelection(&r), cells: res.Cells}
	blocks := block{upTo(len(r.Origins)), upTo(len(r.Destinations))}.split(c.firstLimits(&r, call.sel))
	served := make([]waybill.Served, len(blocks))
	inParallel(len(blocks), manyAtOnce, func(i int) { served[i] = call.ask(ctx, blocks[i]) })
	for _, s := range served {
		if res.Provider == "" {
			res.Provider, res.Instance = s.Provider, s.Instance
		}
		res.Attempts += s.Attempts
	}
	return res, failed(res.Cells)
}

// failed returns the error of a table in which no cell has an answer.
func failed(cells [][]Cell) error {
	var worst error
	for _, row := range cells {
		for i := range row {
			if row[i].Err == nil || waybill.CodeOf(row[i].Err) == waybill.NotFound {
				return nil
			}
			if worst == nil || waybill.DeliveryOf(worst) != waybill.Ambiguous && waybill.DeliveryOf(row[i].Err) == waybill.Ambiguous {
				worst = row[i].Err
			}
		}
	}
	return worst
}

// firstLimits returns the limits of the provider that would be asked first.
func (c *Client) firstLimits(r *MatrixRequest, sel *failover.Select) MatrixLimits {
	for _, k := range c.matrix.Explain(sel) {
		if k.Order != 1 {
			continue
		}
		for _, m := range c.set.Members() {
			if m.Use.Instance == k.Instance || m.Use.Instance == "" && m.Provider.Name() == k.Instance {
				return limitsOf(m.Provider, r)
			}
		}
	}
	return MatrixLimits{}
}

func (c *Client) matrixSelection(r *MatrixRequest) *failover.Select {
	q := r.travel()
	q.Points = append(q.Points, r.Origins...)
	q.Points = append(q.Points, r.Destinations...)
	sel := c.selection(&q)
	sel.Wait = c.wait
	return sel
}

// matrixCall is one call of Matrix.
type matrixCall struct {
	c     *Client
	r     *MatrixRequest
	sel   *failover.Select
	cells [][]Cell
}

// ask serves one block, as one call of the engine over its cells.
func (m *matrixCall) ask(ctx context.Context, b block) (served waybill.Served) {
	items := make([][2]int, 0, b.cells())
	for _, i := range b.rows {
		for _, j := range b.columns {
			items = append(items, [2]int{i, j})
		}
	}
	sel := *m.sel
	sel.Calls = func(p waybill.Provider) int {
		l := limitsOf(p, m.r)
		return l.calls(b.split(l)[0])
	}
	for i, o := range failover.Many(ctx, m.c.matrix, &sel, items, m.attempt) {
		cell := &m.cells[items[i][0]][items[i][1]]
		*cell = o.Value
		cell.Provider = o.Served.Provider
		if o.Err != nil {
			*cell = Cell{Err: o.Err}
			continue
		}
		if served.Provider == "" {
			served = o.Served.Served
		}
		served.Attempts = max(served.Attempts, o.Served.Attempts)
	}
	return served
}

// calls is as how many calls a block counts.
func (l MatrixLimits) calls(b block) int {
	if l.PerCell {
		return b.cells()
	}
	return 1
}

// attempt asks one provider for cells: for as few rectangles as they make, cut to
// the provider's limits. The engine has admitted the first request; the others
// wait for their own turn.
func (m *matrixCall) attempt(p Matrixer, ctx context.Context, items [][2]int) []failover.Outcome[Cell] {
	l := limitsOf(p, m.r)
	var blocks []block
	for _, b := range rectangles(items) {
		blocks = append(blocks, b.split(l)...)
	}
	var account *waybill.Account
	if a, ok := p.(waybill.Accounted); ok {
		account = a.Account()
	}
	found := make(map[[2]int]Cell, len(items))
	got := make([]MatrixResult, len(blocks))
	errs := make([]error, len(blocks))
	inParallel(len(blocks), partsAtOnce, func(i int) {
		if i > 0 && account != nil {
			if errs[i] = m.turn(ctx, account, l.calls(blocks[i])); errs[i] != nil {
				return
			}
			defer account.Done()
		}
		got[i], errs[i] = m.one(p, ctx, blocks[i])
	})
	for i, b := range blocks {
		for row, at := range b.rows {
			for column, to := range b.columns {
				if errs[i] != nil {
					found[[2]int{at, to}] = Cell{Err: errs[i]}
				} else {
					found[[2]int{at, to}] = got[i].Cells[row][column]
				}
			}
		}
	}
	out := make([]failover.Outcome[Cell], len(items))
	for i, item := range items {
		cell := found[item]
		out[i] = failover.Outcome[Cell]{Value: cell, Err: cell.Err}
	}
	return out
}

// turn waits for a request's turn within the account's limits.
func (m *matrixCall) turn(ctx context.Context, account *waybill.Account, calls int) error {
	wait, ok := account.Reserve("route."+string(Matrix), calls, m.sel.Wait)
	if !ok {
		return &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, RetryAfter: wait,
			Op: string(Matrix), Ref: m.r.Key, Message: "the account's own limit is reached"}
	}
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		account.Done()
		return waybill.FromContext(ctx).Unsent()
	}
}

// one asks for one block and checks what came back: its shape, and that nothing
// is in it that the request must not get.
func (m *matrixCall) one(p Matrixer, ctx context.Context, b block) (MatrixResult, error) {
	r := *m.r
	r.Origins, r.Destinations = pick(m.r.Origins, b.rows), pick(m.r.Destinations, b.columns)
	res, err := p.Matrix(ctx, r)
	if err != nil {
		return res, err
	}
	if len(res.Cells) != len(b.rows) {
		return res, badShape(res.Provider)
	}
	for _, row := range res.Cells {
		if len(row) != len(b.columns) {
			return res, badShape(res.Provider)
		}
		for j := range row {
			c := &row[j]
			switch {
			case c.Err != nil:
			case r.Pricing && c.Estimated || c.Substituted && !r.AllowCarForTruck:
				c.Err = waybill.NotSupported(string(Matrix), "only an estimate or a car's route is there")
			case !(c.Distance >= 0) || c.Duration < 0:
				c.Err = badShape(res.Provider)
			}
		}
	}
	return res, nil
}

func badShape(provider string) error {
	return &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous, Provider: provider,
		Op: string(Matrix), Message: "the adapter's table has not a sound cell for each pair"}
}

func pick[T any](list []T, at []int) []T {
	out := make([]T, len(at))
	for i, n := range at {
		out[i] = list[n]
	}
	return out
}

// ExplainMatrix says who would be asked for a matrix in which order; see
// [Client.Explain].
func (c *Client) ExplainMatrix(r MatrixRequest) ([]waybill.Candidate, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return c.matrix.Explain(c.matrixSelection(&r)), nil
}

var _ Matrixer = (*Client)(nil)
