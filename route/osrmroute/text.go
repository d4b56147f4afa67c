package osrmroute

import (
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/route"
)

type step struct {
	Distance *float64 `json:"distance"`
	Duration *float64 `json:"duration"`
	Name     string   `json:"name"`
	Ref      string   `json:"ref"`
	Mode     string   `json:"mode"`
	Maneuver struct {
		Type     string `json:"type"`
		Modifier string `json:"modifier"`
		Exit     int    `json:"exit"`
	} `json:"maneuver"`
}

// steps writes the texts that OSRM leaves to its callers.
func steps(list []step) []route.Step {
	out := make([]route.Step, 0, len(list))
	for i := range list {
		s := route.Step{Text: list[i].text(), Road: list[i].road()}
		if metres, took, ok := measure(list[i].Distance, list[i].Duration); ok {
			s.Distance, s.Duration = metres, took
		}
		out = append(out, s)
	}
	return out
}

func (s *step) road() string {
	switch {
	case s.Name == "":
		return s.Ref
	case s.Ref == "" || strings.Contains(s.Name, s.Ref):
		return s.Name
	}
	return s.Name + " (" + s.Ref + ")"
}

// text describes a manoeuvre. By OSRM's rule an unknown type is a turn.
func (s *step) text() string {
	way := s.Maneuver.Modifier
	road := s.road()
	onto := ""
	if road != "" {
		onto = " onto " + road
	}
	switch s.Maneuver.Type {
	case "depart":
		if road == "" {
			return "Start"
		}
		return "Start on " + road
	case "arrive":
		switch way {
		case "left", "right":
			return "Arrive, on the " + way
		}
		return "Arrive"
	case "new name", "notification", "continue":
		if way == "" || way == "straight" {
			return "Continue" + onto
		}
	case "merge":
		return strings.TrimSpace("Merge "+way) + onto
	case "on ramp":
		return "Take the ramp" + side(way) + onto
	case "off ramp":
		return "Take the exit" + side(way) + onto
	case "fork":
		return "Keep" + direction(way, " straight") + onto
	case "end of road":
		return "At the end of the road turn" + direction(way, "") + onto
	case "roundabout", "rotary", "roundabout turn":
		if s.Maneuver.Exit > 0 {
			return "At the roundabout take exit " + strconv.Itoa(s.Maneuver.Exit) + onto
		}
		return "Enter the roundabout" + onto
	case "exit roundabout", "exit rotary":
		return "Leave the roundabout" + onto
	}
	switch way {
	case "uturn":
		return "Make a U-turn" + onto
	case "", "straight":
		return "Continue straight" + onto
	}
	return "Turn " + way + onto
}

func side(way string) string {
	switch {
	case strings.Contains(way, "left"):
		return " on the left"
	case strings.Contains(way, "right"):
		return " on the right"
	}
	return ""
}

func direction(way, none string) string {
	switch way {
	case "", "straight":
		return none
	}
	return " " + way
}
