// Package otelwaybill shows what clients do to OpenTelemetry: a span per call
// with a span per attempt in it, and metrics of attempts, failovers, ejections
// and ambiguous sends.
//
// # Using it
//
//	hooks, err := otelwaybill.New(nil)
//	maps, err := geo.New(geo.With(amap), geo.WithHooks(hooks))
//
// # What is in it
//
// Spans and metrics carry the domain, the verb, the provider, the instance and
// the error's code, scope, outcome and vendor code. They carry no personal data
// and no secret: no number, address, token, key, text, URL or error text. The
// trace context goes nowhere: the guarded HTTP client removes traceparent,
// tracestate and baggage from every request to a vendor.
//
// # Metrics
//
//	waybill.calls              calls of a client, by code
//	waybill.call.duration      their time in seconds
//	waybill.attempts           attempts, by provider and code
//	waybill.attempt.duration   their time in seconds
//	waybill.failovers          steps from one provider to the next, by code
//	waybill.ejections          providers ejected, by reason
//	waybill.recoveries         providers that came back
//	waybill.idles              accounts or services made idle by the vendor's word
//	waybill.ambiguous_sends    sends that may or may not have happened
package otelwaybill

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/waybill-go/waybill"
)

// scope is the name of the tracer and of the meter.
const scope = "github.com/waybill-go/waybill/otelwaybill"

// bounds are those that OpenTelemetry's conventions give durations in seconds, and
// two more for slow sends; the default ones are made for milliseconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60}

// Options choose where spans and metrics go. Nil fields mean the global
// providers at the time of New.
type Options struct {
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
}

// New returns hooks for any number of clients. They are safe for concurrent
// use. It fails when the meter provider refuses an instrument.
func New(o *Options) (*waybill.Hooks, error) {
	if o == nil {
		o = &Options{}
	}
	tp, mp := o.TracerProvider, o.MeterProvider
	if tp == nil {
		tp = otel.GetTracerProvider()
	}
	if mp == nil {
		mp = otel.GetMeterProvider()
	}
	h := &hook{tracer: tp.Tracer(scope)}
	if err := h.instruments(mp.Meter(scope)); err != nil {
		return nil, err
	}
	return &waybill.Hooks{
		StartCall:    h.startCall,
		StartAttempt: h.startAttempt,
		OnFailover:   h.failover,
		OnEject:      h.eject,
		OnIdle:       h.idle,
	}, nil
}

type hook struct {
	tracer trace.Tracer

	calls, attempts, failovers, ejections, recoveries, idles, ambiguous metric.Int64Counter

	callTime, attemptTime metric.Float64Histogram
}

func (h *hook) instruments(m metric.Meter) error {
	var errs []error
	counter := func(name, unit, about string) metric.Int64Counter {
		c, err := m.Int64Counter("waybill."+name, metric.WithUnit(unit), metric.WithDescription(about))
		errs = append(errs, err)
		return c
	}
	seconds := func(name, about string) metric.Float64Histogram {
		c, err := m.Float64Histogram("waybill."+name, metric.WithUnit("s"), metric.WithDescription(about), metric.WithExplicitBucketBoundaries(bounds...))
		errs = append(errs, err)
		return c
	}
	h.calls = counter("calls", "{call}", "Calls of a client.")
	h.callTime = seconds("call.duration", "Time of a client's calls.")
	h.attempts = counter("attempts", "{attempt}", "Attempts at providers.")
	h.attemptTime = seconds("attempt.duration", "Time of attempts at providers.")
	h.failovers = counter("failovers", "{failover}", "Steps from one provider to the next.")
	h.ejections = counter("ejections", "{ejection}", "Providers ejected.")
	h.recoveries = counter("recoveries", "{recovery}", "Providers that came back.")
	h.idles = counter("idles", "{idle}", "Accounts or services made idle by the vendor's word.")
	h.ambiguous = counter("ambiguous_sends", "{send}", "Sends that may or may not have happened.")
	return errors.Join(errs...)
}

func callAttrs(c waybill.Call) []attribute.KeyValue {
	a := make([]attribute.KeyValue, 0, 8)
	a = append(a, attribute.String("waybill.domain", c.Domain), attribute.String("waybill.op", string(c.Op)))
	if c.Client != "" {
		a = append(a, attribute.String("waybill.client", c.Client))
	}
	return a
}

