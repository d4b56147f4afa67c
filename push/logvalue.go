package push

import "log/slog"

// LogValue is what log/slog writes: the token masked.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// LogValue is what log/slog writes: the token masked.
func (r Registration) LogValue() slog.Value { return slog.StringValue(r.String()) }

// LogValue is what log/slog writes: the token masked.
func (r Result) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("provider", r.Provider), slog.Any("token", r.Token), slog.String("id", r.ID), slog.Bool("dead", r.Dead)}
	if r.Err != nil {
		attrs = append(attrs, slog.String("error", r.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

// LogValue is what log/slog writes: what it is about, and nothing that it says.
func (n Notification) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", n.Kind.String()), slog.String("key", n.Key))
}
