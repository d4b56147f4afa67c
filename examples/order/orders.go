package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

// The dozen orders that are processed without -in.
//
//go:embed orders.json
var dozen []byte

// order is one order of the file, checked. Its JSON is described in the usage.
type order struct {
	N  int    `json:"-"` // its place in the file, from 1
	ID string `json:"id"`

	Pickup  address `json:"pickup"`
	Dropoff address `json:"dropoff"`
	Driver  struct {
		Phone       string `json:"phone"`
		PhoneRegion string `json:"phone_region"`
		Language    string `json:"language"`
		Token       string `json:"token"` // of the driver's app
	} `json:"driver"`
	Customer struct {
		Mail string `json:"mail"`
	} `json:"customer"`

	number  sms.Number   // of the driver
	token   string       // of the driver's app
	mailbox mail.Address // of the customer
	bad     error        // what is wrong with it: it is not processed
}

// address is a place as a customer writes it.
type address struct {
	Text   string `json:"text"`
	Region string `json:"region"`
	City   string `json:"city"`
	// Typed says that the text is what the customer typed until the app showed
	// the place, which was chosen.
	Typed bool `json:"typed"`
}

// badField is a mistake in an order, with the field where it is.
type badField struct {
	field string
	why   string
}

func (b *badField) Error() string { return b.field + ": " + b.why }

// readOrders reads a JSON array of orders. One that cannot be read or used comes
// back with its fault, and the others go on. The error is for a file that is no
// array at all.
func readOrders(data []byte) ([]*order, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("the file is not UTF-8")
	}
	elements, err := split(bytes.TrimPrefix(data, []byte("\ufeff")))
	if err != nil {
		return nil, err
	}
	if len(elements) == 0 {
		return nil, errors.New("there are no orders in the file")
	}
	ids := map[string]bool{}
	orders := make([]*order, len(elements))
	for i, e := range elements {
		o := &order{N: i + 1}
		orders[i] = o
		if o.bad = o.read(e); o.ID == "" {
			o.ID = fmt.Sprintf("order-%d", o.N)
		}
		if o.bad == nil && ids[o.ID] {
			o.bad = &badField{"id", "another order has the same"}
		}
		ids[o.ID] = true
	}
	return orders, nil
}

// read decodes and checks one order.
func (o *order) read(e element) error {
	d := json.NewDecoder(bytes.NewReader(e.text))
	d.DisallowUnknownFields()
	if err := d.Decode(o); err != nil {
		return e.explain(err)
	}
	if rest := bytes.TrimSpace(e.text[d.InputOffset():]); len(rest) > 0 {
		return &badField{"broken JSON", fmt.Sprintf("%q behind the order (from line %d)", rest[:1], e.line)}
	}
	return o.check()
}

// check finds what no provider could make good, and turns raw number and
// mailbox into what the library takes.
func (o *order) check() error {
	if len(o.ID) > 32 || strings.ContainsFunc(o.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		o.ID = ""
		return &badField{"id", "more than 32 characters, or not plain ASCII"}
	}
	for _, a := range []struct {
		field string
		*address
	}{{"pickup", &o.Pickup}, {"dropoff", &o.Dropoff}} {
		a.Text = strings.TrimSpace(a.Text)
		switch {
		case a.Text == "":
			return &badField{a.field + ".text", "the address is empty"}
		case a.Region != "" && !waybill.ValidRegion(a.Region):
			return &badField{a.field + ".region", "not two capital letters (ISO 3166-1)"}
		}
	}
	region := o.Driver.PhoneRegion
	if region == "" {
		region = o.Pickup.Region
	}
	var err error
	if o.number, err = phone.Parse(o.Driver.Phone, region); err != nil {
		return &badField{"driver.phone", message(err)}
	}
	if _, err = (phone.Policy{}).Check(o.number); err != nil {
		return &badField{"driver.phone", message(err)}
	}
	if o.mailbox, err = mail.ParseAddress(o.Customer.Mail); err != nil {
		return &badField{"customer.mail", message(err)}
	}
	return nil
}

// message is what the library says of an input, without the provider's name
// before it.
func message(err error) string {
	if e := waybill.AsError(err); e != nil && e.Message != "" {
		return e.Message
	}
	return err.Error()
}

// explain says where a broken order is broken.
func (e element) explain(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return &badField{kind.Field, "a " + kind.Value + " where a " + kind.Type.String() + " belongs"}
	case errors.As(err, &syntax):
		before := e.text[:min(int(syntax.Offset), len(e.text))]
		line := e.line + bytes.Count(before, []byte("\n"))
		column := len(before) - bytes.LastIndexByte(before, '\n') - 1
		return &badField{"broken JSON", fmt.Sprintf("%v (line %d, column %d)", syntax, line, column)}
	}
	text := err.Error()
	if field, ok := strings.CutPrefix(text, "json: unknown field "); ok {
		return &badField{strings.Trim(field, `"`), "there is no such field"}
	}
	return &badField{"broken JSON", fmt.Sprintf("%s (from line %d)", text, e.line)}
}
