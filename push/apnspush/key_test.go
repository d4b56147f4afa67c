package apnspush

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// pkcs8 writes a key as PEM.
func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func ellipticKey(t testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newTestKey(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey(pkcs8(t, ellipticKey(t, elliptic.P256())), "ABC123DEFG", "DEF123GHIJ")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// bearerOf returns the present token, without its scheme.
func bearerOf(t testing.TB, k *Key) string {
	t.Helper()
	b, e := k.bearer()
	if e != nil {
		t.Fatal(e)
	}
	jwt, ok := strings.CutPrefix(b, "bearer ")
	if !ok {
		t.Fatalf("no bearer in front of the token")
	}
	return jwt
}

// issuedAt reads the time of issue.
func issuedAt(t testing.TB, jwt string) time.Time {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
	var c struct{ Iat int64 }
	if err != nil || json.Unmarshal(raw, &c) != nil {
		t.Fatal("the claims cannot be read")
	}
	return time.Unix(c.Iat, 0)
}

// The signing input is that of the documentation, the signature r and s in 32
// bytes each.
func TestTokenIsAsDocumented(t *testing.T) {
	k := newTestKey(t)
	for i := range 300 { // r or s is short in one of 128
		jwt, err := k.sign(time.Unix(1437179036+int64(i), 0))
		if err != nil {
			t.Fatal(err)
		}
		const want = "eyJhbGciOiJFUzI1NiIsImtpZCI6IkFCQzEyM0RFRkcifQ.eyJpc3MiOiJERUYxMjNHSElKIiwiaWF0IjoxNDM3MTc5MDM2fQ"
		input, sig, _ := cutLast(jwt)
		if i == 0 && input != want {
			t.Fatalf("signing input %s", input)
		}
		raw, err := base64.RawURLEncoding.DecodeString(sig)
		if err != nil || len(raw) != 64 {
			t.Fatalf("the signature has %d bytes", len(raw))
		}
		sum := sha256.Sum256([]byte(input))
		if !ecdsa.Verify(&k.private.PublicKey, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
			t.Fatal("the signature does not verify")
		}
	}
}

func cutLast(jwt string) (input, sig string, ok bool) {
	i := strings.LastIndexByte(jwt, '.')
	if i < 0 {
		return "", "", false
	}
	return jwt[:i], jwt[i+1:], true
}

// Over a day, whenever a process starts, its tokens live 20 to 50 minutes, are
// never older than 55, and after two half hours are the same as those of another
// process.
func TestRotation(t *testing.T) {
	for _, start := range []time.Duration{0, time.Minute, 17 * time.Minute, 29 * time.Minute, 29*time.Minute + 59*time.Second} {
		t.Run(start.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(start)
				k := newTestKey(t)
				other := &Key{id: k.id, team: k.team, private: k.private}
				last, since := "", time.Now()
				for n := 0; n < 24*60; n++ {
					jwt := bearerOf(t, k)
					if age := time.Since(issuedAt(t, jwt)); age < 0 || age > 55*time.Minute {
						t.Fatalf("a token of %v is used", age)
					}
					if jwt != last {
						if lived := time.Since(since); last != "" && (lived < 20*time.Minute || lived > 50*time.Minute) {
							t.Fatalf("a token lived %v", lived)
						}
						last, since = jwt, time.Now()
					}
					if b := bearerOf(t, other); n > 120 && b != jwt {
						t.Fatalf("two processes use different tokens")
					}
					if n < 60 && n%7 == 0 { // the other one starts later
						other = &Key{id: k.id, team: k.team, private: k.private}
					}
					time.Sleep(time.Minute)
				}
			})
		})
	}
}

func TestOneTokenForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTestKey(t)
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				b, _ := k.bearer()
				mu.Lock()
				seen[b]++
				mu.Unlock()
			})
		}
		wg.Wait()
		if len(seen) != 1 {
			t.Errorf("%d tokens", len(seen))
		}
	})
}

func TestTheClockIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTestKey(t)
		first := bearerOf(t, k)
		k.present.issued = time.Now().Add(time.Hour) // as it looks afterwards
		k.present.bearer = "bearer of.the.future"
		if got := bearerOf(t, k); got != first {
			t.Error("a token of the future is used")
		}
	})
}

