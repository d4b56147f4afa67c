// Package baiduroute plans routes with Baidu's direction services: driving,
// motorcycle, riding and walking v2 (/direction/v2/…), and truck v1
// (/logistics_direction/v1/truck), as described at lbsyun.baidu.com under
// "路线规划" and "货车路线规划". Tables come from the services described under
// "批量算路"; see [Adapter.Matrix].
//
// # Keys
//
// The key (ak) must be of the server type, checked by an IP whitelist or, with
// Options.SK, by a signature over every request. Motorcycles, trucks and future
// departures are services that Baidu opens by contract: say in Options.Opened
// which ones a key has. The others are Unsupported without asking, because a
// refusal would make the whole key wait.
//
// # Where it serves
//
// Mainland China, as Baidu's page says; a request with a point in another region
// is Unsupported. Options.Regions changes that.
//
// # What it can and cannot do
//
// Cars, motorcycles and trucks take up to 18 stops, bicycles and walkers none;
// a motorcycle's trip is at most 400 km as the crow flies. Tolls and motorways
// can be avoided (by trucks motorways alone), ferries cannot. A pricing request
// of a car takes the tactic "shortest distance", which ignores traffic and
// restrictions and is stable by Baidu's word; it cannot be combined with
// avoiding, and there is none for motorcycles and trucks. Everything else that
// drives counts the present traffic, so Path.Traffic is set even without a
// departure; departures up to ten minutes ahead, or in the past, are now.
//
// A truck needs all six numbers of its vehicle: Baidu would silently take a
// van's for those that are missing. Where they are missing, the service is not
// opened or cannot do what was asked, AllowCarForTruck gives the car's route,
// marked Substituted.
//
// Driving replies have no time for a step. On a way over stops the time of the
// path is then shared among its legs by their length, and a warning says so.
// Driving and truck steps have a road name and no text of their own; the name
// stands in for the text. Texts are Chinese.
//
// Restrictions that could not be avoided (of plates, heights, weights; of bicycles
// forbidden ways and those against the traffic) stand in the path's Warnings in
// Baidu's words or ours. A truck's plate is sent with the colour that the law has
// for it: yellow from 4.5 t or 6 m on, else blue, green if it has eight signs, and
// black if it ends with 港 or 澳.
//
// # Datum
//
// Points are sent and asked for in GCJ-02, and polylines are tagged so.
//
// # Errors and concurrency
//
// Baidu's status is the error's VendorCode. An [Adapter] is safe for concurrent
// use; all calls are reads.
package baiduroute

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
	"github.com/waybill-go/waybill/route"
)

// Name is the adapter's name in errors and results.
const Name = "baiduroute"

// Opened says which services a key has that Baidu opens by contract.
type Opened struct {
	// Truck and Motorcycle are services of their own.
	Truck, Motorcycle bool
	// Departure is a car's departure in the future, up to 7 days ahead.
	Departure bool
}

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
	// named baiduroute without limits; a key without a contract may begin some 3 calls
	// a second, and Baidu refuses what comes faster.
	Account *waybill.Account
	// UserAgent is sent with requests; empty means "waybill".
	UserAgent string
	// MaxReply bounds a reply in bytes; 0 means 8 MiB.
	MaxReply int64
	// Datums says which datum Baidu speaks where; the zero value is the table
	// documented there.
	Datums geo.DatumTable
	// Opened are the services that the key has beyond driving, riding and
	// walking.
	Opened Opened
	// Regions (ISO 3166-1 alpha-2) are those that are served; nil means CN.
	Regions []string
	// MatrixCells is how many pairs one table may have. 0 means 50, which every
	// key may have; Baidu's page of 2026 names 100 for cars. The tables of other
	// modes have at most 50 in any case.
	MatrixCells int
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "baiduroute.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("baiduroute.Options") }

// Adapter asks Baidu. It is safe for concurrent use.
type Adapter struct {
	client  *baidu.Client
	account *waybill.Account
	datums  geo.DatumTable
	opened  Opened
	regions []string
	cells   int
}

var (
	_ route.Router        = (*Adapter)(nil)
	_ route.Matrixer      = (*Adapter)(nil)
	_ route.MatrixLimiter = (*Adapter)(nil)
	_ waybill.Provider    = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)

// New returns an adapter for the key ak; nil options mean the defaults. An empty
// key (without Options.Credentials), a bad BaseURL or region is a
// *[waybill.Error] with code InvalidArgument.
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
	a := &Adapter{client: client, account: o.Account, datums: o.Datums, opened: o.Opened, regions: slices.Clone(o.Regions), cells: o.MatrixCells}
	if a.cells == 0 {
		a.cells = defaultMatrixCells
	}
	if a.cells < 0 {
		return nil, waybill.Invalid("new", "MatrixCells is below 0").With(Name, "", "")
	}
	for _, r := range a.regions {
		if !waybill.ValidRegion(r) {
			return nil, waybill.Invalid("new", "a region is not two capital letters").With(Name, "", "")
		}
	}
	if len(a.regions) == 0 {
		a.regions = []string{"CN"}
	}
	if a.account == nil {
		a.account = waybill.NewAccount(Name, waybill.Limits{})
	}
	return a, nil
}

// Name returns "baiduroute".
func (a *Adapter) Name() string { return Name }

// Account returns the account, never nil.
func (a *Adapter) Account() *waybill.Account { return a.account }

// Route finds the way along r's points; see [route.Router] for the contract and
// the package comment for what each mode can do.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	if err := r.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = Name
		return route.Result{}, &e
	}
	p, message := a.plan(&r)
	if message != "" {
		return route.Result{}, refuse(r.Key, message)
	}
	var res result
	found, err := a.client.Get(ctx, p.call, &res)
	if err != nil {
		return route.Result{}, err
	}
	if !found {
		return route.Result{}, noWay(r.Key)
	}
	return p.result(&res, &r)
}

// refuse is the error of what this vendor cannot do, found before the network.
func refuse(ref, message string) error {
	return &waybill.Error{
		Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(route.Route), Ref: ref, Message: message,
	}
}

// noWay is the error of an answer without a route.
func noWay(ref string) error {
	return &waybill.Error{
		Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(route.Route), Ref: ref, Message: "no way between the points",
	}
}

// damaged is the error of an answer that cannot be what Baidu means.
func damaged(ref, message string) error {
	return &waybill.Error{
		Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous,
		Provider: Name, Op: string(route.Route), Ref: ref, VendorCode: "reply", Message: message,
	}
}
