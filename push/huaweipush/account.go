package huaweipush

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
	"log/slog"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
)

const (
	// audience is the same for all, whatever AuthURL is.
	audience = "https://oauth-login.cloud.huawei.com/oauth2/v3/token"
	// jwtLife is what the vendor advises. A day is the most that it takes.
	jwtLife = time.Hour
)

// Credentials are what an app or a project authenticates with: one of both.
type Credentials struct {
	// Secret is the app's secret, of which OAuth makes an access token.
	Secret string
	// ServiceAccount is the JSON key of a service account, with which the
	// adapter signs tokens by itself.
	ServiceAccount []byte
}

// String prints the type only, so that no log can show the keys.
func (c Credentials) String() string { return "huaweipush.Credentials" }

// GoString prints the type only, so that no log can show the keys.
func (c Credentials) GoString() string { return c.String() }

// LogValue is what log/slog writes: the type only.
func (Credentials) LogValue() slog.Value { return slog.StringValue("huaweipush.Credentials") }

// serviceAccount is a service account's key.
type serviceAccount struct {
	project, keyID, subject string
	key                     *rsa.PrivateKey
	pem                     string // the key's text, to be scrubbed
}

// parseAccount reads the JSON key of a service account. The text of the problem
// quotes nothing of it.
func parseAccount(b []byte) (*serviceAccount, string) {
	var v struct {
		ProjectID  string `json:"project_id"`
		KeyID      string `json:"key_id"`
		PrivateKey string `json:"private_key"`
		SubAccount string `json:"sub_account"`
	}
	if json.Unmarshal(b, &v) != nil {
		return nil, "the service account's key is not the JSON that it should be"
	}
	if v.KeyID == "" || v.PrivateKey == "" || v.SubAccount == "" || !digits(v.ProjectID) {
		return nil, "the service account's key lacks key_id, private_key, sub_account or project_id"
	}
	block, _ := pem.Decode([]byte(v.PrivateKey))
	if block == nil {
		return nil, "the service account's private_key is not PEM"
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, ok := parsed.(*rsa.PrivateKey); err == nil && ok {
		return &serviceAccount{project: v.ProjectID, keyID: v.KeyID, subject: v.SubAccount, key: key, pem: v.PrivateKey}, ""
	}
	return nil, "the service account's private_key is not an RSA key in PKCS #8"
}

// sign makes a token: a JWT signed with PS256 (RFC 7518, 3.5).
func (a *serviceAccount) sign(now time.Time) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "PS256", "typ": "JWT", "kid": a.keyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"iss": a.subject, "aud": audience, "iat": now.Unix(), "exp": now.Add(jwtLife).Unix()})
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	text := b64.EncodeToString(header) + "." + b64.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPSS(rand.Reader, a.key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return "", err
	}
	return text + "." + b64.EncodeToString(sig), nil
}

// keys are the present credentials. A service account is read once as long as it
// stays the same.
type keys struct {
	mu      sync.Mutex
	text    []byte
	account *serviceAccount
}

// read returns the account of a JSON key.
func (k *keys) read(b []byte) (*serviceAccount, string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.account != nil && bytes.Equal(k.text, b) {
		return k.account, ""
	}
	a, problem := parseAccount(b)
	if problem == "" {
		k.account, k.text = a, bytes.Clone(b)
	}
	return a, problem
}

// fetch gets a token of the present credentials.
func (a *Adapter) fetch(ctx context.Context) (string, time.Duration, *waybill.Error) {
	c := Credentials{Secret: a.secret, ServiceAccount: a.o.ServiceAccount}
	if a.o.Credentials != nil {
		var err error
		if c, err = a.o.Credentials(ctx); err != nil {
			return "", 0, pushbatch.RefusedKey(ctx, err)
		}
	}
	refuse := func(why string) (string, time.Duration, *waybill.Error) {
		return "", 0, &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: why}
	}
	if len(c.ServiceAccount) == 0 {
		switch {
		case c.Secret == "", a.app == "":
			return refuse("the credentials are empty, or the app's id is")
		case a.version == 3:
			return refuse("version 3 takes service accounts only")
		}
		a.tokens.Rotate(c.Secret)
		return pushbatch.ClientCredentials(ctx, a.Wire, a.auth+"/oauth2/v3/token", a.app, c.Secret)
	}
	account, problem := a.keys.read(c.ServiceAccount)
	if problem != "" {
		return refuse(problem)
	}
	a.tokens.Rotate(account.pem)
	if a.version != 1 && account.project != a.project {
		return refuse("the service account is of another project")
	}
	token, err := account.sign(time.Now())
	if err != nil {
		return refuse("the token could not be signed")
	}
	return token, jwtLife, nil
}
