package apnspush

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
)

// ParseCertificate reads a client certificate and its key as PEM, which may be
// one and the same file. A .p12 file is made into one by
//
//	openssl pkcs12 -in push.p12 -out push.pem -nodes
//
// What is wrong with them is InvalidArgument and quotes nothing of them.
func ParseCertificate(certificate, key []byte) (*tls.Certificate, error) {
	c, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, invalid("the certificate or its key is not PEM, or they do not belong together")
	}
	return &c, nil
}

// uid is the attribute of the subject in which Apple writes the bundle id.
var uid = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}

// certificateTopic returns the bundle id that a certificate is for, empty if it
// does not say.
func certificateTopic(c *tls.Certificate) (topic, problem string) {
	leaf := c.Leaf
	if leaf == nil {
		if len(c.Certificate) == 0 {
			return "", "the Certificate is empty"
		}
		var err error
		if leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return "", "the Certificate cannot be parsed"
		}
	}
	if c.PrivateKey == nil {
		return "", "the Certificate has no key"
	}
	for _, n := range leaf.Subject.Names {
		if s, ok := n.Value.(string); ok && n.Type.Equal(uid) {
			topic = s
		}
	}
	return topic, ""
}
