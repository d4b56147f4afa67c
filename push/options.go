package push

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// DefaultBatch is how many tokens go into one attempt at a provider.
const DefaultBatch = 500

// Option configures a Client.
type Option func(*builder) error

// builder collects the options.
type builder struct {
	failover.Builder
	batch      int
	recorder   Recorder
	topics     bool
	broadcasts bool
}

// With adds a provider; the order of With is the order of asking, unless
// priorities or weights say otherwise. New fails if it is no [Sender]. A sender
// that does not implement [Accepts] is asked about every token.
func With(p waybill.Provider, use ...waybill.UseOption) Option {
	return func(b *builder) error { return b.Add(p, use) }
}

// In restricts a provider to notifications of the regions; see [waybill.In].
func In(regions ...string) waybill.UseOption { return waybill.In(regions...) }

// Outside keeps notifications of the regions away from a provider; see
// [waybill.Outside].
func Outside(regions ...string) waybill.UseOption { return waybill.Outside(regions...) }

// As names a provider's instance; see [waybill.As].
func As(instance string) waybill.UseOption { return waybill.As(instance) }

// WithDefaultRegion sets the region (ISO 3166-1 alpha-2) of notifications that
// name none.
func WithDefaultRegion(region string) Option {
	return func(b *builder) error { return b.SetRegion(region) }
}

// WithPolicy tunes the sending. AttemptTimeout bounds the sending of one batch,
// not of one token.
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

// WithMaxBatch sets how many tokens are handed to a provider at once, and how
// many [Client.SendAll] holds in memory. The default is [DefaultBatch]. Vendors
// with smaller limits split a batch further by themselves.
func WithMaxBatch(n int) Option {
	return func(b *builder) error {
		if n < 1 {
			return invalidOption("the batch is smaller than one token")
		}
		b.batch = n
		return nil
	}
}

// WithRecorder has every token's send written down; see [Recorder].
func WithRecorder(r Recorder) Option {
	return func(b *builder) error {
		if r == nil {
			return invalidOption("the recorder is nil")
		}
		b.recorder = r
		return nil
	}
}

func invalidOption(message string) error {
	return waybill.Invalid("new", message).With("push", "", "")
}
