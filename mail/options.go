package mail

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Option configures a Client.
type Option func(*builder) error

// builder collects the options.
type builder struct {
	failover.Builder
	offloads []*offload
	recorder Recorder
}

// With adds a relay; the order of With is the order of asking, unless
// priorities or weights say otherwise. New fails if it is no [Sender].
func With(p waybill.Provider, use ...waybill.UseOption) Option {
	return func(b *builder) error { return b.Add(p, use) }
}

// In restricts a relay to mails of the regions; see [waybill.In].
func In(regions ...string) waybill.UseOption { return waybill.In(regions...) }

// Outside keeps a relay away from mails of the regions; see [waybill.Outside].
func Outside(regions ...string) waybill.UseOption { return waybill.Outside(regions...) }

// As names a relay's instance, which two relays of one adapter need; see
// [waybill.As].
func As(instance string) waybill.UseOption { return waybill.As(instance) }

// WithDefaultRegion sets the region (ISO 3166-1 alpha-2) of mails that name
// none.
func WithDefaultRegion(region string) Option {
	return func(b *builder) error { return b.SetRegion(region) }
}

// WithPolicy tunes the sending. A relay bounds each step by itself, so there is
// no AttemptTimeout unless it is set here.
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

// WithOffload says where attachments go that are too large for a mail. It may be
// given more than once: the first one whose regions ([In], [Outside]) cover the
// mail's region is used, and a mail that none covers keeps its attachments.
// What is wrong with it is InvalidArgument from New.
func WithOffload(o Offload, use ...waybill.UseOption) Option {
	return func(b *builder) error {
		u, err := waybill.NewUse(use...)
		if err != nil {
			return err
		}
		own, err := newOffload(o, u)
		if err != nil {
			return err
		}
		b.offloads = append(b.offloads, own)
		return nil
	}
}

func invalidOption(message string) error {
	return waybill.Invalid("new", message).With("mail", "", "")
}
