package geo

import (
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Address is an address in parts. A part that the vendor did not give is empty;
// nothing is made up. It is personal data when it is a person's: keep it out of
// logs.
type Address struct {
	// Formatted is the whole address as the vendor writes it for display.
	Formatted string `json:"formatted,omitempty"`
	// Region is the ISO 3166-1 alpha-2 code; HK, MO and TW are regions of their
	// own and never CN, whatever country name the vendor prints.
	Region string `json:"region,omitempty"`
	// Country is the country's name in the delivered language.
	Country string `json:"country,omitempty"`
	// Province, City, District and Township are the administrative levels from
	// wide to narrow. A municipality such as 北京市 stands in both Province and
	// City.
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
	District string `json:"district,omitempty"`
	Township string `json:"township,omitempty"`
	// Street and Number are the street and the house number, Building the
	// building's or residential quarter's name.
	Street   string `json:"street,omitempty"`
	Number   string `json:"number,omitempty"`
	Building string `json:"building,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	// Adcode is the six-digit division code of the mainland, of Hong Kong and
	// of Macau, as Amap and Baidu give it.
	Adcode string `json:"adcode,omitempty"`
	// Language is the BCP 47 tag of what was delivered, empty when unknown.
	Language string `json:"language,omitempty"`
}

// IsZero reports whether no part is set.
func (a Address) IsZero() bool { return a == Address{} }

// PlaceID is a vendor's id of a place: the frozen name of the namespace that it
// is valid in, and the vendor's value. Its text form "google:ChIJ…" survives
// JSON, apps and renames of packages; it goes back to its issuer.
type PlaceID struct {
	// Issuer is a namespace: small letters, digits and hyphens, at most 32.
	Issuer string
	// Value is the vendor's id, with any colons: at most 1,024 bytes of valid
	// UTF-8 together with the issuer.
	Value string
}

// The frozen issuers of this module's adapters.
const (
	IssuerAmap      = "amap"
	IssuerBaidu     = "baidu"
	IssuerGoogle    = "google"
	IssuerNominatim = "osm"
	IssuerPhoton    = "photon"
)

// ParsePlaceID reads the text form. The value may hold any further colons.
func ParsePlaceID(s string) (PlaceID, error) {
	issuer, value, ok := strings.Cut(s, ":")
	if !ok || value == "" || !validIssuer(issuer) || len(s) > 1024 || !utf8.ValidString(value) || strings.ContainsFunc(value, isControl) {
		return PlaceID{}, waybill.Invalid("place id", "a place id is issuer:value")
	}
	return PlaceID{Issuer: issuer, Value: value}, nil
}

// IsZero reports whether there is no id.
func (id PlaceID) IsZero() bool { return id == PlaceID{} }

// String returns the text form, empty for the zero id.
func (id PlaceID) String() string {
	if id.IsZero() {
		return ""
	}
	return id.Issuer + ":" + id.Value
}

// MarshalText writes the text form.
func (id PlaceID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text form; the empty text is the zero id.
func (id *PlaceID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = PlaceID{}
		return nil
	}
	p, err := ParsePlaceID(string(b))
	if err == nil {
		*id = p
	}
	return err
}

func validIssuer(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-')) {
			return false
		}
	}
	return true
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
