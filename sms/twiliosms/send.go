package twiliosms

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// Twilio's limits.
const (
	maxBody = 1600 // characters
	minTTL  = time.Second
	maxTTL  = 36000 * time.Second
)

// keyParam carries a message's Key in the URL of its reports.
const keyParam = "waybill_key"

// call is one message ready to be sent.
type call struct {
	m               sms.Message
	from, text      string
	kind            senderKind
	variables, hook string
	parts           sms.Parts
}

type senderKind uint8

const (
	noSender senderKind = iota
	ownSender
	serviceSender
)

var (
	numberText  = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	shortText   = regexp.MustCompile(`^\d{3,8}$`)
	nameText    = regexp.MustCompile(`^[A-Za-z0-9 ]{1,11}$`)
	letterText  = regexp.MustCompile(`[A-Za-z]`)
	serviceText = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

// senderOf tells what kind of sender s is.
func senderOf(s string) senderKind {
	switch {
	case serviceText.MatchString(s):
		return serviceSender
	case numberText.MatchString(s), shortText.MatchString(s), nameText.MatchString(s) && letterText.MatchString(s):
		return ownSender
	}
	return noSender
}

// Send sends a text or a content template; see [sms.Sender] for the three
// outcomes. The receipt's ID is the message's SID, and it has as many Parts as
// Twilio counts, which is one while a messaging service has yet to choose the
// sender. Twilio seldom tells a price at that time.
//
// Unsupported, before the network: a missing or impossible sender, a text of more
// than 1600 characters, a TTL below a second (one above 10 hours is sent as 10
// hours), unnamed variables, and the mainland without Options.Mainland.
func (a *Adapter) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	c := &call{m: m}
	if err := a.prepare(c); err != nil {
		return sms.Receipt{}, err
	}
	form := url.Values{"To": {string(m.To)}}
	if c.kind == serviceSender {
		form.Set("MessagingServiceSid", c.from)
	} else {
		form.Set("From", c.from)
	}
	if c.text != "" {
		form.Set("Body", c.text)
	} else {
		form.Set("ContentSid", m.Gateway.TemplateID)
		if c.variables != "" {
			form.Set("ContentVariables", c.variables)
		}
	}
	if c.hook != "" {
		form.Set("StatusCallback", c.hook)
	}
	if m.TTL > 0 {
		form.Set("ValidityPeriod", strconv.FormatInt(int64(min(m.TTL, maxTTL)/time.Second), 10))
	}
	reply, err := a.exchange(ctx, wire.Request{Op: string(sms.Send), Ref: m.Key, Send: true, Private: c.private(), Body: []byte(form.Encode())}, a.messages())
	if err != nil {
		return sms.Receipt{}, err
	}
	r, bad := decode(reply)
	if bad != nil && bad.Delivery != waybill.Sent {
		return sms.Receipt{}, bad
	}
	r.Encoding, r.Estimate = c.parts.Encoding, c.parts.Count
	if bad != nil {
		return r, bad
	}
	return r, nil
}

// messages is the resource.
func (a *Adapter) messages() string {
	return a.opts.BaseURL + "/2010-04-01/Accounts/" + a.sid + "/Messages.json"
}

// exchange makes one exchange.
func (a *Adapter) exchange(ctx context.Context, r wire.Request, where string) (*wire.Reply, error) {
	user, password, err := a.credentials(ctx, r.Op, r.Ref)
	if err != nil {
		return nil, err
	}
	r.URL = where
	basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	r.Header = http.Header{"Authorization": {"Basic " + basic}, "Accept": {"application/json"}}
	if r.Body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Private = append(slices.Clip(r.Private), user, password, basic)
	return a.wire.Do(ctx, &r)
}

// credentials returns user and password of this exchange.
func (a *Adapter) credentials(ctx context.Context, op, ref string) (user, password string, err error) {
	if a.opts.Credentials == nil {
		return a.user, a.password, nil
	}
	user, password, err = a.opts.Credentials(ctx)
	if err == nil && user != "" && password != "" {
		return user, password, nil
	}
	return "", "", wire.NoCredentials(ctx, "the source of credentials gave no user and password").With(name, op, ref)
}

// Check says without the network what Send would refuse; see [sms.Checker].
func (a *Adapter) Check(m sms.Message) error { return a.prepare(&call{m: m}) }

// prepare checks a message against the vocabulary's and Twilio's limits.
func (a *Adapter) prepare(c *call) error {
	m := &c.m
	if err := m.Validate(); err != nil {
		return waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	region := m.Region
	if region == "" {
		region = m.To.Region()
	}
	if c.from = m.From; c.from == "" {
		c.from = a.opts.From
	}
	c.kind = senderOf(c.from)
	switch {
	case m.Text == "" && m.Gateway.TemplateID == "":
		return unsupported(m, waybill.ScopeSender, "the template has no text and no ContentSid")
	case region == "CN" && !a.opts.Mainland:
		return unsupported(m, waybill.ScopeRequest, "texts to mainland China are not enabled (Options.Mainland)")
	case c.from == "":
		return unsupported(m, waybill.ScopeSender, "Twilio needs a sender")
	case c.kind == noSender:
		return unsupported(m, waybill.ScopeSender, "the sender is neither a number nor up to 11 letters and digits nor a messaging service")
	case m.TTL > 0 && m.TTL < minTTL:
		return unsupported(m, waybill.ScopeRequest, "the TTL is below a second")
	}
	if a.opts.StatusCallback != "" {
		c.hook = hook(a.opts.StatusCallback, m.Key)
	}
	if m.Text == "" {
		var why string
		if c.variables, why = contentVariables(m.Gateway.Params); why != "" {
			return unsupported(m, waybill.ScopeSender, why)
		}
		return nil
	}
	c.text = m.Text
	if region == "CN" {
		c.text = sms.SignText(m.Gateway.Sign, c.text)
	}
	if utf8.RuneCountInString(c.text) > maxBody {
		return unsupported(m, waybill.ScopeRequest, "the text is longer than 1600 characters")
	}
	var err error
	if c.parts, err = sms.Count(c.text); err != nil {
		return waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	return nil
}

// hook is the URL for a message's reports.
func hook(callback, key string) string {
	u, err := url.Parse(callback)
	if err != nil || key == "" {
		return callback
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += keyParam + "=" + url.QueryEscape(key)
	return u.String()
}

// contentVariables writes parameters as a JSON object of strings.
func contentVariables(params []sms.Param) (text, why string) {
	if len(params) == 0 {
		return "", ""
	}
	object := make(map[string]string, len(params))
	for _, p := range params {
		switch _, twice := object[p.Name]; {
		case p.Name == "":
			return "", "Twilio names its content's variables, and one has no name"
		case twice:
			return "", "a variable of the content is given twice"
		case !utf8.ValidString(p.Value):
			return "", "a variable is not valid UTF-8"
		}
		object[p.Name] = p.Value
	}
	b, _ := json.Marshal(object) // of strings
	return string(b), ""
}

func unsupported(m *sms.Message, scope waybill.Scope, why string) error {
	e := waybill.NotSupported(string(sms.Send), why)
	e.Scope = scope
	return e.With(name, "", m.Key)
}

// private is what must stand in no error.
func (c *call) private() []string {
	out := []string{string(c.m.To), c.m.To.Digits(), c.m.Text, c.text, c.from, c.variables}
	for _, p := range c.m.Gateway.Params {
		out = append(out, p.Value)
	}
	return out
}
