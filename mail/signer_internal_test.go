package mail

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"
)

// rfc8463 is the mail of RFC 8463, appendix A, which both keys of the appendix
// sign.
const rfc8463 = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`

func TestRFC8463(t *testing.T) {
	head, body, _ := strings.Cut(strings.ReplaceAll(rfc8463, "\n", "\r\n"), "\r\n\r\n")
	b := newBodyHash()
	b.write([]byte(body))
	bh := base64.StdEncoding.EncodeToString(b.sum())
	if want := "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="; bh != want {
		t.Fatalf("the body's hash is %s, want %s", bh, want)
	}
	fields := fieldsOf([]byte(head + "\r\n"))
	names := []string{"from", "to", "subject", "date", "message-id", "from", "subject", "date"}
	signature := func(algorithm, selector string) string {
		return "v=1; a=" + algorithm + "; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n" +
			" q=dns/txt; s=" + selector + "; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n" +
			" bh=" + bh + ";\r\n b="
	}
	seed, err := base64.StdEncoding.DecodeString("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
	if err != nil {
		t.Fatal(err)
	}
	got := ed25519.Sign(ed25519.NewKeyFromSeed(seed), headerDigest(fields, names, signature("ed25519-sha256", "brisbane")))
	if want := "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="; base64.StdEncoding.EncodeToString(got) != want {
		t.Errorf("the signature is %s", base64.StdEncoding.EncodeToString(got))
	}
}

// TestRelaxedBody has the cases of RFC 6376, section 3.4, in pieces of every
// length.
func TestRelaxedBody(t *testing.T) {
	hashOf := func(canonical string) string {
		b := newBodyHash()
		b.h.Write([]byte(canonical))
		return string(b.h.Sum(nil))
	}
	for body, canonical := range map[string]string{
		"":                                 "",
		"\r\n\r\n":                         "",
		" \t \r\n":                         "",
		" C \r\nD \t E\r\n\r\n\r\n":        " C\r\nD E\r\n",
		"no end":                           "no end\r\n",
		"\r\nleading empty line\r\n":       "\r\nleading empty line\r\n",
		"a\r\n\r\n \r\nb\r\n":              "a\r\n\r\n\r\nb\r\n",
		"\tx  y\t\tz \r\n":                 " x y z\r\n",
		strings.Repeat("w x\r\n", 5000):    strings.Repeat("w x\r\n", 5000),
		strings.Repeat("y", 20000) + " \t": strings.Repeat("y", 20000) + "\r\n",
	} {
		for _, n := range []int{1, 2, 3, 7, 1 << 20} {
			b := newBodyHash()
			for rest := []byte(body); len(rest) > 0; {
				k := min(n, len(rest))
				b.write(rest[:k])
				rest = rest[k:]
			}
			if string(b.sum()) != hashOf(canonical) {
				t.Errorf("%.40q in pieces of %d has another hash", body, n)
			}
		}
	}
}

// TestRelaxedHeader has the example of RFC 6376, section 3.4.5.
func TestRelaxedHeader(t *testing.T) {
	got := fieldsOf([]byte("A: X\r\nB : Y\t\r\n\tZ  \r\n"))
	if len(got) != 2 || got[0] != (field{"a", "X"}) || got[1] != (field{"b", "Y Z"}) {
		t.Errorf("%q", got)
	}
}

// TestSignatureField: a field that ends with its signature, which the key made
// of everything before it.
func TestSignatureField(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("acme.example", "s1", key, &SignerOptions{Headers: []string{"Subject", "X-Order", "subject"}})
	if err != nil {
		t.Fatal(err)
	}
	fields := fieldsOf([]byte("From: a@acme.example\r\nSubject: one\r\nSubject: two\r\n"))
	line, err := s.sign(fields, make([]byte, 32), time.Unix(17, 0))
	if err != nil {
		t.Fatal(err)
	}
	value := relaxed(strings.TrimPrefix(string(line), "DKIM-Signature:"))
	if !strings.Contains(value, "h=from : from : subject : subject : subject;") || !strings.Contains(value, "a=rsa-sha256") || !strings.Contains(value, "t=17;") {
		t.Error(value)
	}
	unsigned, signature, _ := strings.Cut(value, " b=")
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(signature, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	digest := headerDigest(fields, []string{"from", "from", "subject", "subject", "subject"}, unsigned+" b=")
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest, raw); err != nil {
		t.Error(err)
	}
	if new(big.Int).SetBytes(raw).BitLen() > 1024 {
		t.Error("the signature is longer than its key")
	}
}
