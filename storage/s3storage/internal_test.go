package s3storage

import (
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

const part = 128 << 10

// What is larger than a copy in one request may be is copied in parts.
func TestCopyInParts(t *testing.T) {
	s := storagetest.NewS3(&storagetest.S3Options{MaxCopy: 3 * part, MinPart: part})
	t.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	b, err := New(s.Bucket(), access, secret, &Options{BaseURL: s.URL(), PathStyle: true, HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	b.maxCopy, b.copyPart = 3*part, 2*part
	text := strings.Repeat("0123456789abcdef", 7*part/16)
	o := storage.PutOptions{ContentType: "application/pdf", ContentDisposition: "attachment", Metadata: map[string]string{"name": "发票"}}
	if _, err := b.Put(t.Context(), "from", strings.NewReader(text), o); err != nil {
		t.Fatal(err)
	}
	copied, err := b.Copy(t.Context(), "from", "to")
	if err != nil {
		t.Fatal(err)
	}
	head, err := b.Head(t.Context(), "to")
	if err != nil || head.ETag != copied.ETag || head.Size != int64(len(text)) || head.ContentType != o.ContentType || !maps.Equal(head.Metadata, o.Metadata) {
		t.Errorf("%+v, copy returned %+v, %v", head, copied, err)
	}
	r, err := b.Get(t.Context(), "to", storage.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(r); err != nil || string(data) != text {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	_ = r.Close()
	s.Script(fakehttp.Rule{Skip: 3, Times: 1, Fault: storagetest.Refusal("InternalError")})
	_, err = b.Copy(t.Context(), "from", "third")
	if waybill.CodeOf(err) != waybill.Internal || waybill.DeliveryOf(err) != waybill.NotSent || s.Stored("third") || s.Uploads() != 0 {
		t.Errorf("%v, %v, %d uploads open", err, waybill.DeliveryOf(err), s.Uploads())
	}
}
