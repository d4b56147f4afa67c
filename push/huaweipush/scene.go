package huaweipush

import (
	"strings"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// The push types of version 3 that this package sends.
const (
	pushAlert      = "0"
	pushBackground = "6"
	// maxTest is how many tokens one test message takes in version 3.
	maxTest = 10
)

// scene is a request of version 3:
// https://developer.huawei.com/consumer/cn/doc/harmonyos-references/push-scenariozed-api-request-param.
type scene struct {
	Payload payload `json:"payload"`
	Target  target  `json:"target"`
	Options options `json:"pushOptions"`
}

type payload struct {
	Notification *sceneNotification `json:"notification,omitempty"`
	// ExtraData is what a background message carries.
	ExtraData string `json:"extraData,omitempty"`
}

type target struct {
	Token []string `json:"token,omitempty"`
}

type options struct {
	TTL       int64  `json:"ttl"`
	BiTag     string `json:"biTag,omitempty"`
	ReceiptID string `json:"receiptId,omitempty"`
	Test      bool   `json:"testMessage,omitempty"`
}

type sceneNotification struct {
	Category     string      `json:"category"`
	Title        string      `json:"title"`
	Body         string      `json:"body"`
	Image        string      `json:"image,omitempty"`
	NotifyID     int64       `json:"notifyId,omitempty"`
	AppMessageID string      `json:"appMessageId,omitempty"`
	ClickAction  sceneClick  `json:"clickAction"`
	Badge        *sceneBadge `json:"badge,omitempty"`
	Sound        string      `json:"sound,omitempty"`
}

// sceneClick is 0 for the app, 1 for one of its pages.
type sceneClick struct {
	Type int               `json:"actionType"`
	URI  string            `json:"uri,omitempty"`
	Data map[string]string `json:"data,omitempty"`
}

type sceneBadge struct {
	Set int `json:"setNum"`
}

func (r scene) kind() string {
	if r.Payload.Notification == nil {
		return pushBackground
	}
	return pushAlert
}

func (r scene) limit() int {
	if r.Options.Test {
		return maxTest
	}
	return maxTokens
}

func (r scene) body(tokens []string) []byte {
	r.Target.Token = tokens
	return pushbatch.Marshal(r)
}

// topic is not called: version 3 has no topics.
func (r scene) topic(push.Topic) []byte { return nil }

// scene makes a request of version 3. An https link is no page of the app: the
// app gets it.
func (m *mapping) scene() scene {
	n := m.N
	r := scene{Options: options{TTL: m.seconds, BiTag: m.tag, ReceiptID: m.o.Receipt, Test: m.o.Test}}
	if n.Priority == push.High {
		m.Drop("priority", "high")
	}
	if n.Display == push.DataOnly {
		m.hidden()
		r.Payload.ExtraData = string(pushbatch.Marshal(m.Data))
		return r
	}
	v := &sceneNotification{Category: m.class.Category, Title: m.Title, Body: m.Body, Image: n.Image, NotifyID: notifyID(n), Sound: n.Sound}
	if n.Key != "" {
		v.AppMessageID = push.Derive("huawei.appMessageId", n.Key).Hex(32)
	}
	switch {
	case strings.HasPrefix(n.Click, "https://"), strings.HasPrefix(n.Click, "http://"):
		m.KeepClick()
	case n.Click != "":
		v.ClickAction = sceneClick{Type: 1, URI: n.Click}
	}
	v.ClickAction.Data = m.Data
	if n.Badge != nil {
		v.Badge = &sceneBadge{m.number(*n.Badge)}
	}
	r.Payload.Notification = v
	return r
}
