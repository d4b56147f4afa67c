package oss

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/waybill-go/waybill/storage/storagetest"
)

// minPart is the least size of a part in bytes.
const minPart = 100 << 10

// each runs a test with OSS's own library, signing in both ways.
func each(t *testing.T, f func(t *testing.T, s *storagetest.OSS, c *oss.Client)) {
	for name, version := range map[string]oss.SignatureVersionType{"v4": oss.SignatureVersionV4, "v1": oss.SignatureVersionV1} {
		t.Run(name, func(t *testing.T) {
			s := storagetest.NewOSS(&storagetest.OSSOptions{SessionToken: "the-security-token", PageSize: 3})
			t.Cleanup(s.Close)
			access, secret, token := s.Keys()
			f(t, s, oss.NewClient(oss.LoadDefaultConfig().WithRegion(s.Region()).WithEndpoint(s.URL()).WithSignatureVersion(version).
				WithCredentialsProvider(credentials.NewStaticCredentialsProvider(access, secret, token)).WithRetryMaxAttempts(1)))
		})
	}
}

// code is OSS's code of an error.
func code(err error) string {
	var e *oss.ServiceError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// The library's managers for large files: they list, look and ask for ranges.
func TestLargeFiles(t *testing.T) {
	each(t, func(t *testing.T, s *storagetest.OSS, c *oss.Client) {
		ctx, bucket := t.Context(), s.Bucket()
		data := bytes.Repeat([]byte("0123456789abcde"), 1<<20/15)
		key, back := "a b+c/发票.bin", filepath.Join(t.TempDir(), "back")
		_, err := c.NewUploader(func(o *oss.UploaderOptions) { o.PartSize = minPart }).UploadFrom(ctx, &oss.PutObjectRequest{Bucket: &bucket, Key: &key}, bytes.NewReader(data))
		must(t, "upload", err)
		_, err = c.NewDownloader(func(o *oss.DownloaderOptions) { o.PartSize = minPart }).DownloadFile(ctx, &oss.GetObjectRequest{Bucket: &bucket, Key: &key}, back)
		must(t, "download", err)
		if got, err := os.ReadFile(back); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		_, err = c.NewCopier(func(o *oss.CopierOptions) {
			o.PartSize, o.MultipartCopyThreshold, o.DisableShallowCopy = minPart, minPart, true
		}).Copy(ctx, &oss.CopyObjectRequest{Bucket: &bucket, Key: oss.Ptr("copy"), SourceKey: &key})
		must(t, "copy", err)
		f, err := c.OpenFile(ctx, bucket, "copy")
		must(t, "open", err)
		part := make([]byte, 100)
		_, err = f.Seek(5000, io.SeekStart)
		must(t, "seek", err)
		if _, err := io.ReadFull(f, part); err != nil || !bytes.Equal(part, data[5000:5100]) {
			t.Errorf("%q, %v", part, err)
		}
		_ = f.Close()
		if n := s.Uploads(); n != 0 {
			t.Errorf("%d uploads are open", n)
		}
	})
}

// Both kinds of listings, keys that get lost on the way, what there is.
func TestKeysAndListings(t *testing.T) {
	keys := []string{" a", "a b", "a%2Fb", "a&b", "a+b", "a/b/c", "a/b0", "a<b>", "文"}
	each(t, func(t *testing.T, s *storagetest.OSS, c *oss.Client) {
		ctx, bucket := t.Context(), s.Bucket()
		for _, k := range keys {
			_, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: &bucket, Key: &k, Body: strings.NewReader(k), StorageClass: oss.StorageClassStandard, Acl: oss.ObjectACLDefault})
			must(t, k, err)
			if ok, err := c.IsObjectExist(ctx, bucket, k); !ok || err != nil {
				t.Errorf("%q is there: %t, %v", k, ok, err)
			}
		}
		if ok, err := c.IsObjectExist(ctx, bucket, "none"); ok || err != nil {
			t.Errorf("none is there: %t, %v", ok, err)
		}
		var second, first []string
		for p := c.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: &bucket}); p.HasNext(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Contents {
				second = append(second, *o.Key)
			}
		}
		for p := c.NewListObjectsPaginator(&oss.ListObjectsRequest{Bucket: &bucket, Delimiter: oss.Ptr("/")}); p.HasNext(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Contents {
				first = append(first, *o.Key)
			}
			for _, o := range page.CommonPrefixes {
				first = append(first, *o.Prefix)
			}
		}
		slices.Sort(first)
		if want := []string{" a", "a b", "a%2Fb", "a&b", "a+b", "a/", "a<b>", "文"}; !slices.Equal(second, keys) || !slices.Equal(first, want) {
			t.Errorf("%q\n%q", second, first)
		}
		var gone []oss.DeleteObject
		for _, k := range keys {
			gone = append(gone, oss.DeleteObject{Key: &k})
		}
		d, err := c.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: &bucket, Objects: gone})
		if err != nil || len(d.DeletedObjects) != len(keys) || s.Stored("a b") {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// Parts and uploads are listed, metadata is replaced, a condition refuses.
func TestPartsAndCopies(t *testing.T) {
	each(t, func(t *testing.T, s *storagetest.OSS, c *oss.Client) {
		ctx, bucket := t.Context(), s.Bucket()
		var ids []string
		for range 4 {
			u, err := c.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: &bucket, Key: oss.Ptr("open")})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, *u.UploadId)
		}
		for n := range int32(4) {
			_, err := c.UploadPart(ctx, &oss.UploadPartRequest{Bucket: &bucket, Key: oss.Ptr("open"), UploadId: &ids[0], PartNumber: n + 1, Body: strings.NewReader("x")})
			must(t, "part", err)
		}
		parts, uploads := 0, 0
		for p := c.NewListPartsPaginator(&oss.ListPartsRequest{Bucket: &bucket, Key: oss.Ptr("open"), UploadId: &ids[0], MaxParts: 3}); p.HasNext(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			parts += len(page.Parts)
		}
		for p := c.NewListMultipartUploadsPaginator(&oss.ListMultipartUploadsRequest{Bucket: &bucket, MaxUploads: 3}); p.HasNext(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			uploads += len(page.Uploads)
		}
		if parts != 4 || uploads != 4 {
			t.Errorf("%d parts, %d uploads", parts, uploads)
		}
		_, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: &bucket, Key: oss.Ptr("k"), Body: strings.NewReader("x"), Metadata: map[string]string{"a": "1"}})
		must(t, "put", err)
		_, err = c.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: &bucket, Key: oss.Ptr("k"), SourceKey: oss.Ptr("k"), MetadataDirective: oss.Ptr("REPLACE"), Metadata: map[string]string{"b": "2"}})
		must(t, "replace", err)
		if h, err := c.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: &bucket, Key: oss.Ptr("k")}); err != nil || len(h.Metadata) != 1 || h.Metadata["b"] != "2" {
			t.Errorf("%+v, %v", h, err)
		}
		if _, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: &bucket, Key: oss.Ptr("k"), Body: strings.NewReader("y"), ForbidOverwrite: oss.Ptr("true")}); code(err) != "FileAlreadyExists" {
			t.Errorf("%v", err)
		}
	})
}

