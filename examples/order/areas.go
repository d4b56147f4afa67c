package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
)

// This file is package geo/area at work: may a driver stop there at all? In the
// mainland the city decides, elsewhere polygons that operations has drawn.

// What is served without -areas and -cities.
var (
	//go:embed areas.geojson
	embeddedAreas []byte
	//go:embed cities.json
	embeddedCities []byte
)

// newAreas builds the checker. A service that runs for long has area.New with an
// interval in the place of area.NewIndex, and a table in the place of a file.
func newAreas(ctx context.Context, cfg config) (area.Checker, error) {
	polygons, err := fileOr(cfg.areas, embeddedAreas)
	if err != nil {
		return nil, fmt.Errorf("-areas: %w", err)
	}
	batch, err := area.ReadGeoJSON(ctx, bytes.NewReader(polygons), nil)
	if err != nil {
		return nil, fmt.Errorf("-areas: %w", err)
	}
	index, problems, err := area.NewIndex(geo.WGS84, batch.Areas)
	if err != nil {
		return nil, fmt.Errorf("-areas: %w", err)
	}
	if problems = append(batch.Problems, problems...); len(problems) > 0 {
		return nil, fmt.Errorf("-areas: %w", problems[0])
	}
	list, err := fileOr(cfg.cities, embeddedCities)
	if err != nil {
		return nil, fmt.Errorf("-cities: %w", err)
	}
	cities, err := area.ReadCities(bytes.NewReader(list))
	if err != nil {
		return nil, fmt.Errorf("-cities: %w", err)
	}
	return area.NewByRegion(index, map[string]area.Checker{"CN": cities})
}

func fileOr(name string, otherwise []byte) ([]byte, error) {
	if name == "" {
		return otherwise, nil
	}
	return os.ReadFile(name)
}

// admit asks whether the order's stops lie where its city and service may go. A
// refusal is an answer and no failure: nobody is asked for a way or sent a
// message.
func (a *app) admit(r *result) bool {
	verdict, err := a.areas.CheckTrip(r.CityCode, r.Service, []area.Stop{stopOf(r.pickup), stopOf(r.dropoff)})
	if err != nil {
		return r.fail(stepArea, err)
	}
	r.verdict = verdict
	return verdict.Allowed
}

// stopOf says where a place is. Vendors from abroad give Hong Kong and Macau no
// division code, by which the mainland's list of cities goes.
func stopOf(p found) area.Stop {
	s := area.Stop{Point: p.Point, Region: p.Address.Region, CityCode: p.Address.Adcode}
	if s.CityCode == "" {
		s.CityCode = map[string]string{"HK": "810000", "MO": "820000"}[s.Region]
	}
	return s
}

// refused reports whether the service area refused the order.
func (r *result) refused() bool { return len(r.verdict.Stops) > 0 && !r.verdict.Allowed }

// areaLines say by which area or city the stops are allowed, or by which rule and
// area they were refused.
func (r *result) areaLines() []string {
	var lines []string
	for i, s := range r.verdict.Stops {
		stop := []string{stepPickup, stepDropoff}[i]
		if s.Allowed {
			lines = append(lines, fmt.Sprintf("%s in %s", stop, whereOf(s)))
			continue
		}
		text := fmt.Sprintf("✗ refused: %s may not %s here: rule %s, %s", stop, s.Role, s.Rule, whereOf(s))
		if s.Area != nil && s.Area.Remarks != "" {
			text += ": " + s.Area.Remarks
		}
		lines = append(lines, text)
	}
	if r.verdict.Allowed {
		return []string{strings.Join(lines, " │ ")}
	}
	return lines
}

// whereOf names the area or city that decided.
func whereOf(s area.StopVerdict) string {
	switch {
	case s.Area != nil:
		return "area " + s.Area.ID + " (" + s.Area.Name + ")"
	case s.City != nil:
		return "city " + firstOf(s.City.CityCode, s.City.Adcode) + " (" + s.City.Name + ")"
	case s.Rule == area.CityNotOpened:
		return "a city that is not served"
	}
	return "outside of all areas"
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
