package smstest

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// refusal is a status with its text.
type refusal struct{ status, text string }

var (
	nexmoParams = fakehttp.Params{
		Required: []string{"api_key", "from", "to", "text"},
		Optional: []string{"api_secret", "sig", "timestamp", "type", "ttl", "status-report-req", "callback", "client-ref",
			"account-ref", "message-class", "entity-id", "content-id"},
	}
	toText   = regexp.MustCompile(`^[1-9]\d{6,14}$`)
	fromText = regexp.MustCompile(`^(?:[1-9]\d{0,14}|[A-Za-z0-9]{1,11})$`)
)

// check returns nil or why the vendor would refuse the form: credentials first,
// then the parameters.
func (n *Nexmo) check(r *http.Request) (url.Values, *refusal) {
	form, wrong := nexmoParams.Form(r)
	if form == nil {
		return nil, &refusal{"2", "Missing api_key param"}
	}
	if !form.Has("api_key") {
		return form, &refusal{"2", "Missing api_key param"}
	}
	if bad := n.checkSecret(form); bad != nil {
		return form, bad
	}
	switch {
	case wrong == nil:
	case wrong.Problem == fakehttp.Missing, wrong.Problem == fakehttp.Empty:
		return form, &refusal{"2", "Missing " + wrong.Name + " param"}
	default:
		return form, &refusal{"3", "Invalid value for param: " + wrong.Name}
	}
	return form, checkValues(form)
}

// checkSecret checks the key with the secret or the signature.
func (n *Nexmo) checkSecret(form url.Values) *refusal {
	secret, sig := form.Has("api_secret"), form.Has("sig")
	switch {
	case form.Get("api_key") != n.opts.Key:
		return &refusal{"4", nexmoTexts["4"]}
	case secret && sig:
		return &refusal{"32", nexmoTexts["32"]}
	case n.opts.Signing == "" && !secret && !sig:
		return &refusal{"2", "Missing api_secret param"}
	case n.opts.Signing == "" && form.Get("api_secret") != n.opts.Secret:
		return &refusal{"4", nexmoTexts["4"]}
	case n.opts.Signing == "":
		return nil
	}
	if _, err := strconv.ParseInt(form.Get("timestamp"), 10, 64); err != nil || !sig {
		return &refusal{"14", nexmoTexts["14"]}
	}
	if !strings.EqualFold(form.Get("sig"), nexmoSignature(n.opts.Signing, n.opts.Secret, form)) {
		return &refusal{"14", nexmoTexts["14"]}
	}
	return nil
}

// nexmoSignature computes what sig must be. It is written apart from the
// adapter's, so that a mistake cannot hide in both.
func nexmoSignature(method, secret string, form url.Values) string {
	var keys []string
	for key := range form {
		if key != "sig" {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	base := ""
	for _, key := range keys {
		value := strings.ReplaceAll(strings.ReplaceAll(form.Get(key), "&", "_"), "=", "_")
		base += "&" + key + "=" + value
	}
	digest := map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}[method]
	if digest == nil { // md5hash
		sum := md5.Sum([]byte(base + secret))
		return hex.EncodeToString(sum[:])
	}
	h := hmac.New(digest, []byte(secret))
	h.Write([]byte(base))
	return hex.EncodeToString(h.Sum(nil))
}

// checkValues checks what the values say.
func checkValues(form url.Values) *refusal {
	invalid := func(name string) *refusal { return &refusal{"3", "Invalid value for param: " + name} }
	for name, values := range form {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return invalid(name)
			}
		}
	}
	from := strings.ReplaceAll(form.Get("from"), " ", "")
	class, classErr := strconv.Atoi(form.Get("message-class"))
	ttl, ttlErr := strconv.Atoi(form.Get("ttl"))
	callback, callbackErr := url.Parse(form.Get("callback"))
	switch {
	case !toText.MatchString(form.Get("to")):
		return invalid("to")
	case !fromText.MatchString(from):
		return &refusal{"15", nexmoTexts["15"]}
	case form.Has("type") && form.Get("type") != "text" && form.Get("type") != "unicode":
		return invalid("type")
	case utf8.RuneCountInString(form.Get("text")) > 3200:
		return &refusal{"12", nexmoTexts["12"]}
	case form.Has("ttl") && (ttlErr != nil || ttl < 20000 || ttl > 604800000):
		return invalid("ttl")
	case form.Has("status-report-req") && form.Get("status-report-req") != "true" && form.Get("status-report-req") != "false":
		return invalid("status-report-req")
	case form.Has("message-class") && (classErr != nil || class < 0 || class > 3):
		return invalid("message-class")
	case len(form.Get("client-ref")) > 40:
		return invalid("client-ref")
	case form.Has("callback") && (callbackErr != nil || callback.Host == "" || callback.Scheme != "http" && callback.Scheme != "https"):
		return &refusal{"23", nexmoTexts["23"]}
	}
	return nil
}
