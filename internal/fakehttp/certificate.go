package fakehttp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"slices"
	"time"
)

// Certificate makes a certificate for the loopback interface and hosts, good for a year, and the pool that trusts it. It
// panics when there is no randomness.
func Certificate(hosts ...string) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("fakehttp: key: " + err.Error())
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "fake provider"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              append([]string{"localhost"}, hosts...),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic("fakehttp: certificate: " + err.Error())
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic("fakehttp: certificate: " + err.Error())
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

// newTransport makes the transport of [Server.Client].
func newTransport(addr string, o options, config *tls.Config) *http.Transport {
	t := &http.Transport{MaxIdleConnsPerHost: 100, TLSClientConfig: config, ForceAttemptHTTP2: o.tls && !o.http1}
	if len(o.hosts) > 0 {
		t.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
			if host, _, err := net.SplitHostPort(to); err == nil && slices.Contains(o.hosts, host) {
				to = addr
			}
			var d net.Dialer
			return d.DialContext(ctx, network, to)
		}
	}
	return t
}
