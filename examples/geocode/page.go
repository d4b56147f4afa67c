package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/examples/internal/sketch"
	"github.com/waybill-go/waybill/geo"
)

// chart gathers what a page shows. Points of any datum are drawn in WGS-84.
type chart struct {
	page    sketch.Page
	credits []string
	n       int
}

// page draws an answer: the pin, the places numbered as they are printed, the
// rings of divisions.
func page(a *answer) ([]byte, error) {
	c := chart{page: sketch.Page{Title: "Places"}}
	if r := a.Geocode; r != nil {
		c.served(r.Provider)
		c.places(r.Places, sketch.Point)
	}
	if r := a.Reverse; r != nil {
		c.served(r.Provider)
		c.places([]geo.Place{r.Place}, sketch.Point)
		c.places(r.Nearby, sketch.Around)
	}
	if r := a.Suggest; r != nil {
		c.served(r.Provider)
		for _, s := range r.Suggestions {
			c.mark(s.Point, s.Text, "", sketch.Around)
		}
	}
	if r := a.Search; r != nil {
		c.served(r.Provider)
		c.places(r.Places, sketch.Point)
	}
	for _, r := range []*geo.PlaceResult{a.Resolve, a.Place} {
		if r != nil {
			c.served(r.Provider)
			c.places([]geo.Place{r.Place}, sketch.Point)
		}
	}
	if r := a.Localize; r != nil {
		c.served(r.Provider)
		c.places(r.Places, sketch.Point)
	}
	if r := a.District; r != nil {
		c.served(r.Provider)
		for i := range r.Districts {
			c.division(&r.Districts[i], sketch.Point)
		}
	}
	if !a.at.IsZero() {
		c.page.Marks = append(c.page.Marks, sketch.Mark{At: a.at.To(geo.WGS84), Label: "×", Class: sketch.Point})
	}
	c.page.Credits = strings.Join(c.credits, ", ")
	return c.page.HTML()
}

// served notes whose terms want to stand below.
func (c *chart) served(provider string) {
	if credit := sketch.Credits(provider); credit != "" && !slices.Contains(c.credits, credit) {
		c.credits = append(c.credits, credit)
	}
}

// places draws a list.
func (c *chart) places(list []geo.Place, class sketch.Class) {
	for i := range list {
		p := &list[i]
		note := p.Address.Formatted
		if p.Distance >= 0.5 {
			note += fmt.Sprintf(" (%.0f m)", p.Distance)
		}
		c.mark(p.Point, p.Name, note, class)
	}
}

// mark draws a point and adds a row to the table; what has no point has the row
// alone.
func (c *chart) mark(at geo.Point, name, note string, class sketch.Class) {
	c.n++
	label, figure := strconv.Itoa(c.n), ""
	if !at.IsZero() {
		figure = at.String()
		c.page.Marks = append(c.page.Marks, sketch.Mark{At: at.To(geo.WGS84), Label: label, Class: class})
	}
	c.page.Rows = append(c.page.Rows, sketch.Row{Name: label + " " + name, Figures: []string{figure}, Note: note, Class: class})
}

// division draws a division, its rings and those within.
func (c *chart) division(d *geo.District, class sketch.Class) {
	for _, ring := range d.Boundary {
		line := make([]geo.Point, len(ring))
		for i, p := range ring {
			line[i] = p.To(geo.WGS84)
		}
		c.page.Lines = append(c.page.Lines, sketch.Line{Points: line, Class: sketch.Best})
	}
	c.mark(d.Center, d.Name, d.Level.String()+" "+d.Adcode, class)
	for i := range d.Children {
		c.division(&d.Children[i], sketch.Around)
	}
}
