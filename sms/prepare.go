package sms

import (
	"errors"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Checker is implemented by gateways that can tell, without the network,
// whether they could send a message: its length, sender, region, template. The
// client asks before it selects, so that a gateway which could not is passed
// over and Explain says why.
type Checker interface {
	// Check returns nil, or the error that Send would return before the
	// network: Unsupported for what only this gateway cannot do.
	Check(m Message) error
}

// request is a message that was checked, with what holds for every gateway.
type request struct {
	c       *Client
	m       Message // its Region is the resolved one
	t       *template
	text    string // the message's, or the template's in its language
	warning string
	lane    string
}

// prepare checks and completes a message. It does not use the network.
func (c *Client) prepare(m Message, nested bool) (*request, error) {
	invalid := func(why string) error {
		return waybill.Invalid(string(Send), why).With("sms", "", m.Key)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if !nested && !m.Gateway.isZero() {
		return nil, invalid("gateway is filled in by the client and must be empty")
	}
	r := &request{c: c, m: m, text: m.Text}
	r.m.Gateway = GatewayMessage{}
	if m.Template != "" {
		r.t = c.templates[m.Template]
		if r.t == nil && !c.nestedKnows(m.Template) {
			return nil, invalid("the template is not known to this client")
		}
		if r.t != nil {
			if why := r.t.checkParams(m.Params); why != "" {
				return nil, invalid(why)
			}
			r.text = r.t.render(m.Language, m.Params)
			if err := r.validateText(); err != nil {
				return nil, err
			}
		}
	} else if len(m.Params) > 0 {
		return nil, invalid("params are given without a template")
	}
	if c.check != nil {
		warning, err := c.check(m.To)
		if err != nil {
			return nil, refusedNumber(err, m.Key)
		}
		r.warning = warning
	}
	r.m.Region, r.lane = c.regionFor(m), c.laneFor(m)
	return r, nil
}

// validateText checks a rendered text as one that the caller wrote.
func (r *request) validateText() error {
	if r.text == "" {
		if len(r.t.texts) == 0 {
			return nil
		}
		return waybill.Invalid(string(Send), "the template's text is empty with these parameters").With("sms", "", r.m.Key)
	}
	m := r.m
	m.Text, m.Template, m.Params = r.text, "", nil
	return m.Validate()
}

// refusedNumber makes sure that a check's refusal says that nothing was sent.
func refusedNumber(err error, key string) error {
	var e *waybill.Error
	if !errors.As(err, &e) {
		e = &waybill.Error{Code: waybill.InvalidArgument, Message: "the number was refused by the check", Err: err}
	}
	c := *e
	c.Delivery, c.Scope = waybill.NotSent, waybill.ScopeRequest
	c.Op = string(Send)
	return c.With("sms", "", key)
}

func (c *Client) regionFor(m Message) string {
	if m.Region != "" {
		return m.Region
	}
	if r := c.regionOf(m.To); waybill.ValidRegion(r) {
		return r
	}
	return c.region
}

func (c *Client) laneFor(m Message) string {
	switch {
	case m.Lane != "":
		return m.Lane
	case c.lanes[m.Kind] != "":
		return c.lanes[m.Kind]
	}
	return m.Kind.String()
}

// selection is what the engine needs to know. A number sticks to its gateway; a
// refused sender or template makes just this combination ineligible, of which the
// language is a part since each may have a template of its own.
func (r *request) selection() *failover.Select {
	m := &r.m
	s := &failover.Select{
		Key: string(m.To), Ref: m.Key, Tenant: m.Tenant, Lane: r.lane,
		AllowDuplicates: m.AllowDuplicates, Eligible: r,
		Sender:  m.Kind.String() + "/" + m.Region + "/" + m.Template + "/" + m.Language + "/" + m.From,
		Missing: "Region (the number has none)",
	}
	if m.Region != "" {
		s.Regions = []string{m.Region}
		s.Where = func() string { return "numbers of " + m.Region }
	}
	return s
}

// Eligible reports whether a gateway could send the message, for the engine.
func (r *request) Eligible(instance string, p waybill.Provider) *waybill.Error {
	_, e := r.through(instance, p)
	return e
}

// through returns the message as a gateway gets it, or why it cannot.
func (r *request) through(instance string, p waybill.Provider) (Message, *waybill.Error) {
	m := r.m
	if inner, ok := p.(*Client); ok { // it has templates and senders of its own
		switch {
		case m.Template == "" || inner.knows(m.Template):
		case r.text != "":
			m.Text, m.Template, m.Params = r.text, "", nil
		default:
			return m, r.unsupported(p, "it does not know the template")
		}
		return m, nil
	}
	name := p.Name()
	rule := r.c.rule(instance, name, m.Region, m.Kind)
	if m.From == "" {
		m.From = rule.From
	}
	m.Gateway = GatewayMessage{Sign: rule.Sign, EntityID: rule.EntityID, ContentID: rule.ContentID}
	if m.Template != "" {
		if why := r.mapTemplate(&m, instance, name); why != "" {
			return m, r.unsupported(p, why)
		}
	}
	if m.Region != "IN" {
		m.Gateway.ContentID, m.Gateway.EntityID = "", ""
	}
	if why := missing(m.Region, &m); why != "" {
		return m, r.unsupported(p, why)
	}
	if c := r.c.contents[m.Gateway.ContentID]; c != nil {
		if why := c.fault(&m); why != "" {
			return m, r.unsupported(p, why)
		}
	}
	if k, ok := p.(Checker); ok {
		if err := k.Check(m); err != nil {
			return m, waybill.AsError(err).With(name, string(Send), m.Key)
		}
	}
	return m, nil
}

// mapTemplate puts the gateway's own template, or the text, into m.
func (r *request) mapTemplate(m *Message, instance, name string) (why string) {
	if r.t == nil {
		return "it does not know the template"
	}
	g := r.t.forGateway(instance, name, m.Region, m.Language)
	if g != nil {
		if g.Sign != "" {
			m.Gateway.Sign = g.Sign
		}
		if g.ContentID != "" {
			m.Gateway.ContentID = g.ContentID
		}
	}
	switch {
	case g != nil && g.ID != "":
		if a := r.c.approval(instance, g.ID); a != Approved {
			return "the gateway has not approved the template: " + a.String()
		}
		m.Gateway.TemplateID = g.ID
		for _, p := range g.Params {
			m.Gateway.Params = append(m.Gateway.Params, Param{Name: p.Name, Value: m.Params[p.Param]})
		}
	case r.text != "":
		m.Text, m.Template, m.Params = r.text, "", nil
	default:
		return "the template has no entry for this gateway and region, and no text"
	}
	return ""
}

func (r *request) unsupported(p waybill.Provider, why string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeSender, Delivery: waybill.NotSent,
		Provider: p.Name(), Op: string(Send), Ref: r.m.Key, Message: why}
}

func (g *GatewayMessage) isZero() bool {
	return g.TemplateID == "" && g.Sign == "" && g.EntityID == "" && g.ContentID == "" && len(g.Params) == 0
}
