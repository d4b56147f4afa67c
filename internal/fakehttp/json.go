package fakehttp

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DecodeJSON reads a body of type application/json into dst, a pointer, and is stricter than [encoding/json]: member
// names must be known and have the exact case, none may be repeated, the text must be UTF-8, and nothing may follow the
// value. Inside maps, interfaces and types with an unmarshaller of their own every name is known. The body is used up.
func DecodeJSON(r *http.Request, dst any) *ParamError {
	if e := contentType(r, "application/json"); e != nil {
		return e
	}
	body, e := readBody(r)
	if e != nil {
		return e
	}
	return StrictJSON(body, dst)
}

// StrictJSON is [DecodeJSON] for a body already read, without a look at the content type.
func StrictJSON(body []byte, dst any) *ParamError {
	if !utf8.Valid(body) {
		return &ParamError{Problem: Malformed, Detail: "not UTF-8"}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if e := walk(d, reflect.TypeOf(dst), ""); e != nil {
		return e
	}
	if _, err := d.Token(); err != io.EOF {
		return &ParamError{Problem: Malformed, Detail: "something follows the JSON value"}
	}
	if err := json.Unmarshal(body, dst); err != nil {
		e := &ParamError{Problem: Malformed, Detail: err.Error()}
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			e.Name, e.Detail = wrong.Field, "JSON "+wrong.Value
		}
		return e
	}
	return nil
}

// walk reads one value and checks the member names in it against t, which is nil where any are allowed.
func walk(d *json.Decoder, t reflect.Type, path string) *ParamError {
	token, err := d.Token()
	if err != nil {
		return &ParamError{Name: path, Problem: Malformed, Detail: "JSON: " + err.Error()}
	}
	t = concrete(t)
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return &ParamError{Name: path, Problem: Malformed, Detail: "JSON: " + err.Error()}
			}
			name := key.(string)
			at := strings.TrimPrefix(path+"."+name, ".")
			if seen[name] {
				return &ParamError{Name: at, Problem: Repeated}
			}
			seen[name] = true
			member, ok := memberType(t, name)
			if !ok {
				return &ParamError{Name: at, Problem: Unknown}
			}
			if e := walk(d, member, at); e != nil {
				return e
			}
		}
	case json.Delim('['):
		var element reflect.Type
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
			element = t.Elem()
		}
		for i := 0; d.More(); i++ {
			if e := walk(d, element, path+"["+strconv.Itoa(i)+"]"); e != nil {
				return e
			}
		}
	default:
		return nil
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return &ParamError{Name: path, Problem: Malformed, Detail: "JSON: " + err.Error()}
	}
	return nil
}

// concrete strips pointers; it returns nil for types that decode themselves or take anything.
func concrete(t reflect.Type) reflect.Type {
	for t != nil {
		if t.Implements(reflect.TypeFor[json.Unmarshaler]()) || t.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) ||
			reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return nil
		}
		if t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	if t == nil || t.Kind() == reflect.Interface {
		return nil
	}
	return t
}

// memberType returns the type of the member called name in t, nil for any, and whether there is one.
func memberType(t reflect.Type, name string) (reflect.Type, bool) {
	switch {
	case t == nil:
		return nil, true
	case t.Kind() == reflect.Map:
		return t.Elem(), true
	case t.Kind() != reflect.Struct:
		return nil, true // a type error, which the decoder words better
	}
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || tag == "-" || (f.Anonymous && tag == "") {
			continue
		}
		if tag == name || (tag == "" && f.Name == name) {
			return f.Type, true
		}
	}
	return nil, false
}
