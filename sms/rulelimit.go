package sms

import (
	"slices"
	"strconv"
	"time"
)

// LimitScope says what a limit counts. The numbers are frozen.
type LimitScope uint8

const (
	// PerNumber counts all that goes to a number, for all tenants together.
	PerNumber LimitScope = 0
	// PerNumberTemplate counts a template by its logical name; free texts count
	// as one template.
	PerNumberTemplate LimitScope = 1
	// PerTenant counts a tenant's messages; those without one count together.
	PerTenant LimitScope = 2
)

// Limit allows Max messages in any span of Window. The window slides: it always
// ends now, and is bound to no clock. See [RuleCount] for the precision.
type Limit struct {
	// Per is what is counted.
	Per LimitScope
	// Window is a minute, an hour, a day or any other time from a second to 31
	// days.
	Window time.Duration
	// Max is how many are let through, at least 1.
	Max int
	// Kinds and Tenants restrict the limit to messages of theirs; none means
	// all.
	Kinds   []Kind
	Tenants []string
}

// VerificationLimits are what the mainland's gateways hold for one-time codes: 1
// a minute, 5 an hour and 10 a day for a number.
func VerificationLimits() []Limit {
	kinds := []Kind{Verification}
	return []Limit{
		{Window: time.Minute, Max: 1, Kinds: kinds},
		{Window: time.Hour, Max: 5, Kinds: kinds},
		{Window: 24 * time.Hour, Max: 10, Kinds: kinds},
	}
}

const (
	exactMax    = 100 // up to here each event is remembered by itself
	stepsWindow = 60
)

func (l *Limit) fault() string {
	switch {
	case l.Per > PerTenant:
		return "a limit has an unknown scope"
	case l.Window < time.Second || l.Window > 31*24*time.Hour || l.Window%time.Millisecond != 0:
		return "a limit's window is not a second to 31 days in whole milliseconds"
	case l.Max < 1:
		return "a limit allows nothing"
	case !validKinds(l.Kinds):
		return "a limit names an unknown kind"
	}
	return ""
}

func (l Limit) clone() Limit {
	l.Kinds, l.Tenants = slices.Clone(l.Kinds), slices.Clone(l.Tenants)
	return l
}

func (l *Limit) fits(m *Message) bool {
	return fits(l.Kinds, m.Kind) && (len(l.Tenants) == 0 || slices.Contains(l.Tenants, m.Tenant))
}

// count names the counter so that two limits share one only if they count the
// same: their order may change, and their Max.
func (l *Limit) count(recipient string, m *Message) RuleCount {
	c := RuleCount{Window: l.Window, Step: time.Millisecond, Max: l.Max}
	if l.Max > exactMax {
		c.Step = max(l.Window/stepsWindow, time.Millisecond).Truncate(time.Millisecond)
	}
	kinds := 0
	for _, k := range l.Kinds {
		kinds |= 1 << k
	}
	tail := ":" + strconv.Itoa(kinds) + ":" + strconv.FormatInt(c.Window.Milliseconds(), 10) + ":" + strconv.FormatInt(c.Step.Milliseconds(), 10)
	switch l.Per {
	case PerNumberTemplate:
		c.Key = "template" + tail + ":" + recipient + ":" + m.Template
	case PerTenant:
		c.Key = "tenant" + tail + ":" + m.Tenant
	default:
		c.Key = "number" + tail + ":" + recipient
	}
	if len(l.Tenants) > 0 && l.Per != PerTenant {
		for _, t := range l.Tenants {
			c.Key += ":" + strconv.Quote(t)
		}
	}
	return c
}
