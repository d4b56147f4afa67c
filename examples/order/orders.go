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

// The orders that are processed without -in: a dozen, and two that are refused.
//
//go:embed orders.json
var dozen []byte

// order is one order of the file, checked. Its JSON is described in the usage.
type order struct {
	N  int    `json:"-"` // its place in the file, from 1
	ID string `json:"id"`

	CityCode string  `json:"city_code"` // whose service areas hold; see areas.go
	Service  string  `json:"service"`
	Pickup   address `json:"pickup"`
	Dropoff  address `json:"dropoff"`
	Driver   *driver `json:"driver"` // who is assigned already; else the nearest one
	Customer struct {
		Mail     string `json:"mail"`
		Phone    string `json:"phone"` // for the code and offers, if there is one
		Language string `json:"language"`
		Offers   bool   `json:"offers"` // agreed to advertising
	} `json:"customer"`

	mailbox mail.Address // of the customer
	number  sms.Number   // of the customer
	bad     error        // what is wrong with it: it is not processed
}

// address is a place as a customer writes it: a whole address, or letters typed
// into a search field whose first suggestion was taken.
type address struct {
	Text   string `json:"text"`
	Typed  string `json:"typed"`
	Region string `json:"region"`
	City   string `json:"city"`
}

// written is what the customer wrote, in the one way or the other.
func (a address) written() string {
	if a.Typed != "" {
		return a.Typed + "…"
	}
	return a.Text
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

// check finds what no provider could make good, and turns raw numbers and
// mailboxes into what the library takes.
func (o *order) check() error {
	if len(o.ID) > 32 || strings.ContainsFunc(o.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		o.ID = ""
		return &badField{"id", "more than 32 characters, or not plain ASCII"}
	}
	for _, a := range []struct {
		field string
		*address
	}{{"pickup", &o.Pickup}, {"dropoff", &o.Dropoff}} {
		a.Text, a.Typed = strings.TrimSpace(a.Text), strings.TrimSpace(a.Typed)
		switch {
		case a.Text == "" && a.Typed == "":
			return &badField{a.field + ".text", "the address is empty"}
		case a.Text != "" && a.Typed != "":
			return &badField{a.field + ".typed", "the address is given twice, as text too"}
		case a.Region != "" && !waybill.ValidRegion(a.Region):
			return &badField{a.field + ".region", "not two capital letters (ISO 3166-1)"}
		}
	}
	if o.Driver != nil {
		if err := o.Driver.check("driver.", o.Pickup.Region); err != nil {
			return err
		}
	}
	var err error
	if o.Customer.Phone != "" {
		if o.number, err = number(o.Customer.Phone, o.Pickup.Region); err != nil {
			return &badField{"customer.phone", message(err)}
		}
	}
	if o.mailbox, err = mail.ParseAddress(o.Customer.Mail); err != nil {
		return &badField{"customer.mail", message(err)}
	}
	return nil
}

// number reads a number as people write it, and refuses what no SMS can reach.
func number(raw, region string) (sms.Number, error) {
	n, err := phone.Parse(raw, region)
	if err == nil {
		_, err = (phone.Policy{}).Check(n)
	}
	return n, err
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
