package aliyunsms

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill/wire"
)

const (
	apiVersion = "2017-05-25"
	algorithm  = "ACS3-HMAC-SHA256"
)

// exchange makes one signed exchange: query parameters in the URL, and a form in
// the body where there is one. r has Op, Ref, Send and Private.
func (a *Adapter) exchange(ctx context.Context, r wire.Request, action string, query, form url.Values) (*wire.Reply, error) {
	c, err := a.credentials(ctx, r.Op, r.Ref)
	if err != nil {
		return nil, err
	}
	r.Method = http.MethodPost
	r.Private = append(slices.Clip(r.Private), c.KeyID, c.Secret, c.SecurityToken)
	r.Header = http.Header{"Accept": {"application/json"}}
	signed := map[string]string{
		"host":                  a.host,
		"x-acs-action":          action,
		"x-acs-version":         apiVersion,
		"x-acs-date":            time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": nonce(),
	}
	if form != nil {
		r.Body = []byte(canonicalQuery(form))
		signed["content-type"] = "application/x-www-form-urlencoded"
	}
	signed["x-acs-content-sha256"] = hash(r.Body)
	if c.SecurityToken != "" {
		signed["x-acs-security-token"] = c.SecurityToken
	}
	raw := canonicalQuery(query)
	authorization := sign(c, a.path, raw, signed)
	for k, v := range signed {
		r.Header.Set(k, v)
	}
	r.Header.Set("Authorization", authorization)
	r.URL = a.opts.BaseURL + "/"
	if raw != "" {
		r.URL += "?" + raw
	}
	return a.wire.Do(ctx, &r)
}

// credentials returns the key of this exchange.
func (a *Adapter) credentials(ctx context.Context, op, ref string) (Credentials, error) {
	if a.opts.Credentials == nil {
		return a.own, nil
	}
	c, err := a.opts.Credentials(ctx)
	if err == nil && c.KeyID != "" && c.Secret != "" {
		return c, nil
	}
	return Credentials{}, wire.NoCredentials(ctx, "the source of credentials gave no key").With(name, op, ref)
}

// sign returns the Authorization header; see
// https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature.
// The secret itself is the key of the signature.
func sign(c Credentials, path, query string, headers map[string]string) string {
	names := make([]string, 0, len(headers))
	for n := range headers {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(http.MethodPost + "\n" + path + "\n" + query + "\n")
	for _, n := range names {
		b.WriteString(n + ":" + strings.TrimSpace(headers[n]) + "\n")
	}
	list := strings.Join(names, ";")
	b.WriteString("\n" + list + "\n" + headers["x-acs-content-sha256"])
	mac := hmac.New(sha256.New, []byte(c.Secret))
	mac.Write([]byte(algorithm + "\n" + hash([]byte(b.String()))))
	return algorithm + " Credential=" + c.KeyID + ",SignedHeaders=" + list + ",Signature=" + hex.EncodeToString(mac.Sum(nil))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// canonicalQuery writes parameters by name, escaped as RFC 3986 has it.
func canonicalQuery(v url.Values) string {
	return strings.ReplaceAll(v.Encode(), "+", "%20") // Encode sorts, and escapes + itself
}

func nonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
