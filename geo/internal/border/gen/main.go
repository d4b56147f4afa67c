// Gen makes border.bin, the embedded table of the package border, and the file of test points near China's borders.
//
// It reads map.geo.json of the npm package @geo-maps/countries-maritime-10m, version 0.6.0, which is an extract of
// OpenStreetMap under the ODbL (see LICENSE-DATA.md):
//
//	npm pack @geo-maps/countries-maritime-10m@0.6.0 && tar xzf geo-maps-*.tgz
//	go run ./geo/internal/border/gen -in package/map.geo.json -out geo/internal/border
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/waybill-go/waybill/geo/internal/border"
)

func main() {
	log.SetFlags(0)
	in := flag.String("in", "map.geo.json", "the source `file`")
	out := flag.String("out", ".", "the `folder` of the package border")
	land := flag.Float64("land", 30, "tolerance in `metres` of China's land borders")
	other := flag.Float64("other", 1000, "most tolerance in `metres` of other lines")
	flag.Parse()
	if err := run(*in, *out, *land, *other); err != nil {
		log.Fatal(err)
	}
}

func run(in, out string, land, other float64) error {
	outlines, err := readSource(in)
	if err != nil {
		return err
	}
	codes := make([]string, len(outlines))
	for i, o := range outlines {
		codes[i] = o.code
	}
	arcs, settled := settle(cut(outlines), 5000)
	exact := lines(arcs)
	tolerances := tolerances{outlines: outlines, land: land, other: other}
	before, after := 0, 0
	for i := range arcs {
		before += len(arcs[i].v)
		arcs[i].v = simplify(arcs[i].v, tolerances.of(arcs[i].set))
		after += len(arcs[i].v)
	}
	data := border.Encode(codes, lines(arcs))
	fmt.Printf("%d regions, %d arcs, %d settled, %d of %d vertices, %d bytes\n",
		len(codes), len(arcs), settled, after, before, len(data))

	source, err := border.New(codes, exact)
	if err != nil {
		return err
	}
	table, err := border.Decode(data)
	if err != nil {
		return err
	}
	points, wrong := nearBorders(codes, exact, source, table)
	fmt.Printf("points 100 m from China's borders: %v\n", wrong)
	if err := os.WriteFile(filepath.Join(out, "testdata", "near.csv"), points, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "border.bin"), data, 0o644)
}

func lines(arcs []arc) []border.Line {
	l := make([]border.Line, len(arcs))
	for i, a := range arcs {
		l[i] = border.Line{Regions: a.set, Vertices: a.v}
	}
	return l
}

// tolerances says by how much a line may be simplified.
type tolerances struct {
	outlines    []outline
	land, other float64
}

// of returns metres: a quarter of the land tolerance for Hong Kong and Macau, the whole for China and Taiwan, sea borders
// included, and for other lines half a per cent of the width of the smallest region that they bound.
func (t tolerances) of(set []int) float64 {
	tolerance := t.other
	for _, n := range set {
		switch o := t.outlines[n]; o.code {
		case "HK", "MO":
			return t.land / 4
		case "CN", "TW":
			return t.land
		default:
			const degree = 111195.0
			tolerance = min(tolerance, 0.005*degree*math.Sqrt(o.area))
		}
	}
	return tolerance
}
