package main

import (
	"fmt"
	"strings"

	"github.com/waybill-go/waybill/examples/internal/sketch"
)

// page draws an answer: the best route over the others, the points, the drivers.
func page(a *answer) ([]byte, error) {
	p := sketch.Page{Title: "By " + a.Request.Mode.String() + ", planned by " + a.Route.Provider, Credits: sketch.Credits(a.Route.Provider)}
	for i := len(a.Route.Paths) - 1; i >= 0; i-- {
		p.Lines = append(p.Lines, sketch.Line{Points: a.Route.Paths[i].Polyline, Class: class(i)})
	}
	for i, v := range a.Route.Paths {
		p.Rows = append(p.Rows, sketch.Row{Name: fmt.Sprintf("Route %d", i+1), Figures: []string{fmt.Sprintf("%.1f km", v.Distance/1000), clock(v.Duration)},
			Note: strings.TrimPrefix(marks(v.Traffic, v.Estimated, v.Substituted)+note(v.Warnings), ", "), Class: class(i)})
	}
	for _, v := range a.Drivers {
		p.Marks = append(p.Marks, sketch.Mark{At: v.At, Label: fmt.Sprint(v.Number), Class: sketch.Around})
		if v.Way.Err == nil {
			p.Rows = append(p.Rows, sketch.Row{Name: fmt.Sprintf("Driver %d", v.Number), Figures: []string{fmt.Sprintf("%.1f km", v.Way.Distance/1000), clock(v.Way.Duration)},
				Note: "to the first point", Class: sketch.Around})
		}
	}
	for i, at := range a.Request.Points {
		p.Marks = append(p.Marks, sketch.Mark{At: at, Label: string(rune('A' + i%26)), Class: sketch.Point})
	}
	return p.HTML()
}

func note(warnings []string) string {
	if len(warnings) == 0 {
		return ""
	}
	return ", " + strings.Join(warnings, "; ")
}

func class(i int) sketch.Class {
	if i == 0 {
		return sketch.Best
	}
	return sketch.Other
}
