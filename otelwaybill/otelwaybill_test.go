package otelwaybill_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	apitrace "go.opentelemetry.io/otel/trace"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/otelwaybill"
	"github.com/waybill-go/waybill/wire"
)

const secretQuery = "青年路12号 Frau Muster"

type geocoder struct {
	name string
	err  *waybill.Error
}

func (g geocoder) Name() string { return g.name }

func (g geocoder) Geocode(context.Context, geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if g.err != nil {
		return geo.GeocodeResult{}, g.err
	}
	return geo.GeocodeResult{Places: []geo.Place{{Point: geo.Point{Lat: 37.5, Lng: 127}}}}, nil
}

// setUp returns hooks that collect, and functions that read what they collected.
func setUp(t *testing.T) (h *waybill.Hooks, spans func() tracetest.SpanStubs, metrics func() map[string]metricdata.Metrics, tp *trace.TracerProvider) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	tp = trace.NewTracerProvider(trace.WithSyncer(exporter))
	reader := metric.NewManualReader()
	mp := metric.NewMeterProvider(metric.WithReader(reader))
	h, err := otelwaybill.New(&otelwaybill.Options{TracerProvider: tp, MeterProvider: mp})
	if err != nil {
		t.Fatal(err)
	}
	return h, exporter.GetSpans, func() map[string]metricdata.Metrics {
		var rm metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &rm); err != nil {
			t.Fatal(err)
		}
		found := map[string]metricdata.Metrics{}
		for _, s := range rm.ScopeMetrics {
			for _, m := range s.Metrics {
				found[m.Name] = m
			}
		}
		return found
	}, tp
}

func attr(s tracetest.SpanStub, key string) string {
	for _, a := range s.Attributes {
		if string(a.Key) == key {
			return a.Value.Emit()
		}
	}
	return ""
}

// sum adds the points of a counter whose attributes include want.
func sum(t *testing.T, m metricdata.Metrics, want ...attribute.KeyValue) int64 {
	t.Helper()
	data, ok := m.Data.(metricdata.Sum[int64])
	if !ok {
		t.Fatalf("%s is %T", m.Name, m.Data)
	}
	var n int64
	for _, p := range data.DataPoints {
		all := true
		for _, w := range want {
			v, ok := p.Attributes.Value(w.Key)
			all = all && ok && v == w.Value
		}
		if all {
			n += p.Value
		}
	}
	return n
}

func TestSpanPerCallAndAttempt(t *testing.T) {
	h, spans, metrics, _ := setUp(t)
	down := geocoder{"down", &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, VendorCode: "10021", Message: secretQuery, RetryAfter: 1e9}}
	c, err := geo.New(geo.With(down), geo.With(geocoder{name: "up"}), geo.WithHooks(h), geo.WithName("poi"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: secretQuery, Key: "order-secret"}); err != nil {
		t.Fatal(err)
	}
	got := spans()
	if len(got) != 3 {
		t.Fatalf("%d spans, want a call and two attempts", len(got))
	}
	call := got[2]
	if call.Name != "geo geocode" || attr(call, "waybill.instance") != "up" || attr(call, "waybill.attempts") != "2" || attr(call, "waybill.client") != "poi" || call.Status.Code == codes.Error {
		t.Errorf("call: %+v", call)
	}
	for i, name := range []string{"down", "up"} {
		a := got[i]
		if a.Parent.SpanID() != call.SpanContext.SpanID() || a.SpanKind != apitrace.SpanKindClient || attr(a, "waybill.provider") != name {
			t.Errorf("attempt %d: %+v", i, a)
		}
	}
	if got[0].Status.Code != codes.Error || attr(got[0], "waybill.code") != "rate_limited" || attr(got[0], "waybill.vendor_code") != "10021" || attr(got[0], "waybill.scope") != "account" {
		t.Errorf("failed attempt: %+v", got[0])
	}
	m := metrics()
	if n := sum(t, m["waybill.attempts"], attribute.String("waybill.provider", "down"), attribute.String("waybill.code", "rate_limited")); n != 1 {
		t.Errorf("attempts at down: %d", n)
	}
	if n := sum(t, m["waybill.attempts"], attribute.String("waybill.provider", "up"), attribute.String("waybill.code", "ok")); n != 1 {
		t.Errorf("attempts at up: %d", n)
	}
	if n := sum(t, m["waybill.failovers"], attribute.String("waybill.from", "down"), attribute.String("waybill.to", "up")); n != 1 {
		t.Errorf("failovers: %d", n)
	}
	if n := sum(t, m["waybill.idles"]); n != 1 {
		t.Errorf("idles: %d", n)
	}
	if n := sum(t, m["waybill.calls"], attribute.String("waybill.code", "ok")); n != 1 {
		t.Errorf("calls: %d", n)
	}
	noPersonalData(t, got)
}

