package apnspush

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const name = "apnspush"

const (
	productionBase = "https://api.push.apple.com"
	sandboxBase    = "https://api.sandbox.push.apple.com"

	defaultWorkers = 256
	// maxWorkers is far above what one connection carries.
	maxWorkers = 4096
	// maxReply is plenty for a reason.
	maxReply = 16 << 10
)

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where tokens of the production environment go. Default
	// https://api.push.apple.com; port 2197 serves too.
	BaseURL string
	// SandboxURL is where tokens of the sandbox go. Default
	// https://api.sandbox.push.apple.com, but with a BaseURL of your own none:
	// then tokens of the sandbox are not taken.
	SandboxURL string
	// Env, push.Production or push.Sandbox, takes tokens of one environment
	// only, such as for a key that is restricted to it. Empty takes both.
	Env string
	// HTTPClient supplies the transport and a time-out for each exchange. A
	// plain *http.Transport is cloned, and the clone's connections are the
	// adapter's own; through any other RoundTripper the vendor must be reached
	// over HTTP/2. Default: a transport that pings a connection after 15 s of
	// silence, gives it up 15 s later and closes it after an hour without a push.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one.
	Account *waybill.Account
	// Credentials, when set, is asked for the signing key by every call of Send,
	// and overrides the fixed one. Another key gets connections of its own, as
	// Apple wants, and the old ones are closed when idle. It must be safe for
	// concurrent use; to share a provider token among adapters it must return
	// the same *Key to all.
	Credentials func(ctx context.Context) (*Key, error)
	// Certificate is the client certificate of certificate authentication, in
	// place of a key; see [ParseCertificate].
	Certificate *tls.Certificate
	// Classes are the interruption levels and groups by kind. Default:
	// time-sensitive for orders, active for status and coupon, passive for
	// marketing. When set there must be a row for each kind.
	Classes map[push.Kind]Class
	// Workers is how many exchanges may be under way, those of all calls
	// together. Default 256; the vendor takes about 1000 at a time on one
	// connection, and what exceeds its limit waits.
	Workers int
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 16 KiB.
	MaxReply int64
}

// Adapter implements [push.Sender] on the Apple Push Notification service. It is
// safe for concurrent use.
type Adapter struct {
	o           Options
	topic       string
	bases       map[string]string // by environment, [push.Production] or [push.Sandbox]
	certificate bool
	account     *waybill.Account
	classes     map[push.Kind]Class
	slots       chan struct{}

	mu      sync.Mutex
	session *session
}

// New returns an adapter for one app: topic is its bundle id, such as
// com.example.driver, without a suffix; those of the push types are added. The
// key may be shared with other adapters, and is nil with Options.Credentials or
// Certificate; with a certificate the topic may be empty, and is then the
// certificate's own.
//
// A missing credential, more than one, a topic that is none, an incomplete table
// of classes, a BaseURL that is not an absolute http or https URL or that carries
// a user or a query, are InvalidArgument. New does not use the network.
func New(key *Key, topic string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	a := &Adapter{o: *o, topic: topic, certificate: o.Certificate != nil, account: o.Account}
	if a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	if err := a.setCredential(key); err != nil {
		return nil, err
	}
	if err := a.setBases(); err != nil {
		return nil, err
	}
	if err := a.setLimits(); err != nil {
		return nil, err
	}
	var err error
	if a.session, err = a.newSession(key); err != nil {
		return nil, err
	}
	return a, nil
}

// setCredential checks that there is one credential, and a topic.
func (a *Adapter) setCredential(key *Key) error {
	n := 0
	for _, have := range []bool{key != nil, a.o.Credentials != nil, a.certificate} {
		if have {
			n++
		}
	}
	switch {
	case n == 0:
		return invalid("there is neither a key nor Credentials nor a Certificate")
	case a.certificate && n > 1:
		return invalid("a Certificate excludes a key")
	}
	if a.certificate {
		own, problem := certificateTopic(a.o.Certificate)
		if problem != "" {
			return invalid(problem)
		}
		if a.topic == "" {
			a.topic = own
		}
	}
	if !isTopic(a.topic) {
		return invalid("the topic is no bundle id")
	}
	return nil
}

// isTopic reports whether s may be a bundle id: letters, digits, hyphens and
// points, and no suffix that the adapter adds by itself.
func isTopic(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '-' && s[i] != '.' && s[i] != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 255
}

// setBases checks the environments and their URLs.
func (a *Adapter) setBases() error {
	if a.o.Env != "" && a.o.Env != push.Production && a.o.Env != push.Sandbox {
		return invalid("Env is neither production nor sandbox")
	}
	a.bases = make(map[string]string, 2)
	set := func(env, given, usual string) error {
		if a.o.Env != "" && a.o.Env != env || given == "" && usual == "" {
			return nil
		}
		base, err := wire.BaseURL(name, given, usual)
		a.bases[env] = base
		return err
	}
	if err := set(push.Production, a.o.BaseURL, productionBase); err != nil {
		return err
	}
	sandbox := sandboxBase
	if a.o.BaseURL != "" {
		sandbox = ""
		if a.o.Env == push.Sandbox && a.o.SandboxURL == "" {
			return invalid("BaseURL is for production; set SandboxURL")
		}
	}
	return set(push.Sandbox, a.o.SandboxURL, sandbox)
}

// setLimits checks and takes over workers and classes.
func (a *Adapter) setLimits() error {
	workers := a.o.Workers
	switch {
	case workers == 0:
		workers = defaultWorkers
	case workers < 0 || workers > maxWorkers:
		return invalid("Workers is not between 1 and 4096")
	}
	a.slots = make(chan struct{}, workers)
	classes := a.o.Classes
	if classes == nil {
		classes = defaultClasses
	}
	var err error
	a.classes, err = push.CheckClasses(name, classes, checkClass)
	return err
}

func invalid(message string) error { return waybill.Invalid("new", message).With(name, "", "") }

// Name returns "apnspush".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name, so that a printed adapter shows no key.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no key.
func (a *Adapter) GoString() string { return name }

// Topic returns the app's bundle id.
func (a *Adapter) Topic() string { return a.topic }

// Accepts reports whether the token is one of APNs', of this adapter's app (or
// of none) and of an environment that the adapter serves.
func (a *Adapter) Accepts(t push.Token) bool {
	_, served := a.bases[environment(t)]
	return t.Vendor == push.APNs && served && (t.App == "" || t.App == a.topic)
}

// environment is the token's, in its one spelling.
func environment(t push.Token) string {
	if t.Env == "" {
		return push.Production
	}
	return t.Env
}

// Close closes the connections when the requests under way have ended. The
// adapter stays usable.
func (a *Adapter) Close() {
	a.mu.Lock()
	s := a.session
	a.mu.Unlock()
	s.retire()
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
