package area

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/waybill-go/waybill"
)

// City is one opened city, or one service type in it. Its JSON form has the field names of the company's interface.
type City struct {
	// CityCode is the company's code, Adcode the official one (six digits; 440300 is Shenzhen). At least one is given.
	CityCode string `json:"cityCode,omitempty"`
	Adcode   string `json:"adcode,omitempty"`
	Name     string `json:"name,omitempty"`
	// ServiceType is the service that is opened; empty is the default for those without an entry of their own.
	ServiceType string `json:"serviceType,omitempty"`
	// AllowStart, AllowMiddle and AllowFinish are the roles that a stop there may have.
	AllowStart  bool `json:"allowStart"`
	AllowMiddle bool `json:"allowMiddle"`
	AllowFinish bool `json:"allowFinish"`
	// Remarks is free text for people.
	Remarks string `json:"remarks,omitempty"`
}

// Cities is the list of opened cities, for where a city's name decides and no polygon: the mainland. It is immutable
// and safe for concurrent use.
type Cities struct {
	byCode map[string][]*City // by city code and by adcode
	n      int
}

// NewCities returns a list of cities. The error is InvalidArgument: an entry with neither code, an adcode that is not
// six digits, or a second entry for the same code and service type.
func NewCities(list []City) (*Cities, error) {
	c := &Cities{byCode: map[string][]*City{}, n: len(list)}
	for i := range list {
		entry := list[i] // a copy of our own
		if entry.CityCode == "" && entry.Adcode == "" {
			return nil, invalid("cities", fmt.Sprintf("entry %d has neither city code nor adcode", i))
		}
		if entry.Adcode != "" && !isAdcode(entry.Adcode) {
			return nil, invalid("cities", fmt.Sprintf("entry %d: the adcode is not six digits", i))
		}
		codes := []string{entry.CityCode, entry.Adcode}
		for _, code := range slices.Compact(codes) {
			if code == "" {
				continue
			}
			if slices.ContainsFunc(c.byCode[code], func(o *City) bool { return o.ServiceType == entry.ServiceType }) {
				return nil, invalid("cities", fmt.Sprintf("entry %d: the code has an entry for this service type already", i))
			}
			c.byCode[code] = append(c.byCode[code], &entry)
		}
	}
	return c, nil
}

// ReadCities reads a list of cities from JSON: an array of [City] objects. The error is InvalidArgument for what is not
// such a list, as for NewCities, and Unavailable when reading fails.
func ReadCities(r io.Reader) (*Cities, error) {
	var list []City
	d := json.NewDecoder(r)
	if err := d.Decode(&list); err != nil {
		return nil, readError("cities", err, "not a list of cities")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, readError("cities", err, "something follows the list of cities")
	}
	return NewCities(list)
}

// readError tells bad content, which is what the decoder complains of, from a reader that failed.
func readError(op string, err error, what string) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	if err == nil || errors.As(err, &syntax) || errors.As(err, &typ) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return invalid(op, what)
	}
	if ctx := waybill.AsError(err); ctx.Code == waybill.Canceled || ctx.Code == waybill.DeadlineExceeded {
		return ctx.With(name, op, "").Unsent()
	}
	return failure(waybill.Unavailable, op, "reading failed", err)
}

// Len returns the number of entries.
func (c *Cities) Len() int { return c.n }

// City returns the entry that decides for a place and service type, or nil if the city is not opened. The code is a
// city code or an adcode. An adcode of a district is looked for by itself, then as its city, then as its province, so
// that 440305 is found under 440300, and 110105 under 110000; the narrowest that has an entry decides. There the
// service type's own entry counts, and else the default one.
func (c *Cities) City(code, serviceType string) *City {
	entries := c.byCode[code]
	if isAdcode(code) {
		for _, wider := range [...]string{code[:4] + "00", code[:2] + "0000"} {
			if len(entries) > 0 {
				break
			}
			entries = c.byCode[wider]
		}
	}
	var fallback *City
	for _, e := range entries {
		if e.ServiceType == serviceType {
			return e
		}
		if e.ServiceType == "" {
			fallback = e
		}
	}
	return fallback
}

func isAdcode(s string) bool {
	if len(s) != 6 {
		return false
	}
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

// Allows reports whether a stop there may have the role.
func (c *City) Allows(r Role) bool {
	return r == Start && c.AllowStart || r == Middle && c.AllowMiddle || r == Finish && c.AllowFinish
}

// CheckTrip implements [Checker]: each stop by its own city code or adcode, or by the order's city code if it has none.
// Points are not looked at, but must be possible ones.
func (c *Cities) CheckTrip(cityCode, serviceType string, stops []Stop) (Verdict, error) {
	return judge(stops, func(v *StopVerdict, s *Stop) ([]*Area, error) {
		if err := s.Point.Validate(); err != nil {
			return nil, waybill.AsError(err).With(name, "", "")
		}
		code := s.CityCode
		if code == "" {
			code = cityCode
		}
		switch v.City = c.City(code, serviceType); {
		case v.City == nil:
			v.Rule = CityNotOpened
		case !v.City.Allows(v.Role):
			v.Rule = RoleNotHere
		}
		return nil, nil
	}, nil)
}
