package fcmpush

import (
	"slices"

	"github.com/waybill-go/waybill/push"
)

// Class is what a kind of notification is on the device.
type Class struct {
	// Channel is the id of the Android notification channel. It is created by
	// the app; what names a channel that it did not create goes to the app's
	// default one.
	Channel string
	// Priority is that of notifications that name none. PriorityDefault leaves
	// it to the kind: high for orders, else normal.
	Priority push.Priority
	// InterruptionLevel is Apple's: "passive", "active", "time-sensitive" (which
	// the app needs an entitlement for) or "critical"; empty says nothing, which
	// is active.
	InterruptionLevel string
}

var levels = []string{"passive", "active", "time-sensitive", "critical"}

// defaultClasses are for apps that create a channel for each kind by its name.
func defaultClasses() map[push.Kind]Class {
	out := make(map[push.Kind]Class)
	for _, k := range push.Kinds() {
		out[k] = Class{Channel: k.String()}
	}
	return out
}

func (a *Adapter) setClasses(classes map[push.Kind]Class) (err error) {
	if classes == nil {
		classes = defaultClasses()
	}
	a.classes, err = push.CheckClasses(name, classes, func(_ push.Kind, c Class) string {
		switch {
		case c.Channel == "":
			return "there is no channel"
		case c.Priority > push.High:
			return "the priority is unknown"
		case c.InterruptionLevel != "" && !slices.Contains(levels, c.InterruptionLevel):
			return "the interruption level is unknown"
		}
		return ""
	})
	return err
}
