package sms

import (
	"slices"

	"github.com/waybill-go/waybill"
)

// SenderRule says in whose name a gateway sends. Empty Gateway, Regions and
// Kinds fit everything, except that regions which want registration are fitted
// only by rules that name them. A message's own From overrides the rule's.
type SenderRule struct {
	// Gateway is an instance's name or an adapter's.
	Gateway string
	// Regions are those of the numbers (ISO 3166-1 alpha-2).
	Regions []string
	// Kinds are the kinds of messages.
	Kinds []Kind

	// From is the sender id: a number or up to eleven letters and digits. For
	// India it is the registered header.
	From string
	// Sign is the registered signature of mainland China, without brackets.
	Sign string
	// EntityID and ContentID are India's DLT registration. A template's own
	// ContentID comes before the rule's.
	EntityID, ContentID string
}

func (r *SenderRule) validate() error {
	switch {
	case !validRegions(r.Regions):
		return invalidOption("a sender rule names a region that is not two capital letters")
	case slices.ContainsFunc(r.Kinds, func(k Kind) bool { return k > Marketing }):
		return invalidOption("a sender rule names an unknown kind")
	case r.From == "" && r.Sign == "" && r.EntityID == "" && r.ContentID == "":
		return invalidOption("a sender rule says nothing")
	}
	return nil
}

func (r SenderRule) clone() SenderRule {
	r.Regions, r.Kinds = slices.Clone(r.Regions), slices.Clone(r.Kinds)
	return r
}

func validRegions(regions []string) bool {
	return !slices.ContainsFunc(regions, func(r string) bool { return !waybill.ValidRegion(r) })
}

// rule returns the rule for a message through a gateway, the empty one if none
// fits.
func (c *Client) rule(instance, provider, region string, kind Kind) SenderRule {
	best, rank := SenderRule{}, -1
	for i := range c.rules {
		r := &c.rules[i]
		n := fit(r.Gateway, instance, provider, r.Regions, region)
		if n < 0 || len(r.Kinds) > 0 && !slices.Contains(r.Kinds, kind) ||
			len(r.Regions) == 0 && registration(region) != nothing {
			continue
		}
		n *= 2
		if len(r.Kinds) > 0 {
			n++
		}
		if n > rank {
			best, rank = *r, n
		}
	}
	return best
}

// fit ranks how well an entry's gateway and regions fit: -1 not at all; the
// instance's name counts more than the adapter's, that more than none, and all
// of these more than a named region.
func fit(gateway, instance, provider string, regions []string, region string) int {
	n := 0
	switch gateway {
	case "":
	case instance:
		n = 4
	case provider:
		n = 2
	default:
		return -1
	}
	if len(regions) > 0 {
		if !slices.Contains(regions, region) {
			return -1
		}
		n++
	}
	return n
}
