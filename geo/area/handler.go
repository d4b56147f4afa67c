package area

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// The values of ret in the interface's replies.
const (
	RetOK      = 0 // an answer, which may be no area at all
	RetInvalid = 1 // the request is wrong; msg names the field
	RetFailed  = 2 // the request is right and could not be answered
)

const (
	maxDecimals = 6
	maxBody     = 64 << 10
)

// HandlerOptions of [NewHandler]. Nil means the defaults.
type HandlerOptions struct {
	// Round makes a lon or lat with more than six decimals be rounded to six; else it is refused with ret 1.
	Round bool
}

// NewHandler returns the company's interface over HTTP. The datum is that of the callers' lon and lat. It has no
// default: whoever builds the handler knows what the apps send, and nothing in a request says it.
//
// A request is a GET with a query, or a POST with a form or a JSON object, of cityCode, lon, lat and serviceType.
// lon and lat are decimal degrees with at most six decimals; the other two may be left out, see [Finder]. The reply is
//
//	{"ret":0,"msg":"success","data":{"count":1,"areas":[{"name":"…","allowStart":true,"allowMiddle":true,
//	 "allowFinish":true,"cityCode":"…","serviceType":"…","remarks":"…","extField":{}}]}}
//
// with the areas of the lookup in order, deny areas with all three false. No area is ret 0, count 0 and []. A request
// that is wrong has ret 1, HTTP status 200 and a msg that names the field but not its value. Only what is no request of
// the interface at all has another status, with the same shape: another method, a body that is too large or of an
// unknown type.
//
// The error of NewHandler is InvalidArgument: no finder, or an unknown datum. The handler is safe for concurrent use.
func NewHandler(f Finder, datum geo.Datum, opts *HandlerOptions) (http.Handler, error) {
	if f == nil {
		return nil, invalid("handler", "there is no finder")
	}
	if _, err := datum.MarshalText(); err != nil {
		return nil, invalid("handler", "the datum is unknown")
	}
	h := &handler{finder: f, datum: datum}
	if opts != nil {
		h.round = opts.Round
	}
	return h, nil
}

type handler struct {
	finder Finder
	datum  geo.Datum
	round  bool
}

// reply is the interface's envelope.
type reply struct {
	Ret  int       `json:"ret"`
	Msg  string    `json:"msg"`
	Data replyData `json:"data"`
}

type replyData struct {
	Count int         `json:"count"`
	Areas []replyArea `json:"areas"`
}

type replyArea struct {
	Name        string                     `json:"name"`
	AllowStart  bool                       `json:"allowStart"`
	AllowMiddle bool                       `json:"allowMiddle"`
	AllowFinish bool                       `json:"allowFinish"`
	CityCode    string                     `json:"cityCode"`
	ServiceType string                     `json:"serviceType"`
	Remarks     string                     `json:"remarks"`
	ExtField    map[string]json.RawMessage `json:"extField"`
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fields, status, err := readFields(w, r)
	if err != nil {
		if status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, HEAD, POST")
		}
		respond(w, status, reply{Ret: RetInvalid, Msg: err.Error()})
		return
	}
	p := geo.Point{Datum: h.datum}
	if p.Lng, err = h.degrees(fields, "lon", 180); err == nil {
		p.Lat, err = h.degrees(fields, "lat", 90)
	}
	if err != nil {
		respond(w, http.StatusOK, reply{Ret: RetInvalid, Msg: err.Error()})
		return
	}
	areas, err := h.finder.Lookup(fields["cityCode"], p, fields["serviceType"])
	switch {
	case errors.Is(err, waybill.ErrInvalidArgument):
		respond(w, http.StatusOK, reply{Ret: RetInvalid, Msg: "lon, lat: not a place"})
	case err != nil:
		respond(w, http.StatusOK, reply{Ret: RetFailed, Msg: "the areas cannot be asked now"})
	default:
		respond(w, http.StatusOK, reply{Msg: "success", Data: dataOf(areas)})
	}
}

