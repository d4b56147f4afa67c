package osmgeo

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/wire"
)

const name = "osmgeo"

// publicNominatim is the host that its policy is about.
const publicNominatim = "nominatim.openstreetmap.org"

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// PhotonURL is where Photon lives, without the path's /api. Empty means that
	// the adapter offers no Suggest.
	PhotonURL string
	// PhotonLanguages are the languages that the Photon server was given. Default
	// en, de, fr, it.
	PhotonLanguages []string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries limits and idle times. Default: one call a second on the
	// public Nominatim, no limits elsewhere.
	Account *waybill.Account
	// MaxReply bounds a reply in bytes. Default 8 MiB.
	MaxReply int64
}

// Adapter implements [geo.Geocoder], [geo.ReverseGeocoder], [geo.Searcher],
// [geo.PlaceGetter] and [geo.Localizer] on Nominatim, and with Options.PhotonURL
// [geo.Suggester] on Photon. It is safe for concurrent use.
type Adapter struct {
	wire      *wire.Client
	account   *waybill.Account
	nominatim string
	photon    string
	languages []string
	public    bool
}

// New returns an adapter for a Nominatim server. userAgent names the application
// and whom to write to, such as "acme-dispatch/2.1 (maps@acme.example)"; the public
// servers refuse whoever does not say. A missing base URL, one that is not an
// absolute http or https URL or carries a user or a query, and a missing or
// meaningless User-Agent are InvalidArgument. New does not use the network.
func New(baseURL, userAgent string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	if baseURL == "" {
		return nil, invalid("the base URL is empty: name a Nominatim server")
	}
	base, err := wire.BaseURL(name, baseURL, "")
	if err != nil {
		return nil, err
	}
	a := &Adapter{nominatim: base, account: o.Account, languages: slices.Clone(o.PhotonLanguages)}
	if o.PhotonURL != "" {
		if a.photon, err = wire.BaseURL(name, o.PhotonURL, ""); err != nil {
			return nil, err
		}
	}
	if !meaningful(userAgent) {
		return nil, invalid("the User-Agent does not say who asks")
	}
	if a.languages == nil {
		a.languages = []string{"en", "de", "fr", "it"}
	}
	u, err := url.Parse(base)
	a.public = err == nil && strings.EqualFold(u.Hostname(), publicNominatim)
	if a.account == nil {
		var limits waybill.Limits
		if a.public {
			limits = waybill.Limits{QPS: 1, Burst: 1, Concurrency: 1}
		}
		a.account = waybill.NewAccount(name, limits)
	}
	a.wire, err = wire.New(wire.Config{Provider: name, HTTPClient: o.HTTPClient, UserAgent: userAgent, MaxReply: o.MaxReply})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// meaningful reports whether a User-Agent is more than a library's own.
func meaningful(agent string) bool {
	agent = strings.TrimSpace(agent)
	if len(agent) < 4 || len(agent) > 256 || strings.ContainsFunc(agent, func(r rune) bool { return r < ' ' || r > '~' }) {
		return false
	}
	lower := strings.ToLower(agent)
	if lower == "waybill" {
		return false
	}
	for _, library := range [...]string{"go-http-client", "mozilla/", "curl/", "user-agent"} {
		if strings.HasPrefix(lower, library) {
			return false
		}
	}
	return true
}

func invalid(message string) error { return waybill.Invalid("new", message).With(name, "", "") }

// Name returns "osmgeo".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// Issuers returns the namespace of OpenStreetMap's ids.
func (a *Adapter) Issuers() []string { return []string{geo.IssuerNominatim} }

// Verbs returns Nominatim's verbs, and Suggest with a Photon.
func (a *Adapter) Verbs() []waybill.Verb {
	v := []waybill.Verb{geo.Geocode, geo.ReverseGeocode, geo.Search, geo.PlaceByID, geo.Localize}
	if a.photon != "" {
		v = append(v, geo.Suggest)
	}
	return v
}

// String returns the name.
func (a *Adapter) String() string { return name }

// GoString returns the name.
func (a *Adapter) GoString() string { return name }

var (
	_ geo.Geocoder        = (*Adapter)(nil)
	_ geo.ReverseGeocoder = (*Adapter)(nil)
	_ geo.Suggester       = (*Adapter)(nil)
	_ geo.Searcher        = (*Adapter)(nil)
	_ geo.PlaceGetter     = (*Adapter)(nil)
	_ geo.Localizer       = (*Adapter)(nil)
	_ geo.Issuing         = (*Adapter)(nil)
	_ waybill.Capable     = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)
