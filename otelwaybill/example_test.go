package otelwaybill_test

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/otelwaybill"
)

func ExampleNew() {
	exporter := tracetest.NewInMemoryExporter()
	hooks, err := otelwaybill.New(&otelwaybill.Options{TracerProvider: trace.NewTracerProvider(trace.WithSyncer(exporter))})
	if err != nil {
		fmt.Println(err)
		return
	}
	down := geocoder{"down", &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}}
	maps, err := geo.New(
		geo.With(down),
		geo.With(geocoder{name: "up"}),
		geo.WithHooks(hooks),
		geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = maps.Geocode(context.Background(), geo.GeocodeRequest{Query: "Seoul Station"})
	for _, s := range exporter.GetSpans() {
		fmt.Println(s.Name+":", s.Status.Code)
	}
	fmt.Println(err)
	// Output:
	// down geocode: Error
	// up geocode: Unset
	// geo geocode: Unset
	// <nil>
}
