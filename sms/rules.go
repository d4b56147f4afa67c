package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// RuleSet says what [Rules] hold. The zero value blocks who is on the block
// list or has opted out, and keeps marketing to [MarketingHours].
type RuleSet struct {
	// Limits bound how often something is sent; a message must pass them all.
	Limits []Limit
	// Windows are the times of day at which kinds may be sent. nil means
	// [MarketingHours]; an empty slice means at any time.
	Windows []SendingWindow
	// Zone is where a number without a region is; nil means UTC.
	Zone *time.Location
	// OptOutKinds are the kinds that an opt-out stops; none means all of them,
	// which is what gateways and most countries take a STOP for.
	OptOutKinds []Kind
	// OptOutTexts are the texts of which marketing to the mainland must hold
	// one; none means "拒收请回复R". A message whose text only the gateway has
	// (an approved template) passes, since the gateway has read it.
	OptOutTexts []string
	// OnlyAllowed refuses everybody who is not on the allow list, for a staging
	// system that must not reach customers.
	OnlyAllowed bool
	// HashKey, when set, has the store keep a keyed hash (HMAC-SHA-256) in the
	// place of each number. All that share a store must share it.
	HashKey []byte
	// FailOpen are the kinds that are sent when the store cannot be asked,
	// unlisted and uncounted; none means that nothing is.
	FailOpen []Kind
	// OnError hears what could not be written to the store: a release, an
	// opt-out that a gateway reported, a decision that FailOpen passed. It may
	// be called by many goroutines at once.
	OnError func(context.Context, error)
}

// Rules decide whether a message may be sent to somebody now, before a gateway
// is chosen. They are given to a client by [WithRules].
//
// A message is reserved first, which asks the lists and counts it within all
// limits in one step; when it then was certainly not sent the count is taken
// back, and otherwise stays. A refusal is an error of Delivery NotSent that no
// other gateway could mend, in which errors.As finds the [Rule]:
//
//   - on the block list or opted out: OptedOut;
//   - not on the allow list while only that is allowed: PermissionDenied;
//   - a limit or a sending window: RecipientLimited, for a tenant's limit
//     RateLimited, with RetryAfter;
//   - marketing to the mainland without an opt-out text: InvalidArgument;
//   - the store cannot be asked: Unavailable.
//
// The allow list exempts from limits, never from the block list, an opt-out or a
// window.
//
// Rules are safe for concurrent use, and may serve several clients.
type Rules struct {
	set   RuleSet
	store RuleStore
	zones map[string]*time.Location
}

// defaultOptOutText is what the operators of the mainland want under marketing.
const defaultOptOutText = "拒收请回复R"

// NewRules returns rules on a store: [NewMemoryRules] for one process, package
// sms/redissms for several. It does not use the network.
//
// Windows need the time zones of their regions. NewRules fails when the system
// has no time zone database; a program that must bring its own imports
// time/tzdata.
func NewRules(store RuleStore, set RuleSet) (*Rules, error) {
	if store == nil {
		return nil, invalidOption("the rules have no store")
	}
	if set.Windows == nil {
		set.Windows = MarketingHours()
	}
	if len(set.OptOutTexts) == 0 {
		set.OptOutTexts = []string{defaultOptOutText}
	}
	if set.Zone == nil {
		set.Zone = time.UTC
	}
	set.OptOutTexts, set.HashKey = slices.Clone(set.OptOutTexts), slices.Clone(set.HashKey)
	set.OptOutKinds, set.FailOpen = slices.Clone(set.OptOutKinds), slices.Clone(set.FailOpen)
	set.Limits = slices.Clone(set.Limits)
	for i := range set.Limits {
		if why := set.Limits[i].fault(); why != "" {
			return nil, invalidOption(why)
		}
		set.Limits[i] = set.Limits[i].clone()
	}
	set.Windows = slices.Clone(set.Windows)
	for i := range set.Windows {
		if why := set.Windows[i].fault(); why != "" {
			return nil, invalidOption(why)
		}
		set.Windows[i] = set.Windows[i].clone()
	}
	if slices.Contains(set.OptOutTexts, "") || !validKinds(set.OptOutKinds) || !validKinds(set.FailOpen) {
		return nil, invalidOption("the rules name an empty text or an unknown kind")
	}
	zones, err := loadZones(set.Windows)
	if err != nil {
		return nil, err
	}
	return &Rules{set: set, store: store, zones: zones}, nil
}

