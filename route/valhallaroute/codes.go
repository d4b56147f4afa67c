package valhallaroute

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// The codes that are looked at by themselves.
const (
	codeUnconnected = 170
	codeNoEdges     = 171 // a point far from every road
)

// class is what a code means.
type class struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	text     string
}

// span is a row of the table of codes: those from first to last are of a class.
type span struct {
	first, last int
	class       class
}

var (
	wrong    = class{waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, "the request cannot be read or lacks something"}
	limit    = class{waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, "beyond a limit of this server"}
	noPath   = class{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "no way between the points"}
	other    = class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, "the server does not offer this service: is the base URL right?"}
	down     = class{waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "the server is shutting down"}
	internal = class{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, "the server failed"}
)

// codes is the one table of Valhalla's error codes, after its list of them; the
// first row that fits counts. What follows 199, the servers' own failures, ends
// each hundred.
var codes = []span{
	{101, 101, other}, {106, 107, other}, {400, 400, other}, // wrong method, unknown or disabled action
	{102, 102, down}, {203, 203, down}, {402, 402, down}, {446, 446, down},
	{100, 100, wrong}, {103, 103, wrong}, {110, 149, wrong},
	{150, 154, limit}, {157, 157, limit}, {166, 167, limit}, {172, 172, limit}, {430, 430, limit},
	{158, 165, wrong}, {168, 168, wrong},
	{codeUnconnected, codeUnconnected, noPath},
	{codeNoEdges, codeNoEdges, class{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "a point is too far from any road"}},
	{155, 156, noPath}, {173, 175, wrong}, {310, 319, wrong},
	{420, 424, wrong}, {445, 445, wrong}, {440, 444, noPath},
	{199, 199, internal}, {200, 299, internal}, {401, 401, internal}, {499, 499, internal}, {500, 599, internal},
}

func classOf(code int) (class, bool) {
	for _, s := range codes {
		if code >= s.first && code <= s.last {
			return s.class, true
		}
	}
	return class{waybill.Unknown, waybill.ScopeUnknown, waybill.Ambiguous, "a code that is not in the documentation"}, false
}

// documented reports whether a code, or its word in OSRM's shape, is of the tables.
func documented(code string) bool {
	if _, ok := words[code]; ok {
		return true
	}
	n, err := strconv.Atoi(code)
	_, ok := classOf(n)
	return err == nil && ok && strconv.Itoa(n) == code
}

// failure is how Valhalla refuses. Asked in OSRM's shape it writes code instead,
// which servers before it may do for any request.
type failure struct {
	Number json.Number `json:"error_code"`
	Word   string      `json:"code"`
}

func (f *failure) top() *failure { return f }

// answer is a service's reply; it embeds a failure.
type answer interface{ top() *failure }

// words are the words of OSRM's shape that tell more than the HTTP status.
var words = map[string]int{"NoRoute": 442, "NoSegment": codeNoEdges, "DistanceExceeded": 154, "PerimeterExceeded": 167,
	"BreakageDistanceExceeded": 172, "ServiceUnavailable": 402}

// decode is the one function that turns a reply into an answer or an error.
func decode(reply *wire.Reply, into answer) *waybill.Error {
	body := bytes.TrimSpace(reply.Body)
	if len(body) == 0 || body[0] != '{' {
		if !reply.OK() {
			return reply.StatusError()
		}
		return odd(reply, "the reply is no JSON object")
	}
	bad := reply.JSON(into)
	if m, ok := into.(*matrixReply); bad != nil && ok && m.short(body) == nil {
		bad = nil
	}
	f := into.top()
	if bad != nil { // a refusal may carry anything where the answer would be
		var only failure
		if reply.JSON(&only) == nil {
			f = &only
		}
	}
	code, err := strconv.Atoi(f.Number.String())
	vendor := f.Number.String()
	if n, ok := words[f.Word]; err != nil && ok {
		code, err, vendor = n, nil, f.Word
	}
	switch {
	case err == nil && code != 0:
		return refusal(reply, code, vendor)
	case !reply.OK():
		return reply.StatusError()
	}
	return bad
}

// refusal makes an error of a code. The text beside it is not kept: it may
// repeat the request.
func refusal(reply *wire.Reply, code int, vendor string) *waybill.Error {
	c, ok := classOf(code)
	if !ok && (reply.Status == http.StatusTooManyRequests || reply.Status >= 500) {
		return reply.StatusError()
	}
	e := reply.Error(c.code, c.scope, c.delivery, vendor, "")
	e.Message = c.text
	return e
}

func odd(reply *wire.Reply, what string) *waybill.Error {
	e := reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "")
	e.Message = what
	return e
}
