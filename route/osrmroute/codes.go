package osrmroute

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// codeOK is the code of a success.
const codeOK = "Ok"

// class is what one of OSRM's codes means.
type class struct {
	code  waybill.Code
	scope waybill.Scope
	text  string
}

// codes is the one table of OSRM's codes, and of those that Valhalla writes when
// it answers in OSRM's shape. All come instead of an answer, so nothing happened.
// A wrong path says that the server is another one than was meant, which concerns
// all requests.
var codes = map[string]class{
	"NoRoute":   {waybill.NotFound, waybill.ScopeRequest, "no way between the points"},
	"NoTable":   {waybill.NotFound, waybill.ScopeRequest, "no way between the points"},
	"NoTrips":   {waybill.NotFound, waybill.ScopeRequest, "no way between the points"},
	"NoMatch":   {waybill.NotFound, waybill.ScopeRequest, "no way along the points"},
	"NoSegment": {waybill.NotFound, waybill.ScopeRequest, "a point is too far from any road"},

	"InvalidQuery":   {waybill.InvalidArgument, waybill.ScopeRequest, "the request cannot be read"},
	"InvalidOptions": {waybill.InvalidArgument, waybill.ScopeRequest, "an option is wrong"},
	"InvalidValue":   {waybill.InvalidArgument, waybill.ScopeRequest, "a value is wrong"},

	"InvalidUrl":     {waybill.PermissionDenied, waybill.ScopeAccount, "the path is wrong: is this the base URL of an OSRM server?"},
	"InvalidService": {waybill.PermissionDenied, waybill.ScopeAccount, "the path is wrong: is this the base URL of an OSRM server?"},
	"InvalidVersion": {waybill.PermissionDenied, waybill.ScopeAccount, "the path is wrong: is this the base URL of an OSRM server?"},

	"TooBig":          {waybill.Unsupported, waybill.ScopeRequest, "too many points for this server"},
	"NotImplemented":  {waybill.Unsupported, waybill.ScopeRequest, "the server's algorithm cannot do this"},
	"DisabledDataset": {waybill.Unsupported, waybill.ScopeRequest, "the server cannot leave out these roads"},

	"DistanceExceeded":         {waybill.Unsupported, waybill.ScopeRequest, "too far for this server"},
	"PerimeterExceeded":        {waybill.Unsupported, waybill.ScopeRequest, "too far for this server"},
	"BreakageDistanceExceeded": {waybill.Unsupported, waybill.ScopeRequest, "too far for this server"},
	"ServiceUnavailable":       {waybill.Unavailable, waybill.ScopeProvider, "the server is shutting down"},
}

// excludeText begins the message of InvalidValue for a class of roads that the
// profile does not have, which is a limit of the server and not a wrong value.
const excludeText = "Exclude flag combination"

// head is what every reply begins with; an answer embeds it.
type head struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (h *head) top() *head { return h }

// answer is a service's reply.
type answer interface{ top() *head }

// decode is the one function that turns a reply into an answer or an error. The
// code is looked at before the HTTP status: OSRM refuses with 400, some servers
// before it with 200.
func decode(reply *wire.Reply, into answer) *waybill.Error {
	body := bytes.TrimSpace(reply.Body)
	if len(body) == 0 || body[0] != '{' {
		if !reply.OK() {
			return reply.StatusError()
		}
		return odd(reply, "the reply is no JSON object")
	}
	bad := reply.JSON(into)
	h := into.top()
	if bad != nil { // a refusal may carry anything where the answer would be
		var only head
		if reply.JSON(&only) == nil {
			h = &only
		}
	}
	switch {
	case h.Code != "" && h.Code != codeOK:
		return refusal(reply, h.Code, h.Message)
	case !reply.OK():
		return reply.StatusError()
	case bad == nil && h.Code == "":
		return odd(reply, "the reply has no code")
	}
	return bad
}

// refusal makes an error of a code. The message is not kept: it may repeat the
// request.
func refusal(reply *wire.Reply, code, message string) *waybill.Error {
	c, ok := codes[code]
	if !ok {
		switch {
		case reply.Status == http.StatusTooManyRequests, reply.Status == http.StatusForbidden, reply.Status >= 500:
			return reply.StatusError() // of something before the server
		}
		return reply.Error(waybill.Unknown, waybill.ScopeUnknown, waybill.Ambiguous, vendorCode(code), "a code that is not in the documentation")
	}
	if code == "InvalidValue" && strings.HasPrefix(message, excludeText) {
		c = codes["DisabledDataset"]
	}
	e := reply.Error(c.code, c.scope, waybill.NotSent, code, "")
	e.Message = c.text
	return e
}

// vendorCode lets only what can be a code pass.
func vendorCode(s string) string {
	if len(s) > 40 || !plainName(s) {
		return ""
	}
	return s
}

func odd(reply *wire.Reply, what string) *waybill.Error {
	e := reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "")
	e.Message = what
	return e
}
