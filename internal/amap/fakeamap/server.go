// Package fakeamap is a fake of Amap's web services that speaks their protocol
// strictly: it checks the key and the signature, refuses parameters that a
// service does not have, answers in the services' two envelopes with their odd
// types, and knows the places and roads of the little world. geotest and
// routetest hand it out.
package fakeamap

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/amap"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// Key is the key that a fake takes unless its options say otherwise.
const Key = "fake-amap-web-service-key"

// Options changes what a fake takes and has. nil or the zero value is a key
// without a signature and without the truck service, as a new account has it.
type Options struct {
	// Key is the only key taken, default Key.
	Key string
	// PrivateKey, when not empty, switches the digital signature on: requests
	// without a right sig are refused.
	PrivateKey string
	// Truck gives the key the right to the truck service, which is sold apart.
	Truck bool
}

// Server is a running fake. All methods are safe for concurrent use.
type Server struct {
	*fakehttp.Server
	world *world.World
	opts  Options

	mu    sync.Mutex
	asked []point // the points of the last way asked for
	// origins and destinations are those of the last table asked for.
	origins, destinations []point
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
	s.Server = fakehttp.New("amap", s.routes(), fakehttp.MaskParams("key", "sig"))
	return s
}

// Accepted returns how many requests for the path (such as /v3/geocode/geo, or
// "" for all) were answered with a success.
func (s *Server) Accepted(path string) int { return s.Count("accepted " + path) }

// FailCode makes the fake answer every request until Heal with the refusal of
// this code, in the envelope of the service that was asked.
func (s *Server) FailCode(code string) {
	s.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { refuse(w, r, code) })))
}

// FailCodeWhen is FailCode for the requests of one path only.
func (s *Server) FailCodeWhen(path, code string) {
	s.FailWhen(func(r *http.Request, _ []byte) bool { return r.URL.Path == path },
		fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { refuse(w, r, code) })))
}

// service answers a checked request with a reply, or refuses it with a code.
type service func(q url.Values) (reply any, code string)

// codeOK answers, every other code refuses.
const codeOK = "10000"

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, p fakehttp.Params, post bool, f service) {
		mux.Handle(path, s.checked(p, post, f))
	}
	handle("/v3/geocode/geo", fakehttp.Params{Required: []string{"address"}, Optional: []string{"city", "batch"}}, false, s.geocode)
	handle("/v3/geocode/regeo", fakehttp.Params{Required: []string{"location"},
		Optional: []string{"extensions", "radius", "poitype", "roadlevel", "homeorcorp", "batch"}}, false, s.regeo)
	handle("/v5/direction/driving", fakehttp.Params{Required: []string{"origin", "destination"},
		Optional: []string{"origin_id", "destination_id", "destination_type", "origin_type", "strategy", "waypoints",
			"avoidpolygons", "avoidroad", "plate", "cartype", "ferry", "show_fields"}}, true, s.driving)
	handle("/v5/direction/walking", fakehttp.Params{Required: []string{"origin", "destination"},
		Optional: []string{"origin_id", "destination_id", "alternative_route", "isindoor", "show_fields"}}, false, s.walking)
	handle("/v5/direction/bicycling", fakehttp.Params{Required: []string{"origin", "destination"},
		Optional: []string{"alternative_route", "show_fields"}}, false, s.bicycling)
	handle("/v4/direction/truck", fakehttp.Params{Required: []string{"origin", "destination", "size"},
		Optional: []string{"originid", "destinationid", "originidtype", "origintype", "destinationtype", "waypoints",
			"intelligent_sorting", "height", "width", "load", "weight", "axis", "province", "number", "cartype", "strategy",
			"avoidpolygons", "showpolyline", "nosteps", "diu"}}, false, s.truck)
	handle("/v3/distance", distanceParams, false, s.distance)
	handle("/v3/assistant/inputtips", tipsParams, false, s.tips)
	handle("/v5/place/text", searchParams(nil, nil), false, s.placeText)
	handle("/v5/place/around", searchParams([]string{"location"}, []string{"radius", "sortrule"}), false, s.placeAround)
	handle("/v5/place/detail", fakehttp.Params{Required: []string{"id"}, Optional: []string{"show_fields"}}, false, s.placeDetail)
	handle("/v3/config/district", districtParams, false, s.district)
	// A path that is no service is one that the key has no right to.
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, r, "10002") })
	return mux
}

// checked lets a request through to a service when key, signature, method and
// parameters are right.
func (s *Server) checked(p fakehttp.Params, post bool, f service) http.Handler {
	p.Required = append([]string{"key"}, p.Required...)
	p = p.With("sig", "output")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q url.Values
		var wrong *fakehttp.ParamError
		switch {
		case r.Method == http.MethodGet:
			q, wrong = p.Query(r)
		case r.Method == http.MethodPost && post:
			q, wrong = p.Form(r)
		default:
			refuse(w, r, "20002")
			return
		}
		code := s.admit(q, wrong)
		var reply any
		if code == codeOK {
			reply, code = f(q)
		}
		if code != codeOK {
			refuse(w, r, code)
			return
		}
		s.Note("accepted ")
		s.Note("accepted " + r.URL.Path)
		answer(w, reply)
	})
}

// admit checks what all services check, in the order in which Amap does: the
// key, its signature, the parameters.
func (s *Server) admit(q url.Values, wrong *fakehttp.ParamError) string {
	switch {
	case q.Get("key") != s.opts.Key:
		return "10001"
	case s.opts.PrivateKey != "" && q.Get("sig") != amap.Sign(q, s.opts.PrivateKey):
		return "10007"
	case wrong != nil && (wrong.Problem == fakehttp.Missing || wrong.Problem == fakehttp.Empty):
		return "20001"
	case wrong != nil:
		return "20000"
	case q.Has("output") && !strings.EqualFold(q.Get("output"), "json"):
		return "20000" // this fake has no XML
	}
	for _, values := range q {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return "30001" // recorded: badly escaped text is no parameter error
			}
		}
	}
	return codeOK
}

// refuse answers with a code in the envelope of the path.
func refuse(w http.ResponseWriter, r *http.Request, code string) {
	info := amap.Codes()[code]
	if info == "" {
		info = "UNKNOWN"
	}
	if !strings.HasPrefix(r.URL.Path, "/v4/") {
		answer(w, map[string]any{"status": "0", "info": info, "infocode": code})
		return
	}
	n, err := strconv.Atoi(code)
	if err != nil {
		n = 20003
	}
	answer(w, map[string]any{"errcode": n, "errmsg": info, "errdetail": nil, "data": ""})
}

func answer(w http.ResponseWriter, reply any) {
	body, err := json.Marshal(reply)
	if err != nil {
		http.Error(w, "fake amap: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Write(body)
}

// empty is a string that the v3 services write as [] when it is empty.
type empty string

// MarshalJSON implements [json.Marshaler].
func (e empty) MarshalJSON() ([]byte, error) {
	if e == "" {
		return []byte("[]"), nil
	}
	return json.Marshal(string(e))
}
