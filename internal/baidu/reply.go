package baidu

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// envelope is what all replies have in common. The text stands in message, but
// in msg where geocoding fails; the result in result, but in results in the third
// version of the place services, and where geocoding finds nothing.
type envelope struct {
	Status  status          `json:"status"`
	Message Text            `json:"message"`
	Msg     Text            `json:"msg"`
	Result  json.RawMessage `json:"result"`
	Results json.RawMessage `json:"results"`
}

// status is a number, a quoted number, or a word in the retired first version of
// the services.
type status struct {
	n    int
	set  bool
	word string
}

func (s *status) UnmarshalJSON(b []byte) error {
	*s = status{}
	text, err := scalar(b)
	if err != nil {
		return err
	}
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		*s = status{word: text}
		return nil
	}
	*s = status{n: n, set: true}
	return nil
}

// The words of the retired services that are worth telling apart; the second is
// misspelled by Baidu.
const (
	wordInvalidKey  = "INVALID_KEY"
	wordInvilidKey  = "INVILID_KEY"
	vendorCodeShape = "reply"
)

// decode is the one place where a reply becomes a result or an error. result is
// the value of the reply's field result, or results, or with whole of the whole reply;
// it is left alone where the field was empty (null, an empty list or object),
// which is a success without a result.
func decode(reply *wire.Reply, whole bool, result any) (found bool, bad *waybill.Error) {
	body := bytes.TrimSpace(bytes.TrimPrefix(reply.Body, []byte("\xef\xbb\xbf")))
	if len(body) > 0 && body[0] == '<' && blocked(reply) {
		// A caller whose address Baidu blocks gets pages in place of replies.
		return false, fail(reply, waybill.Unavailable, "a page came in place of a reply")
	}
	if decodeAtOnce(reply, result) {
		return true, nil
	}
	var env envelope
	if e := reply.JSON(&env); e != nil {
		return false, e
	}
	switch {
	case env.Status.set && env.Status.n != StatusOK:
		e := Refusal(env.Status.n, string(env.Message)+string(env.Msg))
		if reply.RetryAfter > 0 && e.RetryAfter == 0 {
			e.RetryAfter = reply.RetryAfter
		}
		return false, e
	case !reply.OK():
		return false, reply.StatusError()
	case env.Status.word == wordInvalidKey || env.Status.word == wordInvilidKey:
		e := Refusal(StatusKey, "")
		e.VendorCode = env.Status.word
		return false, e
	case !env.Status.set:
		return false, fail(reply, waybill.DataLoss, "the reply has no status number")
	}
	raw := bytes.TrimSpace(env.Result)
	switch {
	case whole:
		raw = body
	case len(raw) == 0:
		raw = bytes.TrimSpace(env.Results)
	}
	switch string(raw) {
	case "null", "[]", "{}":
		return false, nil
	case "":
		return false, fail(reply, waybill.DataLoss, "the reply has no result")
	default:
		if err := json.Unmarshal(raw, result); err != nil {
			return false, fail(reply, waybill.DataLoss, "the result has an unexpected shape")
		}
	}
	return true, nil
}

// decodeAtOnce reads a success with a result without a second look at the
// result's bytes. It leaves result as it was, which is zero, and returns false for
// everything else.
func decodeAtOnce(reply *wire.Reply, result any) bool {
	env := struct {
		Status status `json:"status"`
		Result any    `json:"result"`
	}{Result: result}
	target := reflect.ValueOf(result)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return false
	}
	into := target.Elem()
	if reply.OK() && reply.JSON(&env) == nil && env.Status.set && env.Status.n == StatusOK && env.Result != nil && !into.IsZero() {
		return true
	}
	into.SetZero()
	return false
}

// blocked reports whether a page with this status stands before the services.
// Baidu itself refuses in JSON and with 200, so that one with 401 or 403 says
// nothing about the key.
func blocked(reply *wire.Reply) bool {
	switch reply.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed:
		return true
	}
	return reply.OK()
}

// fail is the error of a reply that says nothing of what happened.
func fail(reply *wire.Reply, code waybill.Code, message string) *waybill.Error {
	return reply.Error(code, waybill.ScopeProvider, waybill.Ambiguous, vendorCodeShape, message)
}
