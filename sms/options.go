package sms

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Option configures a Client.
type Option func(*builder) error

// builder collects the options.
type builder struct {
	failover.Builder
	regionOf  RegionFunc
	check     CheckFunc
	templates map[string]*template
	rules     []SenderRule
	recorder  Recorder
	guard     *Rules
	contents  map[string]*content
	lanes     [len(kindNames)]string
}

// With adds a gateway; the order of With is the order of asking, unless
// priorities or weights say otherwise. New fails if it is no [Sender].
func With(p waybill.Provider, use ...waybill.UseOption) Option {
	return func(b *builder) error { return b.Add(p, use) }
}

// In restricts a gateway to numbers of the regions; see [waybill.In].
func In(regions ...string) waybill.UseOption { return waybill.In(regions...) }

// Outside keeps a gateway away from numbers of the regions; see
// [waybill.Outside].
func Outside(regions ...string) waybill.UseOption { return waybill.Outside(regions...) }

// As names a gateway's instance; see [waybill.As].
func As(instance string) waybill.UseOption { return waybill.As(instance) }

// WithDefaultRegion sets the region (ISO 3166-1 alpha-2) of numbers that have
// none, such as those of satellite phones.
func WithDefaultRegion(region string) Option {
	return func(b *builder) error { return b.SetRegion(region) }
}

// WithPolicy tunes the sending.
func WithPolicy(p waybill.Policy) Option {
	return func(b *builder) error { b.SetPolicy(p, nil); return nil }
}

// WithHooks adds hooks; see [waybill.Hooks].
func WithHooks(h *waybill.Hooks) Option {
	return func(b *builder) error { b.AddHooks(h); return nil }
}

// WithName names the client in hooks and, when it stands behind another client,
// in errors.
func WithName(name string) Option {
	return func(b *builder) error { b.Name = name; return nil }
}

// WithRegion sets how the region of a number is told; the default is
// [Number.Region]. phone.Region of package sms/phone knows all numbering plans.
func WithRegion(f RegionFunc) Option {
	return func(b *builder) error {
		if f == nil {
			return invalidOption("the region function is nil")
		}
		b.regionOf = f
		return nil
	}
}

// WithCheck has every number judged before anything is sent to it, such as by
// phone.Policy{}.Check of package sms/phone. A refused number is
// InvalidArgument; a warning stands in the receipt.
func WithCheck(f CheckFunc) Option {
	return func(b *builder) error {
		if f == nil {
			return invalidOption("the check function is nil")
		}
		b.check = f
		return nil
	}
}

// WithTemplate adds a template under a logical name. New fails when the name is
// empty or taken, a text cannot be read, or a gateway is named that the client
// does not have.
func WithTemplate(name string, t Template) Option {
	return func(b *builder) error {
		if name == "" {
			return invalidOption("a template has no name")
		}
		if _, taken := b.templates[name]; taken {
			return invalidOption("template " + name + " is given twice")
		}
		compiled, err := compile(name, t)
		if err != nil {
			return err
		}
		if b.templates == nil {
			b.templates = make(map[string]*template)
		}
		b.templates[name] = compiled
		return nil
	}
}

// WithSender adds a rule that says in whose name messages go out. Of all rules
// that fit a message, the most specific one is taken whole: one that names the
// instance before one that names the adapter or none, then one that names the
// region, then one that names the kind; of equals the first.
func WithSender(r SenderRule) Option {
	return func(b *builder) error {
		if err := r.validate(); err != nil {
			return err
		}
		b.rules = append(b.rules, r.clone())
		return nil
	}
}

// WithContent adds texts registered in India's DLT, against which messages with
// their content ids are compared; see [Content]. New fails when an id comes
// twice.
func WithContent(contents ...Content) Option {
	return func(b *builder) error {
		if b.contents == nil {
			b.contents = make(map[string]*content)
		}
		for _, c := range contents {
			compiled, why := compileContent(c)
			if why == "" && b.contents[c.ID] != nil {
				why = "content " + c.ID + " is given twice"
			}
			if why != "" {
				return invalidOption(why)
			}
			b.contents[c.ID] = compiled
		}
		return nil
	}
}

// WithLane sets the lane of messages of a kind that name none. The default is
// the kind's name, so that waybill.ForLanes("verification") keeps a gateway for
// codes.
func WithLane(k Kind, lane string) Option {
	return func(b *builder) error {
		if int(k) >= len(b.lanes) || lane == "" {
			return invalidOption("a lane is empty, or of an unknown kind")
		}
		b.lanes[k] = lane
		return nil
	}
}

// WithRules has every message judged before a gateway is chosen; see [Rules].
func WithRules(r *Rules) Option {
	return func(b *builder) error {
		if r == nil {
			return invalidOption("the rules are nil")
		}
		b.guard = r
		return nil
	}
}

// WithRecorder has every send written down; see [Recorder].
func WithRecorder(r Recorder) Option {
	return func(b *builder) error {
		if r == nil {
			return invalidOption("the recorder is nil")
		}
		b.recorder = r
		return nil
	}
}

// checkNames holds that whatever a template or rule calls a gateway is one.
func (b *builder) checkNames() error {
	known := make(map[string]bool)
	for _, m := range b.Members() {
		known[m.Provider.Name()] = true
		if m.Use.Instance != "" {
			known[m.Use.Instance] = true
		}
	}
	for name, t := range b.templates {
		for i := range t.gateways {
			if g := t.gateways[i].Gateway; !known[g] {
				return invalidOption("template " + name + " names gateway " + g + ", which the client does not have")
			}
		}
	}
	for _, r := range b.rules {
		if r.Gateway != "" && !known[r.Gateway] {
			return invalidOption("a sender rule names gateway " + r.Gateway + ", which the client does not have")
		}
	}
	return nil
}

func invalidOption(message string) error {
	return waybill.Invalid("new", message).With("sms", "", "")
}
