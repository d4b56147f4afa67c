package main

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// The drawing's size, and the free border around what is drawn, in pixels.
const (
	width, height = 960.0, 600.0
	border        = 48.0
)

// drawing turns places into pixels: the degrees of longitude are as wide as they
// are at the middle latitude, so that angles are right.
type drawing struct {
	west, north   float64
	scale, squash float64 // pixels a degree of latitude; degrees of longitude to those
	left, top     float64
}

func newDrawing(points []geo.Point) drawing {
	south, north, west, east := 90.0, -90.0, 180.0, -180.0
	for _, p := range points {
		south, north = min(south, p.Lat), max(north, p.Lat)
		west, east = min(west, p.Lng), max(east, p.Lng)
	}
	d := drawing{west: west, north: north, squash: math.Cos((south + north) / 2 * math.Pi / 180)}
	high, wide := max(north-south, 1e-4), max((east-west)*d.squash, 1e-4)
	d.scale = min((width-2*border)/wide, (height-2*border)/high)
	d.left = (width - wide*d.scale) / 2
	d.top = (height - high*d.scale) / 2
	return d
}

// xy returns where a place is drawn.
func (d *drawing) xy(p geo.Point) (x, y float64) {
	return d.left + (p.Lng-d.west)*d.squash*d.scale, d.top + (d.north-p.Lat)*d.scale
}

// line writes a polyline's points.
func (d *drawing) line(points []geo.Point) string {
	var b strings.Builder
	for i, p := range points {
		if i > 0 {
			b.WriteByte(' ')
		}
		x, y := d.xy(p)
		fmt.Fprintf(&b, "%.1f,%.1f", x, y)
	}
	return b.String()
}

// ruler returns a round length and how many pixels it is.
func (d *drawing) ruler() (text string, pixels float64) {
	const metres = math.Pi * 6371008.8 / 180 // of a degree of latitude
	most := 200 / d.scale * metres
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	for _, n := range []float64{5, 2, 1} {
		if n*unit <= most {
			unit *= n
			break
		}
	}
	text = fmt.Sprintf("%.0f m", unit)
	if unit >= 1000 {
		text = fmt.Sprintf("%g km", unit/1000)
	}
	return text, unit / metres * d.scale
}

// mark is a labelled point.
type mark struct {
	X, Y  float64
	Label string
	Class string
}

// row is a line of the table below the drawing.
type row struct{ Name, Distance, Time, Note, Class string }

// sheet is what the page's template gets.
type sheet struct {
	Title      string
	W, H       float64
	Lines      []struct{ Points, Class string }
	Marks      []mark
	Rows       []row
	Ruler      string
	RulerX     float64
	RulerWidth float64
	Credits    string
}

// page draws an answer: the best route over the others, the points, the drivers.
func page(a *answer) []byte {
	points := append([]geo.Point(nil), a.Request.Points...)
	for _, p := range a.Route.Paths {
		points = append(points, p.Polyline...)
	}
	for _, d := range a.Drivers {
		points = append(points, d.At)
	}
	d := newDrawing(points)
	s := sheet{Title: "By " + a.Request.Mode.String() + ", planned by " + a.Route.Provider, W: width, H: height, Credits: credits(a.Route.Provider)}
	for i := len(a.Route.Paths) - 1; i >= 0; i-- {
		s.Lines = append(s.Lines, struct{ Points, Class string }{d.line(a.Route.Paths[i].Polyline), class(i)})
	}
	for i, p := range a.Route.Paths {
		s.Rows = append(s.Rows, row{fmt.Sprintf("Route %d", i+1), fmt.Sprintf("%.1f km", p.Distance/1000), clock(p.Duration),
			strings.TrimPrefix(marks(p.Traffic, p.Estimated, p.Substituted)+note(p.Warnings), ", "), class(i)})
	}
	for _, v := range a.Drivers {
		x, y := d.xy(v.At)
		s.Marks = append(s.Marks, mark{x, y, fmt.Sprint(v.Number), "driver"})
		if v.Way.Err == nil {
			s.Rows = append(s.Rows, row{fmt.Sprintf("Driver %d", v.Number), fmt.Sprintf("%.1f km", v.Way.Distance/1000), clock(v.Way.Duration), "to the first point", "driver"})
		}
	}
	for i, p := range a.Request.Points {
		x, y := d.xy(p)
		s.Marks = append(s.Marks, mark{x, y, string(rune('A' + i%26)), "point"})
	}
	s.Ruler, s.RulerWidth = d.ruler()
	s.RulerX = width - border - s.RulerWidth
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, s); err != nil {
		return []byte(err.Error())
	}
	return b.Bytes()
}

