// Package fakebaidu is a fake of Baidu's web services over the little world:
// geocoding v3, reverse geocoding v3, the place services v2, the divisions v1, and the direction services v2 (driving,
// motorcycle, riding, walking) and logistics v1 (truck).
//
// It is strict: it checks the key and, for a key with a secret, the signature
// over the bytes that came over the wire; it refuses unknown, missing, repeated
// and malformed parameters, coordinate types that a service does not know and
// coordinates with more than six decimals, in Baidu's own shapes and status
// numbers. It answers XML where output=json is missing and JSONP where a callback
// is named, as Baidu does.
package fakebaidu

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// Server is a fake of Baidu. It is safe for concurrent use.
type Server struct {
	*fakehttp.Server
	ak, sk string
	world  *world.World

	mu    sync.Mutex
	asked []geo.Point
	// origins and destinations are those of the last table asked for.
	origins, destinations []geo.Point
}

// Key is the key that a fake takes unless its options name another.
const Key = "fake-ak-0123456789abcdef"

// Options choose the one key that a fake knows.
type Options struct {
	// AK is the key, default [Key].
	AK string
	// SK, when not empty, switches signatures on: requests without a right sn
	// are refused.
	SK string
}

// New starts a fake on the loopback interface; nil options mean the defaults.
// The caller closes it.
func New(o *Options) *Server {
	s := &Server{ak: Key, world: world.Default()}
	if o != nil {
		s.sk = o.SK
		if o.AK != "" {
			s.ak = o.AK
		}
	}
	s.Server = fakehttp.New("baidu", http.HandlerFunc(s.serve), fakehttp.MaskParams("ak", "sn"))
	return s
}

// FailCode makes the server answer every request with the given status until
// Heal, in the shape in which the service that was asked answers it.
func (s *Server) FailCode(code string) {
	status, err := strconv.Atoi(code)
	if err != nil {
		panic("fakebaidu: a status is a number: " + code)
	}
	s.Fail(fakehttp.Answer("status_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, status, "")
	})))
}

// Asked returns the points of the last direction request that was served, in
// WGS-84.
func (s *Server) Asked() []geo.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]geo.Point(nil), s.asked...)
}

func (s *Server) note(points []geo.Point) {
	s.mu.Lock()
	s.asked = append([]geo.Point(nil), points...)
	s.mu.Unlock()
}

// service is one path with the parameters that it takes beside those that all
// have.
type service struct {
	required, optional []string
	// stamped: the page demands a timestamp beside a signature.
	stamped bool
	answer  func(s *Server, q url.Values) (result any, status int, text string)
}

func services(path string) (service, bool) {
	switch path {
	case "/geocoding/v3/":
		return service{required: []string{"address"}, optional: []string{"city", "ret_coordtype"}, answer: (*Server).geocode}, true
	case "/reverse_geocoding/v3/":
		return service{
			required: []string{"location"},
			optional: []string{"coordtype", "ret_coordtype", "radius", "extensions_poi", "poi_types", "extensions_road",
				"extensions_town", "language", "language_auto", "entire_poi"},
			answer: (*Server).reverse,
		}, true
	case "/direction/v2/driving":
		return directionService(car, "waypoints", "tactics", "alternatives", "cartype", "plate_number", "departure_time",
			"ext_departure_time", "expect_arrival_time", "gps_direction", "radius", "speed", "walkinfo"), true
	case "/direction/v2/motorcycle":
		return directionService(motorcycle, "waypoints", "tactics", "alternatives", "plate_number", "displacement",
			"gps_direction", "radius", "speed"), true
	case "/direction/v2/riding":
		return directionService(bicycle, "riding_type", "road_prefer"), true
	case "/direction/v2/walking":
		return directionService(foot), true
	case "/logistics_direction/v1/truck":
		return directionService(truck, truckParams()...), true
	case "/routematrix/v2/driving":
		return matrixService(car, "tactics", "gps_direction", "radius", "speed"), true
	case "/routematrix/v2/motorcycle":
		return matrixService(motorcycle), true
	case "/routematrix/v2/riding":
		return matrixService(bicycle, "riding_type"), true
	case "/routematrix/v2/walking":
		return matrixService(foot), true
	case "/logistics_routematrix/v1/truck":
		return matrixService(truck, truckMatrixParams()...), true
	}
	return placeServices(path)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	sv, ok := services(r.URL.Path)
	if !ok {
		refuse(w, r, 260, "")
		return
	}
	if status := s.checkKey(r, sv.stamped); status != 0 {
		refuse(w, r, status, "")
		return
	}
	params := fakehttp.Params{Required: sv.required, Optional: append(sv.optional, "ak", "output", "callback")}
	if s.sk != "" {
		params = params.With("sn", "timestamp")
	}
	q, bad := params.Query(r)
	if bad != nil {
		refuse(w, r, 2, bad.Name)
		return
	}
	result, status, text := sv.answer(s, q)
	if status != 0 {
		refuse(w, r, status, text)
		return
	}
	s.Ledger().Accept(r.URL.Path)
	body := map[string]any{"status": 0, "message": "ok"}
	if fields, ok := result.(whole); ok {
		maps.Copy(body, fields)
	} else {
		body["result"] = result
	}
	reply(w, r, body)
}

