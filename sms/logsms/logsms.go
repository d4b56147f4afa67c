// Package logsms is a gateway for development: it sends nothing and writes a
// masked line per message to a [slog.Logger].
//
// A line has the masked number, region, kind, sender, encoding, parts and the
// length of the text; the text itself, with the code that a developer may be
// waiting for, only with Options.Text. It accepts whatever is valid, templates
// included, and so shows what a message would have been.
//
// An adapter is safe for concurrent use.
package logsms

import (
	"context"
	"log/slog"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

const name = "logsms"

// Options are the settings that have defaults. nil means all defaults.
type Options struct {
	// Level is the level of the lines; the zero value is slog.LevelInfo.
	Level slog.Level
	// Text writes texts and parameters too. They are personal data and may hold
	// codes: for a developer's own machine only.
	Text bool
	// Account carries limits, to try out what they do. Default: a private one
	// without limits.
	Account *waybill.Account
}

// Adapter implements [sms.Sender] on a logger. It is safe for concurrent use.
type Adapter struct {
	log     *slog.Logger
	opts    Options
	account *waybill.Account
	sent    atomic.Int64
}

// New returns an adapter that writes to log. A nil logger is InvalidArgument.
func New(log *slog.Logger, o *Options) (*Adapter, error) {
	if log == nil {
		return nil, waybill.Invalid("new", "the logger is nil").With(name, "", "")
	}
	a := &Adapter{log: log}
	if o != nil {
		a.opts = *o
	}
	if a.account = a.opts.Account; a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	return a, nil
}

// Name returns "logsms".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// Send writes the message down and accepts it. Its ids count from "log-1". A
// context that is over is Canceled or DeadlineExceeded, and nothing is written.
func (a *Adapter) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if err := m.Validate(); err != nil {
		return sms.Receipt{}, waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return sms.Receipt{}, e.With(name, string(sms.Send), m.Key)
	}
	region := m.Region
	if region == "" {
		region = m.To.Region()
	}
	id := "log-" + strconv.FormatInt(a.sent.Add(1), 10)
	r := sms.Receipt{Served: waybill.Served{Provider: name}, ID: id}
	attrs := []slog.Attr{
		slog.String("id", id), slog.String("to", m.To.Masked()), slog.String("region", region), slog.String("kind", m.Kind.String()),
	}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("key", m.Key)
	add("from", m.From)
	add("sign", m.Gateway.Sign)
	add("template", m.Template)
	add("template_id", m.Gateway.TemplateID)
	if m.Text != "" {
		if p, err := sms.CountFor(region, m.Text); err == nil {
			r.Encoding, r.Estimate = p.Encoding, p.Count
			attrs = append(attrs, slog.String("encoding", p.Encoding.String()), slog.Int("parts", p.Count))
		}
		attrs = append(attrs, slog.Int("characters", utf8.RuneCountInString(m.Text)))
	}
	if a.opts.Text {
		add("text", m.Text)
		for _, p := range m.Gateway.Params {
			add("param_"+p.Name, p.Value)
		}
	}
	a.log.LogAttrs(ctx, a.opts.Level, "sms", attrs...)
	r.Parts = []sms.Part{{ID: id}}
	for i := 2; i <= r.Estimate; i++ {
		r.Parts = append(r.Parts, sms.Part{ID: id + "-" + strconv.Itoa(i)})
	}
	return r, nil
}

var (
	_ sms.Sender        = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
)