// A token that was refused as expired is replaced once, for all who had it, and
// not again within 20 minutes.
func TestExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(7 * time.Minute)
		k := newTestKey(t)
		old, _ := k.bearer()
		again, ok := k.expired(old)
		if !ok || again == old {
			t.Fatal("no new token")
		}
		if at := issuedAt(t, again[7:]); time.Since(at) > time.Second {
			t.Errorf("the new token is %v old", time.Since(at))
		}
		if late, ok := k.expired(old); !ok || late != again {
			t.Error("a second caller gets another token")
		}
		if _, ok := k.expired(again); ok {
			t.Error("tokens are signed as fast as they are refused")
		}
		time.Sleep(21 * time.Minute)
		now, _ := k.bearer()
		if _, ok := k.expired(now); !ok {
			t.Error("no new token after 20 minutes")
		}
	})
}

// A token that came too soon gives way to the one before, while that lasts.
func TestTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTestKey(t)
		first, _ := k.bearer()
		if _, ok := k.tooMany(first); ok {
			t.Error("there is no token before the first")
		}
		time.Sleep(31 * time.Minute)
		second, _ := k.bearer()
		if second == first {
			t.Fatal("not renewed")
		}
		back, ok := k.tooMany(second)
		if !ok || back != first {
			t.Fatal("not the token before")
		}
		if late, ok := k.tooMany(second); !ok || late != first {
			t.Error("a second caller gets another token")
		}
		if now, _ := k.bearer(); now != first {
			t.Error("the refused token is used again")
		}
		time.Sleep(25 * time.Minute)
		if now, _ := k.bearer(); now == first {
			t.Error("the token before is used beyond its time")
		}
		k.before.issued = time.Now().Add(-time.Hour)
		now, _ := k.bearer()
		if _, ok := k.tooMany(now); ok {
			t.Error("an expired token is used again")
		}
	})
}

func TestNewKeyRefuses(t *testing.T) {
	good := pkcs8(t, ellipticKey(t, elliptic.P256()))
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ellipticKey(t, elliptic.P256()))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		p8       []byte
		id, team string
		want     string
	}{
		"no key":            {nil, "ABC123DEFG", "DEF123GHIJ", "not PEM"},
		"der":               {[]byte("\x30\x81\x87\x02"), "ABC123DEFG", "DEF123GHIJ", "not PEM"},
		"rsa":               {pkcs8(t, rsaKey), "ABC123DEFG", "DEF123GHIJ", "not an elliptic one"},
		"another curve":     {pkcs8(t, ellipticKey(t, elliptic.P384())), "ABC123DEFG", "DEF123GHIJ", "P-256"},
		"sec 1":             {pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}), "ABC123DEFG", "DEF123GHIJ", "no PKCS #8"},
		"encrypted":         {pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}), "ABC123DEFG", "DEF123GHIJ", "encrypted"},
		"garbage in it":     {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("garbage")}), "ABC123DEFG", "DEF123GHIJ", "not PKCS #8"},
		"short key id":      {good, "ABC123DEF", "DEF123GHIJ", "key id"},
		"small key id":      {good, "abc123defg", "DEF123GHIJ", "key id"},
		"no team":           {good, "ABC123DEFG", "", "team id"},
		"quotes in the ids": {good, "ABC123DEFG", `","iat":99`, "team id"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := NewKey(c.p8, c.id, c.team)
			if k != nil || !errors.Is(err, waybill.ErrInvalidArgument) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestKeysPrintNothing(t *testing.T) {
	k := newTestKey(t)
	_ = bearerOf(t, k)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		if s := fmt.Sprintf(verb, k); s != "apnspush.Key{ABC123DEFG}" {
			t.Errorf("%s prints %d bytes", verb, len(s))
		}
	}
	if k.ID() != "ABC123DEFG" || k.Team() != "DEF123GHIJ" {
		t.Error("the ids are lost")
	}
}

func FuzzNewKey(f *testing.F) {
	f.Add(pkcs8(f, ellipticKey(f, elliptic.P256())))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, p8 []byte) {
		k, err := NewKey(p8, "ABC123DEFG", "DEF123GHIJ")
		if (k == nil) == (err == nil) {
			t.Fatalf("%v and %v", k != nil, err)
		}
		if k != nil && issuedAt(t, bearerOf(t, k)).After(time.Now()) {
			t.Error("a token of the future")
		}
	})
}
