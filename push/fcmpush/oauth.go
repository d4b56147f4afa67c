package fcmpush

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	scope           = "https://www.googleapis.com/auth/firebase.messaging"
	grantType       = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	defaultTokenURI = "https://oauth2.googleapis.com/token"
	// assertionLife is the longest that Google takes.
	assertionLife = time.Hour
)

// account is a service account's key.
type account struct {
	email, keyID, tokenURI, project string
	key                             *rsa.PrivateKey
	secret                          string // the key's text, to be scrubbed
}

// parseAccount reads the JSON key of a service account. The text of the error
// quotes nothing of it.
func parseAccount(b []byte) (*account, string) {
	var v struct {
		Type         string `json:"type"`
		ClientEmail  string `json:"client_email"`
		PrivateKey   string `json:"private_key"`
		PrivateKeyID string `json:"private_key_id"`
		TokenURI     string `json:"token_uri"`
		ProjectID    string `json:"project_id"`
	}
	if len(b) == 0 {
		return nil, "the service account's key is missing"
	}
	if json.Unmarshal(b, &v) != nil {
		return nil, "the service account's key is not the JSON that it should be"
	}
	if v.Type != "" && v.Type != "service_account" {
		return nil, "the key is not one of a service account"
	}
	if v.ClientEmail == "" || v.PrivateKey == "" {
		return nil, "the service account's key lacks client_email or private_key"
	}
	a := &account{email: v.ClientEmail, keyID: v.PrivateKeyID, tokenURI: v.TokenURI, project: v.ProjectID, secret: v.PrivateKey}
	if a.tokenURI == "" {
		a.tokenURI = defaultTokenURI
	}
	if u, err := url.Parse(a.tokenURI); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, "the service account's token_uri is not an absolute http or https URL"
	}
	block, _ := pem.Decode([]byte(v.PrivateKey))
	if block == nil {
		return nil, "the service account's private_key is not PEM"
	}
	if any, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		a.key, _ = any.(*rsa.PrivateKey)
	} else if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		a.key = key
	}
	if a.key == nil {
		return nil, "the service account's private_key is not an RSA key"
	}
	return a, ""
}

// configure chooses where tokens come from and returns the project.
func (t *tokens) configure(w *wire.Client, key []byte, o *Options) (string, error) {
	project := o.ProjectID
	switch {
	case o.TokenSource != nil:
		t.fetch = fromSource(o.TokenSource)
	case o.Credentials != nil:
		t.fetch = (&exchanger{wire: w, tokens: t, credentials: o.Credentials}).fetch
	default:
		a, problem := parseAccount(key)
		if problem != "" {
			return "", invalid(problem)
		}
		t.keys = []string{a.secret}
		t.fetch = func(ctx context.Context) (access, *waybill.Error) { return exchange(ctx, w, a) }
		if project == "" {
			project = a.project
		}
	}
	if project == "" {
		if a, _ := parseAccount(key); a != nil {
			project = a.project
		}
	}
	if project == "" {
		return "", invalid("the project is not known: set ProjectID")
	}
	if strings.ContainsFunc(project, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != ':'
	}) {
		return "", invalid("the project's id holds characters that it cannot")
	}
	return project, nil
}

// exchanger fetches tokens for keys that rotate.
type exchanger struct {
	wire        *wire.Client
	tokens      *tokens
	credentials func(context.Context) ([]byte, error)

	mu      sync.Mutex
	text    []byte
	account *account
}

func (x *exchanger) fetch(ctx context.Context) (access, *waybill.Error) {
	b, err := x.credentials(ctx)
	if err != nil {
		return access{}, credential(ctx, err, "the credentials could not be had")
	}
	a, problem := x.parse(b)
	if problem != "" {
		return access{}, denied(problem)
	}
	return exchange(ctx, x.wire, a)
}

