package oppopush

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// Broadcast sends the notification to everybody who has the app; see
// [push.Broadcaster]. Result.ID is the vendor's task id.
func (a *Adapter) Broadcast(ctx context.Context, n *push.Notification, to push.Audience) push.Result {
	return a.vendor.SendMany(ctx, n, to, push.Broadcast, to.Validate(), nil, a.broadcast)
}

// broadcast keeps a message and sends it.
func (a *Adapter) broadcast(ctx context.Context, j *pushbatch.Job[notification]) pushbatch.Outcome {
	m := j.Message
	if j.Ref != "" {
		m.AppMessageID = push.Derive("oppo.app_message_id.broadcast", j.Ref).Hex(32)
	}
	saved := a.task(ctx, j, "save_message_content", m.form())
	if saved.Err != nil { // nothing is sent by keeping it
		return pushbatch.Outcome{Err: pushbatch.Unsent(saved.Err)}
	}
	return a.task(ctx, j, "broadcast", url.Values{"message_id": {saved.ID}, "target_type": {strconv.Itoa(targetAll)}})
}

// task makes one exchange about a broadcast, and another when the auth token was
// refused.
func (a *Adapter) task(ctx context.Context, j *pushbatch.Job[notification], verb string, form url.Values) pushbatch.Outcome {
	out, e := pushbatch.Authorized(ctx, a.tokens, func(token string) []pushbatch.Outcome {
		form.Set("auth_token", token)
		r, err := a.Wire.Do(ctx, a.request(push.Broadcast, "/server/v1/message/notification/"+verb, form, j.Ref, j.Private))
		if err != nil {
			return []pushbatch.Outcome{{Err: waybill.AsError(err)}}
		}
		return []pushbatch.Outcome{judgeTask(r)}
	}, refused)
	if e != nil {
		return pushbatch.Outcome{Err: e}
	}
	return out[0]
}

// judgeTask reads {"code":0,"data":{"message_id":"…","task_id":"…"}}. The task is
// the broadcast, the message what was kept.
func judgeTask(r *wire.Reply) pushbatch.Outcome {
	raw, o := read(r)
	if o.Err != nil {
		return o
	}
	data := pushbatch.Object(raw)
	for _, member := range []string{"task_id", "taskId", "message_id", "messageId"} {
		if o.ID = pushbatch.ID(data[member]); o.ID != "" {
			return o
		}
	}
	return pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has neither task nor message id")}
}

// form is the message as the parameters of a form.
func (m notification) form() url.Values {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(pushbatch.Marshal(m), &members)
	form := url.Values{}
	for name, raw := range members {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw) // a number or a truth
		}
		form.Set(name, text)
	}
	return form
}
