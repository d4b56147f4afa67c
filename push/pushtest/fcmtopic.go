package pushtest

import (
	"net/http"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// enrol is iid/v1:batchAdd and batchRemove, which put tokens into a topic and
// take them out.
func (f *FCM) enrol(w http.ResponseWriter, r *http.Request) {
	add := r.URL.Path == "/iid/v1:batchAdd"
	if r.URL.RawQuery != "" || r.Header.Get("access_token_auth") != "true" {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "InvalidRequest"})
		return
	}
	if !f.authorized(r) {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "Unauthorized"})
		return
	}
	var req struct {
		To     string   `json:"to"`
		Tokens []string `json:"registration_tokens"`
	}
	if bad := fakehttp.DecodeJSON(r, &req); bad != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "InvalidRequest"})
		return
	}
	topic, ok := strings.CutPrefix(req.To, "/topics/")
	if !ok || !topicForm.MatchString(topic) || len(req.Tokens) == 0 || len(req.Tokens) > 1000 {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "InvalidTopicName"})
		return
	}
	results := make([]map[string]string, len(req.Tokens))
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, token := range req.Tokens {
		switch {
		case !fcmTokenForm.MatchString(token), f.foreign[token], f.only && !f.known[token]:
			results[i] = map[string]string{"error": "INVALID_ARGUMENT"}
			continue
		case f.Dead(token):
			results[i] = map[string]string{"error": "NOT_FOUND"}
			continue
		}
		results[i] = map[string]string{}
		if f.topics[topic] == nil {
			f.topics[topic] = map[string]bool{}
		}
		f.topics[topic][token] = add
	}
	writeJSON(w, http.StatusOK, map[string]any{"results": results})
}

// Subscribed reports whether a token is in a topic.
func (f *FCM) Subscribed(topic, token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.topics[topic][token]
}
