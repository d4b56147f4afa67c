// Package redissms keeps the lists and counts of [sms.Rules] in Redis, so that
// all processes of a service count together, and what their receivers have handled
// ([Seen]).
//
// # Use
//
//	client := redis.NewClient(&redis.Options{Addr: "redis:6379"})
//	store, err := redissms.New(client, nil)
//	rules, err := sms.NewRules(store, sms.RuleSet{Limits: sms.VerificationLimits()})
//	c, err := sms.New(sms.With(gateway), sms.WithRules(rules))
//
// # One decision, one script
//
// Every decision is one Lua script, which Redis runs alone: a limit of N lets
// exactly N through, however many processes ask at once. All keys of a store
// carry the same hash tag, {prefix}, and so lie in one slot of a Redis Cluster;
// a decision is one script of one Redis thread. Who needs more than one node
// serves gives independent brands or regions a prefix each.
//
// Keys are {prefix}:block, {prefix}:optout and {prefix}:allow, which are sets,
// and {prefix}:count:…, which are hashes that expire by themselves. Lists must
// survive a restart of Redis, so its persistence is to be on, and maxmemory must
// not evict them (volatile-ttl or noeviction).
//
// # Time
//
// The time is Redis's own, so that the clocks of the processes do not matter;
// Options.Clock replaces it. A script that reads the time and writes needs Redis
// 5 or later, or Valkey.
//
// # Errors
//
// What Redis answers goes to sms.Rules, which makes it Unavailable: nothing was
// sent. A client of Redis that repeats a command after a broken connection may
// count a message twice, which errs on the recipient's side; MaxRetries -1 in
// its options prevents it.
package redissms

import (
	"context"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// Options tune a Store; nil means the defaults.
type Options struct {
	// Prefix begins every key, and is their hash tag; default "waybill:sms".
	// It holds no brace.
	Prefix string
	// Clock replaces Redis's time. The clocks of all processes must agree.
	Clock func() time.Time
}

// Store is an [sms.RuleStore] in Redis. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
	clock  func() time.Time
}

// New returns a store in the server, cluster or ring behind client, which stays
// the caller's to close. It does not use the network.
func New(client redis.UniversalClient, o *Options) (*Store, error) {
	if o == nil {
		o = new(Options)
	}
	prefix, err := prefixOf(client, o.Prefix)
	if err != nil {
		return nil, err
	}
	return &Store{client: client, prefix: "{" + prefix + "}:", clock: o.Clock}, nil
}

// prefixOf checks what every constructor is given, and returns the prefix or its
// default.
func prefixOf(client redis.UniversalClient, prefix string) (string, error) {
	switch {
	case client == nil:
		return "", waybill.Invalid("new", "the client is nil").With("redissms", "", "")
	case strings.ContainsAny(prefix, "{}"):
		return "", waybill.Invalid("new", "the prefix holds a brace").With("redissms", "", "")
	case prefix == "":
		prefix = "waybill:sms"
	}
	return prefix, nil
}

// Reserve implements [sms.RuleStore] by one script.
func (s *Store) Reserve(ctx context.Context, q sms.RuleQuery) (sms.RuleAnswer, error) {
	keys := make([]string, 3, 3+len(q.Counts))
	keys[0], keys[1], keys[2] = s.list(sms.BlockList), s.list(sms.OptOutList), s.list(sms.AllowList)
	args := make([]any, 4, 4+3*len(q.Counts))
	args[0], args[1], args[2], args[3] = q.Recipient, flag(q.OptOut), flag(q.OnlyAllowed), s.now()
	for _, c := range q.Counts {
		keys = append(keys, s.prefix+"count:"+c.Key)
		args = append(args, c.Window.Milliseconds(), c.Step.Milliseconds(), c.Max)
	}
	got, err := reserve.Run(ctx, s.client, keys, args...).Int64Slice()
	if err != nil {
		return sms.RuleAnswer{}, failed(ctx, "rules", err)
	}
	if len(got) != 4 || got[0] < 0 || got[0] > int64(sms.RuleFrequency) {
		return sms.RuleAnswer{}, &waybill.Error{Code: waybill.DataLoss, Delivery: waybill.NotSent, Provider: "redissms", Op: "reserve", Message: "the script's answer cannot be read"}
	}
	a := sms.RuleAnswer{Refused: sms.Rule(got[0])}
	switch {
	case a.Refused == sms.RuleFrequency:
		a.Count, a.Wait = int(got[1]), time.Duration(got[2])*time.Millisecond
	case a.Refused == 0 && got[3] > 0:
		a.Counted, a.At = true, time.UnixMilli(got[3])
	}
	return a, nil
}

// Release implements [sms.RuleStore] by one script.
func (s *Store) Release(ctx context.Context, q sms.RuleQuery, a sms.RuleAnswer) error {
	if !a.Counted {
		return nil
	}
	keys := make([]string, len(q.Counts))
	args := make([]any, len(q.Counts))
	for i, c := range q.Counts {
		keys[i] = s.prefix + "count:" + c.Key
		args[i] = a.At.UnixMilli() / c.Step.Milliseconds()
	}
	return failed(ctx, "rules", release.Run(ctx, s.client, keys, args...).Err())
}

// Mark implements [sms.RuleStore].
func (s *Store) Mark(ctx context.Context, l sms.RuleList, recipient string, on bool) error {
	if l < sms.BlockList || l > sms.AllowList {
		return waybill.Invalid("mark", "there is no such list").With("redissms", "", "")
	}
	if on {
		return failed(ctx, "rules", s.client.SAdd(ctx, s.list(l), recipient).Err())
	}
	return failed(ctx, "rules", s.client.SRem(ctx, s.list(l), recipient).Err())
}

func (s *Store) list(l sms.RuleList) string { return s.prefix + l.String() }

func (s *Store) now() int64 {
	if s.clock == nil {
		return 0
	}
	return s.clock().UnixMilli()
}

// failed makes an error of Redis one of ours, without its text: it may repeat
// the command and so the number.
func failed(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if e := waybill.FromContext(ctx); e != nil {
		return e.With("redissms", op, "").Unsent()
	}
	return &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, Provider: "redissms", Op: op, Message: "Redis did not do the command"}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

var _ sms.RuleStore = (*Store)(nil)
