package waybill

// The vendor codes of failures that package wire finds on our side of the
// vendor's door. They stand in Error.VendorCode.
const (
	// CodeDial: no connection could be made.
	CodeDial = "wire_dial"
	// CodeDNS: the host's name could not be resolved.
	CodeDNS = "wire_dns"
	// CodeTLS: the TLS handshake failed.
	CodeTLS = "wire_tls"
	// CodeRefusedStream: HTTP/2 refused the request before anybody looked at it
	// (REFUSED_STREAM, or GOAWAY naming an earlier stream). Repeating it costs
	// neither budget nor health.
	CodeRefusedStream = "wire_refused_stream"
)

// Local reports whether the failure was found before the vendor was reached: a
// failure of dial, DNS or TLS. Nothing was sent then, and few of them are
// enough to eject a provider. It is false for a nil error.
func (e *Error) Local() bool {
	if e == nil {
		return false
	}
	switch e.VendorCode {
	case CodeDial, CodeDNS, CodeTLS:
		return true
	}
	return false
}

// StreamRefused reports whether HTTP/2 refused the request before anybody
// looked at it. It is false for a nil error.
func (e *Error) StreamRefused() bool { return e != nil && e.VendorCode == CodeRefusedStream }
