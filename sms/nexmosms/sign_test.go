package nexmosms

import (
	"net/url"
	"strings"
	"testing"
)

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// The last three vectors are published in the tests of the vendor's PHP library,
// the others are computed by the documented steps.
func TestSignatureVectors(t *testing.T) {
	chips := form("api_key", "abcd1234", "client-ref", "order-42", "from", "AcmeInc", "text", "Fish & chips = tea",
		"timestamp", "1700000000", "to", "447700900000", "type", "text")
	const secret = "my_signature_secret_32_bytes_long"
	const base = "&api_key=abcd1234&client-ref=order-42&from=AcmeInc&text=Fish _ chips _ tea&timestamp=1700000000&to=447700900000&type=text"
	if got := baseString(chips); got != base {
		t.Errorf("base %q", got)
	}
	dlr := form("api-key", "abcd1234", "client-ref", "order-42", "err-code", "0", "message-timestamp", "2020-01-01 12:00:00",
		"messageId", "0A0000001234567B", "msisdn", "447700900000", "network-code", "23410", "nonce", "ec11dd3e-1e7f-4db5-9467-82b02cd223b9",
		"price", "0.03330000", "scts", "2001011400", "status", "delivered", "timestamp", "1577880000", "to", "AcmeInc")
	for name, x := range map[string]struct {
		method Signing
		secret string
		form   url.Values
		want   string
	}{
		"md5hash":     {MD5Hash, secret, chips, "6d66314bcdb10a26ca49887747e9f4c8"},
		"md5":         {MD5, secret, chips, "afcf13c887a1561706894d34658c1e3e"},
		"sha1":        {SHA1, secret, chips, "1c9cdb19fc09149c20f7e6268dae4d8cd9bdf2fe"},
		"sha256":      {SHA256, secret, chips, "8cb7b99c849cb9c21932c5a59fba2a5ce562f83ef9d517bb9eb119b5daaa3d74"},
		"sha512":      {SHA512, secret, chips, "deeaa1967aba4e647b1c2561a19bedaea0ca661682f29a8efb536869abdf7269f162c2c9b389f598afb8d41dd984b6b5e9b4f99fb7d2fe80946efdf9d62835cb"},
		"report":      {MD5Hash, secret, dlr, "3fd59cc26bd3484512c117e6ffb736bb"},
		"report, 256": {SHA256, secret, dlr, "E8CC5A4D46DC64D9A5AA8824DE66B491A70CDB7A8333B1A910AD8FFFDA7FCD55"},
		"published sha256": {SHA256, "71efab63122f1d179f51c46bac838fb5", form("api_key", "fake_api_key", "from", "AcmeInc", "text", "Test From Nexmo",
			"timestamp", "1540924779", "to", "14155550100", "type", "text"), "9FEC5EF6D0F2B3D2BB7558B6E4042569823CAB9EA0DD30503472B7B304601975"},
		"published md5hash": {MD5Hash, "my_secret_key_for_testing", form("api_key", "not_a_key", "from", "12192259404", "text", "Test&test=something",
			"timestamp", "1490638615", "to", "14843472194"), "17f5e3b22f778ec73464c01d180e9d0f"},
		"published inbound": {MD5Hash, "my_secret_key_for_testing", form("keyword", "TEST", "message-timestamp", "2017-04-04 22:57:47", "messageId", "0B00000042AC53BD",
			"msisdn", "14843472194", "nonce", "929d6744-bd28-42c8-b6cf-31d5b4f43732", "text", "Test with & and =", "timestamp", "1491346667",
			"to", "12192259404", "type", "text", "sig", "ignored"), "e06d9763e3fd0b9c31beb5fc2fcb011c"},
	} {
		got := x.method.sign(x.form, x.secret)
		if !strings.EqualFold(got, x.want) {
			t.Errorf("%s: %s", name, got)
		}
		upper := got == strings.ToUpper(got)
		if upper != (x.method != MD5Hash) {
			t.Errorf("%s: the case is not the vendor's", name)
		}
	}
}

func TestSigningNames(t *testing.T) {
	for s, want := range map[Signing]string{NoSigning: "none", MD5Hash: "md5hash", MD5: "md5", SHA1: "sha1", SHA256: "sha256", SHA512: "sha512", 9: "unknown"} {
		if s.String() != want {
			t.Errorf("%d: %s", s, s)
		}
	}
	if NoSigning.sign(form("a", "b"), "x") != "" {
		t.Error("a signature without a method")
	}
}
