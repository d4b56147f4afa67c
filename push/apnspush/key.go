package apnspush

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// The life of a provider token. Apple refuses one that is older than an hour,
// and one that comes less than 20 minutes after another.
const (
	tokenWindow  = 30 * time.Minute // iat is rounded down to it
	tokenMinimum = 20 * time.Minute
	tokenMaximum = 55 * time.Minute
)

// Key is a signing key of Apple's (a .p8 file) with the provider token that it
// signs now. One Key may serve any number of adapters, of all topics of its
// team, and should: Apple counts the tokens of a key, not of an application.
//
// The token is an ES256 JSON Web Token as described at
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns.
// It is renewed after 20 to 50 minutes. Its time of issue is rounded down to
// half hours (UTC) and its signature deterministic (RFC 6979), so that all
// processes with the same key, which may share an address, send the same token
// rather than taking turns with theirs.
//
// A Key is safe for concurrent use; one caller signs while the others wait. It
// prints its ids only.
type Key struct {
	id, team string
	private  *ecdsa.PrivateKey
	text     string // the PEM's body, which no text may hold

	mu      sync.Mutex
	present providerToken
	before  providerToken
	forced  time.Time // when a token was last replaced because it was refused
}

// providerToken is a token with its two times.
type providerToken struct {
	bearer string
	issued time.Time // iat
	minted time.Time
}

// NewKey reads the signing key that was downloaded from the developer account: a
// PEM (PKCS #8) with an elliptic key on P-256, its key id and the id of the
// team, 10 letters and digits each. What is wrong with them is InvalidArgument.
func NewKey(p8 []byte, keyID, teamID string) (*Key, error) {
	switch {
	case !isID(keyID):
		return nil, invalid("the key id does not have 10 capital letters and digits")
	case !isID(teamID):
		return nil, invalid("the team id does not have 10 capital letters and digits")
	}
	block, _ := pem.Decode(p8)
	if block == nil {
		return nil, invalid("the signing key is not PEM")
	}
	private, problem := parsePrivate(block)
	if problem != "" {
		return nil, invalid(problem)
	}
	return &Key{id: keyID, team: teamID, private: private, text: base64.StdEncoding.EncodeToString(block.Bytes)}, nil
}

// parsePrivate reads a key on P-256 and says what is wrong with others.
func parsePrivate(block *pem.Block) (key *ecdsa.PrivateKey, problem string) {
	switch block.Type {
	case "PRIVATE KEY":
	case "ENCRYPTED PRIVATE KEY":
		return nil, "the signing key is encrypted"
	default:
		return nil, "the PEM holds no PKCS #8 private key"
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, "the signing key is not PKCS #8"
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, "the signing key is not an elliptic one"
	}
	if key.Curve != elliptic.P256() {
		return nil, "the signing key is not on the curve P-256"
	}
	return key, ""
}

// isID reports whether s is an id of Apple's.
func isID(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) == 10
}

// ID returns the key's id.
func (k *Key) ID() string { return k.id }

// Team returns the id of the key's team.
func (k *Key) Team() string { return k.team }

// same reports whether other is the same signing key, read again: its tokens are
// those of this one.
func (k *Key) same(other *Key) bool {
	return k.id == other.id && k.team == other.team && k.private.Equal(other.private)
}

// Format prints the key's id for every verb of package fmt.
func (k *Key) Format(s fmt.State, _ rune) { _, _ = fmt.Fprintf(s, "apnspush.Key{%s}", k.id) }

// bearer returns the value of the authorization header.
func (k *Key) bearer() (string, *waybill.Error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if k.present.bearer != "" && !k.present.due(now) {
		return k.present.bearer, nil
	}
	return k.renew(now, now.Truncate(tokenWindow))
}

// due reports whether a token must be renewed: its half hour is over and it has
// served for 20 minutes, or the clock was set back. That is at most 50 minutes
// after its time of issue.
func (t *providerToken) due(now time.Time) bool {
	if now.Before(t.issued) || now.Sub(t.issued) >= tokenMaximum {
		return true
	}
	return now.Sub(t.issued) >= tokenWindow && now.Sub(t.minted) >= tokenMinimum
}

// renew signs a token; the lock is held.
func (k *Key) renew(now, issued time.Time) (string, *waybill.Error) {
	jwt, err := k.sign(issued)
	if err != nil {
		return "", &waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the provider token could not be signed"}
	}
	k.before = k.present
	k.present = providerToken{"bearer " + jwt, issued, now}
	return k.present.bearer, nil
}

// sign makes the token of a time of issue.
func (k *Key) sign(issued time.Time) (string, error) {
	b64 := base64.RawURLEncoding
	input := b64.EncodeToString([]byte(`{"alg":"ES256","kid":"`+k.id+`"}`)) + "." +
		b64.EncodeToString([]byte(`{"iss":"`+k.team+`","iat":`+strconv.FormatInt(issued.Unix(), 10)+`}`))
	sum := sha256.Sum256([]byte(input))
	// Without a source of randomness the signature is that of RFC 6979.
	der, err := k.private.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return "", err
	}
	var raw [64]byte // r and s as 32 bytes each, as JWS wants them (RFC 7518, 3.4)
	sig.R.FillBytes(raw[:32])
	sig.S.FillBytes(raw[32:])
	return input + "." + b64.EncodeToString(raw[:]), nil
}

// expired is told that a token was refused as too old, and returns one for a
// repeat, if there may be one: somebody else's newer one, or a new one unless
// the last such refusal was less than 20 minutes ago. In that case the clock is
// wrong, and one more token would only be too many.
func (k *Key) expired(bearer string) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.present.bearer != bearer {
		return k.present.bearer, true
	}
	now := time.Now()
	if !k.forced.IsZero() && now.Sub(k.forced) < tokenMinimum {
		return "", false
	}
	k.forced = now
	again, e := k.renew(now, now.Truncate(time.Second))
	return again, e == nil && again != bearer
}

// tooMany is told that a token was refused because it came too soon after
// another, and returns the one before if that can still serve. A token that was
// refused so is not signed again before its time.
func (k *Key) tooMany(bearer string) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.present.bearer != bearer {
		return k.present.bearer, true
	}
	now := time.Now()
	if k.before.bearer == "" || now.Sub(k.before.issued) >= tokenMaximum {
		return "", false
	}
	k.present, k.before = k.before, k.present
	k.present.minted = now // so that it serves on as long as it may
	return k.present.bearer, true
}

// secrets are the texts that nobody may see.
func (k *Key) secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := []string{k.text}
	for _, t := range []string{k.present.bearer, k.before.bearer} {
		if t != "" {
			out = append(out, t[len("bearer "):])
		}
	}
	return out
}
