// Package baidugeo finds addresses and places with Baidu's web services:
// geocoding v3 (/geocoding/v3/) and the global reverse geocoding v3
// (/reverse_geocoding/v3/), as described at lbsyun.baidu.com under "地理编码" and
// "全球逆地理编码"; suggestions (/place/v2/suggestion), search (/place/v2/search)
// and places by id (/place/v2/detail), under "地点输入提示" and "地点检索"; and
// administrative divisions (/api_region_search/v1/), under "行政区划查询".
//
// # Keys
//
// The key (ak) must be of the server type. Its check is either an IP whitelist,
// or a signature over every request, for which Options.SK holds the secret key.
//
// # Where it serves
//
// Geocoding and the place services know mainland China, Hong Kong, Macau and
// Taiwan; a request with another Region is Unsupported, since the services for
// places abroad are others that need a permission of their own. Reverse geocoding serves the world,
// places around a point abroad only with a permission. Hong Kong, Macau and
// Taiwan are recognised by their division codes and are never region CN.
//
// # What it can and cannot say
//
// A geocode answer is one point without an address: its Address has the region
// that the point lies in and nothing else. Where the text was not understood
// Baidu likes to answer with the middle of the city; such an answer has the
// precision [geo.PrecisionCity], whatever it says of itself, because the
// precision is bounded by Baidu's own confidence. Below a comprehension of 50 it
// is Partial.
//
// Reverse geocoding translates the administrative names alone (Language "en"
// and others, for which the key may need a permission); streets stay Chinese.
// Abroad the names come in English unless another language is asked for. Places
// around reach 1,000 m at most; a larger Radius is cut to that, although Baidu's
// page of 2026 names 3,000 m.
//
// There are no sessions. A suggestion has an id and mostly a point, so that a
// client's Resolve costs nothing; a mere word has neither. Places have their names
// in Chinese only.
//
// # Datum
//
// Points are sent and asked for in GCJ-02 in China, Hong Kong, Macau and Taiwan,
// and in WGS-84 elsewhere, as [geo.DatumTable] has it; results are tagged.
//
// # Errors and concurrency
//
// Baidu's status is the error's VendorCode. An [Adapter] is safe for concurrent
// use; all calls are reads.
package baidugeo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
)

// Name is the adapter's name in errors and results.
const Name = "baidugeo"

// DefaultMaxAddress is how many bytes of UTF-8 an address may have. Baidu's page
// said 84 bytes for years; that of 2026 says 128, see Options.MaxAddress.
const DefaultMaxAddress = 84

// Options are the settings of an [Adapter]. The zero value is the default.
type Options struct {
	// SK is the secret key of a key with signature check; empty for a key with
	// an IP whitelist.
	SK string
	// Credentials, when not nil, is asked before every request for the key and
	// the secret key (empty: not signed), in place of New's ak and of SK. It
	// must be safe for concurrent use.
	Credentials func(ctx context.Context) (ak, sk string, err error)
	// BaseURL is an absolute http or https URL, without user and query, in place
	// of https://api.map.baidu.com.
	BaseURL string
	// HTTPClient supplies the transport; nil means one of its own.
	HTTPClient *http.Client
	// Account is shared by all adapters of one key. Nil means one of its own
	// named baidugeo without limits; a key without a contract may begin some 3 calls
	// a second, and Baidu refuses what comes faster.
	Account *waybill.Account
	// UserAgent is sent with requests; empty means "waybill".
	UserAgent string
	// MaxReply bounds a reply in bytes; 0 means 8 MiB.
	MaxReply int64
	// Datums says which datum Baidu speaks where; the zero value is the table
	// documented there.
	Datums geo.DatumTable
	// MaxAddress bounds a query in bytes of UTF-8; longer ones are Unsupported.
	// 0 means [DefaultMaxAddress], negative no bound, for accounts that have
	// found out that theirs takes more.
	MaxAddress int
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "baidugeo.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("baidugeo.Options") }

// Adapter asks Baidu. It is safe for concurrent use.
type Adapter struct {
	client     *baidu.Client
	account    *waybill.Account
	datums     geo.DatumTable
	maxAddress int
}

var (
	_ geo.Geocoder        = (*Adapter)(nil)
	_ geo.ReverseGeocoder = (*Adapter)(nil)
	_ geo.Suggester       = (*Adapter)(nil)
	_ geo.Searcher        = (*Adapter)(nil)
	_ geo.PlaceGetter     = (*Adapter)(nil)
	_ geo.Issuing         = (*Adapter)(nil)
	_ geo.Localizer       = (*Adapter)(nil)
	_ geo.DistrictFinder  = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)

// New returns an adapter for the key ak; nil options mean the defaults. An empty
// key (without Options.Credentials) or a bad BaseURL is a *[waybill.Error] with
// code InvalidArgument.
func New(ak string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	client, err := baidu.New(baidu.Config{
		Provider: Name, AK: ak, SK: o.SK, Credentials: o.Credentials, BaseURL: o.BaseURL,
		HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply,
	})
	if err != nil {
		return nil, err
	}
	a := &Adapter{client: client, account: o.Account, datums: o.Datums, maxAddress: o.MaxAddress}
	if a.account == nil {
		a.account = waybill.NewAccount(Name, waybill.Limits{})
	}
	if a.maxAddress == 0 {
		a.maxAddress = DefaultMaxAddress
	}
	return a, nil
}

// Name returns "baidugeo".
func (a *Adapter) Name() string { return Name }

// Account returns the account, never nil.
func (a *Adapter) Account() *waybill.Account { return a.account }

// invalid names the adapter in an error of Validate.
func invalid(err error) error {
	e := *waybill.AsError(err)
	e.Provider = Name
	return &e
}

// refuse is the error of what this vendor cannot do, found before the network.
func refuse(op waybill.Verb, ref, message string) error {
	return &waybill.Error{
		Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(op), Ref: ref, Message: message,
	}
}

// notFound is the error of an answer without a usable result.
func notFound(op waybill.Verb, ref, message string) error {
	return &waybill.Error{
		Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(op), Ref: ref, Message: message,
	}
}

// damaged is the error of an answer that cannot be what Baidu means.
func damaged(op waybill.Verb, ref, message string) error {
	return &waybill.Error{
		Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous,
		Provider: Name, Op: string(op), Ref: ref, VendorCode: "reply", Message: message,
	}
}
