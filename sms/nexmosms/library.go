package nexmosms

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	vonage "github.com/vonage/vonage-go-sdk"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// library is a client of the vendor's library and the transport below it. It
// serves one call at a time; between calls it waits in the adapter's pool, where
// its transport refuses everything.
type library struct {
	a           *Adapter
	client      *vonage.SMSClient
	key, secret string

	// Of the call under way. call is nil between calls.
	ctx   context.Context
	call  *call
	sent  bool
	form  strings.Builder
	reply *wire.Reply
	err   error
	shown http.Response
}

// borrow returns a library client for a key and a secret.
func (a *Adapter) borrow(key, secret string) *library {
	if l, _ := a.libraries.Get().(*library); l != nil && l.key == key && l.secret == secret {
		return l
	}
	l := &library{a: a, key: key, secret: secret, client: vonage.NewSMSClient(vonage.CreateAuthFromKeySecret(key, secret))}
	l.client.Config.BasePath = a.opts.BaseURL + "/sms"
	// The library's own would be shared by all, and writes to it.
	l.client.Config.HTTPClient = &http.Client{
		Transport:     l,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return l
}

// send has the library send c, and returns what came of the one exchange.
func (l *library) send(ctx context.Context, c *call) (*wire.Reply, error) {
	l.ctx, l.call = ctx, c
	kind := "text"
	if c.parts.Encoding == sms.UCS2 {
		kind = "unicode"
	}
	// The library's own answer is about the fixed reply and says nothing.
	_, _, _ = l.client.Send(c.from, c.m.To.Digits(), c.text, vonage.SMSOpts{Type: kind, ClientRef: c.m.Key, Callback: l.a.opts.Callback})
	sent, reply, err := l.sent, l.reply, l.err
	l.ctx, l.call, l.sent, l.reply, l.err = nil, nil, false, nil, nil
	l.form.Reset()
	l.shown = http.Response{}
	// After a panic of the library, which nothing is known to cause, it does not
	// come here and is not used again.
	l.a.libraries.Put(l)
	if !sent {
		return nil, nothingSent(ctx, c)
	}
	return reply, err
}

// nothingSent is the error of a call in which the library made no request.
func nothingSent(ctx context.Context, c *call) error {
	e := waybill.FromContext(ctx)
	if e == nil {
		e = &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, VendorCode: wire.CodeRefused, Message: "the vendor's library sent nothing"}
	}
	e.Delivery = waybill.NotSent
	return e.With(name, string(sms.Send), c.m.Key)
}

var errSecond = errors.New("nexmosms: a call is one request")

// RoundTrip takes the library's one request, completes it and performs it under
// the caller's context. Whatever comes of it is kept for send; the library is
// shown a fixed failure, which it neither reads nor can misjudge.
func (l *library) RoundTrip(req *http.Request) (*http.Response, error) {
	if l.call == nil || l.sent || req.Response != nil || req.Body == nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, errSecond
	}
	l.sent = true
	l.reply, l.err = l.exchange(req)
	l.shown = http.Response{
		Status: "read by the adapter", StatusCode: http.StatusInternalServerError, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: http.NoBody, Request: req,
	}
	return &l.shown, nil
}

func (l *library) exchange(req *http.Request) (*wire.Reply, error) {
	l.form.Grow(int(max(req.ContentLength, 0)))
	_, err := io.Copy(&l.form, req.Body) // in memory, made by the library
	form := l.form.String()
	if err == nil {
		form, err = l.a.complete(form, l.call)
	}
	if err != nil {
		_ = req.Body.Close()
		// The form itself is in such an error's text.
		return nil, waybill.Invalid(string(sms.Send), "the library's form cannot be read").With(name, "", l.call.m.Key)
	}
	delete(req.Header, "Content-Length")
	delete(req.Header, "User-Agent") // the library's names another version; wire sets ours
	return l.a.wire.PassBody(l.ctx, req, form, &l.call.request)
}
