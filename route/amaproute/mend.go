package amaproute

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// shape is how the services write a member when there is something in it.
type shape uint8

const (
	object shape = 1
	list   shape = 2
)

// containers are the members of a reply that hold others. Where there is nothing
// in one it is written as [], "", {} or null.
var containers = map[string]shape{"route": object, "data": object, "cost": object, "navi": object, "paths": list, "steps": list}

var errShape = errors.New("a member of the reply has another shape")

// Mend reads a reply in which containers are written otherwise than their shape,
// or a list as the pages print it, in an object of its own ({"path":[…]}): these
// are few, so that every other reply is read at once, without a look at
// each container's bytes. It is called when reading the reply failed.
func (r *reply) Mend(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var top map[string]any
	if err := d.Decode(&top); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errShape
	}
	if err := straighten(top); err != nil {
		return err
	}
	b, err := json.Marshal(top)
	if err != nil {
		return err
	}
	*r = reply{}
	return json.Unmarshal(b, r)
}

// straighten gives the containers of an object their shape: what is empty is
// taken out, an object in the place of a list becomes one of one, and elements
// that are no objects are left out.
func straighten(m map[string]any) error {
	for name, want := range containers {
		v, ok := m[name]
		if !ok {
			continue
		}
		if inner, ok := v.(map[string]any); ok && want == list && len(inner) == 1 {
			for _, only := range inner {
				if _, isList := only.([]any); isList || only == nil {
					v = only
					m[name] = v
				}
			}
		}
		if vacant(v) {
			delete(m, name)
			continue
		}
		one, isObject := v.(map[string]any)
		many, isList := v.([]any)
		switch {
		case isObject && want == object:
		case isObject:
			many = []any{one}
			m[name] = many
		case isList && want == list:
			kept := many[:0]
			for _, x := range many {
				if _, ok := x.(map[string]any); ok {
					kept = append(kept, x)
				}
			}
			many = kept
			m[name] = kept
		default:
			return errShape
		}
		if want == object {
			many = []any{one}
		}
		for _, x := range many {
			if err := straighten(x.(map[string]any)); err != nil {
				return err
			}
		}
	}
	return nil
}

// vacant reports whether a value is one of the ways to write that there is
// nothing.
func vacant(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
