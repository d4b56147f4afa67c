package waybill

import (
	"slices"
	"strings"
)

// Provider is what every adapter is: something with a name. The name is the
// adapter's package, such as "amapgeo"; it stands in errors and results.
type Provider interface {
	// Name returns the adapter's package name. It never changes.
	Name() string
}

// Verb is one thing that a domain's interfaces can do, such as geo.Geocode.
type Verb string

// Capable is implemented by clients and decorators, which have the methods of
// all verbs and must say which of them somebody behind them really offers. It
// wins over type assertion.
type Capable interface {
	Verbs() []Verb
}

// Accounted is implemented by adapters that share an [Account].
type Accounted interface {
	// Account returns the account, never nil.
	Account() *Account
}

// Use says how a client uses one of its providers. It is built by [UseOption]
// values given to a domain's With.
type Use struct {
	// Instance names this provider within the client; it keys health and
	// stickiness. Empty means the provider's Name.
	Instance string
	// In and Outside restrict the regions (ISO 3166-1 alpha-2, CN being the
	// mainland) for which the provider is asked. They are also the data
	// boundary: no request of another region goes there, failover included.
	In, Outside []string
	// Priority orders the providers; lower comes first. Providers of one
	// priority keep the order in which they were given, unless they have
	// weights.
	Priority int
	// Weight shares the calls among the providers of one priority, such as 1
	// for a canary beside 99. 0 means no weighting: the first one is asked
	// first.
	Weight float64
	// Lanes and Tenants, when not empty, admit only requests that name one of
	// them.
	Lanes, Tenants []string
	// Concurrency bounds the calls under way at this provider; 0 means the
	// policy's.
	Concurrency int
}

// UseOption sets one thing of a [Use].
type UseOption func(*Use) error

// In restricts a provider to requests whose points, numbers or buckets all lie
// in the given regions (ISO 3166-1 alpha-2; HK, MO and TW are not in CN).
func In(regions ...string) UseOption {
	return func(u *Use) (err error) { u.In, err = addRegions(u.In, regions); return err }
}

// Outside restricts a provider to requests none of whose points, numbers or
// buckets lies in the given regions.
func Outside(regions ...string) UseOption {
	return func(u *Use) (err error) { u.Outside, err = addRegions(u.Outside, regions); return err }
}

// As names this instance of a provider, so that two accounts of one vendor can
// stand behind one client.
func As(instance string) UseOption {
	return func(u *Use) error {
		if instance == "" {
			return Invalid("as", "the instance's name is empty")
		}
		u.Instance = instance
		return nil
	}
}

// Priority sets the provider's place in the order; lower comes first.
func Priority(p int) UseOption { return func(u *Use) error { u.Priority = p; return nil } }

// Weight shares the calls among the providers of one priority in proportion.
func Weight(w float64) UseOption {
	return func(u *Use) error {
		if !(w >= 0 && w <= 1e9) {
			return Invalid("weight", "the weight is not between 0 and 1e9")
		}
		u.Weight = w
		return nil
	}
}

// ForLanes admits only requests whose Lane is one of these.
func ForLanes(lanes ...string) UseOption {
	return func(u *Use) error { u.Lanes = append(u.Lanes, lanes...); return nil }
}

// ForTenants admits only requests whose Tenant is one of these.
func ForTenants(tenants ...string) UseOption {
	return func(u *Use) error { u.Tenants = append(u.Tenants, tenants...); return nil }
}

// Concurrency bounds the calls under way at this provider, so that a slow one
// cannot take every goroutine.
func Concurrency(n int) UseOption {
	return func(u *Use) error {
		if n < 1 {
			return Invalid("concurrency", "the bound is below 1")
		}
		u.Concurrency = n
		return nil
	}
}

// NewUse applies the options.
func NewUse(options ...UseOption) (Use, error) {
	var u Use
	for _, o := range options {
		if o == nil {
			continue
		}
		if err := o(&u); err != nil {
			return Use{}, err
		}
	}
	for _, r := range u.In {
		if slices.Contains(u.Outside, r) {
			return Use{}, Invalid("use", "region "+r+" is both In and Outside")
		}
	}
	return u, nil
}

// ValidRegion reports whether s has the form of a region: two capital letters.
func ValidRegion(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func addRegions(to, regions []string) ([]string, error) {
	if len(regions) == 0 {
		return nil, Invalid("region", "no region was given")
	}
	for _, r := range regions {
		if !ValidRegion(r) {
			return nil, Invalid("region", "a region is two capital letters (ISO 3166-1 alpha-2)")
		}
		to = append(to, strings.Clone(r))
	}
	return to, nil
}

// Served says who served a call. Results embed it: an adapter fills in
// Provider, a client the rest.
type Served struct {
	// Provider is the adapter's name, Instance the configured instance's.
	Provider string `json:"provider,omitempty"`
	Instance string `json:"instance,omitempty"`
	// Attempts is how many attempts the call took; 0 when an adapter was called
	// without a client.
	Attempts int `json:"attempts,omitempty"`
}