func validKinds(kinds []Kind) bool {
	return !slices.ContainsFunc(kinds, func(k Kind) bool { return k > Marketing })
}

// fits reports whether a list of kinds, of which none means all, has k.
func fits(kinds []Kind, k Kind) bool { return len(kinds) == 0 || slices.Contains(kinds, k) }

// Block puts a number on the block list; Unblock takes it off.
func (u *Rules) Block(ctx context.Context, n Number) error { return u.mark(ctx, BlockList, n, true) }

// Unblock takes a number off the block list.
func (u *Rules) Unblock(ctx context.Context, n Number) error {
	return u.mark(ctx, BlockList, n, false)
}

// Allow puts a number on the allow list.
func (u *Rules) Allow(ctx context.Context, n Number) error { return u.mark(ctx, AllowList, n, true) }

// Disallow takes a number off the allow list.
func (u *Rules) Disallow(ctx context.Context, n Number) error {
	return u.mark(ctx, AllowList, n, false)
}

// OptOut writes down that a number wants no messages. It holds for every sender
// and every gateway, although some gateways count an opt-out by sender: another
// way around the recipient's wish is none.
func (u *Rules) OptOut(ctx context.Context, n Number) error { return u.mark(ctx, OptOutList, n, true) }

// OptIn undoes OptOut.
func (u *Rules) OptIn(ctx context.Context, n Number) error { return u.mark(ctx, OptOutList, n, false) }

func (u *Rules) mark(ctx context.Context, l RuleList, n Number, on bool) error {
	if err := n.Validate(); err != nil {
		return err
	}
	if err := u.store.Mark(ctx, l, u.recipient(n), on); err != nil {
		return storeError(ctx, err).With("sms", "rules", "")
	}
	return nil
}

// Hear reads a message that came in: a word of [KeywordOf] that means STOP opts
// its sender out, one that means START opts it in again, and what the gateway
// has understood by itself (Handled) counts too. It returns what it took the
// message for. An error means that this was not written down, so that a
// [Receiver]'s callback should return it.
//
// Only a whole message is read, and only one whose sender is a number.
func (u *Rules) Hear(ctx context.Context, m Inbound) (Keyword, error) {
	k, _ := KeywordOf(m.Text)
	if m.Incomplete {
		k = NoKeyword
	}
	switch strings.ToUpper(m.Handled) {
	case "STOP":
		k = KeywordStop
	case "START":
		k = KeywordStart
	}
	switch {
	case m.From == "":
		return NoKeyword, nil
	case k == KeywordStop:
		return k, u.OptOut(ctx, m.From)
	case k == KeywordStart:
		return k, u.OptIn(ctx, m.From)
	}
	return k, nil
}

// HearReport reads a delivery report: one that says OptedOut opts its recipient
// out, since some gateways tell it only then. An error is as for Hear.
func (u *Rules) HearReport(ctx context.Context, r DeliveryReport) error {
	if r.Err() == nil || r.Code != waybill.OptedOut || r.To == "" {
		return nil
	}
	return u.OptOut(ctx, r.To)
}

