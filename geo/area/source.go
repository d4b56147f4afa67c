package area

import (
	"context"
	"fmt"
	"math"
	"os"

	"github.com/waybill-go/waybill"
)

// Batch is what one load brought: the areas that could be read, and what was wrong with the others.
type Batch struct {
	Areas    []Area
	Problems []Problem
}

// Source is where areas come from: a file, a table, or anything of the user's. Load returns all of them. One bad record
// is a Problem and takes nothing else down; an error is for a load that failed as a whole, such as a file that is cut.
// Load is not called twice at the same time by one [Service].
type Source interface {
	Load(ctx context.Context) (Batch, error)
}

// SourceFunc makes a function a Source.
type SourceFunc func(ctx context.Context) (Batch, error)

// Load calls the function.
func (f SourceFunc) Load(ctx context.Context) (Batch, error) { return f(ctx) }

// Fixed returns a source that always has these areas.
func Fixed(areas ...Area) Source {
	return SourceFunc(func(context.Context) (Batch, error) { return Batch{Areas: areas}, nil })
}

// File returns a source that reads a file of GeoJSON, as [ReadGeoJSON] does. A file that cannot be opened is
// Unavailable.
func File(path string, opts *GeoJSONOptions) Source {
	return SourceFunc(func(ctx context.Context) (Batch, error) {
		f, err := os.Open(path)
		if err != nil {
			return Batch{}, failure(waybill.Unavailable, "load", "the file cannot be opened", nil)
		}
		defer f.Close()
		return ReadGeoJSON(ctx, f, opts)
	})
}

// Within leaves out areas that do not lie wholly in a box of degrees, each with a Problem: that its axes look swapped
// where the area would fit with latitude and longitude swapped, else that it lies outside. That is the only way to see
// swapped axes where both numbers are below 90, as in India.
func (b Batch) Within(west, south, east, north float64) Batch {
	limit := box{west, south, east, north}
	out := Batch{Problems: b.Problems}
	for i := range b.Areas {
		a := &b.Areas[i]
		all := emptyBox
		for _, poly := range a.Polygons {
			for _, ring := range poly {
				all = all.add(ring.box())
			}
		}
		swapped := box{all.south, all.west, all.north, all.east}
		switch {
		case math.IsInf(all.west, 1) || all.within(limit): // without a position it has other problems
			out.Areas = append(out.Areas, *a)
		case swapped.within(limit):
			out.Problems = append(out.Problems, wholeArea(a, ReasonSwapped))
		default:
			out.Problems = append(out.Problems, wholeArea(a, ReasonOutside))
		}
	}
	return out
}

func (b box) within(o box) bool {
	return o.west <= b.west && b.east <= o.east && o.south <= b.south && b.north <= o.north
}

// String says how many there are, and nothing of them.
func (b Batch) String() string {
	return fmt.Sprintf("area.Batch(%d areas, %d problems)", len(b.Areas), len(b.Problems))
}
