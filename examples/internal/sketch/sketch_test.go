package sketch

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

func inFrame(t *testing.T, points []geo.Point) drawing {
	t.Helper()
	d := newDrawing(points)
	for _, p := range points {
		x, y := d.xy(p)
		if !(x >= border-1 && x <= width-border+1 && y >= border-1 && y <= height-border+1) {
			t.Errorf("%v is drawn at %.0f, %.0f", p, x, y)
		}
	}
	return d
}

func TestDrawing(t *testing.T) {
	points := []geo.Point{{Lat: 60, Lng: 10}, {Lat: 60.1, Lng: 10.2}, {Lat: 59.9, Lng: 10.4}}
	d := inFrame(t, points)
	_, up := d.xy(points[1])
	if _, down := d.xy(points[2]); up >= down {
		t.Error("north is below")
	}
	if left, _ := d.xy(points[0]); left >= func() float64 { x, _ := d.xy(points[2]); return x }() {
		t.Error("west is to the right")
	}
	if text, pixels := d.ruler(); text != "5 km" || pixels < 40 || pixels > 200 {
		t.Errorf("a ruler of %s, %.0f pixels", text, pixels)
	}
}

func TestDrawingOddPoints(t *testing.T) {
	for name, points := range map[string][]geo.Point{
		"one place":         {{Lat: 60, Lng: 10}},
		"the same twice":    {{Lat: 60, Lng: 10}, {Lat: 60, Lng: 10}},
		"the poles":         {{Lat: 90, Lng: 0}, {Lat: -90, Lng: 0}},
		"at a pole":         {{Lat: 90, Lng: -120}, {Lat: 90, Lng: 60}},
		"the whole world":   {{Lat: 80, Lng: -180}, {Lat: -80, Lng: 0}, {Lat: 0, Lng: 180}},
		"both sides of 180": {{Lat: -17, Lng: 179.9}, {Lat: -16, Lng: -179.8}, {Lat: -18, Lng: 179}},
	} {
		t.Run(name, func(t *testing.T) { inFrame(t, points) })
	}
	d := inFrame(t, []geo.Point{{Lat: -17, Lng: 179.9}, {Lat: -17, Lng: -179.9}})
	if text, _ := d.ruler(); text != "2 km" && text != "5 km" {
		t.Errorf("0.2 degrees over 180 are drawn with a ruler of %s", text)
	}
	x, y := d.xy(geo.Point{Lat: -17, Lng: 180})
	if x < width/2-1 || x > width/2+1 || y < height/2-1 || y > height/2+1 {
		t.Errorf("the middle is drawn at %.0f, %.0f", x, y)
	}
	none := newDrawing(nil)
	if text, pixels := none.ruler(); text == "" || pixels <= 0 {
		t.Errorf("a ruler of %q, %.0f pixels", text, pixels)
	}
}

func TestPage(t *testing.T) {
	p := Page{
		Title:   `"Two" <places> & 深圳`,
		Lines:   []Line{{[]geo.Point{{Lat: 1, Lng: 2}, {Lat: 1.1, Lng: 2.1}}, Best}},
		Marks:   []Mark{{geo.Point{Lat: 1, Lng: 2}, "A", Point}, {geo.Point{Lat: 1.05, Lng: 2}, "<2>", Around}},
		Rows:    []Row{{Name: "<b>", Figures: []string{"1 km", "2 min"}, Note: "</table>", Class: Around}},
		Credits: Credits("osmgeo"),
	}
	b, err := p.HTML()
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, word := range []string{"http://", "https://", "src=", "href=", "@import", "url(", "<script", "<places>", "<b>", "<2>"} {
		if strings.Contains(text, word) {
			t.Errorf("the page has %q", word)
		}
	}
	for word, n := range map[string]int{"<polyline": 1, "<circle": 2, "</table>": 1, `class="n"`: 2, "© OpenStreetMap contributors": 1} {
		if got := strings.Count(text, word); got != n {
			t.Errorf("%d × %q, want %d", got, word, n)
		}
	}
	from, end := strings.Index(text, "<svg"), strings.Index(text, "</svg>")
	if err := xml.Unmarshal(b[from:end+len("</svg>")], new(struct{})); err != nil {
		t.Errorf("the drawing is no XML: %v", err)
	}
	again, _ := p.HTML()
	if !bytes.Equal(again, b) {
		t.Error("drawn twice, the page differs")
	}
}

func TestCredits(t *testing.T) {
	for _, provider := range []string{"amapgeo", "amaproute", "baidugeo", "baiduroute", "googlegeo", "googleroute", "osmgeo", "osrmroute", "valhallaroute"} {
		if Credits(provider) == "" {
			t.Errorf("%s has no credits", provider)
		}
	}
	if Credits("lineroute") != "" {
		t.Error("an estimate of one's own has credits")
	}
}
