package pushtest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The service account that a fake Push Kit knows. Its key is made at run time and
// belongs to nobody.
const (
	HuaweiKeyID      = "fake0123456789abcdef"
	HuaweiSubAccount = "103456789"
)

// HuaweiServiceAccount returns the service account's JSON key, as the vendor's
// console would give it out.
func HuaweiServiceAccount() []byte {
	b, err := json.Marshal(map[string]string{
		"project_id": HuaweiProjectID, "key_id": HuaweiKeyID, "private_key": shared().PrivateKey(), "sub_account": HuaweiSubAccount,
		"auth_uri": "https://oauth-login.cloud.huawei.com/oauth2/v3/authorize", "token_uri": "https://oauth-login.cloud.huawei.com/oauth2/v3/token",
	})
	if err != nil {
		panic("pushtest: " + err.Error())
	}
	return b
}

// jwtFault is the code by which a JSON web token is refused, or "".
func jwtFault(token string) string {
	parts := strings.Split(token, ".")
	var header struct{ Alg, Typ, Kid string }
	var claims struct {
		Iss, Aud string
		Iat, Exp int64
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !decodePart(parts[0], &header) || !decodePart(parts[1], &claims) ||
		rsa.VerifyPSS(&shared().key.PublicKey, crypto.SHA256, sum[:], sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) != nil ||
		header.Alg != "PS256" || header.Kid != HuaweiKeyID || claims.Iss != HuaweiSubAccount || claims.Aud != "https://oauth-login.cloud.huawei.com/oauth2/v3/token" {
		return "80200001"
	}
	now := time.Now().Unix()
	switch {
	case claims.Exp <= now, claims.Iat > now+600:
		return "80200005"
	case claims.Exp-claims.Iat > 86400:
		return "80300036"
	}
	return ""
}

func decodePart(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, into) == nil
}

// HuaweiScene is a request of version 3 as the vendor takes it, with its push type.
type HuaweiScene struct {
	PushType string `json:"-"`
	Payload  struct {
		Notification *HuaweiSceneNotification `json:"notification"`
		ExtraData    string                   `json:"extraData"`
		ProxyData    string                   `json:"proxyData"`
	} `json:"payload"`
	Target struct {
		Token []string `json:"token"`
	} `json:"target"`
	Options struct {
		TTL         *int64 `json:"ttl"`
		BiTag       string `json:"biTag"`
		ReceiptID   string `json:"receiptId"`
		Test        bool   `json:"testMessage"`
		CollapseKey *int   `json:"collapseKey"`
	} `json:"pushOptions"`
}

// HuaweiSceneNotification is what a request of version 3 shows.
type HuaweiSceneNotification struct {
	Category     string `json:"category"`
	Title        string `json:"title"`
	Body         string `json:"body"`
	Image        string `json:"image"`
	NotifyID     *int32 `json:"notifyId"`
	AppMessageID string `json:"appMessageId"`
	ClickAction  *struct {
		Type   int            `json:"actionType"`
		Action string         `json:"action"`
		URI    string         `json:"uri"`
		Data   map[string]any `json:"data"`
	} `json:"clickAction"`
	Badge *struct {
		Add *int `json:"addNum"`
		Set *int `json:"setNum"`
	} `json:"badge"`
	Sound string `json:"sound"`
}

var appMessageForm = regexp.MustCompile(`^[A-Za-z0-9+/=_\s-]{1,64}$`)