// recipient is the number as the store knows it.
func (u *Rules) recipient(n Number) string {
	if len(u.set.HashKey) == 0 {
		return string(n)
	}
	h := hmac.New(sha256.New, u.set.HashKey)
	h.Write([]byte(n))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// reservation is a message that may be sent, as far as rules are concerned. A
// nil one has none.
type reservation struct {
	u      *Rules
	ctx    context.Context
	number Number
	query  RuleQuery
	answer RuleAnswer
}

// now says why the message may not be sent at this moment, without the store.
func (u *Rules) now(m *Message, text string) *waybill.Error {
	if m.Kind == Marketing && m.Region == "CN" && text != "" &&
		!slices.ContainsFunc(u.set.OptOutTexts, func(t string) bool { return strings.Contains(text, t) }) {
		return RuleOptOutText.refuse(waybill.InvalidArgument, waybill.ScopeRequest, 0)
	}
	if wait := u.closed(m.Kind, m.Region, time.Now()); wait > 0 {
		return RuleHours.refuse(waybill.RecipientLimited, waybill.ScopeRecipient, wait)
	} else if wait < 0 {
		return RuleHours.refuse(waybill.RecipientLimited, waybill.ScopeRecipient, 0)
	}
	return nil
}

// reserve asks and counts, or says why the message may not be sent.
func (u *Rules) reserve(ctx context.Context, m *Message, text string) (*reservation, *waybill.Error) {
	if e := u.now(m, text); e != nil {
		return nil, e
	}
	h := &reservation{u: u, ctx: ctx, number: m.To, query: RuleQuery{
		Recipient: u.recipient(m.To), OnlyAllowed: u.set.OnlyAllowed, OptOut: fits(u.set.OptOutKinds, m.Kind),
	}}
	var limits []*Limit
	for i := range u.set.Limits {
		l := &u.set.Limits[i]
		if !l.fits(m) {
			continue
		}
		c := l.count(h.query.Recipient, m)
		if k := slices.IndexFunc(h.query.Counts, func(o RuleCount) bool { return o.Key == c.Key }); k >= 0 {
			h.query.Counts[k].Max = min(h.query.Counts[k].Max, c.Max) // one counter, counted once
			continue
		}
		limits = append(limits, l)
		h.query.Counts = append(h.query.Counts, c)
	}
	if e := waybill.FromContext(ctx); e != nil {
		return nil, e.Unsent()
	}
	long, done := failover.Grace(ctx)
	a, err := u.store.Reserve(long, h.query)
	done()
	if err != nil {
		e := storeError(ctx, err)
		if ctx.Err() == nil && slices.Contains(u.set.FailOpen, m.Kind) {
			u.report(ctx, e)
			return h, nil
		}
		return nil, e
	}
	h.answer = a
	switch a.Refused {
	case 0:
		return h, nil
	case RuleFrequency:
		code, scope := waybill.RecipientLimited, waybill.ScopeRecipient
		if a.Count >= 0 && a.Count < len(limits) && limits[a.Count].Per == PerTenant {
			code, scope = waybill.RateLimited, waybill.ScopeRequest
		}
		return nil, RuleFrequency.refuse(code, scope, a.Wait)
	case RuleNotAllowed:
		return nil, RuleNotAllowed.refuse(waybill.PermissionDenied, waybill.ScopeRequest, 0)
	}
	return nil, a.Refused.refuse(waybill.OptedOut, waybill.ScopeRecipient, 0)
}

// settleTimeout bounds what is written to the store after a message, when the
// caller's context may be over.
const settleTimeout = 10 * time.Second

// settle commits or releases by what became of the message, and writes down an
// opt-out that a gateway knew of.
func (h *reservation) settle(err error) {
	if h == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.ctx), settleTimeout)
	defer cancel()
	if waybill.DeliveryOf(err) == waybill.NotSent && h.answer.Counted {
		if rerr := h.u.store.Release(ctx, h.query, h.answer); rerr != nil {
			h.u.report(ctx, storeError(ctx, rerr))
		}
	}
	var own Rule
	if err == nil || waybill.CodeOf(err) != waybill.OptedOut || errors.As(err, &own) {
		return
	}
	if merr := h.u.OptOut(ctx, h.number); merr != nil {
		h.u.report(ctx, merr)
	}
}

func (u *Rules) report(ctx context.Context, err error) {
	if u.set.OnError != nil {
		u.set.OnError(ctx, err)
	}
}

// storeError is what a store's failure means: nothing was sent.
func storeError(ctx context.Context, err error) *waybill.Error {
	if e := waybill.FromContext(ctx); e != nil {
		return e.Unsent()
	}
	c := *waybill.AsError(err)
	if c.Code == waybill.Unknown {
		c.Code, c.Message = waybill.Unavailable, "the rules could not be asked"
	}
	c.Delivery = waybill.NotSent
	return &c
}
