package googleroute

import "encoding/json"

// readRoutes reads a computeRoutes reply; false if it is not in the documented
// shape.
func readRoutes(s *scan) (g routesReply, ok bool) {
	ok = s.fields(func(name []byte) {
		switch string(name) {
		case "routes":
			s.need(s.items(func() { g.routes = append(g.routes, readRoute(s)) }))
		case "fallbackInfo":
			g.fallback = readFallback(s)
		default:
			s.raw()
		}
	})
	return g, ok && !s.odd
}

func readRoute(s *scan) (g routeReply) {
	s.fields(func(name []byte) {
		switch string(name) {
		case "distanceMeters":
			g.metres = s.whole()
		case "duration":
			g.duration = s.seconds()
		case "polyline":
			s.fields(func(name []byte) {
				if string(name) == "encodedPolyline" {
					g.line = s.string()
				} else {
					s.raw()
				}
			})
		case "warnings":
			s.items(func() {
				if text := s.string(); text != "" {
					g.warnings = append(g.warnings, text)
				}
			})
		case "legs":
			s.need(s.items(func() { g.legs = append(g.legs, readLeg(s)) }))
		case "optimizedIntermediateWaypointIndex":
			s.items(func() { g.order = append(g.order, s.whole()) })
		case "travelAdvisory":
			s.fields(func(name []byte) {
				raw := s.raw()
				if string(name) == "tollInfo" && json.Unmarshal(raw, &g.toll) != nil {
					g.toll = new(tollInfo) // there are some, and nobody can read how much
				}
			})
		default:
			s.raw()
		}
	})
	return g
}

func readLeg(s *scan) (g legReply) {
	s.fields(func(name []byte) {
		switch string(name) {
		case "distanceMeters":
			g.metres = s.whole()
		case "duration":
			g.duration = s.seconds()
		case "steps":
			s.items(func() {
				if g.steps == nil {
					g.steps = make([]stepReply, 0, 16)
				}
				g.steps = append(g.steps, readStep(s))
			})
		default:
			s.raw()
		}
	})
	return g
}

func readStep(s *scan) (g stepReply) {
	s.fields(func(name []byte) {
		switch string(name) {
		case "distanceMeters":
			g.metres = s.whole()
		case "staticDuration":
			g.static = s.seconds()
		case "navigationInstruction":
			s.fields(func(name []byte) {
				if string(name) == "instructions" {
					g.text = s.sentence()
				} else {
					s.raw()
				}
			})
		default:
			s.raw()
		}
	})
	return g
}

// readElement reads an element of a table; false if it is none.
func readElement(s *scan) (e element, ok bool) {
	ok = s.fields(func(name []byte) {
		switch string(name) {
		case "originIndex":
			e.origin = s.whole()
		case "destinationIndex":
			e.destination = s.whole()
		case "status":
			s.fields(func(name []byte) {
				if string(name) == "code" {
					e.code = s.whole()
				} else {
					s.raw()
				}
			})
		case "condition":
			e.condition = conditionOf(s.word())
		case "distanceMeters":
			e.metres = s.whole()
		case "duration":
			e.duration = s.seconds()
		case "fallbackInfo":
			e.fallback = readFallback(s)
		case "error":
			if raw := s.raw(); string(raw) != "null" {
				e.failure = raw
			}
		default:
			s.raw()
		}
	})
	return e, ok
}

// readFallback reads what an answer was made with less of; null is nothing.
func readFallback(s *scan) *fallback {
	f := new(fallback)
	if !s.fields(func(name []byte) {
		if string(name) == "routingMode" {
			f.mode = string(s.word())
		} else {
			s.raw()
		}
	}) {
		return nil
	}
	return f
}