// problem is the code of what is wrong with a request, or "".
func (s *HuaweiScene) problem(size int) string {
	o := &s.Options
	tokens := s.Target.Token
	switch {
	case len(tokens) == 0 || len(tokens) > 1000:
		return "80300010"
	case o.Test && len(tokens) > 10:
		return "80300030"
	case len(slices.Compact(slices.Sorted(slices.Values(tokens)))) != len(tokens):
		return "80100001"
	case o.TTL != nil && (*o.TTL < 1 || *o.TTL > 1296000):
		return "80100004"
	case size > 4096:
		return "80300008"
	case o.CollapseKey != nil && (*o.CollapseKey < -1 || *o.CollapseKey > 100), len(o.BiTag) > 64:
		return "80100003"
	}
	n := s.Payload.Notification
	switch {
	case s.PushType == "6" && n == nil && s.Payload.ExtraData != "" && (s.Payload.ProxyData == "" || s.Payload.ProxyData == "ENABLE"):
		return ""
	case s.PushType != "0" || n == nil || s.Payload.ExtraData != "":
		return "80100003"
	case !slices.Contains(huaweiCategories, n.Category) || n.Category == "PLAY_VOICE",
		n.Title == "" || n.Body == "" || n.ClickAction == nil,
		n.Image != "" && !strings.HasPrefix(n.Image, "https://"),
		n.AppMessageID != "" && !appMessageForm.MatchString(n.AppMessageID),
		n.Badge != nil && !validBadge(n.Badge.Set, n.Badge.Add):
		return "80100003"
	}
	if c := n.ClickAction; c.Type == 0 || c.Type == 1 && (c.URI != "" || c.Action != "") {
		return ""
	}
	return "80100003"
}

func (f *Huawei) sendScene(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.authorized(w, r, true) {
		return
	}
	s := HuaweiScene{PushType: r.Header.Get("push-type")}
	size, ok := readSized(r, &s, "target", "token")
	if !ok {
		huaweiReply(w, "80100003", "Illegal payload")
		return
	}
	if code := s.problem(size); code != "" {
		huaweiReply(w, code, "Illegal payload")
		return
	}
	f.deliver(w, s.Target.Token, "illegalTokens", func(t string) {
		f.Accept(t)
		f.scenes[t] = s
	})
}

// Scene returns the last request of version 3 that was accepted for a token value.
func (f *Huawei) Scene(token string) (HuaweiScene, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.scenes[token]
	return s, ok
}

// Read is what the suite compares.
func (s HuaweiScene) Read() Read {
	r := Read{Data: map[string]string{}}
	if s.Options.TTL != nil {
		r.TTL = time.Duration(*s.Options.TTL) * time.Second
	}
	n := s.Payload.Notification
	if n == nil {
		_ = json.Unmarshal([]byte(s.Payload.ExtraData), &r.Data)
		return r
	}
	r.Title, r.Body = n.Title, n.Body
	for k, v := range n.ClickAction.Data {
		r.Data[k], _ = v.(string)
	}
	return r
}

// huaweiTopic is what the vendor takes as a topic's name.
var huaweiTopic = regexp.MustCompile(`^[\x{4e00}-\x{9fa5}\w\-.~%]{1,900}$`)

// enrol is topic:subscribe and topic:unsubscribe.
func (f *Huawei) enrol(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.authorized(w, r, false) {
		return
	}
	var v struct {
		Topic  string   `json:"topic"`
		Tokens []string `json:"tokenArray"`
	}
	_, ok := readSized(r, &v)
	switch {
	case !ok:
		huaweiReply(w, "80100003", "Illegal message")
		return
	case !huaweiTopic.MatchString(v.Topic):
		huaweiReply(w, "82000007", "Invalid topic")
		return
	case len(v.Tokens) == 0 || len(v.Tokens) > 1000:
		huaweiReply(w, "82000008", "Token array null or transfinited")
		return
	}
	failures := []map[string]any{}
	for i, t := range v.Tokens {
		if f.Dead(t) {
			failures = append(failures, map[string]any{"index": i, "reason": "invalid token"})
			continue
		}
		if f.topics[v.Topic] == nil {
			f.topics[v.Topic] = map[string]bool{}
		}
		f.topics[v.Topic][t] = strings.HasSuffix(r.URL.Path, ":subscribe")
	}
	writeJSON(w, http.StatusOK, map[string]any{"code": "80000000", "msg": "Success", "requestId": "157", "failureCount": len(failures),
		"successCount": len(v.Tokens) - len(failures), "errors": failures})
}

// Subscribed reports whether a token is in a topic.
func (f *Huawei) Subscribed(topic, token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.topics[topic][token]
}
