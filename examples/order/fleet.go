package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/sms"
)

// The drivers that are on the road without -drivers.
//
//go:embed fleet.json
var embeddedFleet []byte

// driver is one driver, of the fleet or named by an order.
type driver struct {
	ID          string  `json:"id"`
	Lat         float64 `json:"lat"`
	Lng         float64 `json:"lng"`
	Phone       string  `json:"phone"`
	PhoneRegion string  `json:"phone_region"`
	Language    string  `json:"language"`
	// State is "free" (also when empty), "busy", or "silent": free once, but the
	// app has not reported for five minutes.
	State string `json:"state"`
	// Plates is "both" for a vehicle that may drive on both sides of the
	// mainland's border.
	Plates string `json:"plates"`
	// Tokens are those of the driver's app, by push vendor. With fakes an empty
	// one is invented.
	Tokens map[push.Vendor]string `json:"tokens"`
	Token  string                 `json:"token"` // the same for FCM alone

	number sms.Number
}

// check turns the number into what the library takes. field is what stands
// before the names of the fields.
func (d *driver) check(field, region string) error {
	if d.PhoneRegion != "" {
		region = d.PhoneRegion
	}
	switch d.State {
	case "", "free", "busy", "silent":
	default:
		return &badField{field + "state", "none of free, busy, silent"}
	}
	if d.Tokens == nil {
		d.Tokens = map[push.Vendor]string{}
	}
	if _, ok := d.Tokens[push.FCM]; d.Token != "" || !ok && len(d.Tokens) == 0 {
		d.Tokens[push.FCM] = d.Token
	}
	for vendor, value := range d.Tokens {
		if value == "" {
			continue // it is invented
		}
		if err := (push.Token{Vendor: vendor, Value: value}).Validate(); err != nil {
			return &badField{field + "tokens." + string(vendor), message(err)}
		}
	}
	var err error
	if d.number, err = number(d.Phone, region); err != nil {
		return &badField{field + "phone", message(err)}
	}
	return nil
}

// readFleet reads a JSON array of drivers. One bad entry is a bad file.
func readFleet(data []byte) ([]*driver, error) {
	var fleet []*driver
	if err := json.Unmarshal(data, &fleet); err != nil {
		return nil, errors.New("not a JSON array of drivers")
	}
	seen := map[string]bool{}
	for i, d := range fleet {
		switch {
		case d == nil || d.ID == "":
			return nil, fmt.Errorf("driver %d has no id", i+1)
		case seen[d.ID]:
			return nil, fmt.Errorf("driver %s is there twice", d.ID)
		}
		seen[d.ID] = true
		if err := d.check("", ""); err != nil {
			return nil, fmt.Errorf("driver %s: %w", d.ID, err)
		}
	}
	return fleet, nil
}

// fleetOf is the fleet of a run: that of the file, or the embedded one. Invented
// drivers never meet real senders, who would send to their numbers.
func fleetOf(cfg config, p *providers) ([]*driver, error) {
	data := embeddedFleet
	switch {
	case cfg.drivers != "":
		var err error
		if data, err = os.ReadFile(cfg.drivers); err != nil {
			return nil, fmt.Errorf("-drivers: %w", err)
		}
	case len(p.realSenders) > 0:
		return nil, nil
	}
	fleet, err := readFleet(data)
	if err != nil {
		return nil, fmt.Errorf("-drivers: %w", err)
	}
	return fleet, nil
}

// equip gives drivers the tokens that only this run knows: the fakes know any,
// real services need them from the file. n counts the drivers, so that no two
// have the same.
func (p *providers) equip(d *driver, n int) {
	for vendor, value := range d.Tokens {
		switch {
		case value != "" || p.fakes[string(vendor)] == nil:
		case vendor == push.Huawei:
			d.Tokens[vendor] = pushtest.HuaweiToken(n)
		case vendor == push.FCM:
			d.Tokens[vendor] = pushtest.FCMToken(n)
		}
	}
}
