package push

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// DerivedID is an id that is the same every time it is derived from the same
// things, and otherwise as good as random. Vendors know ids in many forms; a
// DerivedID has them all, and one form tells nothing of the things it was derived
// from.
type DerivedID [sha256.Size]byte

// DeriveID derives the id of one notification to one token for one use, from the
// caller's Key. Adapters use it for what a vendor recognises a repeat by (OPPO's
// app_message_id) and for what it only echoes (apns-id), so that a repeat by the
// caller, after a crash too, says the same as the first.
//
// use names the vendor and the field, such as "oppo.app_message_id": ids of two
// uses have nothing in common. ok is false when the notification has no Key; then
// there is nothing to derive it from, and the field is left out or random. The
// derivation is frozen: SHA-256 over "waybill.push.id.v1", use, key, vendor, app,
// environment and value, each behind its length as 8 bytes, the environment empty
// for production. OS and Language do not matter.
func DeriveID(use string, n *Notification, t Token) (id DerivedID, ok bool) {
	if n.Key == "" {
		return DerivedID{}, false
	}
	t = t.same()
	return Derive(use, n.Key, string(t.Vendor), t.App, t.Env, t.Value), true
}

// Derive derives an id from any texts in their order, such as a notify id from
// Collapse, which must be the same for every notification that replaces another.
func Derive(use string, parts ...string) (id DerivedID) {
	h := sha256.New()
	write := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	write("waybill.push.id.v1")
	write(use)
	for _, p := range parts {
		write(p)
	}
	h.Sum(id[:0])
	return id
}

// UUID returns the id in the canonical form of a UUID, in lower case: version 8
// (RFC 9562), 122 bits of the id.
func (d DerivedID) UUID() string {
	b := [16]byte(d[:16])
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// Hex returns the first digits of the id in lower-case hexadecimal, 1 to 64.
func (d DerivedID) Hex(digits int) string {
	s := hex.EncodeToString(d[:])
	return s[:min(max(digits, 1), len(s))]
}

// Int returns the id as a number from 1 to limit, which is at least 1. Its
// smallness is the vendor's: among n ids of limit, two are the same with a
// probability of about n²/(2·limit).
func (d DerivedID) Int(limit int64) int64 {
	return int64(binary.BigEndian.Uint64(d[:8])%uint64(max(limit, 1))) + 1
}

// Decimal returns Int as decimal digits.
func (d DerivedID) Decimal(limit int64) string { return strconv.FormatInt(d.Int(limit), 10) }
