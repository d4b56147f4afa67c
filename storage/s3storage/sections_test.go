package s3storage_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// sectioned is long enough for parts that are read where they lie.
var sectioned = bytes.Repeat([]byte("0123456789abcde"), 9*part/15)

// A file is uploaded where it lies, from where it stands.
func TestPartsOfAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, sectioned, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, checksums := range map[string]s3storage.ChecksumMode{"md5": s3storage.ChecksumRequired, "crc32": s3storage.ChecksumSupported} {
		for transport, tls := range map[string]bool{"http": false, "https": true} {
			t.Run(mode+"_"+transport, func(t *testing.T) {
				t.Parallel()
				s := fake(t, storagetest.S3Options{MinPart: part, TLS: tls})
				b := bucketOn(t, s, func(o *s3storage.Options) { o.Checksums = checksums })
				s3storage.Cut(b, part)
				f, err := os.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = f.Close() }()
				if _, err := f.Seek(7, io.SeekStart); err != nil {
					t.Fatal(err)
				}
				o, err := b.Put(t.Context(), "k", f, storage.PutOptions{ContentType: "text/plain", Metadata: map[string]string{"a": "b"}, IfNotExists: true})
				if err != nil || o.Size != int64(len(sectioned)-7) || o.ContentType != "text/plain" || o.Metadata["a"] != "b" {
					t.Fatalf("%+v, %v", o, err)
				}
				r, err := b.Get(t.Context(), "k", storage.GetOptions{})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = r.Close() }()
				if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, sectioned[7:]) || r.Object.ETag != o.ETag || r.Object.Metadata["a"] != "b" {
					t.Errorf("%d bytes of %+v, %v", len(got), r.Object, err)
				}
				if _, err := f.Seek(0, io.SeekStart); err != nil {
					t.Fatal(err)
				}
				_, err = b.Put(t.Context(), "k", f, storage.PutOptions{IfNotExists: true})
				wants(t, err, waybill.AlreadyExists, waybill.ScopeRequest, waybill.NotSent)
				if s.Uploads() != 0 {
					t.Errorf("%d uploads open", s.Uploads())
				}
			})
		}
	}
}

// It is shorter than it said, or cannot be read: nothing is sent again, nothing
// stays.
func TestPartsOfABrokenFile(t *testing.T) {
	for name, err := range map[string]error{"shorter": nil, "broken": iotest.ErrTimeout} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := cut(t)
			_, err := b.Put(t.Context(), "k", &shrunk{Reader: bytes.NewReader(sectioned), err: err}, storage.PutOptions{})
			wants(t, err, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent)
			if s.Stored("k") || s.Uploads() != 0 {
				t.Errorf("stored %t, %d uploads open", s.Stored("k"), s.Uploads())
			}
		})
	}
}

// shrunk is a file that ends before its end.
type shrunk struct {
	*bytes.Reader
	err error
}

func (s *shrunk) ReadAt(p []byte, off int64) (int, error) {
	if off >= 6*part {
		if s.err != nil {
			return 0, s.err
		}
		return 0, io.EOF
	}
	return s.Reader.ReadAt(p, off)
}

// Faults of parts, of the end and of the beginning leave nothing behind, and
// what may be sent again is.
func TestPartsOfAFileUnderFaults(t *testing.T) {
	second := func(r *http.Request, _ []byte) bool { return r.URL.Query().Get("partNumber") == "2" }
	begin := func(r *http.Request, _ []byte) bool { return r.URL.Query().Has("uploads") }
	end := func(r *http.Request, _ []byte) bool { return r.Method == "POST" && r.URL.Query().Has("uploadId") }
	for name, c := range map[string]struct {
		rule     fakehttp.Rule
		code     waybill.Code // 0: it passes
		delivery waybill.Delivery
	}{
		"part again":   {fakehttp.Rule{Times: 2, Match: second, Fault: fakehttp.ResetBeforeReply()}, waybill.Unknown, waybill.Sent},
		"part refused": {fakehttp.Rule{Match: second, Fault: storagetest.Refusal("AccessDenied")}, waybill.PermissionDenied, waybill.NotSent},
		"begin":        {fakehttp.Rule{Match: begin, Fault: storagetest.Refusal("SlowDown")}, waybill.RateLimited, waybill.NotSent},
		"begin lost":   {fakehttp.Rule{Match: begin, Fault: fakehttp.ResetBeforeReply()}, waybill.Unavailable, waybill.NotSent},
		"end refused":  {fakehttp.Rule{Match: end, Fault: storagetest.Refusal("InvalidPart")}, waybill.Unsupported, waybill.NotSent},
		"end lost":     {fakehttp.Rule{Match: end, Fault: fakehttp.ResetBeforeReply()}, waybill.Unavailable, waybill.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := cut(t)
			s.Script(c.rule)
			_, err := b.Put(t.Context(), "k", bytes.NewReader(sectioned), storage.PutOptions{})
			if c.code == waybill.Unknown {
				if err != nil || !s.Stored("k") {
					t.Error(err)
				}
			} else if waybill.CodeOf(err) != c.code || waybill.DeliveryOf(err) != c.delivery || s.Stored("k") {
				t.Errorf("%v, %v", err, waybill.DeliveryOf(err))
			}
			if s.Uploads() != 0 {
				t.Errorf("%d uploads open", s.Uploads())
			}
		})
	}
}

func TestCanceledUploadOfAFileIsAborted(t *testing.T) {
	s, b := cut(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.FailWhen(func(r *http.Request, _ []byte) bool {
		hang := r.URL.Query().Get("partNumber") == "3"
		if hang {
			cancel()
		}
		return hang
	}, fakehttp.HangAfterRead())
	_, err := b.Put(ctx, "k", bytes.NewReader(sectioned), storage.PutOptions{})
	wants(t, err, waybill.Canceled, waybill.ScopeUnknown, waybill.NotSent)
	if s.Uploads() != 0 || s.Stored("k") {
		t.Errorf("%d uploads open, stored %t", s.Uploads(), s.Stored("k"))
	}
}
