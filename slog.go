package waybill

import (
	"context"
	"log/slog"
)

// LogHooks returns hooks that write to l: attempts at level Debug, failed
// attempts, failovers and idle accounts at Info, failed calls, ejections and
// recoveries at Warn. A call whose outcome is ambiguous says so. A nil l means
// [slog.Default] at the time of each event.
func LogHooks(l *slog.Logger) *Hooks {
	h := logHooks{l}
	return &Hooks{
		StartCall:    h.startCall,
		StartAttempt: h.startAttempt,
		OnFailover:   h.failover,
		OnEject:      h.eject,
		OnIdle:       h.idle,
	}
}

type logHooks struct{ l *slog.Logger }

func (h logHooks) log(ctx context.Context, level slog.Level, msg string, attrs ...slog.Attr) {
	l := h.l
	if l == nil {
		l = slog.Default()
	}
	if l.Enabled(ctx, level) {
		l.LogAttrs(ctx, level, msg, attrs...)
	}
}

func callAttrs(c Call, more ...slog.Attr) []slog.Attr {
	attrs := []slog.Attr{slog.String("domain", c.Domain), slog.String("op", string(c.Op))}
	if c.Client != "" {
		attrs = append(attrs, slog.String("client", c.Client))
	}
	return append(attrs, more...)
}

func errAttrs(e *Error) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("code", e.Code.String()), slog.String("scope", e.Scope.String()),
		slog.String("delivery", e.Delivery.String()),
	}
	if e.VendorCode != "" {
		attrs = append(attrs, slog.String("vendor_code", e.VendorCode))
	}
	if e.RetryAfter > 0 {
		attrs = append(attrs, slog.Duration("retry_after", e.RetryAfter))
	}
	return attrs
}

func (h logHooks) startCall(ctx context.Context, c Call) (context.Context, func(CallEnd)) {
	return ctx, func(end CallEnd) {
		attrs := callAttrs(c, slog.Int("attempts", end.Attempts), slog.Duration("duration", end.Duration))
		if end.Err == nil {
			h.log(ctx, slog.LevelDebug, "waybill: call", append(attrs, slog.String("provider", end.Instance))...)
			return
		}
		msg := "waybill: call failed"
		if c.Send && end.Err.Delivery == Ambiguous {
			msg = "waybill: outcome ambiguous"
		}
		h.log(ctx, slog.LevelWarn, msg, append(attrs, errAttrs(end.Err)...)...)
	}
}

func (h logHooks) startAttempt(ctx context.Context, s AttemptStart) (context.Context, func(AttemptEnd)) {
	return ctx, func(end AttemptEnd) {
		attrs := callAttrs(s.Call, slog.String("provider", s.Instance), slog.Int("number", s.Number), slog.Duration("duration", end.Duration))
		if end.Err == nil {
			h.log(ctx, slog.LevelDebug, "waybill: attempt", attrs...)
			return
		}
		h.log(ctx, slog.LevelInfo, "waybill: attempt failed", append(attrs, errAttrs(end.Err)...)...)
	}
}

func (h logHooks) failover(ctx context.Context, f Failover) {
	h.log(ctx, slog.LevelInfo, "waybill: failover",
		callAttrs(f.Call, slog.String("from", f.From), slog.String("to", f.To), slog.String("code", f.Err.Code.String()))...)
}

func (h logHooks) eject(ctx context.Context, e Ejection) {
	if e.Recovered {
		h.log(ctx, slog.LevelWarn, "waybill: recovered", callAttrs(e.Call, slog.String("provider", e.Instance))...)
		return
	}
	h.log(ctx, slog.LevelWarn, "waybill: ejected",
		callAttrs(e.Call, slog.String("provider", e.Instance), slog.Duration("for", e.For), slog.String("reason", e.Reason))...)
}

func (h logHooks) idle(ctx context.Context, i Idle) {
	h.log(ctx, slog.LevelInfo, "waybill: idle", callAttrs(i.Call, slog.String("provider", i.Instance),
		slog.String("account", i.Account), slog.String("service", i.Service), slog.Time("until", i.Until), slog.String("code", i.Code.String()))...)
}
