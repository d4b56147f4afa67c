package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// show prints an answer for people.
func show(w io.Writer, a *answer, p *providers, cfg config) {
	if len(p.fakes) > 0 {
		fmt.Fprintln(w, "Fakes in this process speak the vendors' protocols; geocode -h tells how to ask the real ones.")
	}
	if r := a.Geocode; r != nil {
		a.head(w, geocode, r.Served, r.Freshness, false)
		places(w, r.Places)
	}
	if r := a.Reverse; r != nil {
		a.head(w, reverse, r.Served, r.Freshness, false)
		places(w, []geo.Place{r.Place})
		for i := range r.Nearby {
			fmt.Fprintf(w, "    beside %s\n", line(&r.Nearby[i]))
		}
	}
	if r := a.Suggest; r != nil {
		a.head(w, suggest, r.Served, r.Freshness, false)
		for i, s := range r.Suggestions {
			fmt.Fprintf(w, "%2d  %s%s\n", i+1, s.Text, known(&s))
		}
	}
	if r := a.Resolve; r != nil {
		a.head(w, resolve, r.Served, r.Freshness, r.Refound)
		places(w, []geo.Place{r.Place})
	}
	if r := a.Search; r != nil {
		a.head(w, search, r.Served, r.Freshness, false)
		places(w, r.Places)
		if r.Next != "" {
			fmt.Fprintln(w, "    and more: -pages 2")
		}
	}
	if r := a.Place; r != nil {
		a.head(w, place, r.Served, r.Freshness, r.Refound)
		places(w, []geo.Place{r.Place})
	}
	if r := a.Localize; r != nil {
		a.head(w, localize, r.Served, r.Freshness, false)
		places(w, r.Places)
	}
	if r := a.District; r != nil {
		a.head(w, district, r.Served, r.Freshness, false)
		for i := range r.Districts {
			division(w, &r.Districts[i], "")
		}
	}
	if cfg.page != "" {
		fmt.Fprintf(w, "\nThe page is in %s.\n", cfg.page)
	}
}

// head says which verb it is, who served and who could have.
func (a *answer) head(w io.Writer, verb string, s waybill.Served, f geo.Freshness, refound bool) {
	by := "by " + s.Provider
	if s.Attempts == 0 {
		by = "without asking anybody"
	}
	if refound {
		by += ", found again"
	}
	if f.Age > 0 {
		by += fmt.Sprintf(", %s old", f.Age.Round(time.Second))
	}
	fmt.Fprintf(w, "\n%s %s%s\n", verb, by, order(a.asked[verb]))
}

// order names who would be asked, then who would not and why.
func order(list []waybill.Candidate) string {
	var asked, others []string
	for _, c := range list {
		if c.Order > 0 {
			asked = append(asked, c.Instance)
		} else {
			others = append(others, c.Instance+" ("+c.Reason+")")
		}
	}
	text := ""
	if len(asked) > 0 {
		text = "; asked in this order: " + strings.Join(asked, ", ")
	}
	if len(others) > 0 {
		text += "; not " + strings.Join(others, ", ")
	}
	return text
}

func places(w io.Writer, list []geo.Place) {
	for i := range list {
		fmt.Fprintf(w, "%2d  %s\n", i+1, line(&list[i]))
	}
}

// line is a place in one line.
func line(p *geo.Place) string {
	parts := []string{p.Point.String()}
	for _, part := range []string{p.Name, p.Address.Formatted, p.Address.Region, p.Address.Adcode} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if p.Precision != geo.PrecisionUnknown {
		parts = append(parts, p.Precision.String())
	}
	if p.Partial {
		parts = append(parts, "a part of the words only")
	}
	if p.Distance >= 0.5 {
		parts = append(parts, fmt.Sprintf("%.0f m", p.Distance))
	}
	if !p.ID.IsZero() {
		parts = append(parts, p.ID.String())
	}
	return strings.Join(parts, " · ")
}

// known says what a suggestion has beside its text.
func known(s *geo.Suggestion) string {
	text := ""
	if !s.Point.IsZero() {
		text += " · " + s.Point.String()
	}
	if !s.ID.IsZero() {
		text += " · " + s.ID.String()
	}
	return text
}

// division prints a division and those within.
func division(w io.Writer, d *geo.District, indent string) {
	text := d.Level.String() + " " + d.Name
	if d.Adcode != "" {
		text += " " + d.Adcode
	}
	if !d.Center.IsZero() {
		text += " · " + d.Center.String()
	}
	if n := len(d.Boundary); n > 0 {
		points := 0
		for _, ring := range d.Boundary {
			points += len(ring)
		}
		text += fmt.Sprintf(" · a boundary of %d points in %d rings", points, n)
	}
	fmt.Fprintf(w, "    %s%s\n", indent, text)
	for i := range d.Children {
		division(w, &d.Children[i], indent+"  ")
	}
}
