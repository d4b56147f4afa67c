package sms

import (
	"slices"
	"strings"
	"time"
)

// SendingWindow is when messages may be sent, in the recipient's local time. A
// region with several zones is open only while all of them are.
type SendingWindow struct {
	// Kinds are the kinds that it holds for; none means Marketing.
	Kinds []Kind
	// Regions are those of the numbers, none means all; a window that names the
	// region comes before one that names none, and of equals the first.
	Regions []string
	// Open and Close are times since midnight on the clock: from Open on, and
	// before Close. A Close before Open is that of the next day, such as 2 hours
	// after midnight for a window that opens at 20.
	Open, Close time.Duration
	// Days are the days of the week on which it opens; none means all.
	Days []time.Weekday
}

// MarketingHours are the windows for marketing when a rule set names none: from
// 8 to 22 in the mainland (the gateways' rule there), 10 to 21 in India, 8 to 21
// elsewhere.
func MarketingHours() []SendingWindow {
	return []SendingWindow{
		{Regions: []string{"CN"}, Open: 8 * time.Hour, Close: 22 * time.Hour},
		{Regions: []string{"IN"}, Open: 10 * time.Hour, Close: 21 * time.Hour},
		{Open: 8 * time.Hour, Close: 21 * time.Hour},
	}
}

func (w *SendingWindow) fault() string {
	switch {
	case !validKinds(w.Kinds):
		return "a sending window names an unknown kind"
	case !validRegions(w.Regions):
		return "a sending window names a region that is not two capital letters"
	case w.Open < 0 || w.Open >= 24*time.Hour || w.Close < 0 || w.Close > 24*time.Hour || w.Close == w.Open:
		return "a sending window does not open and close within a day"
	case slices.ContainsFunc(w.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }):
		return "a sending window names an unknown day"
	}
	return ""
}

func (w SendingWindow) clone() SendingWindow {
	w.Regions, w.Days = slices.Clone(w.Regions), slices.Clone(w.Days)
	w.Kinds = slices.Clone(w.Kinds)
	if len(w.Kinds) == 0 {
		w.Kinds = []Kind{Marketing}
	}
	return w
}

// zonesOf returns the names of a region's time zones, one of each that keeps the
// same time as others.
func zonesOf(region string) []string {
	if len(region) != 2 {
		return nil
	}
	_, rest, ok := strings.Cut(zoneTable, "\n"+region+" ")
	if !ok {
		return nil
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Fields(line)
}

// loadZones loads the zones that the windows need.
func loadZones(windows []SendingWindow) (map[string]*time.Location, error) {
	zones := make(map[string]*time.Location)
	load := func(names []string) error {
		for _, name := range names {
			if zones[name] != nil {
				continue
			}
			loc, err := time.LoadLocation(name)
			if err != nil {
				return invalidOption("the system does not know time zone " + name + ", which a sending window needs; import time/tzdata")
			}
			zones[name] = loc
		}
		return nil
	}
	for i := range windows {
		regions := windows[i].Regions
		if len(regions) == 0 {
			for line := range strings.Lines(zoneTable) {
				if fields := strings.Fields(line); len(fields) > 1 {
					regions = append(regions, fields[0])
				}
			}
		}
		for _, r := range regions {
			if err := load(zonesOf(r)); err != nil {
				return nil, err
			}
		}
	}
	return zones, nil
}

// closed returns how long until messages of the kind may be sent to the region,
// 0 for now and a negative time for never.
func (u *Rules) closed(k Kind, region string, now time.Time) time.Duration {
	w := u.window(k, region)
	if w == nil {
		return 0
	}
	zones := make([]*time.Location, 0, 8)
	for _, name := range zonesOf(region) {
		if loc := u.zones[name]; loc != nil {
			zones = append(zones, loc)
		}
	}
	if len(zones) == 0 {
		zones = append(zones, u.set.Zone)
	}
	at := now
	for moved := true; moved; { // until all are open at the same time
		moved = false
		for _, z := range zones {
			open, ok := w.next(at, z)
			if !ok || open.Sub(now) > 15*24*time.Hour {
				return -1
			}
			if open.After(at) {
				at, moved = open, true
			}
		}
	}
	return at.Sub(now)
}

func (u *Rules) window(k Kind, region string) *SendingWindow {
	var best *SendingWindow
	for i := range u.set.Windows {
		w := &u.set.Windows[i]
		switch {
		case !slices.Contains(w.Kinds, k):
		case slices.Contains(w.Regions, region):
			return w
		case len(w.Regions) == 0 && best == nil:
			best = w
		}
	}
	return best
}

// next returns t if the window is open then in the zone, and else when it opens.
func (w *SendingWindow) next(t time.Time, zone *time.Location) (time.Time, bool) {
	local := t.In(zone)
	y, m, d := local.Date()
	over := 0
	if w.Close < w.Open {
		over = 1
	}
	for day := -over; day < 9; day++ {
		open := atClock(y, m, d+day, w.Open, zone)
		if len(w.Days) > 0 && !slices.Contains(w.Days, open.Weekday()) {
			continue
		}
		switch end := atClock(y, m, d+day+over, w.Close, zone); {
		case t.Before(open):
			return open, true
		case t.Before(end):
			return t, true
		}
	}
	return t, false
}

// atClock returns the moment at which the clocks of a day show a time, or leap
// over it.
func atClock(y int, m time.Month, d int, clock time.Duration, zone *time.Location) time.Time {
	sec := int(clock / time.Second)
	t := time.Date(y, m, d, sec/3600, sec/60%60, sec%60, int(clock%time.Second), zone)
	shown := t.Hour()*3600 + t.Minute()*60 + t.Second()
	if shown == sec%(24*3600) {
		return t
	}
	// The clocks never show it. Go goes by the offset before or after the leap.
	start, end := t.ZoneBounds()
	if end.IsZero() || !start.IsZero() && t.Sub(start) < end.Sub(t) {
		return start
	}
	return end
}
