package mail

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// newMessageID makes the id of a mail: from sender, tenant and key where there
// is a key, so that every repetition has the same and receivers can tell, else
// by chance. It ends with the sender's domain and tells nothing of the key.
func newMessageID(m *Message) string {
	_, domain, _ := cutLast(m.From.Addr, '@')
	right := asciiDomain(domain)
	if m.Key == "" {
		return strings.ToLower(rand.Text()) + "@" + right
	}
	sum := sha256.Sum256([]byte("waybill mail\x00" + strings.ToLower(m.From.Addr) + "\x00" + m.Tenant + "\x00" + m.Key))
	return hex.EncodeToString(sum[:16]) + "@" + right
}

// asciiDomain returns a domain fit for the right side of a message id: letters,
// digits, hyphens and dots, with labels of other characters in punycode. It need
// not be the name that the DNS knows, only be stable.
func asciiDomain(domain string) string {
	labels := strings.Split(strings.ToLower(strings.Trim(domain, "[].")), ".")
	for i, l := range labels {
		if !isASCII(l) {
			labels[i] = "xn--" + punycode(l)
		}
	}
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.Join(labels, "."))
	if len(out) > 200 {
		sum := sha256.Sum256([]byte(out))
		return hex.EncodeToString(sum[:16]) + ".invalid"
	}
	return out
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// punycode encodes one label as RFC 3492 says, section 6.3.
func punycode(label string) string {
	const base, tmin, tmax, skew, damp = 36, 1, 26, 38, 700
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	runes := []rune(label)
	var out []byte
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	handled := basic
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(128), 0, 72
	for handled < len(runes) {
		next := rune(utf8.MaxRune)
		for _, r := range runes {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (handled + 1)
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tmin), tmax)
				if q < t {
					break
				}
				out = append(out, digits[t+(q-t)%(base-t)])
				q = (q - t) / (base - t)
			}
			out = append(out, digits[q])
			if handled == basic {
				delta /= damp
			} else {
				delta /= 2
			}
			delta += delta / (handled + 1)
			k := 0
			for delta > (base-tmin)*tmax/2 {
				delta /= base - tmin
				k += base
			}
			bias = k + (base-tmin+1)*delta/(delta+skew)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return string(out)
}