// outcome appends an error's code and delivery, or "ok".
func outcome(a []attribute.KeyValue, e *waybill.Error) []attribute.KeyValue {
	if e == nil {
		return append(a, attribute.String("waybill.code", "ok"))
	}
	return append(a, attribute.String("waybill.code", e.Code.String()), attribute.String("waybill.delivery", e.Delivery.String()))
}

// finish closes a span. A failed one's status is the code's name: an error's
// text is made for people and could be long.
func finish(span trace.Span, e *waybill.Error) {
	if e != nil {
		span.SetAttributes(
			attribute.String("waybill.code", e.Code.String()),
			attribute.String("waybill.scope", e.Scope.String()),
			attribute.String("waybill.delivery", e.Delivery.String()),
		)
		if e.VendorCode != "" {
			span.SetAttributes(attribute.String("waybill.vendor_code", e.VendorCode))
		}
		if e.RetryAfter > 0 {
			span.SetAttributes(attribute.Float64("waybill.retry_after", e.RetryAfter.Seconds()))
		}
		span.SetStatus(codes.Error, e.Code.String())
	}
	span.End()
}

func (h *hook) startCall(ctx context.Context, c waybill.Call) (context.Context, func(waybill.CallEnd)) {
	attrs := callAttrs(c)
	ctx, span := h.tracer.Start(ctx, c.Domain+" "+string(c.Op), trace.WithAttributes(attrs...))
	if c.Items > 0 {
		span.SetAttributes(attribute.Int("waybill.items", c.Items))
	}
	return ctx, func(end waybill.CallEnd) {
		span.SetAttributes(attribute.Int("waybill.attempts", end.Attempts))
		if end.Instance != "" {
			span.SetAttributes(attribute.String("waybill.provider", end.Provider), attribute.String("waybill.instance", end.Instance))
		}
		set := metric.WithAttributes(outcome(attrs, end.Err)...)
		h.calls.Add(ctx, 1, set)
		h.callTime.Record(ctx, end.Duration.Seconds(), set)
		if c.Send && end.Err != nil && end.Err.Delivery == waybill.Ambiguous {
			h.ambiguous.Add(ctx, 1, metric.WithAttributes(attrs...))
		}
		finish(span, end.Err)
	}
}

func (h *hook) startAttempt(ctx context.Context, s waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
	attrs := append(callAttrs(s.Call), attribute.String("waybill.provider", s.Provider), attribute.String("waybill.instance", s.Instance))
	ctx, span := h.tracer.Start(ctx, s.Provider+" "+string(s.Op), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
	span.SetAttributes(attribute.Int("waybill.attempt", s.Number))
	if s.Hedge {
		span.SetAttributes(attribute.Bool("waybill.hedge", true))
	}
	if s.Probe {
		span.SetAttributes(attribute.Bool("waybill.probe", true))
	}
	return ctx, func(end waybill.AttemptEnd) {
		set := metric.WithAttributes(outcome(attrs, end.Err)...)
		h.attempts.Add(ctx, 1, set)
		h.attemptTime.Record(ctx, end.Duration.Seconds(), set)
		finish(span, end.Err)
	}
}

func (h *hook) failover(ctx context.Context, f waybill.Failover) {
	attrs := append(callAttrs(f.Call), attribute.String("waybill.from", f.From), attribute.String("waybill.to", f.To))
	h.failovers.Add(ctx, 1, metric.WithAttributes(outcome(attrs, f.Err)...))
}

func (h *hook) eject(ctx context.Context, e waybill.Ejection) {
	attrs := append(callAttrs(e.Call), attribute.String("waybill.provider", e.Provider), attribute.String("waybill.instance", e.Instance))
	if e.Recovered {
		h.recoveries.Add(ctx, 1, metric.WithAttributes(attrs...))
		return
	}
	h.ejections.Add(ctx, 1, metric.WithAttributes(append(attrs, attribute.String("waybill.reason", e.Reason))...))
}

func (h *hook) idle(ctx context.Context, i waybill.Idle) {
	attrs := append(callAttrs(i.Call), attribute.String("waybill.provider", i.Provider),
		attribute.String("waybill.instance", i.Instance), attribute.String("waybill.account", i.Account), attribute.String("waybill.code", i.Code.String()))
	h.idles.Add(ctx, 1, metric.WithAttributes(attrs...))
}
