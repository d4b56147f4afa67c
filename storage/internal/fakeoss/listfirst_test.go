package fakeoss

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Parts are listed from a marker on; 0 is the beginning, as clients write it.
func TestMarkersOfParts(t *testing.T) {
	s := New(Options{})
	t.Cleanup(s.Close)
	s.in.Open["id"] = &upload{key: "k", parts: map[int]*content{1: {}, 2: {}}}
	for marker, want := range map[string]int{"": 2, "0": 2, "1": 1, "2": 0, "-1": -1, "x": -1, "10001": -1} {
		w := httptest.NewRecorder()
		e := s.listParts(w, url.Values{"uploadId": {"id"}, "part-number-marker": {marker}}, "k")
		if (e != nil) != (want < 0) || e == nil && strings.Count(w.Body.String(), "<Part>") != want {
			t.Errorf("%q: %v %s, want %d parts", marker, e, w.Body, want)
		}
	}
}
