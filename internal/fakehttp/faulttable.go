package fakehttp

import (
	"net/http"
	"strings"
	"time"
)

// AllFaults returns every fault in every flavour it has, with settings fit for most suites, under names that are all
// different: a suite crosses it with the vendor's codes and its adapters' verbs. Faults that never end by themselves
// (hangs, slow and endless bodies) need a client with a deadline or a size limit. The redirect points to a host that
// does not exist. DelayKind and AnswerKind, which are no faults of the transport, are left out.
func AllFaults() []Fault {
	faults := []Fault{Refuse(), ResetOnAccept(), HangBeforeRead()}
	both := []Fault{
		HangAfterRead(), ResetBeforeReply(), ResetMidReply(), CutBody(), SlowBody(time.Minute), Endless(), Garbage(),
		HTML(http.StatusOK),
		named("empty_200", Status(http.StatusOK, nil, "")),
		Status(http.StatusNoContent, nil, ""),
		Status(http.StatusInternalServerError, nil, "internal error"),
		HTML(http.StatusBadGateway),
		Overloaded("7"),
		HTML(http.StatusGatewayTimeout),
	}
	for _, f := range both {
		faults = append(faults, f, After(f))
	}
	return append(faults,
		Redirect("http://elsewhere.invalid/"),
		Status(http.StatusBadRequest, nil, "bad request"),
		Status(http.StatusUnauthorized, nil, "unauthorized"),
		HTML(http.StatusForbidden),
		Status(http.StatusNotFound, nil, "404 page not found"),
		Status(http.StatusRequestTimeout, nil, ""),
		Status(http.StatusRequestEntityTooLarge, nil, ""),
		TooMany("7"),
		named("status_429_without_wait", TooMany("")),
		named("status_503_without_wait", Overloaded("")),
	)
}

// FaultNamed returns the fault of [AllFaults] with this name, and whether there is one.
func FaultNamed(name string) (Fault, bool) {
	for _, f := range AllFaults() {
		if f.String() == name {
			return f, true
		}
	}
	return Fault{}, false
}

// OddBodies returns replies with status 200 and the content type given whose bodies have a shape no vendor promises:
// JSON of the wrong type, numbers out of range, deep nesting, broken text. An adapter must turn each into an error,
// quickly and without panic.
func OddBodies(contentType string) []Fault {
	bodies := []struct{ name, body string }{
		{"null", "null"}, {"true", "true"}, {"number", "0"}, {"string", `"ok"`}, {"array", "[]"}, {"object", "{}"},
		{"array_of_null", "[null]"}, {"array_of_arrays", "[[]]"}, {"huge_number", "1e999"}, {"two_values", "{}{}"},
		{"deep", strings.Repeat("[", 20000)}, {"deep_object", strings.Repeat(`{"a":`, 20000)},
		{"unclosed", `{"status":"1","result":`}, {"trailing_text", "{}\n<html>"}, {"mark_only", "\ufeff"},
		{"not_utf8", "{\"status\":\"\xff\xfe\"}"}, {"nul", "\x00"}, {"blanks", strings.Repeat(" ", 4096)},
	}
	faults := make([]Fault, len(bodies))
	for i, b := range bodies {
		faults[i] = named("odd_"+b.name, Status(http.StatusOK, http.Header{"Content-Type": {contentType}}, b.body))
	}
	return faults
}

func named(label string, f Fault) Fault {
	f.Label = label
	return f
}