func note(warnings []string) string {
	if len(warnings) == 0 {
		return ""
	}
	return ", " + strings.Join(warnings, "; ")
}

func class(i int) string {
	if i == 0 {
		return "best"
	}
	return "other"
}

// credits is what a vendor's terms want to stand beside its results.
func credits(provider string) string {
	switch provider {
	case "osrmroute", "valhallaroute":
		return "© OpenStreetMap contributors"
	case "googleroute":
		return "Google Maps"
	case "amaproute":
		return "© AutoNavi"
	case "baiduroute":
		return "© Baidu"
	}
	return ""
}

var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2733; --paper: #f6f4ef; --sheet: #fffdf8; --best: #0b6e4f; --other: #9aa7b1; --driver: #b4530a; --line: #d9d4c7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #14181c; --sheet: #1c2227; --best: #4cc38a; --other: #6c7a86; --driver: #f0a04b; --line: #333c44; } }
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: auto; }
h1 { font-size: 20px; margin: 0 0 12px; }
svg { display: block; width: 100%; height: auto; background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; }
polyline { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.best { stroke: var(--best); stroke-width: 5; }
.other { stroke: var(--other); stroke-width: 4; stroke-dasharray: 9 7; }
circle.point { fill: var(--ink); }
circle.driver { fill: var(--driver); }
text { font: 600 12px system-ui, sans-serif; fill: var(--ink); }
text.in { fill: var(--sheet); text-anchor: middle; dominant-baseline: central; }
.ruler { stroke: var(--ink); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; margin-top: 16px; }
td, th { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { white-space: nowrap; font-variant-numeric: tabular-nums; text-align: right; }
i { display: inline-block; width: 26px; height: 0; margin-right: 8px; vertical-align: middle; border-top: 5px solid var(--best); }
tr.other i { border-top: 4px dashed var(--other); }
tr.driver i { width: 12px; height: 12px; margin-left: 14px; border: 0; border-radius: 50%; background: var(--driver); }
footer { margin-top: 12px; opacity: .75; font-size: 13px; }
</style>
<main>
<h1>{{.Title}}</h1>
<svg viewBox="0 0 {{.W}} {{.H}}" role="img" aria-label="{{.Title}}">
{{range .Lines}}<polyline class="{{.Class}}" points="{{.Points}}"/>
{{end}}{{range .Marks}}<circle class="{{.Class}}" cx="{{printf "%.1f" .X}}" cy="{{printf "%.1f" .Y}}" r="11"/><text class="in" x="{{printf "%.1f" .X}}" y="{{printf "%.1f" .Y}}">{{.Label}}</text>
{{end}}
<path class="ruler" fill="none" d="M{{printf "%.1f" .RulerX}} 572v8h{{printf "%.1f" .RulerWidth}}v-8"/><text x="{{printf "%.1f" .RulerX}}" y="564">{{.Ruler}}</text>
</svg>
<table>
{{range .Rows}}<tr class="{{.Class}}"><th><i></i>{{.Name}}</th><td class="n">{{.Distance}}</td><td class="n">{{.Time}}</td><td>{{.Note}}</td></tr>
{{end}}</table>
<footer>Drawn without a map: lines and points stand in their right places to each other. {{.Credits}}</footer>
</main>
</html>
`))
