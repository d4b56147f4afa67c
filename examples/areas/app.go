package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
)

//go:embed page.html
var page []byte

//go:embed page.js
var script []byte

// app is the server: the areas as they are kept, and the service that answers from them.
type app struct {
	store   *store
	service *area.Service
	api     http.Handler
}

func newApp(ctx context.Context, file string) (*app, error) {
	s, err := openStore(ctx, file)
	if err != nil {
		return nil, err
	}
	a := &app{store: s}
	// The areas are drawn in WGS-84, and the page and the apps send the same.
	if a.service, err = area.New(ctx, s, geo.WGS84, &area.Options{AllowEmpty: true}); err != nil {
		return nil, err
	}
	if a.api, err = area.NewHandler(a.service, geo.WGS84, nil); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/areas", a.api)
	mux.HandleFunc("GET /{$}", static("text/html; charset=utf-8", page))
	mux.HandleFunc("GET /page.js", static("text/javascript; charset=utf-8", script))
	mux.HandleFunc("GET /areas", a.list)
	mux.HandleFunc("PUT /areas/{id}", a.save)
	mux.HandleFunc("DELETE /areas/{id}", a.remove)
	mux.HandleFunc("GET /verdict", a.verdict)
	mux.HandleFunc("GET /status", a.status)
	return mux
}

func static(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content)
	}
}

func (a *app) list(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/geo+json")
	w.Header().Set("Cache-Control", "no-store")
	_ = area.WriteGeoJSON(w, a.service.Index().Areas()) // the page sees a cut answer
}

// save takes one Feature, stores it if nobody else changed the area meanwhile, and answers with it as it is stored.
func (a *app) save(w http.ResponseWriter, r *http.Request) {
	batch, err := area.ReadGeoJSON(r.Context(), http.MaxBytesReader(w, r.Body, 8<<20), nil)
	switch {
	case err != nil:
		fail(w, err)
		return
	case len(batch.Problems) > 0:
		fail(w, batch.Problems[0])
		return
	case len(batch.Areas) != 1 || batch.Areas[0].ID != r.PathValue("id"):
		fail(w, waybill.Invalid("save", "the body is not the area of the path"))
		return
	}
	stored, err := a.store.save(batch.Areas[0])
	if err == nil {
		err = a.service.ForceReload(r.Context())
	}
	if err != nil {
		fail(w, err)
		return
	}
	b, err := area.AppendFeature(nil, stored)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/geo+json")
	_, _ = w.Write(b)
}

func (a *app) remove(w http.ResponseWriter, r *http.Request) {
	version, err := strconv.ParseInt(r.FormValue("version"), 10, 64)
	if err != nil {
		fail(w, waybill.Invalid("delete", "version is not a number"))
		return
	}
	if err = a.store.remove(r.PathValue("id"), version); err == nil {
		err = a.service.ForceReload(r.Context())
	}
	if err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// verdict says for every role whether a stop may lie at a point, and by which rule and area.
func (a *app) verdict(w http.ResponseWriter, r *http.Request) {
	lng, err1 := strconv.ParseFloat(r.FormValue("lon"), 64)
	lat, err2 := strconv.ParseFloat(r.FormValue("lat"), 64)
	if errors.Join(err1, err2) != nil {
		fail(w, waybill.Invalid("verdict", "lon or lat is not a number"))
		return
	}
	type said struct {
		Role    string `json:"role"`
		Allowed bool   `json:"allowed"`
		Rule    string `json:"rule"`
		Area    string `json:"area,omitempty"`
	}
	var out []said
	x := a.service.Index() // one version for the whole answer
	for _, role := range []area.Role{area.Start, area.Middle, area.Finish} {
		v, err := x.CheckTrip(r.FormValue("cityCode"), r.FormValue("serviceType"), []area.Stop{{Point: geo.Point{Lat: lat, Lng: lng}, Role: role}})
		if err != nil {
			fail(w, err)
			return
		}
		s := said{Role: role.String(), Allowed: v.Allowed, Rule: v.Stops[0].Rule.String()}
		if v.Stops[0].Area != nil {
			s.Area = v.Stops[0].Area.ID
		}
		out = append(out, s)
	}
	writeJSON(w, http.StatusOK, out)
}

func (a *app) status(w http.ResponseWriter, _ *http.Request) {
	s := a.service.Status()
	problems := []string{}
	for _, p := range s.Problems {
		problems = append(problems, p.Error())
	}
	last := ""
	if s.Err != nil {
		last = s.Err.Error()
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"version": s.Version, "areas": s.Areas, "positions": s.Positions, "ageSeconds": int(s.Age.Seconds()), "problems": problems, "lastError": last,
	})
}

// fail answers with what is wrong. The texts of this library's errors hold nothing that must not be seen.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, waybill.ErrInvalidArgument):
		status = http.StatusUnprocessableEntity
	case errors.Is(err, waybill.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, waybill.ErrFailedPrecondition), errors.Is(err, waybill.ErrAlreadyExists):
		status = http.StatusConflict
	}
	writeJSON(w, status, map[string]string{"error": strings.TrimSuffix(err.Error(), "; left out")})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	b, err := json.Marshal(v)
	if err == nil {
		_, _ = w.Write(b)
	}
}
