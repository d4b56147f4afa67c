package sms

import "strings"

// needs are the things that a region's law wants registered before anything is
// sent there.
type needs uint8

const (
	needSign    needs = 1 << iota // a signature
	needHeader                    // a sender id
	needEntity                    // the company's id
	needContent                   // the text's id

	nothing needs = 0
)

// registration is the table of the regions whose gateways take no unregistered
// traffic. Whether a gateway also wants an approved template, as those of the
// mainland do, is the gateway's own; see [Checker].
func registration(region string) needs {
	switch region {
	case "CN": // signatures are filed by company with the operators
		return needSign
	case "IN": // TRAI's DLT: principal entity, header, content template
		return needHeader | needEntity | needContent
	}
	return nothing
}

// missing says what m lacks for its region, or "".
func missing(region string, m *Message) string {
	n := registration(region)
	var lacks []string
	for _, c := range [...]struct {
		bit  needs
		have string
		name string
	}{
		{needSign, m.Gateway.Sign, "a sign"},
		{needHeader, m.From, "a header (From)"},
		{needEntity, m.Gateway.EntityID, "an entity id"},
		{needContent, m.Gateway.ContentID, "a content id"},
	} {
		if n&c.bit != 0 && c.have == "" {
			lacks = append(lacks, c.name)
		}
	}
	if lacks == nil {
		return ""
	}
	return region + " wants senders registered: no sender rule for " + region + " or template gives " + strings.Join(lacks, ", ")
}

// SignText returns the text with the sign in the full-width brackets that the
// mainland wants, before it. A text that begins or ends with a sign, and an
// empty sign, leave it as it is. It is for gateways that send texts; those that
// send templates add the sign themselves.
func SignText(sign, text string) string {
	if sign == "" || strings.HasPrefix(text, "【") || strings.HasSuffix(text, "】") {
		return text
	}
	return "【" + sign + "】" + text
}
