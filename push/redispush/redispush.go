// Package redispush keeps the registry of package push on Redis: which tokens a
// user has on which device.
//
// # What is kept
//
// One hash for each user, with a field for each token of each device, and one key
// for each token, which says whose it is. All keys begin with Options.Prefix in
// braces, so that a cluster keeps them in one slot: give several registries
// several prefixes when one slot is too small. Values hold the tokens themselves,
// which are personal data. Nothing expires; a field whose token was taken away
// stays, without the token, so that an older report cannot bring it back.
//
// # Atomicity
//
// Report and Remove are one script each, so that every registry on the same
// prefix sees the same order, whichever process it is in. Redis 6.2 or newer, or
// what speaks its protocol and runs Lua.
//
// # Errors
//
// What Redis refuses or does not answer is Unavailable. Whether a report that
// failed was kept is not known; repeating it does no harm.
//
// # Concurrency
//
// A Registry is safe for concurrent use.
package redispush

import (
	"context"
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

const name = "redispush"

// Options are the settings that have defaults. nil means all defaults.
type Options struct {
	// Prefix begins all keys. Default "waybill:push". It has no braces.
	Prefix string
}

// Registry implements [push.Registry] on Redis.
type Registry struct {
	rdb    redis.UniversalClient
	prefix string
}

//go:embed report.lua
var reportSource string

//go:embed remove.lua
var removeSource string

var (
	reportScript = redis.NewScript(reportSource)
	removeScript = redis.NewScript(removeSource)
)

// New returns a registry on a client of Redis, which stays the caller's to close.
// A nil client and a prefix with braces are InvalidArgument. New does not use the
// network.
func New(rdb redis.UniversalClient, o *Options) (*Registry, error) {
	if rdb == nil {
		return nil, waybill.Invalid("new", "the client is nil").With(name, "", "")
	}
	r := &Registry{rdb: rdb, prefix: "waybill:push"}
	if o != nil && o.Prefix != "" {
		r.prefix = o.Prefix
	}
	if strings.ContainsAny(r.prefix, "{}") {
		return nil, waybill.Invalid("new", "Prefix has braces").With(name, "", "")
	}
	r.prefix = "{" + r.prefix + "}:"
	return r, nil
}

// cell is what a field holds behind its time and the token's id.
type cell struct {
	User     string      `json:"user"`
	Device   string      `json:"device"`
	Vendor   push.Vendor `json:"vendor"`
	App      string      `json:"app"`
	Env      string      `json:"env"`
	Value    string      `json:"value"`
	OS       push.OS     `json:"os"`
	Language string      `json:"language"`
}

func (r *Registry) userKey(user string) string { return r.prefix + "user:" + user }

func (r *Registry) tokenKey(id string) string { return r.prefix + "token:" + id }

// Report implements [push.Registry].
func (r *Registry) Report(ctx context.Context, x push.Registration) error {
	if err := x.Validate(); err != nil {
		return err
	}
	x = x.Normal()
	id, payload := "", ""
	if t := x.Token; t.Value != "" {
		b, err := json.Marshal(cell{x.User, x.Device, t.Vendor, t.App, t.Env, t.Value, t.OS, t.Language})
		if err != nil {
			return failed(ctx, "report", err)
		}
		id, payload = t.ID(), string(b)
	}
	err := reportScript.Run(ctx, r.rdb, []string{r.userKey(x.User), r.tokenKey(id)},
		x.Slot(), x.At.UnixMilli(), id, payload, r.tokenKey("")).Err()
	return failed(ctx, "report", err)
}

// Tokens implements [push.Registry].
func (r *Registry) Tokens(ctx context.Context, users []string) ([][]push.Registration, error) {
	out := make([][]push.Registration, len(users))
	if len(users) == 0 {
		return out, nil
	}
	replies := make([]*redis.StringSliceCmd, len(users))
	_, err := r.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, user := range users {
			replies[i] = p.HVals(ctx, r.userKey(user))
		}
		return nil
	})
	if err != nil {
		return nil, failed(ctx, "tokens", err)
	}
	for i, reply := range replies {
		for _, v := range reply.Val() {
			x, ok, err := decode(v)
			if err != nil {
				return nil, err
			}
			if ok {
				out[i] = append(out[i], x)
			}
		}
		push.SortRegistrations(out[i])
	}
	return out, nil
}

// decode reads a field's value: time, token's id and, if that is not empty, the
// cell, in lines.
func decode(v string) (x push.Registration, ok bool, err error) {
	at, rest, _ := strings.Cut(v, "\n")
	id, payload, _ := strings.Cut(rest, "\n")
	if id == "" && payload == "" && at != "" {
		return x, false, nil
	}
	var c cell
	ms, bad := strconv.ParseInt(at, 10, 64)
	if bad != nil || json.Unmarshal([]byte(payload), &c) != nil || c.User == "" {
		return x, false, &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Provider: name, Op: "tokens", Message: "a field is not what this package writes"}
	}
	return push.Registration{User: c.User, Device: c.Device, At: time.UnixMilli(ms).UTC(),
		Token: push.Token{Vendor: c.Vendor, App: c.App, Env: c.Env, Value: c.Value, OS: c.OS, Language: c.Language}}, true, nil
}

// Remove implements [push.Registry].
func (r *Registry) Remove(ctx context.Context, t push.Token, notAfter time.Time) (bool, error) {
	n, err := removeScript.Run(ctx, r.rdb, []string{r.tokenKey(t.ID())}, notAfter.UnixMilli(), t.ID()).Int()
	if err != nil {
		return false, failed(ctx, "remove", err)
	}
	return n == 1, nil
}

// failed is the error of an exchange with Redis, nil for nil. Its text is not
// kept, since a server's words may repeat what it was given.
func failed(ctx context.Context, op string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return waybill.FromContext(ctx).With(name, op, "")
	}
	return &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Provider: name, Op: op, Message: "Redis refused or did not answer", Err: err}
}

var _ push.Registry = (*Registry)(nil)
