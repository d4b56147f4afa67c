package storagetest

import (
	"net/http"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// ServerOptions say what [NewServer] makes a server of.
type ServerOptions struct {
	// Name is the vendor's name.
	Name string
	// Handler speaks the vendor's protocol, keeps the objects, and refuses what
	// the vendor would refuse.
	Handler http.Handler
	// Stored reports whether Handler keeps an object under the key.
	Stored func(key string) bool
	// Refuse answers a request with a code in the vendor's shape, for FailCode.
	Refuse func(w http.ResponseWriter, r *http.Request, code string)
	// Mask names query and form parameters, and JSON members, whose values the
	// log hides. Authorization is hidden anyway.
	Mask []string
}

// HandlerServer is a [Server] made of a handler. Beside that it has FailNext,
// FailAfter and FailWhen, which make a fault strike the next n requests, all
// after n, and those that match. It is safe for concurrent use.
type HandlerServer struct {
	*fakehttp.Server
	o ServerOptions
}

// NewServer starts a fake on the loopback interface. The caller closes it.
func NewServer(o ServerOptions) *HandlerServer {
	return &HandlerServer{fakehttp.New(o.Name, o.Handler, fakehttp.MaskParams(o.Mask...), fakehttp.MaskJSON(o.Mask...)), o}
}

// FailCode implements [Server]. It panics without ServerOptions.Refuse.
func (s *HandlerServer) FailCode(code string) {
	if s.o.Refuse == nil {
		panic("storagetest: FailCode needs Refuse")
	}
	s.Fail(suitetest.Refusal(code, s.o.Refuse))
}

// Stored implements [Server]. It panics without ServerOptions.Stored.
func (s *HandlerServer) Stored(key string) bool {
	if s.o.Stored == nil {
		panic("storagetest: Stored needs ServerOptions.Stored")
	}
	return s.o.Stored(key)
}

var _ Server = (*HandlerServer)(nil)
