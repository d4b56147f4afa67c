package sketch

import (
	"bytes"
	"html/template"
	"strconv"

	"github.com/waybill-go/waybill/geo"
)

// Class says how something is drawn.
type Class string

// The classes. Best and Other are for lines, Point and Around for points.
const (
	Best   Class = "best"   // the line that matters
	Other  Class = "other"  // one beside it
	Point  Class = "point"  // a point that matters
	Around Class = "around" // one beside those
)

// Page is what is drawn: WGS-84 points and lines, and a table below.
type Page struct {
	// Title is the heading.
	Title string
	// Lines and Marks are drawn in their order, the last on top.
	Lines []Line
	Marks []Mark
	Rows  []Row
	// Credits stand in the footer.
	Credits string
}

// Line is a polyline or ring.
type Line struct {
	Points []geo.Point
	Class  Class
}

// Mark is a point with a label of a letter or two.
type Mark struct {
	At    geo.Point
	Label string
	Class Class
}

// Row is a line of the table.
type Row struct {
	// Name comes first, then Figures in narrow columns, then the Note.
	Name    string
	Figures []string
	Note    string
	// Class colours the row like what it is about.
	Class Class
}

// Credits is what a vendor's terms want to stand beside its results.
func Credits(provider string) string {
	switch provider {
	case "osmgeo", "osrmroute", "valhallaroute":
		return "© OpenStreetMap contributors"
	case "googlegeo", "googleroute":
		return "Google Maps"
	case "amapgeo", "amaproute":
		return "© AutoNavi"
	case "baidugeo", "baiduroute":
		return "© Baidu"
	}
	return ""
}

// sheet is what the page's template gets.
type sheet struct {
	Title      string
	W, H       float64
	Lines      []struct{ Points, Class string }
	Marks      []struct{ X, Y, Label, Class string }
	Rows       []Row
	Ruler      string
	RulerX     string
	RulerWidth string
	Credits    string
}

// HTML draws the page.
func (p *Page) HTML() ([]byte, error) {
	var all []geo.Point
	for _, l := range p.Lines {
		all = append(all, l.Points...)
	}
	for _, m := range p.Marks {
		all = append(all, m.At)
	}
	d := newDrawing(all)
	s := sheet{Title: p.Title, W: width, H: height, Rows: p.Rows, Credits: p.Credits}
	for _, l := range p.Lines {
		s.Lines = append(s.Lines, struct{ Points, Class string }{d.line(l.Points), string(l.Class)})
	}
	for _, m := range p.Marks {
		x, y := d.xy(m.At)
		s.Marks = append(s.Marks, struct{ X, Y, Label, Class string }{pixel(x), pixel(y), m.Label, string(m.Class)})
	}
	var pixels float64
	s.Ruler, pixels = d.ruler()
	s.RulerX, s.RulerWidth = pixel(width-border-pixels), pixel(pixels)
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, s)
	return b.Bytes(), err
}

var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2733; --paper: #f6f4ef; --sheet: #fffdf8; --best: #0b6e4f; --other: #9aa7b1; --around: #b4530a; --line: #d9d4c7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #14181c; --sheet: #1c2227; --best: #4cc38a; --other: #6c7a86; --around: #f0a04b; --line: #333c44; } }
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: auto; }
h1 { font-size: 20px; margin: 0 0 12px; }
svg { display: block; width: 100%; height: auto; background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; }
polyline { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.best { stroke: var(--best); stroke-width: 5; }
.other { stroke: var(--other); stroke-width: 4; stroke-dasharray: 9 7; }
circle.point { fill: var(--ink); }
circle.around { fill: var(--around); }
text { font: 600 12px system-ui, sans-serif; fill: var(--ink); }
text.in { fill: var(--sheet); text-anchor: middle; dominant-baseline: central; }
.ruler { stroke: var(--ink); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; margin-top: 16px; }
td, th { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { white-space: nowrap; font-variant-numeric: tabular-nums; text-align: right; }
i { display: inline-block; width: 26px; height: 0; margin-right: 8px; vertical-align: middle; border-top: 5px solid var(--best); }
tr.other i { border-top: 4px dashed var(--other); }
tr.point i, tr.around i { width: 12px; height: 12px; margin-left: 14px; border: 0; border-radius: 50%; background: var(--ink); }
tr.around i { background: var(--around); }
footer { margin-top: 12px; opacity: .75; font-size: 13px; }
</style>
<main>
<h1>{{.Title}}</h1>
<svg viewBox="0 0 {{.W}} {{.H}}" role="img" aria-label="{{.Title}}">
{{range .Lines}}<polyline class="{{.Class}}" points="{{.Points}}"/>
{{end}}{{range .Marks}}<circle class="{{.Class}}" cx="{{.X}}" cy="{{.Y}}" r="11"/><text class="in" x="{{.X}}" y="{{.Y}}">{{.Label}}</text>
{{end}}
<path class="ruler" fill="none" d="M{{.RulerX}} 572v8h{{.RulerWidth}}v-8"/><text x="{{.RulerX}}" y="564">{{.Ruler}}</text>
</svg>
<table>
{{range .Rows}}<tr class="{{.Class}}"><th><i></i>{{.Name}}</th>{{range .Figures}}<td class="n">{{.}}</td>{{end}}<td>{{.Note}}</td></tr>
{{end}}</table>
<footer>Drawn without a map: lines and points stand in their right places to each other. {{.Credits}}</footer>
</main>
</html>
`))

// pixel writes a length of the drawing.
func pixel(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
