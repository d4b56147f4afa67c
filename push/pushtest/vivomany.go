package pushtest

import (
	"net/http"
	"strconv"
	"strings"
)

// many is /message/all and /message/tagPush.
func (f *Vivo) many(w http.ResponseWriter, r *http.Request) {
	var m VivoMessage
	if !f.read(w, r, &m) {
		return
	}
	to := "*"
	code := m.fault()
	switch tags := m.TagExpression; {
	case m.RegID != "", (tags != nil) != strings.HasSuffix(r.URL.Path, "/tagPush"):
		code = 10050
	case tags != nil && len(tags.Or)+len(tags.And) == 0:
		code = 10155
	case tags != nil:
		to = strings.Join(append(tags.Or, tags.And...), ",")
	}
	if code != 0 {
		vivoReply(w, code, nil)
		return
	}
	f.take(to, m)
	vivoReply(w, 0, map[string]any{"taskId": strconv.FormatInt(f.ids.Add(1), 10)})
}

// members is /tag/addMembers and /tag/removeMembers.
func (f *Vivo) members(w http.ResponseWriter, r *http.Request) {
	var v struct {
		Name string   `json:"name"`
		Type int      `json:"type"`
		IDs  []string `json:"ids"`
	}
	if !f.read(w, r, &v) {
		return
	}
	if v.Name == "" || v.Type < 1 || v.Type > 2 || len(v.IDs) == 0 || len(v.IDs) > 1000 {
		vivoReply(w, 10050, nil)
		return
	}
	invalid := []map[string]any{}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, token := range v.IDs {
		if f.Dead(token) {
			invalid = append(invalid, map[string]any{"status": 2, "userid": token})
			continue
		}
		if f.tags[v.Name] == nil {
			f.tags[v.Name] = map[string]bool{}
		}
		f.tags[v.Name][token] = strings.HasSuffix(r.URL.Path, "/addMembers")
	}
	vivoReply(w, 0, map[string]any{"invalidUsers": invalid})
}

// Tagged reports whether a token has a tag.
func (f *Vivo) Tagged(tag, token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tags[tag][token]
}
