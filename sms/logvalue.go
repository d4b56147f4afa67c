package sms

import "log/slog"

// LogValue is what log/slog writes: the masked recipient, and nothing that the
// message says.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.String("to", m.To.Masked()), slog.String("kind", m.Kind.String()), slog.String("key", m.Key), slog.String("template", m.Template))
}

// LogValue is what log/slog writes: the masked recipient.
func (r Recipient) LogValue() slog.Value {
	return slog.GroupValue(slog.String("to", r.To.Masked()), slog.String("key", r.Key))
}

// LogValue is what log/slog writes: the number of recipients.
func (b Batch) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("recipients", len(b.Recipients)))
}
