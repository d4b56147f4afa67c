package link

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// Handler serves the signed URLs of a bucket: GET (with ranges and conditions)
// and HEAD for links to read, PUT for links to write. What is not signed or has
// expired is 403, a method that the link is not for is 405. It answers errors
// with the status and its text only.
func Handler(s *Signer, b storage.Bucket) http.Handler {
	return &handler{s: s, b: b}
}

type handler struct {
	s *Signer
	b storage.Bucket
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g, ok := h.s.Verify(r.URL.Path, r.URL.RawQuery)
	switch {
	case !ok:
		refuse(w, http.StatusForbidden)
	case g.Method == "GET" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		h.get(w, r, g)
	case g.Method == "PUT" && r.Method == http.MethodPut:
		h.put(w, r, g)
	default:
		w.Header().Set("Allow", map[string]string{"GET": "GET, HEAD", "PUT": "PUT"}[g.Method])
		refuse(w, http.StatusMethodNotAllowed)
	}
}

func (h *handler) get(w http.ResponseWriter, r *http.Request, g Grant) {
	obj, err := h.b.Head(r.Context(), g.Key)
	if err != nil {
		refuse(w, status(err))
		return
	}
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Type", first(g.Type, obj.ContentType, "application/octet-stream"))
	head.Set("Cache-Control", first(obj.CacheControl, "private"))
	if d := first(g.Disposition, obj.ContentDisposition); d != "" {
		head.Set("Content-Disposition", d)
	}
	if obj.ETag != "" {
		head.Set("ETag", `"`+obj.ETag+`"`)
	}
	if unit := r.Header.Get("Range"); unit != "" && !strings.HasPrefix(unit, "bytes=") {
		// RFC 9110, 14.2: a unit that is not understood is ignored.
		r = r.Clone(r.Context())
		r.Header.Del("Range")
	}
	body := &seeker{ctx: r.Context(), b: h.b, obj: obj}
	defer body.close()
	http.ServeContent(w, r, "", obj.Modified, body)
	if body.err != nil {
		// The head is out: the reader must see that the body is not whole.
		panic(http.ErrAbortHandler)
	}
}

func (h *handler) put(w http.ResponseWriter, r *http.Request, g Grant) {
	if g.Type != "" && r.Header.Get("Content-Type") != g.Type {
		refuse(w, http.StatusForbidden)
		return
	}
	obj, err := h.b.Put(r.Context(), g.Key, r.Body, storage.PutOptions{Size: r.ContentLength, ContentType: r.Header.Get("Content-Type")})
	if err != nil {
		refuse(w, status(err))
		return
	}
	w.Header().Set("ETag", `"`+obj.ETag+`"`)
	w.WriteHeader(http.StatusOK)
}

func refuse(w http.ResponseWriter, code int) {
	http.Error(w, http.StatusText(code), code)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// status is the HTTP status that says what an error of the bucket means.
func status(err error) int {
	switch waybill.CodeOf(err) {
	case waybill.NotFound:
		return http.StatusNotFound
	case waybill.InvalidArgument:
		return http.StatusBadRequest
	case waybill.TooLarge, waybill.Unsupported:
		return http.StatusRequestEntityTooLarge
	case waybill.QuotaExhausted:
		return http.StatusInsufficientStorage
	case waybill.Unavailable, waybill.RateLimited, waybill.Canceled, waybill.DeadlineExceeded:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// seeker reads an object as http.ServeContent wants it, opening it where it is
// read and only then.
type seeker struct {
	ctx  context.Context
	b    storage.Bucket
	obj  storage.Object
	at   int64
	body io.ReadCloser
	err  error
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.obj.Size
	}
	if offset < 0 {
		return 0, errors.New("link: impossible seek")
	}
	s.close()
	s.at = offset
	return offset, nil
}

func (s *seeker) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.at >= s.obj.Size {
		return 0, io.EOF
	}
	if s.body == nil {
		// IfMatch: head and body are of one version.
		r, err := s.b.Get(s.ctx, strings.Clone(s.obj.Key), storage.GetOptions{Offset: s.at, IfMatch: s.obj.ETag})
		if err != nil {
			s.err = err
			return 0, err
		}
		s.body = r
	}
	n, err := s.body.Read(p)
	s.at += int64(n)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (s *seeker) close() {
	if s.body != nil {
		_ = s.body.Close()
		s.body = nil
	}
}
