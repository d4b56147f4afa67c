package huaweipush

import (
	"strings"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// The push types of a quick app's message: a notification, or data for the app.
const (
	quickShown  = 0
	quickHidden = 1
)

// quickData is the data of a message to a quick app, which is shown by the
// vendor's engine and not by the system.
type quickData struct {
	Type int `json:"pushtype"`
	Body any `json:"pushbody"`
}

// quickBody is a notification of a quick app. Without params, be they empty, the
// engine shows nothing.
type quickBody struct {
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Page        string            `json:"page"`
	Params      map[string]string `json:"params"`
}

// quickParcel is what a quick app is handed: a text, here a JSON object, and an id
// by which the app may know a repeat.
type quickParcel struct {
	ID   string `json:"messageId,omitempty"`
	Data string `json:"data"`
}

// quick makes a message to a quick app: data only, with the mode of the app. A
// path, such as "/orders", opens one of its pages; any other link the app gets.
func (m *mapping) quick() envelope {
	n := m.N
	v := m.android()
	v.FastApp = m.a.o.QuickApp
	page := ""
	if strings.HasPrefix(n.Click, "/") && n.Display == push.Alert {
		page = n.Click
	} else if n.Click != "" {
		m.KeepClick()
	}
	bare := *m.N
	bare.Click = "" // settled
	m.N = &bare
	m.hidden()
	var out quickData
	if n.Display == push.Alert {
		out = quickData{Type: quickShown, Body: quickBody{Title: m.Title, Description: m.Body, Page: page, Params: m.Data}}
	} else {
		parcel := quickParcel{Data: string(pushbatch.Marshal(m.Data))}
		if n.Key != "" {
			parcel.ID = push.Derive("huawei.quick.messageId", n.Key).Hex(32)
		}
		out = quickData{Type: quickHidden, Body: parcel}
	}
	return envelope{ValidateOnly: m.a.o.ValidateOnly, Message: message{Android: v, Data: string(pushbatch.Marshal(out))}}
}
