package mail

import "log/slog"

// GoString returns the masked address.
func (a Address) GoString() string { return a.String() }

// LogValue is what log/slog writes: the masked address.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// GoString hides the URL.
func (l Link) GoString() string { return l.String() }

// LogValue is what log/slog writes: no URL.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.String()) }

// LogValue is what log/slog writes: the mail's id and key, no address, subject or
// text.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.String("message_id", m.MessageID), slog.String("key", m.Key), slog.Int("recipients", len(m.To)+len(m.Cc)+len(m.Bcc)))
}

// LogValue is what log/slog writes: ids and how many recipients and links there
// are.
func (r Receipt) LogValue() slog.Value {
	return slog.GroupValue(slog.String("provider", r.Provider), slog.String("instance", r.Instance), slog.String("message_id", r.MessageID), slog.String("id", r.ID),
		slog.Int("recipients", len(r.Recipients)), slog.Int("links", len(r.Links)))
}
