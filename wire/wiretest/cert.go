package wiretest

import (
	"crypto/tls"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// newCertificate makes a certificate for 127.0.0.1 and localhost, and the
// client's configuration that trusts it.
func newCertificate() (server, client *tls.Config) {
	cert, pool := fakehttp.Certificate()
	return &tls.Config{Certificates: []tls.Certificate{cert}}, &tls.Config{RootCAs: pool}
}
