package world

import (
	"math"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// The languages of names and addresses, as BCP 47 tags.
const (
	Chinese     = "zh"      // in simplified characters: the mainland, and as mainland vendors write elsewhere
	Traditional = "zh-Hant" // in traditional characters: Hong Kong, Macau, Taiwan
	English     = "en"      // every place has it
	Portuguese  = "pt"      // Macau, Brazil
	Thai        = "th"
	Hindi       = "hi"
)

// Kind says what sort of place it is.
type Kind string

// The kinds of places.
const (
	City    Kind = "city" // a whole city, at its centre
	Station Kind = "station"
	Port    Kind = "port" // for goods or passengers
	Airport Kind = "airport"
	Mall    Kind = "mall"
	Office  Kind = "office"
	Sight   Kind = "sight"
)

// Address is a place's address in one language. Fields that the place or the language does not have are empty.
type Address struct {
	// Country and what follows go from large to small.
	Country  string
	Province string // province, state or prefecture; empty in city states
	City     string
	District string
	Town     string // below the district: Thai subdistrict, part of a town
	Street   string
	Number   string // house number as written in that language: "28号", "340之9號", "28"
	Postcode string
	Text     string // the whole in one line, in the order of the language and region
}

// Place is one place of the little world. It is shared and must not be changed.
type Place struct {
	ID        string // stable, such as "shenzhen-tencent"
	CityKey   string // "shenzhen", "guangzhou", "hongkong", "macau", "taipei", "singapore", "bangkok", "mumbai", "pune", "saopaulo"
	Kind      Kind
	Region    string // ISO 3166-1 alpha-2
	Lat, Lng  float64
	Languages []string // of Names and Addresses, the local one first
	Names     map[string]string
	Addresses map[string]Address
	// AdCode is the six-digit administrative code of the district in the Chinese scheme, which has codes for Hong Kong,
	// Macau and Taiwan too; elsewhere empty. TelCode is the area code that Amap calls citycode.
	AdCode, TelCode string
	Postcode        string
	// Identifiers in the shape of each vendor's, invented but stable.
	AmapID, BaiduUID, GooglePlaceID string
	OSMID                           int64 // of a node

	index index
}

// Point returns the place's point in the datum asked for.
func (p *Place) Point(d geo.Datum) geo.Point {
	return geo.Point{Lat: p.Lat, Lng: p.Lng}.To(d)
}

// Language returns the language that p is delivered in when lang (a BCP 47 tag) is asked for: lang itself or its base,
// else the local language. Chinese with the script or region of Hong Kong, Macau or Taiwan is Traditional.
func (p *Place) Language(lang string) string {
	want := normalLanguage(lang)
	for _, l := range p.Languages {
		if l == want {
			return l
		}
	}
	if want == Traditional || want == Chinese { // the other script is better than another language
		for _, l := range p.Languages {
			if l == Chinese || l == Traditional {
				return l
			}
		}
	}
	return p.Languages[0]
}

// Name returns the name in the language that [Place.Language] chooses.
func (p *Place) Name(lang string) string { return p.Names[p.Language(lang)] }

// Address returns the address in the language that [Place.Language] chooses.
func (p *Place) Address(lang string) Address { return p.Addresses[p.Language(lang)] }

// normalLanguage maps a tag to one of the languages of this package, or to its base language.
func normalLanguage(tag string) string {
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if parts[0] == "zh" {
		for _, part := range parts[1:] {
			switch part {
			case "hant", "hk", "mo", "tw":
				return Traditional
			}
		}
		return Chinese
	}
	return parts[0]
}

// Distance returns the great-circle distance in metres on a sphere of radius [geo.EarthRadius].
func Distance(aLat, aLng, bLat, bLng float64) float64 {
	const rad = math.Pi / 180
	sinLat, sinLng := math.Sin((bLat-aLat)*rad/2), math.Sin((bLng-aLng)*rad/2)
	h := sinLat*sinLat + math.Cos(aLat*rad)*math.Cos(bLat*rad)*sinLng*sinLng
	return 2 * geo.EarthRadius * math.Asin(math.Sqrt(min(h, 1)))
}
