package fcmpush

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// composed is the request's body before and behind the token, and what was
// adjusted in it. All tokens of a call with the same text get the same message, so
// it is made once, of the SDK's types by the SDK's own
// encoder, and put into each of the SDK's requests: encoding it anew for each
// token would be half of what a notification costs.
type composed struct {
	head, tail string
	// whole is set when there is no token to be put in: a topic's message.
	whole    bool
	adjusted []push.Adjustment
}

// placeholder stands for the token while the message is encoded. It is no token,
// and should a text of the notification be the same, the last one is the token.
const placeholder = "\x01token\x01"

// body maps and encodes a notification.
func (a *Adapter) body(n *push.Notification, now time.Time) (composed, *waybill.Error) {
	m, adjusted, e := a.message(n, now)
	if e != nil {
		return composed{}, e
	}
	m.Token = placeholder
	text, err := a.encode(m)
	if err != nil {
		return composed{}, unsupported(n, "the message cannot be encoded")
	}
	mark, err := json.Marshal(placeholder)
	if err != nil {
		return composed{}, unsupported(n, "the message cannot be encoded")
	}
	// The SDK encodes the token behind every field that a notification can fill.
	at := bytes.LastIndex(text, mark)
	return composed{head: string(text[:at]), tail: string(text[at+len(mark):]), adjusted: adjusted}, nil
}

// encode is what the SDK would send of a message.
func (a *Adapter) encode(m *messaging.Message) ([]byte, error) {
	return json.Marshal(struct {
		ValidateOnly bool               `json:"validate_only,omitempty"`
		Message      *messaging.Message `json:"message"`
	}{a.dry, m})
}

// put gives the SDK's request this body.
func (b *composed) put(r *http.Request, token string) {
	quoted := `"` + token + `"`
	if strings.ContainsAny(token, "\"\\") {
		if q, err := json.Marshal(token); err == nil {
			quoted = string(q)
		}
	}
	text := b.head + quoted + b.tail
	if b.whole {
		text = b.head
	}
	r.ContentLength = int64(len(text))
	r.Body = io.NopCloser(strings.NewReader(text))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}
