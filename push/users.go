package push

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/waybill-go/waybill"
)

// Users sends to users by their ids: through a [Registry] to their tokens, from a
// device's dead or failing token to its next, and at last to another sender. It
// is safe for concurrent use.
type Users struct {
	client   Sender
	registry Registry
	o        UsersOptions
}

// UsersOptions are the settings of Users. nil means all defaults.
type UsersOptions struct {
	// EveryToken sends to every token of every device. By default a device gets
	// a notification once: through its first channel (the vendor's own, then
	// FCM, in the registry's order), and through the next only when the one
	// before did certainly not take it, or might have and the notification's
	// AllowDuplicates is set.
	EveryToken bool
	// Fallback, when set, is called once for each user who certainly got
	// nothing on any device, those without tokens included: to send an SMS, say.
	// With AllowDuplicates it is called too when nobody knows. It is called on
	// the goroutine of the call, one user after another.
	Fallback func(ctx context.Context, user string, n *Notification) (id string, err error)
	// Batch is how many users are looked up and sent to at once. Default 500.
	Batch int
	// OnError, when set, is told when a dead token could not be removed.
	OnError func(error)
	// Now replaces time.Now.
	Now func() time.Time
}

// Outcome is what became of one user's token.
type Outcome uint8

// The outcomes. The zero value is none.
const (
	// UserAccepted: the vendor accepted it. UserFailed: it did not; Err says
	// why.
	UserAccepted Outcome = 1
	UserFailed   Outcome = 2
	// UserSkipped: another token of the same device took it, or might have.
	UserSkipped Outcome = 3
	// UserNoToken: the user has no token. That is no failure, and Err is nil.
	UserNoToken Outcome = 4
	// UserFellBack: the Fallback sent it; ID is what it said. When it failed the
	// outcome is UserFailed, of no token.
	UserFellBack Outcome = 5
)

var outcomeNames = [...]string{"none", "accepted", "failed", "skipped", "no_token", "fell_back"}

// String returns the outcome's frozen name.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return "invalid"
}

// UserResult is what became of one token of one user. A user without tokens has
// one too.
type UserResult struct {
	User, Device string
	Outcome      Outcome
	Result
}

// NewUsers returns Users over a client and a registry. client is usually a
// [Client], whose dead tokens are proven; with a bare adapter every Dead counts.
// A nil client or registry, or a negative batch, is InvalidArgument.
func NewUsers(client Sender, registry Registry, o *UsersOptions) (*Users, error) {
	if client == nil || registry == nil {
		return nil, waybill.Invalid("users", "the client or the registry is nil").With("push", "", "")
	}
	u := &Users{client: client, registry: registry}
	if o != nil {
		u.o = *o
	}
	if u.o.Batch < 0 {
		return nil, waybill.Invalid("users", "Batch is negative").With("push", "", "")
	}
	if u.o.Batch == 0 {
		u.o.Batch = DefaultBatch
	}
	if u.o.Now == nil {
		u.o.Now = time.Now
	}
	return u, nil
}

// Send sends the notification to the users' devices and returns one result for
// each user and token, in the order of users and, for each, in the order of
// [Registry].Tokens. A user given twice is sent to once and reported once. When
// the registry fails, each user of the batch has one failed result.
//
// Dead tokens are removed from the registry, unless they were reported again
// after they had died.
func (u *Users) Send(ctx context.Context, users []string, n *Notification) []UserResult {
	var out []UserResult
	for r := range u.SendAll(ctx, func(yield func(string) bool) {
		for _, user := range users {
			if !yield(user) {
				return
			}
		}
	}, n) {
		out = append(out, r)
	}
	return out
}

// SendAll is Send for a sequence of users, a batch of which it holds in memory.
// A user given twice is sent to once only within a batch.
// When the context ends, the users that were taken are reported and no more are
// taken.
func (u *Users) SendAll(ctx context.Context, users iter.Seq[string], n *Notification) iter.Seq[UserResult] {
	return func(yield func(UserResult) bool) {
		batch := make([]string, 0, u.o.Batch)
		seen := make(map[string]bool, u.o.Batch)
		flush := func() bool {
			for _, r := range u.send(ctx, batch, n) {
				if !yield(r) {
					return false
				}
			}
			batch = batch[:0]
			clear(seen)
			return ctx.Err() == nil
		}
		for user := range users {
			if seen[user] {
				continue
			}
			seen[user] = true
			if batch = append(batch, user); len(batch) == u.o.Batch && !flush() {
				return
			}
		}
		if len(batch) > 0 {
			flush()
		}
	}
}

// userSend is one batch of users.
type userSend struct {
	u     *Users
	n     *Notification
	begun time.Time
	// lists are each user's tokens, results what became of them.
	lists   [][]Registration
	results [][]UserResult
}

func (u *Users) send(ctx context.Context, users []string, n *Notification) []UserResult {
	s := &userSend{u: u, n: n, begun: u.o.Now()}
	err := n.Validate()
	if err == nil {
		s.lists, err = u.registry.Tokens(ctx, users)
	}
	if err == nil && len(s.lists) != len(users) {
		err = &waybill.Error{Code: waybill.Internal, Delivery: waybill.NotSent, Message: fmt.Sprintf("the registry answered for %d users of %d", len(s.lists), len(users))}
	}
	if err != nil {
		return unlooked(users, n, err)
	}
	s.results = make([][]UserResult, len(users))
	for i, list := range s.lists {
		for _, r := range list {
			s.results[i] = append(s.results[i], UserResult{User: users[i], Device: r.Device, Result: Result{Token: r.Token}})
		}
		if len(list) == 0 {
			s.results[i] = []UserResult{{User: users[i], Outcome: UserNoToken}}
		}
	}
	for s.round(ctx) {
	}
	s.forget(ctx)
	s.fallBack(ctx, users)
	var out []UserResult
	for _, list := range s.results {
		out = append(out, list...)
	}
	return out
}