// checkKey checks the key, and the signature over the query's own bytes, of
// which sn must be the last parameter.
func (s *Server) checkKey(r *http.Request, stamped bool) int {
	q := r.URL.Query()
	switch ak := q.Get("ak"); {
	case ak == "":
		return 101
	case ak != s.ak:
		return 200
	case s.sk == "":
		return 0
	case stamped && q.Get("timestamp") == "":
		return 211
	}
	signed, sn, ok := strings.Cut(r.URL.RawQuery, "&sn=")
	if !ok || strings.Contains(sn, "&") || sn != signature(r.URL.EscapedPath(), signed, s.sk) {
		return 211
	}
	return 0
}

// signature is the sum of PHP's urlencode of path, query and secret key.
func signature(path, query, sk string) string {
	outer := strings.ReplaceAll(url.QueryEscape(path+"?"+query+sk), "~", "%7E")
	sum := md5.Sum([]byte(outer))
	return hex.EncodeToString(sum[:])
}

// texts are Baidu's own words for some status numbers.
func words(status int) string {
	switch status {
	case 1:
		return "服务器内部错误"
	case 2:
		return "参数无效"
	case 7:
		return "无返回结果"
	case 101:
		return "AK参数不存在"
	case 200:
		return "APP不存在，AK有误请检查再重试"
	case 210:
		return "APP IP校验失败"
	case 211:
		return "APP SN校验失败"
	case 220:
		return "APP Referer校验失败"
	case 240:
		return "APP 服务被禁用"
	case 260:
		return "服务不存在"
	case 302:
		return "天配额超限，限制访问"
	case 401:
		return "当前并发量已经超过约定并发配额，限制访问"
	case 402:
		return "当前并发量已经超过约定并发配额，并且服务总并发量也已经超过设定的总并发配额，限制访问"
	case 2001:
		return "无路线"
	}
	return "错误" + strconv.Itoa(status)
}

// refuse answers with a status. Where geocoding fails by itself, not the gateway
// before it, the text stands in msg, with an empty list of results.
func refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	body := map[string]any{"status": status}
	if r.URL.Path == "/geocoding/v3/" && status < 100 {
		text := map[int]string{1: "Internal Service Error:", 2: "Request Parameter Error: "}[status] + detail
		if status == 2 && detail == "address" {
			text = "Request Parameter Error: lack address or location"
		}
		body["msg"], body["results"] = text, []any{}
	} else {
		body["message"] = words(status)
	}
	reply(w, r, body)
}

// reply writes JSON, JSONP where a callback is named, and XML where JSON was not
// asked for.
func reply(w http.ResponseWriter, r *http.Request, body map[string]any) {
	q := r.URL.Query()
	if q.Get("output") != "json" {
		w.Header().Set("Content-Type", "text/xml;charset=utf-8")
		fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Response><status>%v</status></Response>", body["status"])
		return
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	if name := q.Get("callback"); name != "" {
		fmt.Fprintf(w, "%s&&%s(%s)", name, name, text)
		return
	}
	_, _ = w.Write(text)
}
