package pushtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// FailSaving makes the fault strike every message that is saved for a broadcast
// until Heal.
func (f *OPPO) FailSaving(fault Fault) {
	f.FailWhen(func(r *http.Request, _ []byte) bool { return strings.HasSuffix(r.URL.Path, "/save_message_content") }, fault)
}

// oppoMembers are the members of a notification beside title and content.
var oppoMembers = []string{
	"app_message_id", "style", "sub_title", "big_picture_id", "small_picture_id", "click_action_type", "click_action_activity", "click_action_url",
	"action_parameters", "off_line", "off_line_ttl", "show_ttl", "call_back_url", "call_back_parameter", "channel_id", "category", "notify_level",
	"notify_id", "private_msg_template_id",
}

// save is save_message_content: the members of a notification as parameters.
func (f *OPPO) save(w http.ResponseWriter, r *http.Request) {
	form, ok := f.form(w, r, fakehttp.Params{Required: []string{"auth_token", "title", "content"}, Optional: oppoMembers})
	if !ok {
		return
	}
	members := map[string]json.RawMessage{}
	for name, values := range form {
		switch name {
		case "auth_token":
		case "style", "click_action_type", "off_line", "off_line_ttl", "show_ttl", "notify_level", "notify_id":
			members[name] = json.RawMessage(values[0])
		default:
			members[name], _ = json.Marshal(values[0])
		}
	}
	body, err := json.Marshal(members)
	var n OPPONotification
	if err != nil || fakehttp.StrictJSON(body, &n) != nil {
		oppoReply(w, 41, "Invalid Argument", nil)
		return
	}
	if why := n.fault(); why != "" {
		oppoReply(w, 41, "Invalid Argument: "+why, nil)
		return
	}
	id := fmt.Sprintf("%024x", f.ids.Add(1))
	f.mu.Lock()
	f.saved[id] = n
	f.mu.Unlock()
	oppoReply(w, 0, "", map[string]string{"message_id": id})
}

// broadcast sends what was saved to everybody, as the token "*".
func (f *OPPO) broadcast(w http.ResponseWriter, r *http.Request) {
	form, ok := f.form(w, r, fakehttp.Params{Required: []string{"auth_token", "message_id", "target_type"}, Optional: []string{"target_value"}})
	if !ok {
		return
	}
	id := form.Get("message_id")
	f.mu.Lock()
	n, ok := f.saved[id]
	again := n.AppMessageID != "" && f.pushed["* "+n.AppMessageID]
	f.mu.Unlock()
	switch {
	case !ok:
		oppoReply(w, 31, "Data not Found", nil)
		return
	case form.Get("target_type") != "1" || form.Has("target_value"):
		oppoReply(w, 41, "Invalid Argument: target_type", nil)
		return
	case again:
		oppoReply(w, 32, oppoTexts[32], nil)
		return
	}
	f.mu.Lock()
	f.pushed["* "+n.AppMessageID] = true
	f.messages["*"] = n
	f.mu.Unlock()
	f.Accept("*")
	oppoReply(w, 0, "", map[string]string{"message_id": id, "task_id": fmt.Sprintf("%024x", f.ids.Add(1))})
}