// TestDurationBuckets: the buckets of the durations tell quick calls from slow
// ones in seconds.
func TestDurationBuckets(t *testing.T) {
	h, _, metrics, _ := setUp(t)
	call := waybill.Call{Domain: "geo", Op: geo.Geocode}
	for _, d := range []time.Duration{20 * time.Millisecond, 300 * time.Millisecond, 4 * time.Second} {
		_, end := h.StartCall(t.Context(), call)
		end(waybill.CallEnd{Duration: d})
		_, done := h.StartAttempt(t.Context(), waybill.AttemptStart{Call: call, Provider: "p", Instance: "p"})
		done(waybill.AttemptEnd{Duration: d})
	}
	m := metrics()
	for _, name := range []string{"waybill.call.duration", "waybill.attempt.duration"} {
		data, ok := m[name].Data.(metricdata.Histogram[float64])
		if !ok || m[name].Unit != "s" {
			t.Fatalf("%s: %T in %q", name, m[name].Data, m[name].Unit)
		}
		for _, n := range data.DataPoints[0].BucketCounts {
			if n > 1 {
				t.Errorf("%s: %v", name, data.DataPoints[0].BucketCounts)
			}
		}
	}
}

func noPersonalData(t *testing.T, spans tracetest.SpanStubs) {
	t.Helper()
	for _, s := range spans {
		text := s.Name + s.Status.Description
		for _, a := range s.Attributes {
			text += a.Value.Emit()
		}
		for _, e := range s.Events {
			text += e.Name
			for _, a := range e.Attributes {
				text += a.Value.Emit()
			}
		}
		for _, bad := range []string{secretQuery, "Muster", "order-secret"} {
			if strings.Contains(text, bad) {
				t.Errorf("span %q tells personal data", s.Name)
			}
		}
	}
}

func TestEjectionsAndRecoveries(t *testing.T) {
	h, _, metrics, _ := setUp(t)
	call := waybill.Call{Domain: "geo", Op: geo.Geocode}
	h.OnEject(t.Context(), waybill.Ejection{Call: call, Provider: "p", Instance: "p", Reason: "consecutive"})
	h.OnEject(t.Context(), waybill.Ejection{Call: call, Provider: "p", Instance: "p", Recovered: true})
	m := metrics()
	if sum(t, m["waybill.ejections"], attribute.String("waybill.reason", "consecutive")) != 1 || sum(t, m["waybill.recoveries"]) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestAmbiguousSendsAreCounted(t *testing.T) {
	h, _, metrics, _ := setUp(t)
	for _, send := range []bool{true, false} {
		for _, d := range []waybill.Delivery{waybill.Ambiguous, waybill.NotSent, waybill.Sent} {
			_, end := h.StartCall(t.Context(), waybill.Call{Domain: "sms", Op: "send", Send: send, Items: 2})
			end(waybill.CallEnd{Attempts: 1, Err: &waybill.Error{Code: waybill.Unavailable, Delivery: d}})
		}
	}
	if n := sum(t, metrics()["waybill.ambiguous_sends"]); n != 1 {
		t.Errorf("counted %d, want 1", n)
	}
}

// TestTraceContextNeverLeaves sends a request through the guarded client with a
// transport that injects the trace context, as instrumented programs do.
func TestTraceContextNeverLeaves(t *testing.T) {
	_, _, _, tp := setUp(t)
	var leaked atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Traceparent") != "" || r.Header.Get("Tracestate") != "" || r.Header.Get("Baggage") != "" {
			leaked.Store(true)
		}
	}))
	defer srv.Close()
	ctx, span := tp.Tracer("test").Start(t.Context(), "outer")
	defer span.End()
	header := http.Header{}
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(header))
	if header.Get("Traceparent") == "" {
		t.Fatal("the test does not inject anything")
	}
	header.Set("Baggage", "user=1")
	c, err := wire.New(wire.Config{Provider: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(ctx, &wire.Request{Op: "x", Method: "GET", URL: srv.URL, Header: header}); err != nil {
		t.Fatal(err)
	}
	if leaked.Load() {
		t.Error("the trace context went to the vendor")
	}
}
