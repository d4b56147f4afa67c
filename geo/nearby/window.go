package nearby

import "math"

// window is the rows and columns of cells that hold everything within an arc.
type window struct {
	d2        float64 // the arc's square: a cell beyond is not looked at
	from, to  int     // rows, both included; to < from is nothing
	west, est float64 // longitudes, which may lie beyond ±180
	round     bool    // all longitudes
}

func (s *search) window(g *grid, arc float64) window {
	w := window{d2: arc * arc * (1 + 2*s.slack), from: g.row(s.lat - arc), to: g.row(s.lat + arc), round: true}
	if math.Abs(s.lat)+arc < 90 {
		reach := math.Sin(arc*math.Pi/180) / s.cos
		if reach < 1 {
			d := math.Asin(reach) * 180 / math.Pi
			// A little more, for what rounding takes.
			d += d*1e-9 + 1e-9
			w.west, w.est, w.round = s.lng-d, s.lng+d, false
		}
	}
	return w
}

// blocks returns how many blocks a window touches.
func (w *window) blocks(g *grid) int {
	n := 0
	for row := w.from / side; row <= w.to/side; row++ {
		from, to := w.columns(&g.bands[row])
		n += min(floorDiv(to, side)-floorDiv(from, side)+1, g.bands[row].columns)
	}
	return n
}

// columns returns the columns of a window in a band.
func (w *window) columns(b *band) (from, to int) {
	n := b.columns * side
	if w.round {
		return 0, n - 1
	}
	from, to = b.column(w.west), b.column(w.est)
	if to-from+1 >= n {
		return 0, n - 1
	}
	return from, to
}

// mask returns the cells of a block that a window covers.
func (w *window) mask(b *band, row, column int) uint64 {
	low, high := max(w.from-row*side, 0), min(w.to-row*side, side-1)
	if high < low {
		return 0
	}
	from, to := w.columns(b)
	var line uint64
	n := b.columns * side
	for _, shift := range [...]int{0, -n, n} {
		if shift != 0 && from >= 0 && to < n {
			break
		}
		left, right := max(from-shift-column*side, 0), min(to-shift-column*side, side-1)
		if left <= right {
			line |= (1<<(right-left+1) - 1) << left
		}
	}
	rows := ^uint64(0) << (low * side)
	if high < side-1 {
		rows &= 1<<((high+1)*side) - 1
	}
	return line * 0x0101010101010101 & rows
}

// floor returns the least that distance2 can be of an entry in a cell.
func (s *search) floor(g *grid, b *band, row, column, cell int) float64 {
	const rad = math.Pi / 180
	south := float64(row*side+cell/side)*g.height - 90 - s.lat
	west := float64(column*side+cell%side)*b.width - 180 - s.lng
	switch {
	case west > 180:
		west -= 360
	case west < -180-b.width:
		west += 360
	}
	dlat := max(south, -south-g.height, 0)
	dlng := max(west, -west-b.width, 0)
	cos := s.cos - max(s.sin*south, s.sin*(south+g.height))*rad
	return dlat*dlat + s.cos*cos*dlng*dlng
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
