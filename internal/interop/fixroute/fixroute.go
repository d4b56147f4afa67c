// Package fixroute is a router over a company service, POST /way, that answers
// {"metres":n,"seconds":n,"legs":[{"metres":n,"seconds":n}]}.
package fixroute

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

const (
	name = "fixroute"
	op   = string(route.Route)
)

// Adapter implements route.Router. It is safe for concurrent use.
type Adapter struct {
	base, key string
	account   *waybill.Account
	wire      *wire.Client
}

var _ route.Router = (*Adapter)(nil)

// Options are the settings.
type Options struct {
	BaseURL    string
	HTTPClient *http.Client
	Account    *waybill.Account
	UserAgent  string
}

// New returns an adapter.
func New(key string, o *Options) (*Adapter, error) {
	if o == nil {
		o = &Options{}
	}
	base, err := wire.BaseURL(name, o.BaseURL, "")
	if err != nil {
		return nil, err
	}
	a := &Adapter{base: base, key: key, account: o.Account}
	if a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{
		Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent,
		Secrets: func() []string { return []string{key} },
	})
	return a, err
}

// Name returns "fixroute".
func (a *Adapter) Name() string { return name }

// Account returns the account.
func (a *Adapter) Account() *waybill.Account { return a.account }

// Format prints the name only.
func (a *Adapter) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, name) }

type leg struct {
	Metres  float64 `json:"metres"`
	Seconds float64 `json:"seconds"`
}

func (l leg) ok() bool { return l.Metres > 0 && l.Seconds > 0 && l.Metres < 1e8 && l.Seconds < 1e8 }

func (l leg) duration() time.Duration { return time.Duration(l.Seconds * float64(time.Second)) }

// Route finds the way along points.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	none := route.Result{}
	if err := r.Validate(); err != nil {
		return none, waybill.AsError(err).With(name, op, r.Key)
	}
	substituted := r.Mode == route.Truck && r.AllowCarForTruck
	if r.Mode != route.Car && !substituted {
		return none, &waybill.Error{
			Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: name, Op: op, Ref: r.Key, Message: "cars only",
		}
	}
	if r.NeedsOrder() {
		return none, waybill.NotSupported(op, "stops are driven as they come").With(name, op, r.Key)
	}
	points := make([][2]float64, len(r.Points))
	var private []string
	for i, p := range r.Points {
		p = p.To(geo.WGS84)
		points[i] = [2]float64{p.Lat, p.Lng}
		private = append(private, p.String())
	}
	body, err := json.Marshal(map[string]any{"points": points})
	if err != nil {
		return none, waybill.AsError(err).With(name, op, r.Key)
	}
	reply, err := a.wire.Do(ctx, &wire.Request{
		Op: op, Ref: r.Key, URL: a.base + "/way", Body: body, Private: private,
		Header: http.Header{"X-Key": {a.key}, "Content-Type": {"application/json"}},
	})
	if err != nil {
		return none, err
	}
	if e := reply.StatusError(); e != nil {
		return none, e
	}
	var v struct {
		leg
		Legs []leg `json:"legs"`
	}
	if e := reply.JSON(&v); e != nil {
		return none, e
	}
	path := route.Path{Distance: v.Metres, Duration: v.duration(), Substituted: substituted}
	ok := v.ok() && len(v.Legs) == len(points)-1
	for _, l := range v.Legs {
		ok = ok && l.ok()
		path.Legs = append(path.Legs, route.Leg{Distance: l.Metres, Duration: l.duration()})
	}
	if !ok {
		return none, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "no way in the reply")
	}
	return route.Result{Served: waybill.Served{Provider: name}, Paths: []route.Path{path}}, nil
}
