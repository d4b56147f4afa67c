package fakehttp

import (
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// maxForm bounds the bodies that [Params.Form] and [DecodeJSON] take, in bytes.
const maxForm = 16 << 20

// Problem says what is wrong with a parameter.
type Problem uint8

const (
	// Missing: a required parameter is not there.
	Missing Problem = iota + 1
	// Empty: a required parameter has no value.
	Empty
	// Unknown: the vendor knows no such parameter. Some vendors ignore those; a fake refuses them, since they are a
	// mistake of ours.
	Unknown
	// Repeated: a parameter is there more than once.
	Repeated
	// Malformed: query or body cannot be read, or a value has the wrong type.
	Malformed
	// WrongType: the body's content type is not the one the vendor takes.
	WrongType
)

// String returns "missing", "empty", "unknown", "repeated", "malformed" or "wrong type".
func (p Problem) String() string {
	names := [...]string{"none", "missing", "empty", "unknown", "repeated", "malformed", "wrong type"}
	if int(p) >= len(names) {
		return "problem"
	}
	return names[p]
}

// ParamError says which parameter is wrong and how.
type ParamError struct {
	Name    string // of the parameter, a JSON path such as "message.token", or ""
	Problem Problem
	Detail  string // for Malformed and WrongType: what exactly
}

// Error returns a text such as "parameter city: repeated".
func (e *ParamError) Error() string {
	text := e.Problem.String()
	if e.Name != "" {
		text = "parameter " + e.Name + ": " + text
	}
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}

// Params lists what an operation takes. Everything else is unknown, and nothing may come twice but what is Repeatable.
type Params struct {
	Required   []string // must be there and not be empty
	Optional   []string // may be there, and be empty
	Repeatable []string // may be there any number of times
}

// With returns a copy that takes more optional parameters.
func (p Params) With(optional ...string) Params {
	p.Optional = append(slices.Clip(p.Optional), optional...)
	return p
}

// Check returns the first thing wrong with values, or nil: first what is unknown or repeated, by name, then what is
// missing or empty, in the order of Required.
func (p Params) Check(values url.Values) *ParamError {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(p.Repeatable, name) {
			continue
		}
		if !slices.Contains(p.Required, name) && !slices.Contains(p.Optional, name) {
			return &ParamError{Name: name, Problem: Unknown}
		}
		if len(values[name]) > 1 {
			return &ParamError{Name: name, Problem: Repeated}
		}
	}
	for _, name := range p.Required {
		switch v, ok := values[name]; {
		case !ok:
			return &ParamError{Name: name, Problem: Missing}
		case v[0] == "":
			return &ParamError{Name: name, Problem: Empty}
		}
	}
	return nil
}

// Query parses and checks the request's query. The values are returned even when something is wrong with them.
func (p Params) Query(r *http.Request) (url.Values, *ParamError) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return values, &ParamError{Problem: Malformed, Detail: "query: " + err.Error()}
	}
	return values, p.Check(values)
}

// Form reads and checks a body of type application/x-www-form-urlencoded. A request that has a query as well is
// malformed: vendors leave open which of the two counts. The body is used up.
func (p Params) Form(r *http.Request) (url.Values, *ParamError) {
	if e := contentType(r, "application/x-www-form-urlencoded"); e != nil {
		return nil, e
	}
	if r.URL.RawQuery != "" {
		return nil, &ParamError{Problem: Malformed, Detail: "query beside a form"}
	}
	body, e := readBody(r)
	if e != nil {
		return nil, e
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return values, &ParamError{Problem: Malformed, Detail: "form: " + err.Error()}
	}
	return values, p.Check(values)
}

// Checked returns a handler that lets requests through to next with their checked query (GET, HEAD, DELETE) or form
// (other methods), and has refuse answer the others in the vendor's own shape.
func (p Params) Checked(refuse func(http.ResponseWriter, *http.Request, *ParamError), next func(http.ResponseWriter, *http.Request, url.Values)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read := p.Form
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodDelete {
			read = p.Query
		}
		values, e := read(r)
		if e != nil {
			refuse(w, r, e)
			return
		}
		next(w, r, values)
	})
}

func contentType(r *http.Request, want string) *ParamError {
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != want {
		return &ParamError{Name: "Content-Type", Problem: WrongType, Detail: "want " + want}
	}
	return nil
}

func readBody(r *http.Request) ([]byte, *ParamError) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil {
		return nil, &ParamError{Problem: Malformed, Detail: "body: " + err.Error()}
	}
	if len(body) > maxForm {
		return nil, &ParamError{Problem: Malformed, Detail: "body too large"}
	}
	return body, nil
}
