package sms

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Reconcile asks the gateway whose attempt was ambiguous what became of the
// message; see [Reconciler] and [ReconcileOf]. It sends nothing.
//
// A gateway that the client does not have is InvalidArgument; one that cannot
// look messages up is Unsupported, and the outcome stays Ambiguous.
func (c *Client) Reconcile(ctx context.Context, r ReconcileRequest) (Outcome, error) {
	key := r.Message.Key
	if err := r.Validate(); err != nil {
		return Outcome{}, err
	}
	own := slices.ContainsFunc(c.set.Members(), func(m failover.Member) bool { return instanceOf(m) == r.Gateway })
	if !own {
		for _, inner := range c.inner {
			if inner.has(r.Gateway) {
				return inner.Reconcile(ctx, r)
			}
		}
		return Outcome{}, waybill.Invalid(string(Reconcile), "the client has no gateway of that name").With("sms", "", key)
	}
	p, err := c.prepare(r.Message, failover.InAttempt(ctx))
	if err != nil {
		return Outcome{}, err
	}
	sel := p.selection()
	sel.Only, sel.Sender, sel.Eligible = r.Gateway, "", nil
	look := &lookUp{r, p}
	out, served, err := failover.One(ctx, c.reconcile, sel, look, reconcileThrough)
	if err == nil {
		out.Served = served.Served
	}
	return out, err
}

type lookUp struct {
	ReconcileRequest
	resolved *request
}

func reconcileThrough(g Reconciler, ctx context.Context, l *lookUp) (Outcome, error) {
	r := l.ReconcileRequest
	// Whether the gateway could send it now does not matter.
	r.Message, _ = l.resolved.through(failover.Instance(ctx), g.(waybill.Provider))
	return g.Reconcile(ctx, r)
}

func instanceOf(m failover.Member) string {
	if m.Use.Instance != "" {
		return m.Use.Instance
	}
	return m.Provider.Name()
}

// has reports whether the client, or one behind it, has the instance.
func (c *Client) has(instance string) bool {
	return slices.ContainsFunc(c.set.Members(), func(m failover.Member) bool { return instanceOf(m) == instance }) ||
		slices.ContainsFunc(c.inner, func(inner *Client) bool { return inner.has(instance) })
}

// gatewayTemplateID is a template of a gateway's own.
type gatewayTemplateID struct{ instance, id string }

// TemplateCheck is what a gateway says of one of the client's templates.
type TemplateCheck struct {
	// Template is the logical name, Gateway the instance.
	Template, Gateway string
	TemplateStatus
	// Err is why the gateway could not be asked.
	Err error
}

// checkTimeout bounds the asking of one gateway whose caller has no deadline.
const checkTimeout = 30 * time.Second

// Check asks every gateway that can tell whether its templates are approved, as
// at the start of a service. It returns one entry for each of the client's
// templates at each such gateway, and an error that names those that may not be
// sent, nil if all may.
//
// What was found holds until the next Check: a gateway is not eligible for a
// template that it has not approved, and Explain says so; the gateway's other
// traffic goes on. What could not be asked, or is not known, changes nothing.
func (c *Client) Check(ctx context.Context) ([]TemplateCheck, error) {
	var out []TemplateCheck
	found := make(map[gatewayTemplateID]Approval)
	var bad []string
	for _, m := range c.set.Members() {
		g, ok := m.Provider.(TemplateChecker)
		if !ok {
			if inner, is := m.Provider.(*Client); is {
				checks, err := inner.Check(ctx)
				out = append(out, checks...)
				if err != nil {
					bad = append(bad, instanceOf(m))
				}
			}
			continue
		}
		checks, ids := c.mapped(m)
		if len(ids) == 0 {
			continue
		}
		statuses, err := ask(ctx, g, ids)
		for _, k := range checks {
			id := k.ID
			if k.Err = err; err == nil {
				k.TemplateStatus = statuses[slices.Index(ids, id)]
				k.ID = id
			}
			key := gatewayTemplateID{k.Gateway, id}
			switch {
			case k.Err != nil:
				if old := c.approval(k.Gateway, id); old != Approved {
					found[key] = old
				}
				bad = append(bad, k.Template+" at "+k.Gateway+" (not told)")
			case k.Approval != Approved && k.Approval != ApprovalUnknown:
				found[key] = k.Approval
				bad = append(bad, k.Template+" at "+k.Gateway+" ("+k.Approval.String()+")")
			}
			out = append(out, k)
		}
	}
	c.unapproved.Store(&found)
	if bad == nil {
		return out, nil
	}
	return out, (&waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent,
		Message: "templates that may not be sent: " + strings.Join(bad, ", ")}).With("sms", string(CheckTemplates), "")
}

// ask asks a gateway and holds it to its contract.
func ask(ctx context.Context, g TemplateChecker, ids []string) ([]TemplateStatus, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, checkTimeout, waybill.ErrAttemptTimeout)
	defer cancel()
	statuses, err := g.TemplateStatuses(ctx, ids)
	if err == nil && len(statuses) != len(ids) {
		err = &waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Op: string(CheckTemplates),
			Message: "the adapter answered another number of statuses than templates"}
	}
	return statuses, err
}

// mapped returns the templates that a gateway has its own of, by name, and their
// ids without repetition.
func (c *Client) mapped(m failover.Member) (checks []TemplateCheck, ids []string) {
	instance := instanceOf(m)
	for name, t := range c.templates {
		for i := range t.gateways {
			g := &t.gateways[i]
			if g.ID == "" || g.Gateway != instance && g.Gateway != m.Provider.Name() {
				continue
			}
			checks = append(checks, TemplateCheck{Template: name, Gateway: instance, TemplateStatus: TemplateStatus{ID: g.ID}})
			ids = append(ids, g.ID)
		}
	}
	slices.SortFunc(checks, func(a, b TemplateCheck) int {
		return strings.Compare(a.Template+"\x00"+a.ID, b.Template+"\x00"+b.ID)
	})
	slices.Sort(ids)
	return checks, slices.Compact(ids)
}

// approval returns what the last Check found of a gateway's template, Approved
// where it found nothing.
func (c *Client) approval(instance, id string) Approval {
	if found := c.unapproved.Load(); found != nil {
		if a, ok := (*found)[gatewayTemplateID{instance, id}]; ok {
			return a
		}
	}
	return Approved
}

var _ Reconciler = (*Client)(nil)
