package nexmosms

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Signing is a method of signing requests. It must be the one in the account's
// settings. See https://developer.vonage.com/en/getting-started/concepts/signing-messages.
type Signing uint8

// The methods. The numbers are frozen.
const (
	// NoSigning sends the API secret.
	NoSigning Signing = 0
	// MD5Hash is Vonage's default: MD5 over the parameters and the secret.
	MD5Hash Signing = 1
	// MD5, SHA1, SHA256 and SHA512 are HMACs with the secret as key.
	MD5    Signing = 2
	SHA1   Signing = 3
	SHA256 Signing = 4
	SHA512 Signing = 5
)

// String returns Vonage's name of the method, "none" for NoSigning.
func (s Signing) String() string {
	names := [...]string{"none", "md5hash", "md5", "sha1", "sha256", "sha512"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// sign returns the signature of the parameters, of which sig is left out. Hashes
// are written in lower case and HMACs in upper case, as the vendor's own
// libraries do.
func (s Signing) sign(form url.Values, secret string) string {
	base := baseString(form)
	if s == MD5Hash {
		sum := md5.Sum([]byte(base + secret))
		return hex.EncodeToString(sum[:])
	}
	var h func() hash.Hash
	switch s {
	case MD5:
		h = md5.New
	case SHA1:
		h = sha1.New
	case SHA256:
		h = sha256.New
	case SHA512:
		h = sha512.New
	default:
		return ""
	}
	mac := hmac.New(h, []byte(secret))
	mac.Write([]byte(base))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// baseString is what is signed: &key=value for each parameter in the order of
// the keys' bytes, not escaped, with & and = in values turned into _.
func baseString(form url.Values) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(form)) {
		if key == "sig" {
			continue
		}
		for _, v := range form[key] {
			b.WriteString("&" + key + "=")
			b.WriteString(underscores.Replace(v))
		}
	}
	return b.String()
}

var underscores = strings.NewReplacer("&", "_", "=", "_")