// Links are for what they were signed for, with the headers that go with them.
func TestLinks(t *testing.T) {
	each(t, func(t *testing.T, s *storagetest.OSS, c *oss.Client) {
		bucket := s.Bucket()
		send := func(p *oss.PresignResult, body string, headers map[string]string) (int, string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), p.Method, p.URL, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range headers {
				r.Header.Set(k, v)
			}
			res, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			data, _ := io.ReadAll(res.Body)
			return res.StatusCode, string(data)
		}
		put, err := c.Presign(t.Context(), &oss.PutObjectRequest{Bucket: &bucket, Key: oss.Ptr("a b"), ContentType: oss.Ptr("text/plain"), Metadata: map[string]string{"x": "1"}}, oss.PresignExpires(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if status, body := send(put, "text", nil); status != 403 || !strings.Contains(body, "SignatureDoesNotMatch") {
			t.Errorf("without its headers: %d %s", status, body)
		}
		if status, body := send(put, "text", put.SignedHeaders); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		get, err := c.Presign(t.Context(), &oss.GetObjectRequest{Bucket: &bucket, Key: oss.Ptr("a b"), ResponseContentDisposition: oss.Ptr(`attachment; filename="a b.txt"`)}, oss.PresignExpires(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if status, body := send(get, "", get.SignedHeaders); status != 200 || body != "text" {
			t.Errorf("%d %s", status, body)
		}
		s.Advance(61 * time.Second)
		if status, body := send(get, "", get.SignedHeaders); status != 403 || !strings.Contains(body, "AccessDenied") {
			t.Errorf("an old link: %d %s", status, body)
		}
	})
}
