package pushbatch

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// ClientCredentials gets an access token for a client's id and secret (RFC 6749,
// 4.4). Whatever fails, nothing was sent.
func ClientCredentials(ctx context.Context, w *wire.Client, endpoint, id, secret string) (string, time.Duration, *waybill.Error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	r, err := w.Do(ctx, &wire.Request{
		Op: string(push.Send), URL: endpoint, Body: []byte(form.Encode()), Private: []string{secret},
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	})
	if err != nil {
		return "", 0, Unsent(waybill.AsError(err))
	}
	m, e := Reply(r)
	if e == nil && !r.OK() {
		e = r.StatusError()
		if r.Status == http.StatusBadRequest { // RFC 6749, 5.2: about the credential
			e = r.Error(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "400", "the access token was refused to the app")
		}
	}
	if e != nil {
		return "", 0, Unsent(e)
	}
	token := Text(m["access_token"])
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", 0, Unsent(Lost(r, "the reply holds no access token"))
	}
	seconds, err := strconv.ParseFloat(Text(m["expires_in"]), 64)
	if err != nil || !(seconds > 0) {
		seconds = 0
	}
	return token, time.Duration(min(seconds, 86400) * float64(time.Second)), nil
}

// RefusedKey is the error of credentials that their source did not give. Of what
// the source said only the kind and the wait are kept.
func RefusedKey(ctx context.Context, err error) *waybill.Error {
	if e := Ended(ctx); e != nil {
		return e
	}
	e := &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the credentials could not be had"}
	if own := waybill.AsError(err); own != nil && own.Code != waybill.Unknown {
		e.Code, e.RetryAfter = own.Code, own.RetryAfter
	}
	return e
}
