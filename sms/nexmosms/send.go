package nexmosms

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// Vonage's limits.
const (
	minTTL      = 20 * time.Second
	maxTTL      = 7 * 24 * time.Hour
	minToDigits = 7
	// longestWait bounds the throttling hint that is believed.
	longestWait = time.Hour
)

// call is one message ready to be sent.
type call struct {
	m          sms.Message
	from, text string
	secret     string
	parts      sms.Parts
	private    [7]string
	request    wire.Request
}

// Send sends a text; see [sms.Sender] for the three outcomes. Each part of the
// receipt has Vonage's id and price, in euro. Message.Key becomes the client-ref,
// by which a delivery report can be matched.
//
// Unsupported, before the network: templates of the gateway's own, a missing or
// impossible sender id, numbers of fewer than seven digits, a TTL below 20 s (one
// above 7 days is sent as 7 days), and the mainland without Options.Mainland.
func (a *Adapter) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	c := &call{m: m}
	if err := a.prepare(c); err != nil {
		return sms.Receipt{}, err
	}
	key, secret, err := a.credentials(ctx, m.Key)
	if err != nil {
		return sms.Receipt{}, err
	}
	c.secret = secret
	c.private = [...]string{string(m.To), m.To.Digits(), c.text, m.Text, c.from, key, secret}
	c.request = wire.Request{Op: string(sms.Send), Ref: m.Key, Send: true, Private: c.private[:]}
	reply, err := a.borrow(key, secret).send(ctx, c)
	if err != nil {
		return sms.Receipt{}, err
	}
	receipt, bad := decode(reply)
	receipt.Provider = name
	receipt.Encoding, receipt.Estimate = c.parts.Encoding, c.parts.Count
	if bad != nil {
		if bad.Delivery != waybill.Sent {
			receipt = sms.Receipt{}
		}
		return receipt, bad
	}
	return receipt, nil
}

// Check says without the network what Send would refuse; see [sms.Checker].
func (a *Adapter) Check(m sms.Message) error {
	return a.prepare(&call{m: m})
}

// prepare checks a message against the vocabulary's and Vonage's limits.
func (a *Adapter) prepare(c *call) error {
	m := &c.m
	if err := m.Validate(); err != nil {
		return waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	c.from, c.text = m.From, m.Text
	region := m.Region
	if region == "" {
		region = m.To.Region()
	}
	if c.from == "" {
		c.from = a.opts.From
	}
	switch {
	case m.Text == "":
		return unsupported(m, waybill.ScopeSender, "Vonage sends texts, not templates")
	case region == "CN" && !a.opts.Mainland:
		return unsupported(m, waybill.ScopeRequest, "texts to mainland China are not enabled (Options.Mainland)")
	case c.from == "":
		return unsupported(m, waybill.ScopeSender, "Vonage needs a sender id")
	case len(m.To.Digits()) < minToDigits:
		return unsupported(m, waybill.ScopeRequest, "the number has fewer than 7 digits")
	case m.TTL > 0 && m.TTL < minTTL:
		return unsupported(m, waybill.ScopeRequest, "the TTL is below 20 s")
	}
	if c.from = cleanFrom(c.from); c.from == "" {
		return unsupported(m, waybill.ScopeSender, "the sender id is neither a number nor up to 11 letters and digits")
	}
	if region == "CN" {
		c.text = sms.SignText(m.Gateway.Sign, c.text)
	}
	if utf8.RuneCountInString(c.text) > sms.MaxText {
		return unsupported(m, waybill.ScopeRequest, "the text with its signature is longer than 3200 characters")
	}
	var err error
	if c.parts, err = sms.Count(c.text); err != nil {
		return waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	return nil
}

func unsupported(m *sms.Message, scope waybill.Scope, why string) error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: scope, Delivery: waybill.NotSent,
		Provider: name, Op: string(sms.Send), Ref: m.Key, Message: why}
}

// cleanFrom returns a sender id as Vonage wants it, or "" when it could only be
// refused: a number has no + or 00 before it, and spaces in a name are ignored.
func cleanFrom(from string) string {
	number := strings.TrimPrefix(from, "+")
	digits, letters, length := 0, 0, 0
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letters++
		case r == ' ':
			continue
		default:
			return ""
		}
		length++
	}
	switch {
	case letters == 0 && digits >= 3 && digits <= 15 && digits == len(number) && !strings.HasPrefix(number, "00"):
		return number
	case letters > 0 && length <= 11 && number == from:
		return from
	}
	return ""
}

// credentials returns the key and secret of this send.
func (a *Adapter) credentials(ctx context.Context, ref string) (key, secret string, err error) {
	if a.opts.Credentials == nil {
		return a.key, a.secret, nil
	}
	key, secret, err = a.opts.Credentials(ctx)
	if err == nil && len(key) == keyLength && secret != "" {
		return key, secret, nil
	}
	return "", "", wire.NoCredentials(ctx, "the source of credentials gave no key of 8 characters and secret").With(name, string(sms.Send), ref)
}

// complete adds to the library's form what the library does not know, and signs
// it. Where nothing is missing the form stays as it is.
func (a *Adapter) complete(encoded string, c *call) (string, error) {
	g := &c.m.Gateway
	if c.m.TTL == 0 && !a.opts.NoReports && a.opts.AccountRef == "" && g.EntityID == "" && g.ContentID == "" && a.opts.Signing == NoSigning {
		return encoded, nil
	}
	form, err := url.ParseQuery(encoded)
	if err != nil {
		return "", err
	}
	set := func(field, value string) {
		if value != "" {
			form.Set(field, value)
		}
	}
	if c.m.TTL > 0 {
		form.Set("ttl", strconv.FormatInt(min(c.m.TTL, maxTTL).Milliseconds(), 10))
	}
	if a.opts.NoReports {
		form.Set("status-report-req", "false")
	}
	set("account-ref", a.opts.AccountRef)
	set("entity-id", g.EntityID)
	set("content-id", g.ContentID)
	if a.opts.Signing != NoSigning {
		form.Del("api_secret")
		form.Set("timestamp", strconv.FormatInt(time.Now().Unix(), 10))
		form.Set("sig", a.opts.Signing.sign(form, c.secret))
	}
	return form.Encode(), nil
}
