package waybill_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/waybill-go/waybill"
)

func TestNewUse(t *testing.T) {
	u, err := waybill.NewUse(nil, waybill.As("amap-b"), waybill.In("CN"), waybill.In("HK", "MO"), waybill.Outside("TW"),
		waybill.Priority(-2), waybill.Weight(0.5), waybill.ForLanes("a"), waybill.ForLanes("b"), waybill.ForTenants("t"), waybill.Concurrency(3))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", u), "{Instance:amap-b In:[CN HK MO] Outside:[TW] Priority:-2 Weight:0.5 Lanes:[a b] Tenants:[t] Concurrency:3}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if u, err := waybill.NewUse(); err != nil || fmt.Sprintf("%+v", u) != fmt.Sprintf("%+v", waybill.Use{}) {
		t.Errorf("without options %+v, %v", u, err)
	}
}

// TestNewUseRefuses: what cannot be meant is InvalidArgument, and no value is
// quoted but a region's.
func TestNewUseRefuses(t *testing.T) {
	for what, o := range map[string][]waybill.UseOption{
		"an empty name":      {waybill.As("")},
		"no region":          {waybill.In()},
		"no outside":         {waybill.Outside()},
		"small letters":      {waybill.In("cn")},
		"a name":             {waybill.Outside("China")},
		"an empty region":    {waybill.In("CN", "")},
		"both sides":         {waybill.In("CN", "HK"), waybill.Outside("HK")},
		"a negative weight":  {waybill.Weight(-1)},
		"no number":          {waybill.Weight(math.NaN())},
		"an infinite weight": {waybill.Weight(math.Inf(1))},
		"no concurrency":     {waybill.Concurrency(0)},
	} {
		u, err := waybill.NewUse(o...)
		if waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent || u.Instance != "" || u.In != nil {
			t.Errorf("%s: %+v, %v", what, u, err)
		}
	}
}

// TestUseKeepsItsOwn: the caller's slice may be changed afterwards.
func TestUseKeepsItsOwn(t *testing.T) {
	regions, lanes := []string{"CN", "HK"}, []string{"a"}
	u, err := waybill.NewUse(waybill.In(regions...), waybill.ForLanes(lanes...))
	regions[0], lanes[0] = "US", "b"
	if err != nil || !slices.Equal(u.In, []string{"CN", "HK"}) || u.Lanes[0] != "a" {
		t.Errorf("%+v, %v", u, err)
	}
	// An option may be used for two providers.
	o := waybill.In("CN")
	one, _ := waybill.NewUse(o, waybill.In("HK"))
	two, _ := waybill.NewUse(o, waybill.In("MO"))
	if one.In[1] != "HK" || two.In[1] != "MO" {
		t.Errorf("%v, %v", one.In, two.In)
	}
}

func TestValidRegion(t *testing.T) {
	for s, want := range map[string]bool{"CN": true, "ZZ": true, "": false, "C": false, "CHN": false, "cn": false, "C1": false, "中": false, "C\x00": false} {
		if waybill.ValidRegion(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
