package failover

import "github.com/waybill-go/waybill"

// Builder collects what a domain's client options say. The zero value is ready
// but for Domain. It serves one goroutine.
type Builder struct {
	// Domain stands in errors and hooks.
	Domain string
	// Name and Region are the client's name and default region.
	Name, Region string

	members  []Member
	hooks    *waybill.Hooks
	policies map[waybill.Verb]waybill.Policy
	all      *waybill.Policy
}

// Apply runs the options on a [Builder], or on a domain's own that embeds one, in
// order; nil ones are passed over.
func Apply[B any, O ~func(*B) error](b *B, options []O) error {
	for _, o := range options {
		if o == nil {
			continue
		}
		if err := o(b); err != nil {
			return err
		}
	}
	return nil
}

// Add adds a provider. One that names regions it must be kept out of by default
// (DefaultOutside) is, unless the options name regions themselves.
func (b *Builder) Add(p waybill.Provider, options []waybill.UseOption) error {
	u, err := waybill.NewUse(options...)
	if err != nil {
		return err
	}
	if p == nil {
		return b.invalid("a provider is nil")
	}
	if d, ok := p.(interface{ DefaultOutside() []string }); ok && len(u.In) == 0 && len(u.Outside) == 0 {
		u.Outside = d.DefaultOutside()
	}
	b.members = append(b.members, Member{Provider: p, Use: u})
	return nil
}

// SetRegion sets the default region.
func (b *Builder) SetRegion(region string) error {
	if !waybill.ValidRegion(region) {
		return b.invalid("the default region is not two capital letters")
	}
	b.Region = region
	return nil
}

// SetPolicy tunes the given verbs, all without any. Of two settings of the same
// field the later one wins, and a verb's own wins over that for all.
func (b *Builder) SetPolicy(p waybill.Policy, verbs []waybill.Verb) {
	if len(verbs) == 0 {
		if b.all != nil {
			p = p.Or(*b.all)
		}
		b.all = &p
		return
	}
	if b.policies == nil {
		b.policies = make(map[waybill.Verb]waybill.Policy)
	}
	for _, v := range verbs {
		b.policies[v] = p.Or(b.policies[v])
	}
}

// AddHooks adds hooks behind those already there.
func (b *Builder) AddHooks(h *waybill.Hooks) { b.hooks = waybill.JoinHooks(b.hooks, h) }

// Policy returns what was set for a verb.
func (b *Builder) Policy(v waybill.Verb) waybill.Policy {
	p := b.policies[v]
	if b.all != nil {
		p = p.Or(*b.all)
	}
	return p
}

// Members returns the providers added so far, in order.
func (b *Builder) Members() []Member { return b.members }

// Build makes the set. The domain then makes its lanes and calls
// [Set.CheckUsed].
func (b *Builder) Build() (*Set, error) {
	if len(b.members) == 0 {
		return nil, b.invalid("there is no provider")
	}
	return NewSet(Config{Domain: b.Domain, Name: b.Name, Hooks: b.hooks}, b.members)
}

func (b *Builder) invalid(message string) error {
	return waybill.Invalid("new", message).With(b.Domain, "", "")
}
