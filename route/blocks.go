package route

import "slices"

// block is a rectangle of a matrix: the rows (origins) times the columns
// (destinations) of its lists.
type block struct{ rows, columns []int }

func (b block) cells() int { return len(b.rows) * len(b.columns) }

// upTo returns 0, 1, … n-1.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// split cuts a block into as few as the limits allow, of about the same size.
func (b block) split(l MatrixLimits) []block {
	if b.cells() == 0 {
		return nil
	}
	if l.Exceeded(len(b.rows), len(b.columns)) == "" {
		return []block{b}
	}
	rows, columns := l.shape(len(b.rows), len(b.columns))
	var out []block
	for r := range slices.Chunk(b.rows, rows) {
		for c := range slices.Chunk(b.columns, columns) {
			out = append(out, block{r, c})
		}
	}
	return out
}

// shape returns the size of the blocks that makes the fewest requests.
func (l MatrixLimits) shape(rows, columns int) (r, c int) {
	r, c = 1, 1
	best := 0
	for w := range columns {
		width := w + 1
		height := rows
		if l.Origins > 0 {
			height = min(height, l.Origins)
		}
		if l.Points > 0 {
			height = min(height, l.Points-width)
		}
		if l.Elements > 0 {
			height = min(height, l.Elements/width)
		}
		if height < 1 || l.Destinations > 0 && width > l.Destinations {
			break
		}
		if n := parts(rows, height) * parts(columns, width); best == 0 || n <= best {
			best, r, c = n, height, width
		}
	}
	return parts(rows, parts(rows, r)), parts(columns, parts(columns, c))
}

// parts is how many parts of size at most most make n.
func parts(n, most int) int { return (n + most - 1) / most }

// rectangles gathers cells, given as row and column, into blocks: the rows that
// want the same columns make one. Cells come in row order.
func rectangles(cells [][2]int) []block {
	var out []block
	for len(cells) > 0 {
		n := 1
		for n < len(cells) && cells[n][0] == cells[0][0] {
			n++
		}
		row := make([]int, n)
		for i := range row {
			row[i] = cells[i][1]
		}
		at := slices.IndexFunc(out, func(b block) bool { return slices.Equal(b.columns, row) })
		if at < 0 {
			out = append(out, block{columns: row})
			at = len(out) - 1
		}
		out[at].rows = append(out[at].rows, cells[0][0])
		cells = cells[n:]
	}
	return out
}
