package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// usage is what -h prints.
const usage = `Geocode asks whichever map vendor serves a place: for addresses, suggestions,
places of a kind, one place in several languages, and divisions.

Usage: geocode [flags] [verb [flags] [words]]

  geocode TEXT       the places that an address or name means
  reverse            the address at -at, and -nearby named places around
  suggest TEXT       what somebody may mean who is still typing; -choose N takes
                     the Nth and makes a place of it
  resolve            makes a place of the -choose Nth suggestion on the standard
                     input, which is what "suggest -json" printed, here or anywhere
  search TEXT        the places of a name or kind, page by page; with -at and
                     -radius no text is needed
  place ID           the place of an id such as google:ChIJ…; -hint finds it
                     again at another vendor
  localize [ID]      one place in several languages (-lang en,zh), by its id or -at
  district [TEXT]    a division of the -region by its name or code, else all of it

Without a verb it asks the fakes for a little of each.

  -at LAT,LNG        the pin; for suggest and search, around where to look
  -region CODE       ISO 3166-1 alpha-2: where the places must lie
  -city TEXT         a name or adcode, where the vendor can narrow by it
  -lang LIST         BCP 47 tags; one, but for localize
  -datum NAME        wgs84, gcj02 or bd09, of -at and of the answer; default wgs84
  -limit N           the most places, or the most on a page
  -radius METRES     of search and reverse
  -nearby N          places around a pin; default 3
  -pages N           of search; default 1
  -choose N          which suggestion; default of resolve 1
  -session TOKEN     one person's one search; default a new one
  -hint TEXT         a place's name, for finding it again
  -children N        levels below a division, 0 to 3; default 1
  -boundary          a division's rings
  -providers LIST    who is asked, in this order; default amap,baidu,google,osm
  -outage LIST       vendors that are down, such as amap,google (fakes only)
  -fake              ask the fakes, whatever keys there are
  -json              print JSON
  -map FILE          write a page that draws the points, without any tile server

Exit status: 0, 1 when nobody knows the place or can serve, 2 for wrong usage.

The fakes know some sixty places in ten cities, from Shenzhen to São Paulo.

Environment. Without these variables the program starts fakes of the vendors and
touches no network. With any of them it uses the real services alone:

  AMAP_KEY, AMAP_PRIVATE_KEY (if signatures are on)   mainland, Hong Kong, Macau
  BAIDU_AK, BAIDU_SK (if signatures are on)           mainland
  GOOGLE_MAPS_KEY                                     outside of the mainland
  NOMINATIM_URL     a Nominatim server of one's own, anywhere; with it
  OSM_USER_AGENT    names the application and whom to write to,
  PHOTON_URL        and is a Photon server for suggest
`

// The verbs.
const (
	geocode  = "geocode"
	reverse  = "reverse"
	suggest  = "suggest"
	resolve  = "resolve"
	search   = "search"
	place    = "place"
	localize = "localize"
	district = "district"
)

var verbs = []string{geocode, reverse, suggest, resolve, search, place, localize, district}

// config is the command line.
type config struct {
	verb, text string
	at         geo.Point
	region     string
	city       string
	languages  []string
	datum      geo.Datum
	limit      int
	radius     float64
	nearby     int
	pages      int
	choose     int
	session    string
	hint       string
	children   int
	boundary   bool

	providers, outages []string
	fake, json         bool
	page               string
}

// language is the first of -lang.
func (c *config) language() string {
	if len(c.languages) == 0 {
		return ""
	}
	return c.languages[0]
}

// parse reads the command line. Flags may stand before and behind the words.
func parse(args []string) (config, error) {
	cfg := config{}
	var at, languages, datum, providers, outages string
	f := flag.NewFlagSet("geocode", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&at, "at", "", "")
	f.StringVar(&cfg.region, "region", "", "")
	f.StringVar(&cfg.city, "city", "", "")
	f.StringVar(&languages, "lang", "", "")
	f.StringVar(&datum, "datum", "", "")
	f.IntVar(&cfg.limit, "limit", 0, "")
	f.Float64Var(&cfg.radius, "radius", 0, "")
	f.IntVar(&cfg.nearby, "nearby", 3, "")
	f.IntVar(&cfg.pages, "pages", 1, "")
	f.IntVar(&cfg.choose, "choose", 0, "")
	f.StringVar(&cfg.session, "session", "", "")
	f.StringVar(&cfg.hint, "hint", "", "")
	f.IntVar(&cfg.children, "children", 1, "")
	f.BoolVar(&cfg.boundary, "boundary", false, "")
	f.StringVar(&providers, "providers", strings.Join(vendors, ","), "")
	f.StringVar(&outages, "outage", "", "")
	f.BoolVar(&cfg.fake, "fake", false, "")
	f.BoolVar(&cfg.json, "json", false, "")
	f.StringVar(&cfg.page, "map", "", "")
	var words []string
	for rest := args; ; {
		if err := f.Parse(rest); err != nil {
			return cfg, err
		}
		if f.NArg() == 0 {
			break
		}
		words, rest = append(words, f.Arg(0)), f.Args()[1:]
	}
	if len(words) > 0 {
		cfg.verb, cfg.text = words[0], strings.Join(words[1:], " ")
	}
	if err := cfg.datum.UnmarshalText([]byte(datum)); err != nil {
		return cfg, errors.New("-datum: want wgs84, gcj02 or bd09")
	}
	if at != "" {
		p, err := pin(at)
		if err != nil {
			return cfg, err
		}
		p.Datum = cfg.datum
		cfg.at = p
	}
	cfg.languages, cfg.providers, cfg.outages = split(languages), split(providers), split(outages)
	return cfg, cfg.check()
}

// check looks at what goes with what; the values are looked at by the requests.
func (c *config) check() error {
	takesText := c.verb != reverse && c.verb != resolve && c.verb != ""
	switch {
	case c.verb != "" && !slices.Contains(verbs, c.verb):
		return fmt.Errorf("what is %q? Want one of %s", c.verb, strings.Join(verbs, ", "))
	case !takesText && c.text != "":
		return fmt.Errorf("%s takes no words", c.verb)
	case c.verb == reverse && c.at.IsZero():
		return errors.New("reverse needs -at")
	case c.verb != localize && len(c.languages) > 1:
		return errors.New("-lang: one language, but for localize")
	case c.pages < 1 || c.pages > 20:
		return errors.New("-pages: want 1 to 20")
	case c.choose < 0:
		return errors.New("-choose: want 1 or more")
	case len(c.providers) == 0:
		return errors.New("-providers: nobody to ask")
	}
	for i, name := range c.providers {
		if !slices.Contains(vendors, name) {
			return fmt.Errorf("-providers: %q is none of %s", name, strings.Join(vendors, ", "))
		}
		if slices.Contains(c.providers[:i], name) {
			return fmt.Errorf("-providers: %s is there twice", name)
		}
	}
	return nil
}

// pin reads a latitude and a longitude.
func pin(text string) (geo.Point, error) {
	a, b, ok := strings.Cut(text, ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lng, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	p := geo.Point{Lat: lat, Lng: lng}
	if !ok || err1 != nil || err2 != nil || p.Validate() != nil || p.IsZero() {
		return p, errors.New("-at: want a latitude and a longitude, such as 22.5431,114.0579")
	}
	return p, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
