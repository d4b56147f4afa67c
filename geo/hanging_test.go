package geo_test

import (
	"context"

	"github.com/waybill-go/waybill/geo"
)

// hanging waits in every verb until the attempt's time is up.
type hanging struct{}

func (hanging) Name() string      { return "hanging" }
func (hanging) Issuers() []string { return []string{"google"} }

func hang[R any](ctx context.Context) (r R, err error) {
	<-ctx.Done()
	return r, ctx.Err()
}

func (hanging) Suggest(ctx context.Context, _ geo.SuggestRequest) (geo.SuggestResult, error) {
	return hang[geo.SuggestResult](ctx)
}

func (hanging) Search(ctx context.Context, _ geo.SearchRequest) (geo.SearchResult, error) {
	return hang[geo.SearchResult](ctx)
}

func (hanging) Place(ctx context.Context, _ geo.PlaceRequest) (geo.PlaceResult, error) {
	return hang[geo.PlaceResult](ctx)
}

func (hanging) Localize(ctx context.Context, _ geo.LocalizeRequest) (geo.LocalizeResult, error) {
	return hang[geo.LocalizeResult](ctx)
}

func (hanging) Districts(ctx context.Context, _ geo.DistrictRequest) (geo.DistrictResult, error) {
	return hang[geo.DistrictResult](ctx)
}
