package geocache_test

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// newAmap is an adapter that speaks to a fake.
func newAmap(base string) waybill.Provider {
	a, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: base})
	if err != nil {
		panic(err)
	}
	return a
}
