package pushtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// APNsKey is a throw-away signing key of APNs. It is made at run time and
// belongs to nobody.
type APNsKey struct {
	// KeyID and TeamID have 10 letters and digits each.
	KeyID, TeamID string
	key           *ecdsa.PrivateKey
}

// NewAPNsKey makes a signing key. It panics when there is no randomness.
func NewAPNsKey() *APNsKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("pushtest: " + err.Error())
	}
	return &APNsKey{KeyID: rand.Text()[:10], TeamID: rand.Text()[:10], key: key}
}

// P8 returns the key as Apple gives it out: PEM, PKCS #8.
func (k *APNsKey) P8() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		panic("pushtest: " + err.Error())
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// sharedAPNsKey makes one key for all that need any.
var sharedAPNsKey = sync.OnceValue(NewAPNsKey)

// The vendor's rules for provider tokens.
const (
	apnsTokenLife   = time.Hour
	apnsTokenUpdate = 20 * time.Minute
	apnsClockSkew   = time.Minute // unconfirmed
)

// mintedTokens are the valid provider tokens of one key that were seen.
type mintedTokens struct {
	seen    map[string]bool
	expired map[string]bool
	last    time.Time // when the last new one came
}

func (m *mintedTokens) expire() {
	for t := range m.seen {
		m.expired[t] = true
	}
	m.last = time.Time{}
}

// authorize checks the credential of a request and returns the reason of a
// refusal.
func (f *APNs) authorize(r *http.Request) (reason string) {
	value := r.Header.Get("Authorization")
	if value == "" {
		return f.certificate(r)
	}
	scheme, jwt, ok := strings.Cut(value, " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return "InvalidProviderToken"
	}
	key, issued := f.verify(jwt)
	now := time.Now()
	if key == nil || issued.After(now.Add(apnsClockSkew)) {
		return "InvalidProviderToken"
	}
	if env := f.o.KeyEnvironment; env != "" && (env == "sandbox") != f.o.Sandbox {
		return "BadEnvironmentKeyIdInToken"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.minted[key]
	if m == nil {
		m = &mintedTokens{seen: map[string]bool{}, expired: map[string]bool{}}
		f.minted[key] = m
	}
	switch first := f.connKeys[r.RemoteAddr]; {
	case now.Sub(issued) > apnsTokenLife, m.expired[jwt]:
		return "ExpiredProviderToken"
	case first != nil && first != key:
		return "UnrelatedKeyIdInToken"
	case !m.seen[jwt] && !m.last.IsZero() && now.Sub(m.last) < apnsTokenUpdate:
		return "TooManyProviderTokenUpdates"
	case !m.seen[jwt]:
		m.seen[jwt], m.last = true, now
	}
	f.connKeys[r.RemoteAddr] = key
	return ""
}

// verify returns the key that signed a provider token, and when; nil if none
// did.
func (f *APNs) verify(jwt string) (*APNsKey, time.Time) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, time.Time{}
	}
	var header struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
		Typ string `json:"typ"`
	}
	var claims struct {
		Iss string `json:"iss"`
		Iat int64  `json:"iat"`
	}
	if strictPart(parts[0], &header) != nil || strictPart(parts[1], &claims) != nil || header.Alg != "ES256" || claims.Iat <= 0 {
		return nil, time.Time{}
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		return nil, time.Time{}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	for _, k := range f.o.Keys {
		if k.KeyID == header.Kid && k.TeamID == claims.Iss && ecdsa.Verify(&k.key.PublicKey, sum[:], r, s) {
			return k, time.Unix(claims.Iat, 0)
		}
	}
	return nil, time.Time{}
}

// strictPart decodes a part of a token and refuses members that it cannot have.
func strictPart(text string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	if bad := fakehttp.StrictJSON(b, v); bad != nil {
		return bad
	}
	return nil
}

// certificate checks the client certificate of the request's connection.
func (f *APNs) certificate(r *http.Request) (reason string) {
	der := f.front.certificateOf(r.RemoteAddr)
	if der == nil {
		return "MissingProviderToken"
	}
	f.mu.Lock()
	known := f.clients[string(der)]
	f.mu.Unlock()
	leaf, err := x509.ParseCertificate(der)
	if !known || err != nil || time.Now().After(leaf.NotAfter) {
		return "BadCertificate"
	}
	return ""
}
