package osrmroute

import (
	"context"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// The limits of tables: those of osrm-routed without flags, and as many points
// as a URL holds that most servers accept (8 kB).
const (
	maxElements = 10_000
	maxPoints   = 300
)

// maxAlternatives is how many other ways osrm-routed looks for without flags.
const maxAlternatives = 3

// service is one of OSRM's with what is asked of it.
type service struct {
	name    string // route, table, trip
	op      waybill.Verb
	ref     string
	profile Profile
	points  []geo.Point
	query   []string // name=value, in the order in which they are sent
}

// exclude adds the classes of roads to be left out.
func (s *service) exclude(a route.Avoid) {
	var classes []string
	for _, c := range [...]struct {
		is   bool
		name string
	}{{a.Tolls, "toll"}, {a.Motorways, "motorway"}, {a.Ferries, "ferry"}} {
		if c.is {
			classes = append(classes, c.name)
		}
	}
	if classes != nil {
		s.query = append(s.query, "exclude="+strings.Join(classes, ","))
	}
}

// get asks a service and reads its reply. Unknown options are errors
// there, so none is sent that is not needed.
func (a *Adapter) get(ctx context.Context, s *service, into answer) error {
	var b strings.Builder
	b.WriteString(s.profile.BaseURL)
	b.WriteString("/" + s.name + "/v1/" + s.profile.Name + "/")
	private := make([]string, 0, 3*len(s.points))
	for i, p := range s.points {
		p = wgs84(p)
		lng, lat := strconv.FormatFloat(p.Lng, 'f', 6, 64), strconv.FormatFloat(p.Lat, 'f', 6, 64)
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(lng + "," + lat)
		private = append(private, lng, lat)
	}
	if len(s.query) > 0 {
		b.WriteString("?" + strings.Join(s.query, "&"))
	}
	reply, err := a.wire.Do(ctx, &wire.Request{Op: string(s.op), Ref: s.ref, URL: b.String(), Private: private})
	if err != nil {
		return err
	}
	if e := decode(reply, into); e != nil {
		return e.With(Name, string(s.op), s.ref)
	}
	return nil
}

// refuse is the error of what this vendor cannot do, found before the network.
func refuse(op waybill.Verb, ref, message string) error {
	return waybill.NotSupported(string(op), message).With(Name, "", ref)
}

// fault is the error of a reply that says success and cannot be one.
func fault(op waybill.Verb, ref, message string) error {
	return &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous,
		Provider: Name, Op: string(op), Ref: ref, VendorCode: wire.CodeReply, Message: message}
}

// noWay is the error of an honest answer without a way.
func noWay(op waybill.Verb, ref, message string) error {
	return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(op), Ref: ref, Message: message}
}

// misplaced is the error of a server with the data of another profile.
func misplaced(op waybill.Verb, ref string) error {
	return &waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
		Provider: Name, Op: string(op), Ref: ref, Message: "the way is at a car's pace: the server has the data of another profile"}
}

// invalidRequest names this adapter in the error of Validate.
func invalidRequest(err error) error {
	e := *waybill.AsError(err)
	e.Provider = Name
	return &e
}
