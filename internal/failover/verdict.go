package failover

import "github.com/waybill-go/waybill"

// verdict is the error of a call that nobody served. Those who were never asked
// count while the call was still open for them: open is false after an answer
// that ended it.
func (c *call) verdict(attempts []waybill.Attempt, open bool) *waybill.Error {
	l := c.l
	if c.closed {
		return &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: l.set.cfg.Domain, Op: l.op, Ref: c.sel.Ref, Message: "the client is closed"}
	}
	info := waybill.VerdictInfo{Provider: l.set.cfg.Domain, Op: l.op, Ref: c.sel.Ref, Send: c.rules.kind == Send,
		Ended: c.ended, Running: c.running}
	if open {
		if c.skips == nil {
			c.skips = c.skipped()
		}
		info.Skipped = c.skips
	}
	return waybill.NewVerdict(attempts, info)
}

// skipped returns what stands in the verdict for those who were not asked. When
// nobody could be, for the request's own reasons, one error says which.
func (c *call) skipped() []*waybill.Error {
	var out []*waybill.Error
	var wantRegion, wrongRegion, others int
	for i := range c.cands {
		k := &c.cands[i]
		switch k.reason {
		case usable:
			others++
			continue
		case notOnly:
			continue
		case regionless:
			wantRegion++
		case outside:
			wrongRegion++
		case ineligible, wrongLane:
		default:
			others++
		}
		out = append(out, c.l.skipError(k, &c.sel, c.now))
	}
	if others > 0 {
		return out
	}
	e := &waybill.Error{Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: c.l.set.cfg.Domain, Op: c.l.op, Ref: c.sel.Ref}
	switch {
	case wantRegion > 0:
		e.Code, e.Message = waybill.InvalidArgument, "missing: "+c.missing()
	case wrongRegion > 0 && wrongRegion == len(out):
		e.Code, e.Message = waybill.Unsupported, "no provider covers "+c.where()
	default:
		return out
	}
	return append([]*waybill.Error{e}, out...)
}

func (c *call) missing() string {
	if c.sel.Missing == "" {
		return "Region"
	}
	return c.sel.Missing
}

func (c *call) where() string {
	if c.sel.Where == nil {
		return "this region"
	}
	return c.sel.Where()
}
