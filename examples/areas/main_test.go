package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDemonstration(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), "", "", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"Mumbai, intercity"`, `"name":"Docks","allowStart":false,"allowMiddle":false,"allowFinish":false`, `"data":{"count":0,"areas":[]}`, `"ret":1,"msg":"lon: more than 6 decimals"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing in\n%s", want, out.String())
		}
	}
}

// stopper stops the server as soon as it says where it is.
type stopper struct {
	bytes.Buffer
	stop func()
}

func (s *stopper) Write(p []byte) (int, error) {
	s.stop()
	return s.Buffer.Write(p)
}

func TestServesUntilStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &stopper{stop: cancel}
	if err := run(ctx, "127.0.0.1:0", "", out); err != nil || !strings.Contains(out.String(), "areas at http://127.0.0.1:") {
		t.Errorf("%v, %s", err, out.String())
	}
	if err := run(t.Context(), "nowhere:x", "", io.Discard); err == nil {
		t.Error("an impossible address")
	}
	if err := run(t.Context(), "", t.TempDir(), io.Discard); err == nil {
		t.Error("a folder for a file")
	}
}

func call(t *testing.T, h http.Handler, method, path, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

func TestEditing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "areas.geojson")
	app, err := newApp(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	h := app.routes()
	feature := func(version, corner string) string {
		return `{"type":"Feature","properties":{"id":"x","cityCode":"SIN","allowStart":true,"colour":"red","version":` + version + `},"geometry":{"type":"Polygon","coordinates":[[[103,1],[104,1],[104,` + corner + `],[103,1]]]}}`
	}
	for _, step := range []struct {
		what, method, path, body string
		status                   int
		want                     string
	}{
		{"new", "PUT", "/areas/x", feature("0", "2"), 200, `"version":1`},
		{"new again", "PUT", "/areas/x", feature("0", "2"), 409, "changed by somebody else"},
		{"edit", "PUT", "/areas/x", feature("1", "3"), 200, `"version":2`},
		{"no triangle", "PUT", "/areas/x", feature("2", "1"), 422, "ring encloses nothing"},
		{"another path", "PUT", "/areas/y", feature("2", "2"), 422, "not the area of the path"},
		{"no GeoJSON", "PUT", "/areas/x", "{", 422, "read_geojson"},
		{"no polygon", "PUT", "/areas/x", `{"type":"Feature","properties":{"id":"x"},"geometry":{"type":"Point","coordinates":[1,2]}}`, 422, "no polygon"},
		{"an edit of what is not there", "PUT", "/areas/y", strings.ReplaceAll(feature("4", "2"), `"x"`, `"y"`), 404, "deleted by somebody else"},
		{"verdict", "GET", "/verdict?cityCode=SIN&lon=103.9&lat=1.1", "", 200, `[{"role":"start","allowed":true,"rule":"allowed","area":"x"},{"role":"middle","allowed":false,"rule":"role_not_allowed","area":"x"},{"role":"finish","allowed":false,"rule":"role_not_allowed","area":"x"}]`},
		{"verdict nowhere", "GET", "/verdict?lon=x&lat=1", "", 422, "not a number"},
		{"verdict beyond the pole", "GET", "/verdict?lon=1&lat=91", "", 422, "latitude"},
		{"interface", "POST", "/api/areas?", "", 415, `"ret":1`},
		{"status", "GET", "/status", "", 200, `"areas":6`},
		{"page", "GET", "/", "", 200, "<canvas"},
		{"script", "GET", "/page.js", "", 200, "'use strict'"},
		{"delete an old version", "DELETE", "/areas/x?version=1", "", 409, ""},
		{"delete without", "DELETE", "/areas/x", "", 422, ""},
		{"list", "GET", "/areas", "", 200, `"colour":"red"`},
	} {
		if status, body := call(t, h, step.method, step.path, step.body); status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s: %d %s", step.what, status, body)
		}
	}
	// Another process finds in the file what was saved.
	again, err := newApp(t.Context(), file)
	if err != nil || again.service.Index().Area("x") == nil || again.service.Index().Area("x").Version != 2 {
		t.Fatalf("read again: %v", err)
	}
	if status, _ := call(t, again.routes(), "DELETE", "/areas/x?version=2", ""); status != 204 {
		t.Errorf("delete: %d", status)
	}
	if status, _ := call(t, again.routes(), "DELETE", "/areas/x?version=0", ""); status != 404 {
		t.Errorf("delete again: %d", status)
	}
	b, err := os.ReadFile(file)
	if err != nil || !json.Valid(b) || strings.Contains(string(b), `"x"`) {
		t.Errorf("the file: %v", err)
	}
	// A file with an area that cannot be read is not opened: saving would lose it.
	if err := os.WriteFile(file, []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newApp(t.Context(), file); err == nil {
		t.Error("a file with a broken area was opened")
	}
}
