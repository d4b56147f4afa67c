package main

import (
	"fmt"
	"time"

	"github.com/waybill-go/waybill/route"
)

// tariff is what a trip costs that begins in a region, in hundredths of the
// currency. It is this example's own and has nothing to do with the library.
type tariff struct {
	currency                           string
	base, perKilometre, perMinute      int64
	border                             int64 // when the trip crosses one
	smallest                           int64 // fares are rounded up to this
	freeKilometres, heavyFromKilometre float64
}

// tariffOf is the table of tariffs.
func tariffOf(region string) tariff {
	t := tariff{currency: "USD", base: 500, perKilometre: 90, perMinute: 20, border: 2000, smallest: 10}
	switch region {
	case "CN":
		t = tariff{currency: "CNY", base: 2800, perKilometre: 320, perMinute: 45, border: 18000, smallest: 100}
	case "HK":
		t = tariff{currency: "HKD", base: 6500, perKilometre: 980, perMinute: 150, border: 22000, smallest: 50}
	case "MO":
		t = tariff{currency: "MOP", base: 5500, perKilometre: 900, perMinute: 140, border: 22000, smallest: 50}
	case "TW":
		t = tariff{currency: "TWD", base: 18000, perKilometre: 2200, perMinute: 350, border: 0, smallest: 500}
	case "SG":
		t = tariff{currency: "SGD", base: 1200, perKilometre: 75, perMinute: 18, border: 3000, smallest: 10}
	case "TH":
		t = tariff{currency: "THB", base: 9000, perKilometre: 950, perMinute: 160, border: 40000, smallest: 100}
	case "IN":
		t = tariff{currency: "INR", base: 15000, perKilometre: 1400, perMinute: 180, border: 100000, smallest: 100}
	case "BR":
		t = tariff{currency: "BRL", base: 1400, perKilometre: 210, perMinute: 40, border: 15000, smallest: 10}
	}
	t.freeKilometres, t.heavyFromKilometre = 2, 100
	return t
}

// fare is the price of a trip. The first kilometres are free, and beyond a
// hundred the kilometre costs three quarters.
func (t tariff) fare(p route.Path, crossesBorder bool) money {
	km := max(0, p.Distance/1000-t.freeKilometres)
	far := max(0, km-t.heavyFromKilometre)
	cents := t.base + int64((km-far/4)*float64(t.perKilometre)) + int64(p.Duration/time.Minute)*t.perMinute
	if crossesBorder {
		cents += t.border
	}
	return money{t.currency, (cents + t.smallest - 1) / t.smallest * t.smallest}
}

// money is an amount in hundredths of a currency.
type money struct {
	currency string
	cents    int64
}

// String writes the amount with two decimals, such as "CNY 231.50".
func (m money) String() string {
	return fmt.Sprintf("%s %d.%02d", m.currency, m.cents/100, m.cents%100)
}
