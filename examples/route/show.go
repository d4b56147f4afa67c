package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// rank puts the drivers in the order of their driving time; those without a way
// come last.
func rank(at []geo.Point, m route.MatrixResult) []driver {
	out := make([]driver, len(at))
	for i, p := range at {
		out[i] = driver{Number: i + 1, At: p, Way: m.Cells[i][0]}
	}
	slices.SortStableFunc(out, func(a, b driver) int {
		if (a.Way.Err == nil) != (b.Way.Err == nil) {
			if a.Way.Err == nil {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Way.Duration, b.Way.Duration)
	})
	return out
}

// show prints an answer for people.
func show(w io.Writer, a *answer, p *providers, cfg config) {
	if len(p.fakes) > 0 {
		fmt.Fprintln(w, "Fakes in this process speak the vendors' protocols; route -h tells how to ask the real ones.")
		fmt.Fprintln(w)
	}
	r := &a.Request
	fmt.Fprintf(w, "%s by %s\n", places(r.Points), r.Mode)
	fmt.Fprintf(w, "asked in this order: %s\n\n", order(a.Asked))
	for i := range a.Route.Paths {
		path(w, i+1, &a.Route.Paths[i], a.Route.Served, r)
	}
	if len(a.Drivers) > 0 {
		fmt.Fprintf(w, "\nDrivers by their way to the first point, one table by %s:\n", a.Matrix.Provider)
		for _, d := range a.Drivers {
			if d.Way.Err != nil {
				fmt.Fprintf(w, "  driver %-3d %v\n", d.Number, waybill.CodeOf(d.Way.Err))
				continue
			}
			fmt.Fprintf(w, "  driver %-3d %6.1f km  %8s%s\n", d.Number, d.Way.Distance/1000, clock(d.Way.Duration), marks(d.Way.Traffic, d.Way.Estimated, d.Way.Substituted))
		}
	}
	if cfg.page != "" {
		fmt.Fprintf(w, "\nThe page is in %s.\n", cfg.page)
	}
}

func places(points []geo.Point) string {
	text := make([]string, len(points))
	for i, p := range points {
		text[i] = fmt.Sprintf("%.4f,%.4f", p.Lat, p.Lng)
	}
	return strings.Join(text, " → ")
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
	text := strings.Join(asked, ", ")
	if len(others) > 0 {
		text += "; not " + strings.Join(others, ", ")
	}
	return text
}

func path(w io.Writer, n int, p *route.Path, s waybill.Served, r *route.Request) {
	fmt.Fprintf(w, "%2d  %.1f km in %s by %s%s\n", n, p.Distance/1000, clock(p.Duration), s.Provider, marks(p.Traffic, p.Estimated, p.Substituted))
	if p.Toll != "" {
		fmt.Fprintf(w, "    tolls %s %s\n", p.Toll, p.TollCurrency)
	}
	if len(p.StopOrder) > 0 {
		fmt.Fprintf(w, "    the stops in this order: %v\n", p.StopOrder)
	}
	for _, text := range p.Warnings {
		fmt.Fprintf(w, "    note: %s\n", text)
	}
	if len(p.Legs) > 1 {
		for i, l := range p.Legs {
			fmt.Fprintf(w, "    leg %d  %6.1f km  %8s\n", i+1, l.Distance/1000, clock(l.Duration))
		}
	}
	if !r.Steps {
		return
	}
	for _, l := range p.Legs {
		for _, s := range l.Steps {
			fmt.Fprintf(w, "    %7.0f m  %s\n", s.Distance, s.Text)
		}
	}
}

// marks are what else is to be said of a way.
func marks(traffic, estimated, substituted bool) string {
	text := ""
	if traffic {
		text += ", with traffic"
	}
	if estimated {
		text += ", an estimate"
	}
	if substituted {
		text += ", a car's route"
	}
	return text
}

// clock writes a duration as people say it.
func clock(d time.Duration) string {
	minutes := int(d.Round(time.Minute).Minutes())
	if minutes < 60 {
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d h %02d", minutes/60, minutes%60)
}
