package tencentsms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

const (
	apiVersion  = "2021-01-11"
	algorithm   = "TC3-HMAC-SHA256"
	contentType = "application/json; charset=utf-8"
	service     = "sms"
)

// exchange makes one signed exchange. r has Op, Ref, Send and Private.
func (a *Adapter) exchange(ctx context.Context, r wire.Request, action string, body any) (*wire.Reply, error) {
	c, err := a.credentials(ctx, r.Op, r.Ref)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(body) != nil { // of strings and numbers
		return nil, waybill.Invalid(r.Op, "the request cannot be written as JSON").With(name, "", r.Ref)
	}
	r.Method, r.URL, r.Body = http.MethodPost, a.opts.BaseURL+"/", bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	r.Private = append(slices.Clip(r.Private), c.SecretID, c.SecretKey, c.Token)
	now := time.Now()
	r.Header = http.Header{
		"Content-Type":  {contentType},
		"Authorization": {sign(c, service, a.host, a.path, action, r.Body, now)},
	}
	r.Header.Set("X-TC-Action", action)
	r.Header.Set("X-TC-Version", apiVersion)
	r.Header.Set("X-TC-Region", a.opts.Region)
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(now.Unix(), 10))
	if c.Token != "" {
		r.Header.Set("X-TC-Token", c.Token)
	}
	return a.wire.Do(ctx, &r)
}

// credentials returns the key of this exchange.
func (a *Adapter) credentials(ctx context.Context, op, ref string) (Credentials, error) {
	if a.opts.Credentials == nil {
		return a.own, nil
	}
	c, err := a.opts.Credentials(ctx)
	if err == nil && c.SecretID != "" && c.SecretKey != "" {
		return c, nil
	}
	return Credentials{}, wire.NoCredentials(ctx, "the source of credentials gave no key").With(name, op, ref)
}

// sign returns the Authorization header; see
// https://cloud.tencent.com/document/api/382/52072.
func sign(c Credentials, service, host, path, action string, body []byte, now time.Time) string {
	const signed = "content-type;host;x-tc-action"
	date := now.UTC().Format(time.DateOnly)
	scope := date + "/" + service + "/tc3_request"
	canonical := http.MethodPost + "\n" + path + "\n\n" +
		"content-type:" + contentType + "\nhost:" + host + "\nx-tc-action:" + strings.ToLower(action) + "\n\n" + signed + "\n" + hash(body)
	text := algorithm + "\n" + strconv.FormatInt(now.Unix(), 10) + "\n" + scope + "\n" + hash([]byte(canonical))
	key := mac([]byte("TC3"+c.SecretKey), date)
	key = mac(mac(key, service), "tc3_request")
	return algorithm + " Credential=" + c.SecretID + "/" + scope + ", SignedHeaders=" + signed + ", Signature=" + hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
