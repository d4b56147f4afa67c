// Package fakegoogle is a fake of the Google Maps Platform that speaks its
// protocols strictly: Geocoding v3, the Places API (New), the Routes API, and the
// legacy Places and Directions APIs. It checks keys and signatures, refuses parameters, fields and masks that
// the services do not have, answers in the services' shapes, and knows the places
// and roads of the little world. geotest and routetest hand it out.
//
// # Stricter than Google
//
// The older services of Google ignore parameters that they do not know. The fake
// refuses them with INVALID_REQUEST, since they are a mistake of ours.
package fakegoogle

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// Key is the key that a fake takes unless its options say otherwise.
const Key = "fake-google-maps-key"

// Options changes what a fake takes and has. nil or the zero value is a project
// with a key and all services.
type Options struct {
	// Key is the only key taken, default [Key].
	Key string
	// ClientID and SigningSecret, in URL-safe base64, are taken by the older
	// services beside the key.
	ClientID, SigningSecret string
	// NoLegacy is a project made after the legacy services were frozen.
	NoLegacy bool
}

// Server is a running fake. All methods are safe for concurrent use.
type Server struct {
	*fakehttp.Server
	world *world.World
	opts  Options

	mu       sync.Mutex
	asked    []geo.Point
	sessions map[string]bool // open, by generation and token
	single   int
	// origins and destinations are those of the last table asked for.
	origins, destinations []geo.Point
}

// New starts a fake. The caller closes it.
func New(o *Options) *Server {
	s := &Server{world: world.Default()}
	if o != nil {
		s.opts = *o
	}
	if s.opts.Key == "" {
		s.opts.Key = Key
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /maps/api/geocode/json", s.legacy("results", geocodeParams, s.geocode))
	mux.HandleFunc("GET /maps/api/directions/json", s.legacy("routes", directionsParams, s.directions))
	mux.HandleFunc("GET /maps/api/distancematrix/json", s.legacy("rows", distanceMatrixParams, s.distanceMatrix))
	mux.HandleFunc("POST /directions/v2:computeRoutes", s.computeRoutes)
	mux.HandleFunc("GET /maps/api/place/autocomplete/json", s.legacy("predictions", legacyAutocompleteParams, s.legacyAutocomplete))
	mux.HandleFunc("GET /maps/api/place/details/json", s.legacy("", legacyDetailsParams, s.legacyDetails))
	mux.HandleFunc("GET /maps/api/place/textsearch/json", s.legacy("results", legacyTextParams, s.legacyText))
	mux.HandleFunc("GET /maps/api/place/nearbysearch/json", s.legacy("results", legacyNearbyParams, s.legacyNearby))
	mux.HandleFunc("POST /v1/places:autocomplete", s.autocomplete)
	mux.HandleFunc("POST /v1/places:searchText", s.searchText)
	mux.HandleFunc("POST /v1/places:searchNearby", s.searchNearby)
	mux.HandleFunc("GET /v1/places/{id}", s.details)
	mux.HandleFunc("POST /distanceMatrix/v2:computeRouteMatrix", s.computeRouteMatrix)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n"))
	})
	s.Server = fakehttp.New("google", mux, fakehttp.MaskParams("key", "client", "signature"), fakehttp.MaskHeaders("X-Goog-Api-Key"),
		fakehttp.Mask(maskEcho))
	return s
}

// maskEcho masks the URL that the refusal of a signature repeats.
func maskEcho(x *fakehttp.Exchange) {
	if strings.HasPrefix(x.Reply, badClientID) {
		x.Reply = badClientID + "***"
	}
}

// Accepted returns how many requests for the path ("" for all) were answered
// with a success, an empty one included.
func (s *Server) Accepted(path string) int { return s.Count("accepted " + path) }

// Asked returns the points of the last way asked for, tagged with the datum in
// which Google takes the numbers there.
func (s *Server) Asked() []geo.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]geo.Point(nil), s.asked...)
}

func (s *Server) accept(r *http.Request) {
	s.Note("accepted ")
	s.Note("accepted " + r.URL.Path)
}

// read tags numbers as Google reads them.
func read(lat, lng float64) geo.Point { return geo.DatumTable{}.In(geo.VendorGoogle, lat, lng) }

// show converts a point of the world to the numbers that Google gives there.
func show(lat, lng float64, region string) (float64, float64) {
	p := geo.DatumTable{}.Out(geo.VendorGoogle, geo.Point{Lat: lat, Lng: lng}, region)
	return round7(p.Lat), round7(p.Lng)
}

// signed reports whether the query's signature is the right one for the client.
func (s *Server) signed(r *http.Request) bool {
	query, signature, ok := strings.Cut(r.URL.RawQuery, "&signature=")
	secret, err := base64.URLEncoding.DecodeString(s.opts.SigningSecret)
	if !ok || err != nil || s.opts.ClientID == "" || r.URL.Query().Get("client") != s.opts.ClientID {
		return false
	}
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(r.URL.Path + "?" + query))
	return hmac.Equal([]byte(base64.URLEncoding.EncodeToString(mac.Sum(nil))), []byte(signature))
}

// writeJSON answers with a body as Google writes it.
func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "fake google: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