// unlooked is one failed result for each user whose tokens are not known.
func unlooked(users []string, n *Notification, err error) []UserResult {
	e := waybill.AsError(err).Unsent()
	if e.Code == waybill.Unknown {
		known := *e
		known.Code, known.Message = waybill.Unavailable, "the registry failed"
		e = &known
	}
	key := ""
	if n != nil {
		key = n.Key
	}
	e = e.With("push", string(Send), key)
	out := make([]UserResult, len(users))
	for i := range out {
		out[i] = UserResult{User: users[i], Outcome: UserFailed, Result: Result{Err: e}}
	}
	return out
}

// round sends to the next token of every device that needs one, and reports
// whether there was any.
func (s *userSend) round(ctx context.Context) bool {
	var tokens []Token
	var at []*UserResult
	for i := range s.results {
		busy := make(map[string]bool)
		for k := range s.results[i] {
			r := &s.results[i][k]
			if r.Outcome != 0 || busy[r.Device] {
				continue
			}
			busy[r.Device] = !s.u.o.EveryToken
			tokens, at = append(tokens, r.Token), append(at, r)
		}
	}
	if len(tokens) == 0 {
		return false
	}
	results := s.u.client.Send(ctx, s.n, tokens)
	for k, r := range at {
		if len(results) != len(tokens) {
			r.Outcome, r.Err = UserFailed, &waybill.Error{Code: waybill.Internal, Provider: "push", Op: string(Send), Ref: s.n.Key, Message: "the sender did not answer for every token"}
			continue
		}
		r.Result, r.Outcome = results[k], UserAccepted
		if r.Err != nil && r.Err.Delivery != waybill.Sent {
			r.Outcome = UserFailed
		}
	}
	if !s.u.o.EveryToken {
		s.skip()
	}
	return true
}

// skip passes over the further tokens of the devices that are done.
func (s *userSend) skip() {
	for i := range s.results {
		done := make(map[string]bool)
		for _, r := range s.results[i] {
			done[r.Device] = done[r.Device] || r.Outcome == UserAccepted || r.Outcome == UserFailed && !s.goesOn(r.Err)
		}
		for k := range s.results[i] {
			if r := &s.results[i][k]; r.Outcome == 0 && done[r.Device] {
				r.Outcome = UserSkipped
			}
		}
	}
}

// goesOn reports whether a device's next token may be tried after an error of the
// one before.
func (s *userSend) goesOn(e *waybill.Error) bool {
	switch e.Code {
	case waybill.OptedOut, waybill.RecipientLimited:
		return false // another way would dodge what the user or vendor wants
	case waybill.AlreadyExists:
		return false // the recorder knows that the device has it, or may have
	case waybill.InvalidArgument:
		return e.Scope == waybill.ScopeRecipient
	case waybill.Canceled:
		return false
	}
	return e.Delivery == waybill.NotSent || s.n.AllowDuplicates
}

// forget removes the tokens that are dead.
func (s *userSend) forget(ctx context.Context) {
	for i := range s.results {
		for _, r := range s.results[i] {
			if r.Outcome != UserFailed || !r.Dead {
				continue
			}
			notAfter := s.begun
			if !r.Since.IsZero() && r.Since.Before(notAfter) {
				notAfter = r.Since
			}
			s.u.remove(ctx, r.Token, notAfter)
		}
	}
}

func (u *Users) remove(ctx context.Context, t Token, notAfter time.Time) {
	// What was learned is kept also when the caller is gone.
	if _, err := u.registry.Remove(context.WithoutCancel(ctx), t, notAfter); err != nil && u.o.OnError != nil {
		u.o.OnError(err)
	}
}

// fallBack hands the users who got nothing to the other sender.
func (s *userSend) fallBack(ctx context.Context, users []string) {
	if s.u.o.Fallback == nil {
		return
	}
	for i := range s.results {
		if ctx.Err() != nil || !s.nothing(s.results[i]) {
			continue
		}
		r := UserResult{User: users[i], Outcome: UserFellBack}
		id, err := s.u.o.Fallback(ctx, users[i], s.n)
		r.ID = id
		if err != nil {
			r.Outcome, r.Err = UserFailed, waybill.AsError(err).With("push", "fallback", s.n.Key)
		}
		s.results[i] = append(s.results[i], r)
	}
}

// nothing reports whether a user certainly got nothing, or may have and
// duplicates do no harm.
func (s *userSend) nothing(list []UserResult) bool {
	for _, r := range list {
		switch r.Outcome {
		case UserNoToken:
		case UserFailed:
			if !s.goesOn(r.Err) {
				return false
			}
		case UserSkipped:
		default:
			return false
		}
	}
	return true
}

// Feedback takes a vendor's receipts: it removes the tokens that they call dead,
// unless they were reported again after the event. It is a [ReceiptFunc], to be
// called from one or used as one. An event without a time is no proof and removes
// nothing. The error is the registry's; then the vendor should tell again.
func (u *Users) Feedback(ctx context.Context, events []Event) error {
	for _, e := range events {
		if e.Status != EventDead || e.Time.IsZero() || e.Token.Value == "" {
			continue
		}
		if _, err := u.registry.Remove(ctx, e.Token, e.Time); err != nil {
			return err
		}
	}
	return nil
}
