package google

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// ReplyError classifies a reply of either generation. It returns nil when the
// reply is one of success, which for the older services includes ZERO_RESULTS:
// that is NotFound, but in the shape of a success.
//
// The HTTP status is looked at before anything is believed: a 5xx whose body
// says OK is no success.
func ReplyError(reply *wire.Reply) *waybill.Error {
	body := bytes.TrimSpace(bytes.TrimPrefix(reply.Body, []byte("\xef\xbb\xbf")))
	if reply.OK() && !mentions(body) {
		return nil
	}
	if len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		if e := rpcError(reply); e != nil {
			return e
		}
	}
	status, message, ok := parseStatus(body)
	switch {
	case ok && status != StatusOK && status != StatusZeroResults:
		e := statusClass(status, message).err(reply, vendorCode(status))
		if !reply.OK() && e.Code == waybill.Unknown {
			return reply.StatusError()
		}
		return e
	case rejectedSignature(body):
		return badSignature.err(reply, strconv.Itoa(reply.Status))
	case reply.OK():
		return nil
	}
	return reply.StatusError()
}

// JSON reads a reply into v, which is a pointer to a struct. A value of another
// type than its field has counts as missing and costs nobody the rest, but for the
// fields that hold the whole answer. Whatever must not be missing beside these is
// to be looked for by the caller.
func JSON(reply *wire.Reply, v any) *waybill.Error {
	body := bytes.TrimSpace(bytes.TrimPrefix(reply.Body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 || body[0] != '{' {
		return reply.JSON(v)
	}
	err := json.Unmarshal(body, v)
	var other *json.UnmarshalTypeError
	if err == nil || errors.As(err, &other) && !slices.Contains(answers, other.Field) {
		return nil
	}
	return reply.JSON(v)
}

// answers are the fields that hold a whole answer.
var answers = []string{"", "status", "results", "suggestions", "places", "location"}

// mentions reports whether a body has a word by which a failure is told, so that
// a long reply of success is not read twice.
func mentions(body []byte) bool {
	return bytes.Contains(body, []byte(`"error"`)) || len(body) > 0 && body[0] == '{' && bytes.Contains(body, []byte(`"status"`)) || rejectedSignature(body)
}

// parseStatus reads the envelope of the older services.
func parseStatus(body []byte) (status, message string, ok bool) {
	var env struct {
		Status  json.RawMessage `json:"status"`
		Message json.RawMessage `json:"error_message"`
	}
	if len(body) == 0 || body[0] != '{' || json.Unmarshal(body, &env) != nil {
		return "", "", false
	}
	_ = json.Unmarshal(env.Message, &message)
	ok = json.Unmarshal(env.Status, &status) == nil && status != ""
	return status, message, ok
}

// rejectedSignature recognises the plain text with which a wrong client id or
// signature is refused. It repeats the request's URL, so nothing of it is kept.
func rejectedSignature(body []byte) bool {
	text := strings.ToLower(string(body[:min(len(body), 256)]))
	return strings.Contains(text, "unable to authenticate the request")
}

// Odd returns the error of a complete reply that is not in the vendor's shape.
// The text must hold nothing of the reply's.
func Odd(reply *wire.Reply, what string) *waybill.Error {
	e := reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "")
	e.Message = what
	return e
}

// NotFound returns the error of an honest empty reply. Its vendor code is
// ZERO_RESULTS where the reply says so.
func NotFound(reply *wire.Reply) *waybill.Error {
	status, _, _ := parseStatus(bytes.TrimSpace(reply.Body))
	if status != StatusZeroResults {
		status = ""
	}
	return statuses[StatusZeroResults].err(reply, status)
}
