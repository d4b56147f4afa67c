package geo_test

import (
	"errors"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

func TestPlaceIDsAreText(t *testing.T) {
	if _, err := geo.ParsePlaceID("google:x\xff"); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
	if err := (geo.PlaceRequest{ID: geo.PlaceID{Issuer: "google", Value: "x\xff"}}).Validate(); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
}