func dataOf(areas []*Area) replyData {
	d := replyData{Count: len(areas), Areas: make([]replyArea, 0, len(areas))}
	for _, a := range areas {
		ext := a.Ext
		if ext == nil {
			ext = map[string]json.RawMessage{}
		}
		d.Areas = append(d.Areas, replyArea{
			Name: a.Name, AllowStart: a.Allows(Start), AllowMiddle: a.Allows(Middle), AllowFinish: a.Allows(Finish),
			CityCode: a.CityCode, ServiceType: a.ServiceType, Remarks: a.Remarks, ExtField: ext,
		})
	}
	return d
}

func respond(w http.ResponseWriter, status int, r reply) {
	if r.Data.Areas == nil {
		r.Data.Areas = []replyArea{}
	}
	b, err := json.Marshal(r)
	if err != nil { // an extension field that is no JSON
		status = http.StatusOK
		b = []byte(`{"ret":2,"msg":"an area cannot be written","data":{"count":0,"areas":[]}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// fieldError is a message for the caller; it never holds a value.
type fieldError string

func (e fieldError) Error() string { return string(e) }

// readFields returns the request's fields as text.
func readFields(w http.ResponseWriter, r *http.Request) (map[string]string, int, error) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return firsts(r.URL.Query()), 0, nil
	case http.MethodPost:
	default:
		return nil, http.StatusMethodNotAllowed, fieldError("the method is none of GET and POST")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge, fieldError("the body is too large")
	case err != nil:
		return nil, http.StatusBadRequest, fieldError("the body cannot be read")
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, http.StatusOK, fieldError("the form cannot be read")
		}
		return firsts(values), 0, nil
	case err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")):
		return fromJSON(body)
	}
	return nil, http.StatusUnsupportedMediaType, fieldError("the body is neither a form nor JSON")
}

func firsts(v url.Values) map[string]string {
	out := map[string]string{}
	for _, name := range [...]string{"cityCode", "lon", "lat", "serviceType"} {
		out[name] = v.Get(name)
	}
	return out
}

// fromJSON takes strings and numbers for every field; null is a field left out.
func fromJSON(body []byte) (map[string]string, int, error) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(body, &raw) != nil || raw == nil {
		return nil, http.StatusOK, fieldError("the body is not a JSON object")
	}
	out := map[string]string{}
	for _, name := range [...]string{"cityCode", "lon", "lat", "serviceType"} {
		v := raw[name]
		switch {
		case len(v) == 0 || string(v) == "null":
		case v[0] == '"':
			var s string
			if json.Unmarshal(v, &s) != nil {
				return nil, http.StatusOK, fieldError(name + ": neither text nor a number")
			}
			out[name] = s
		case v[0] == '-' || v[0] >= '0' && v[0] <= '9':
			out[name] = string(v)
		default:
			return nil, http.StatusOK, fieldError(name + ": neither text nor a number")
		}
	}
	return out, 0, nil
}

// degrees reads lon or lat.
func (h *handler) degrees(fields map[string]string, name string, most float64) (float64, error) {
	text := strings.TrimSpace(fields[name])
	if text == "" {
		return 0, fieldError(name + ": missing")
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, fieldError(name + ": not a number")
	}
	if !(v >= -most && v <= most) {
		return 0, fieldError(name + ": out of range")
	}
	if decimals(text) > maxDecimals {
		if !h.round {
			return 0, fieldError(name + ": more than 6 decimals")
		}
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', maxDecimals, 64), 64)
	}
	return v, nil
}

// decimals counts the decimals of a number as it is written, an exponent taken into account.
func decimals(text string) int {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	_, fraction, _ := strings.Cut(mantissa, ".")
	e, _ := strconv.Atoi(exponent) // the largest or smallest number when there are too many digits
	return len(fraction) - max(-maxBody, min(e, maxBody))
}
