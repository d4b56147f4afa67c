package smstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var tencentAuthorization = regexp.MustCompile(`^TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`)

// authenticate checks the V3 signature. It is written apart from the adapter's,
// so that a mistake cannot hide in both.
func (f *Tencent) authenticate(r *http.Request, body []byte) *refusal {
	at, err := strconv.ParseInt(r.Header.Get("X-Tc-Timestamp"), 10, 64)
	m := tencentAuthorization.FindStringSubmatch(r.Header.Get("Authorization"))
	switch {
	case err != nil || m == nil:
		return &refusal{"AuthFailure.InvalidAuthorization", "The authorization header is invalid."}
	case m[1] != f.opts.SecretID:
		return &refusal{"AuthFailure.SecretIdNotFound", "The SecretId is not found."}
	case r.Header.Get("X-Tc-Token") != f.opts.Token:
		return &refusal{"AuthFailure.TokenFailure", "The token is invalid."}
	}
	then := time.Unix(at, 0).UTC()
	if d := time.Since(then); d > 5*time.Minute || d < -5*time.Minute || then.Format("2006-01-02") != m[2] {
		return &refusal{"AuthFailure.SignatureExpire", "The signature has expired."}
	}
	signed := strings.Split(m[3], ";")
	lines := ""
	need := map[string]bool{"content-type": true, "host": true}
	for i, h := range signed {
		v := r.Header.Get(h)
		if h == "host" {
			v = r.Host
		}
		delete(need, h)
		if i > 0 && signed[i-1] >= h || v == "" {
			return &refusal{"AuthFailure.InvalidAuthorization", "The signed headers are invalid."}
		}
		if h == "x-tc-action" {
			v = strings.ToLower(v)
		}
		lines += h + ":" + strings.TrimSpace(v) + "\n"
	}
	if len(need) > 0 {
		return &refusal{"AuthFailure.InvalidAuthorization", "content-type and host must be signed."}
	}
	hexHash := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	canonical := r.Method + "\n" + r.URL.Path + "\n" + r.URL.RawQuery + "\n" + lines + "\n" + m[3] + "\n" + hexHash(string(body))
	text := "TC3-HMAC-SHA256\n" + r.Header.Get("X-Tc-Timestamp") + "\n" + m[2] + "/sms/tc3_request\n" + hexHash(canonical)
	key := []byte("TC3" + f.opts.SecretKey)
	for _, step := range []string{m[2], "sms", "tc3_request", text} {
		h := hmac.New(sha256.New, key)
		_, _ = io.WriteString(h, step)
		key = h.Sum(nil)
	}
	if hex.EncodeToString(key) != m[4] {
		return &refusal{"AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct."}
	}
	return nil
}

// serve answers one action.
func (f *Tencent) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/" || r.URL.RawQuery != "" {
		tencentError(w, "InvalidRequest", "The request is not a POST of JSON to /.")
		return
	}
	if ct := r.Header.Get("Content-Type"); ct != "application/json; charset=utf-8" && ct != "application/json" {
		tencentError(w, "UnsupportedProtocol", "The content type is not JSON.")
		return
	}
	if bad := f.authenticate(r, body); bad != nil {
		tencentError(w, bad.status, bad.text)
		return
	}
	switch {
	case r.Header.Get("X-Tc-Version") != "2021-01-11":
		tencentError(w, "NoSuchVersion", "The version does not exist.")
		return
	case r.Header.Get("X-Tc-Region") == "":
		tencentError(w, "MissingParameter", "X-TC-Region is missing.")
		return
	}
	actions := map[string]func(http.ResponseWriter, []byte){
		"SendSms": f.send, "PullSmsSendStatusByPhoneNumber": f.pull, "DescribeSmsTemplateList": f.describe,
	}
	act, ok := actions[r.Header.Get("X-Tc-Action")]
	if !ok {
		tencentError(w, "InvalidAction", fmt.Sprintf("The action %q does not exist.", r.Header.Get("X-Tc-Action")))
		return
	}
	act(w, body)
}