// parse reads a key, the same one only once.
func (x *exchanger) parse(b []byte) (*account, string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.account != nil && bytes.Equal(b, x.text) {
		return x.account, ""
	}
	a, problem := parseAccount(b)
	if problem != "" {
		return nil, problem
	}
	x.account, x.text = a, bytes.Clone(b)
	x.tokens.mu.Lock()
	x.tokens.keys = []string{a.secret}
	x.tokens.mu.Unlock()
	return a, ""
}

// assertion is the signed JWT of RFC 7523.
func (a *account) assertion(now time.Time) (string, error) {
	header, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid,omitempty"`
	}{"RS256", "JWT", a.keyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(struct {
		Iss   string `json:"iss"`
		Scope string `json:"scope"`
		Aud   string `json:"aud"`
		Iat   int64  `json:"iat"`
		Exp   int64  `json:"exp"`
	}{a.email, scope, a.tokenURI, now.Unix(), now.Add(assertionLife).Unix()})
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding
	text := enc.EncodeToString(header) + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + enc.EncodeToString(sig), nil
}

// exchange gets an access token for a key. No push has left when it fails, so
// every error is NotSent.
func exchange(ctx context.Context, w *wire.Client, a *account) (access, *waybill.Error) {
	now := time.Now()
	assertion, err := a.assertion(now)
	if err != nil {
		return access{}, denied("the assertion could not be signed")
	}
	reply, err := w.Do(ctx, &wire.Request{
		Op: string(push.Send), Method: http.MethodPost, URL: a.tokenURI,
		Header:  http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:    []byte(url.Values{"grant_type": {grantType}, "assertion": {assertion}}.Encode()),
		Private: []string{assertion, a.email},
	})
	if err != nil {
		return access{}, notSent(waybill.AsError(err))
	}
	value, life, bad := readToken(reply)
	if bad != nil {
		return access{}, notSent(bad)
	}
	return newAccess(value, now.Add(life), now), nil
}

// notSent is an error of the token exchange as an error of the push.
func notSent(e *waybill.Error) *waybill.Error {
	c := *e
	c.Delivery = waybill.NotSent
	if c.Message != "" {
		c.Message = "access token: " + c.Message
	}
	return &c
}

// readToken reads the reply of the token endpoint: the token and its life.
func readToken(r *wire.Reply) (string, time.Duration, *waybill.Error) {
	if r.Status != http.StatusOK {
		return "", 0, tokenRefusal(r)
	}
	var v struct {
		AccessToken string          `json:"access_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
	}
	if e := r.JSON(&v); e != nil {
		return "", 0, e
	}
	if !headerSafe(v.AccessToken) || v.TokenType != "" && !strings.EqualFold(v.TokenType, "Bearer") {
		return "", 0, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent, wire.CodeReply, "the reply holds no bearer token")
	}
	life := seconds(v.ExpiresIn)
	if life <= 0 {
		return "", 0, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent, wire.CodeReply, "the token's life is missing or not positive")
	}
	return v.AccessToken, life, nil
}

// seconds reads a number, also one in quotes; 0 if it is none, at most a day.
func seconds(raw json.RawMessage) time.Duration {
	var n json.Number
	if json.Unmarshal(bytes.Trim(raw, `"`), &n) != nil {
		return 0
	}
	f, err := n.Float64()
	if err != nil || !(f > 0) {
		return 0
	}
	return time.Duration(min(f, 86400) * float64(time.Second))
}

// tokenRefusal classifies the token endpoint's errors (RFC 6749, 5.2): they are
// about the key, except for what the status says of the server.
func tokenRefusal(r *wire.Reply) *waybill.Error {
	var v struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	e := r.StatusError()
	if e == nil {
		return r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent, wire.CodeReply, "the reply holds no token")
	}
	if json.Unmarshal(r.Body, &v) != nil || v.Error == "" || r.Status != http.StatusBadRequest && r.Status != http.StatusUnauthorized && r.Status != http.StatusForbidden {
		return e
	}
	return r.Error(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, v.Error, v.Description)
}
