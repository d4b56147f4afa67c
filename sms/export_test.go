package sms

import "time"

// Size returns how many counts are kept.
func (m *MemoryRules) Size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.counts)
}

// Closed returns how long until a kind may be sent to a region.
func (u *Rules) Closed(k Kind, region string, now time.Time) time.Duration {
	return u.closed(k, region, now)
}

// ZonesOf returns a region's zones.
func ZonesOf(region string) []string { return zonesOf(region) }
