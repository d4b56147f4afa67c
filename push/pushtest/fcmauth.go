package pushtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

const (
	fcmScope  = "https://www.googleapis.com/auth/firebase.messaging"
	jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// clockSkew is how far the client's clock may be off.
	clockSkew = 5 * time.Minute
)

// issue is the token endpoint.
func (f *FCM) issue(w http.ResponseWriter, r *http.Request) {
	form, bad := fakehttp.Params{Required: []string{"grant_type", "assertion"}}.Form(r)
	if bad != nil {
		oauthError(w, "invalid_request", bad.Error())
		return
	}
	if form.Get("grant_type") != jwtBearer {
		oauthError(w, "unsupported_grant_type", "Invalid grant_type: "+form.Get("grant_type"))
		return
	}
	if code, problem := f.verify(form.Get("assertion"), time.Now()); code != "" {
		oauthError(w, code, problem)
		return
	}
	token := "ya29.c.fake-" + rand.Text()
	f.mu.Lock()
	f.tokens[token] = time.Now().Add(f.life)
	f.mu.Unlock()
	f.issued.Add(1)
	writeJSON(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": int(f.life / time.Second), "token_type": "Bearer"})
}

// verify checks an assertion as Google's endpoint does, and returns what the
// endpoint would say.
func (f *FCM) verify(assertion string, now time.Time) (code, problem string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return "invalid_grant", "Bad Request"
	}
	var header struct{ Alg, Typ, Kid string }
	var claims struct {
		Iss, Scope, Aud string
		Sub             *string
		Iat, Exp        int64
	}
	if part(parts[0], &header) != nil || part(parts[1], &claims) != nil {
		return "invalid_grant", "Bad Request"
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	issued, ends := time.Unix(claims.Iat, 0), time.Unix(claims.Exp, 0)
	switch {
	case header.Alg != "RS256" || header.Typ != "JWT":
		return "invalid_grant", "Invalid JWT: Only RS256 is supported."
	case claims.Iss != f.account.Email:
		return "invalid_grant", "Invalid grant: account not found"
	case header.Kid != f.account.KeyID, err != nil, rsa.VerifyPKCS1v15(&f.account.key.PublicKey, crypto.SHA256, sum[:], sig) != nil:
		return "invalid_grant", "Invalid JWT Signature."
	case claims.Aud != f.URL()+"/token":
		return "invalid_grant", "Invalid JWT: Failed audience check."
	case issued.After(now.Add(clockSkew)) || ends.Before(now.Add(-clockSkew)) || ends.Sub(issued) > time.Hour || !ends.After(issued):
		return "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."
	case claims.Scope != fcmScope:
		return "invalid_scope", "Invalid OAuth scope or ID token audience provided."
	case claims.Sub != nil:
		return "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."
	}
	return "", ""
}

func part(text string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

func oauthError(w http.ResponseWriter, code, description string) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
}

// authorized checks the access token.
func (f *FCM) authorized(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f.mu.Lock()
	defer f.mu.Unlock()
	end, issued := f.tokens[token]
	return ok && issued && time.Now().Before(end)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}
