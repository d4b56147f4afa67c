package fakegoogle

import (
	"slices"
	"strings"
)

// mask is a tree of the fields asked for; an empty one means everything below.
type mask map[string]mask

// maskFields are the paths that this fake knows; every path below or above one
// is known too.
var maskFields = strings.Fields(`routes.distanceMeters routes.duration routes.staticDuration routes.description
	routes.warnings routes.routeLabels routes.polyline.encodedPolyline routes.travelAdvisory.tollInfo.estimatedPrice
	routes.legs.distanceMeters routes.legs.duration routes.legs.staticDuration routes.legs.polyline.encodedPolyline
	routes.legs.steps.distanceMeters routes.legs.steps.staticDuration routes.legs.steps.polyline.encodedPolyline
	routes.legs.steps.navigationInstruction.instructions routes.legs.steps.navigationInstruction.maneuver
	routes.viewport routes.localizedValues routes.optimizedIntermediateWaypointIndex routes.routeToken
	fallbackInfo.routingMode fallbackInfo.reason geocodingResults`)

// parseMask reads the X-Goog-FieldMask of the Routes API.
func parseMask(text string) (mask, string) { return parseMaskOf(text, maskFields) }

// parseMaskOf reads an X-Goog-FieldMask, whose paths must be some of fields or
// above. Blanks are not allowed in it.
func parseMaskOf(text string, fields []string) (mask, string) {
	if text == "" {
		return nil, "FieldMask is a required parameter. See https://cloud.google.com/apis/docs/system-parameters on how to provide it."
	}
	m := mask{}
	for _, path := range strings.Split(text, ",") {
		if path == "*" {
			continue
		}
		known := slices.ContainsFunc(fields, func(f string) bool { return f == path || strings.HasPrefix(f, path+".") })
		if !known {
			return nil, "Error expanding 'fields' parameter. Cannot find matching fields for path '" + path + "'."
		}
		at := m
		for _, name := range strings.Split(path, ".") {
			if at[name] == nil {
				at[name] = mask{}
			}
			at = at[name]
		}
	}
	return m, ""
}

func (m mask) has(path ...string) bool {
	for _, name := range path {
		if len(m) == 0 {
			return true
		}
		next, ok := m[name]
		if !ok {
			return false
		}
		m = next
	}
	return true
}

// prune keeps what the mask names.
func (m mask) prune(v any) any {
	if len(m) == 0 {
		return v
	}
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.prune(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, below := range m {
			if x, ok := v[name]; ok {
				out[name] = below.prune(x)
			}
		}
		return out
	}
	return v
}
