package osmgeo

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/wire"
)

// call is one request to either server.
type call struct {
	op, ref string
	url     string
	query   url.Values
	private []string
}

func (a *Adapter) call(verb waybill.Verb, ref, url string, query url.Values, private ...string) call {
	return call{op: string(verb), ref: ref, url: url, query: query, private: private}
}

func (a *Adapter) fail(c call, code waybill.Code, message string) *waybill.Error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: name, Op: c.op, Ref: c.ref, Message: message}
}

// do sends a call and decodes a reply of success into v.
func (a *Adapter) do(ctx context.Context, c call, v any) error {
	reply, err := a.wire.Do(ctx, &wire.Request{Op: c.op, Ref: c.ref, Method: http.MethodGet, URL: c.url, Query: c.query, Private: c.private})
	if err != nil {
		return err
	}
	if e := refusal(reply); e != nil {
		return e
	}
	if e := reply.JSON(v); e != nil {
		return e
	}
	return nil
}

// problem is what both servers write when they refuse: Nominatim an error that is
// a text or an object, Photon a message.
type problem struct {
	Error   json.RawMessage `json:"error"`
	Message text            `json:"message"`
}

// nothingHere is how Nominatim's reverse geocoder says that there is nothing.
const nothingHere = "Unable to geocode"

// overused is the title of the page that the public Nominatim shows who asks too
// often, under changing statuses.
const overused = "Bandwidth limit exceeded"

// refusal is the one function that turns a refusal into an error, nil for a
// success. Nominatim says 400 for what it cannot read and a page for who is
// blocked; Photon says 400 for that and for its own faults.
func refusal(reply *wire.Reply) *waybill.Error {
	var p problem
	body := bytes.TrimSpace(reply.Body)
	switch {
	case len(body) > 0 && body[0] == '{':
		_ = json.Unmarshal(body, &p)
	case len(body) > 0 && body[0] == '<' && bytes.Contains(body[:min(len(body), 1024)], []byte(overused)):
		return reply.Error(waybill.RateLimited, waybill.ScopeService, waybill.NotSent, strconv.Itoa(reply.Status), overused)
	}
	message, object := string(p.Message), false
	if len(p.Error) > 0 {
		var detail struct {
			Message text `json:"message"`
		}
		var plain text
		if json.Unmarshal(p.Error, &detail) == nil && detail.Message != "" {
			message, object = string(detail.Message), true
		} else if json.Unmarshal(p.Error, &plain) == nil {
			message = string(plain)
		}
		if message == nothingHere {
			return reply.Error(waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, nothingHere, "")
		}
	}
	e := reply.StatusError()
	switch {
	case e == nil && len(p.Error) > 0:
		e = reply.Error(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "", message)
	case e == nil:
		return nil
	case reply.Status == http.StatusBadRequest && object:
		e.Code = waybill.InvalidArgument // Nominatim; what Photon calls so may be its own fault
	case reply.Status == http.StatusNotFound && object:
		e.Code, e.Scope = waybill.Unsupported, waybill.ScopeRequest // a Nominatim for reverse geocoding only
	}
	if message != "" {
		e.Message = reply.Scrub(message)
	}
	return e
}

// text is a string that some version writes as a number, a boolean or null.
type text string

// UnmarshalJSON takes any value; an array or object is the empty text.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
	case len(b) > 0 && (b[0] == '[' || b[0] == '{') || bytes.Equal(b, []byte("null")):
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

// number returns the text as a finite number.
func (t text) number() (float64, bool) {
	f, err := strconv.ParseFloat(string(t), 64)
	return f, err == nil && f == f && f < 1e300 && f > -1e300
}

// point returns a place on the Earth of two texts.
func point(lat, lng text) (geo.Point, bool) {
	var p geo.Point
	var ok1, ok2 bool
	p.Lat, ok1 = lat.number()
	p.Lng, ok2 = lng.number()
	return p, ok1 && ok2 && p.Validate() == nil && !p.IsZero()
}

// idOf returns the id of a type, in words or letters, and a number.
func idOf(kind, number text) geo.PlaceID {
	letter := ""
	switch strings.ToLower(string(kind)) {
	case "n", "node":
		letter = "N"
	case "w", "way":
		letter = "W"
	case "r", "relation":
		letter = "R"
	}
	if n, err := strconv.ParseInt(string(number), 10, 64); letter == "" || err != nil || n <= 0 {
		return geo.PlaceID{}
	}
	return geo.PlaceID{Issuer: geo.IssuerNominatim, Value: letter + string(number)}
}

// validID reports whether a value is one of idOf's.
func validID(v string) bool {
	if len(v) < 2 || len(v) > 20 || v[0] != 'N' && v[0] != 'W' && v[0] != 'R' || v[1] == '0' {
		return false
	}
	for _, c := range []byte(v[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// regionOf tells Hong Kong and Macau from the mainland, all of which are CN to
// OpenStreetMap: by the division's ISO code if there is one, else by the point.
func regionOf(country string, divisions []text, p geo.Point) string {
	country = strings.ToUpper(country)
	if !waybill.ValidRegion(country) {
		country = ""
	}
	if country != "CN" && country != "" {
		return country
	}
	for _, d := range divisions {
		switch d {
		case "CN-HK", "HK":
			return "HK"
		case "CN-MO", "MO":
			return "MO"
		case "CN-TW":
			return "TW"
		}
	}
	if at, ok := geo.RegionOf(p); ok && (country == "" || at == "HK" || at == "MO" || at == "TW") {
		return at
	}
	return country
}
