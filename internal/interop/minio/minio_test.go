package minio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/waybill-go/waybill/storage/storagetest"
)

// servers are the ways in which the client is spoken to: over HTTP it signs
// chunks, over HTTPS it does not.
var servers = map[string]storagetest.S3Options{
	"http":  {PageSize: 3},
	"https": {PageSize: 3, TLS: true, SessionToken: "the-session-token-of-the-fake", Region: "eu-central-1"},
}

// each runs a test with every server and its client.
func each(t *testing.T, f func(t *testing.T, s *storagetest.S3, c *minio.Core)) {
	for name, o := range servers {
		t.Run(name, func(t *testing.T) {
			s := storagetest.NewS3(&o)
			t.Cleanup(s.Close)
			f(t, s, client(t, s, o.TLS, false))
		})
	}
}

func client(t *testing.T, s *storagetest.S3, tls, trailers bool) *minio.Core {
	t.Helper()
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c, err := minio.NewCore(u.Host, &minio.Options{Creds: credentials.NewStaticV4(s.Keys()), Secure: tls, Region: s.Region(),
		Transport: s.Client().Transport, BucketLookup: minio.BucketLookupPath, TrailingHeaders: trailers, MaxRetries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// code is S3's code of an error.
func code(err error) string { return minio.ToErrorResponse(err).Code }

// all reads an object.
func all(t *testing.T, c *minio.Core, s *storagetest.S3, key string, o minio.GetObjectOptions) (string, error) {
	t.Helper()
	r, _, _, err := c.GetObject(t.Context(), s.Bucket(), key, o)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	return string(data), err
}

// Every checksum, in headers and trailers, in one request and in parts: it is
// kept, it comes back, and a wrong one is refused.
func TestChecksums(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcde"), 11<<20/15)
	each(t, func(t *testing.T, s *storagetest.S3, _ *minio.Core) {
		for _, trailers := range []bool{false, true} {
			c := client(t, s, strings.HasPrefix(s.URL(), "https"), trailers)
			for _, kind := range []minio.ChecksumType{minio.ChecksumCRC32, minio.ChecksumCRC32C, minio.ChecksumCRC64NVME, minio.ChecksumSHA1, minio.ChecksumSHA256,
				minio.ChecksumFullObjectCRC32, minio.ChecksumFullObjectCRC32C} {
				if !trailers && kind.FullObjectRequested() {
					continue // the client takes them in trailers only
				}
				for what, data := range map[string][]byte{"small": large[:100_000], "large": large} {
					name := fmt.Sprintf("%v %s, trailers %v", kind, what, trailers)
					o := minio.PutObjectOptions{PartSize: 5 << 20, Checksum: kind}
					if !trailers {
						o = minio.PutObjectOptions{PartSize: 5 << 20, AutoChecksum: kind}
					}
					if _, err := c.Client.PutObject(t.Context(), s.Bucket(), "k", bytes.NewReader(data), int64(len(data)), o); err != nil {
						t.Errorf("%s: %v", name, err)
						continue
					}
					info, err := c.StatObject(t.Context(), s.Bucket(), "k", minio.StatObjectOptions{Checksum: true})
					if err != nil || info.Size != int64(len(data)) || info.ChecksumCRC32+info.ChecksumCRC32C+info.ChecksumCRC64NVME+info.ChecksumSHA1+info.ChecksumSHA256 == "" {
						t.Errorf("%s: %+v, %v", name, info, err)
					}
					if got, err := all(t, c, s, "k", minio.GetObjectOptions{}); err != nil || got != string(data) {
						t.Errorf("%s: %d bytes, %v", name, len(got), err)
					}
				}
				if !trailers {
					continue // nor does it take one that it did not compute
				}
				wrong := minio.PutObjectOptions{UserMetadata: map[string]string{kind.Key(): kind.ChecksumBytes([]byte("another")).Encoded()}, DisableContentSha256: true}
				if _, err := c.Client.PutObject(t.Context(), s.Bucket(), "wrong", strings.NewReader("content"), 7, wrong); code(err) != "BadDigest" || s.Stored("wrong") {
					t.Errorf("%v that is wrong: %v", kind, err)
				}
			}
		}
	})
}

// Ranges and conditions.
func TestReads(t *testing.T) {
	each(t, func(t *testing.T, s *storagetest.S3, c *minio.Core) {
		put, err := c.Client.PutObject(t.Context(), s.Bucket(), "k", strings.NewReader("0123456789"), 10, minio.PutObjectOptions{ContentType: "text/plain", UserMetadata: map[string]string{"Who": "me"}})
		if err != nil {
			t.Fatal(err)
		}
		info, err := c.StatObject(t.Context(), s.Bucket(), "k", minio.StatObjectOptions{})
		if err != nil || info.ETag != put.ETag || info.ContentType != "text/plain" || info.UserMetadata["Who"] != "me" {
			t.Errorf("%+v, %v", info, err)
		}
		for name, x := range map[string]struct {
			set  func(o *minio.GetObjectOptions) error
			want string
			code string
		}{
			"part":              {func(o *minio.GetObjectOptions) error { return o.SetRange(2, 4) }, "234", ""},
			"suffix":            {func(o *minio.GetObjectOptions) error { return o.SetRange(0, -3) }, "789", ""},
			"open":              {func(o *minio.GetObjectOptions) error { return o.SetRange(7, 0) }, "789", ""},
			"over the end":      {func(o *minio.GetObjectOptions) error { return o.SetRange(8, 20) }, "89", ""},
			"behind the end":    {func(o *minio.GetObjectOptions) error { return o.SetRange(10, 20) }, "", "InvalidRange"},
			"match":             {func(o *minio.GetObjectOptions) error { return o.SetMatchETag(put.ETag) }, "0123456789", ""},
			"no match":          {func(o *minio.GetObjectOptions) error { return o.SetMatchETag("another") }, "", "PreconditionFailed"},
			"unless":            {func(o *minio.GetObjectOptions) error { return o.SetMatchETagExcept("another") }, "0123456789", ""},
			"unless it is that": {func(o *minio.GetObjectOptions) error { return o.SetMatchETagExcept(put.ETag) }, "", "NotModified"},
			"modified":          {func(o *minio.GetObjectOptions) error { return o.SetModified(time.Now().Add(-time.Hour)) }, "0123456789", ""},
			"unmodified":        {func(o *minio.GetObjectOptions) error { return o.SetUnmodified(time.Now().Add(-time.Hour)) }, "", "PreconditionFailed"},
		} {
			var o minio.GetObjectOptions
			if err := x.set(&o); err != nil {
				t.Fatal(err)
			}
			got, err := all(t, c, s, "k", o)
			if got != x.want || (err == nil) != (x.code == "") || err != nil && code(err) != x.code && minio.ToErrorResponse(err).StatusCode != http.StatusNotModified {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		_, err = all(t, c, s, "none", minio.GetObjectOptions{})
		if code(err) != "NoSuchKey" {
			t.Errorf("%v", err)
		}
		o := minio.PutObjectOptions{}
		o.SetMatchETagExcept("*")
		if _, err := c.Client.PutObject(t.Context(), s.Bucket(), "k", strings.NewReader("x"), 1, o); code(err) != "PreconditionFailed" {
			t.Errorf("create what is there: %v", err)
		}
		o = minio.PutObjectOptions{}
		o.SetMatchETag(put.ETag)
		if _, err := c.Client.PutObject(t.Context(), s.Bucket(), "k", strings.NewReader("x"), 1, o); err != nil {
			t.Errorf("replace what it is: %v", err)
		}
		if _, err := c.Client.PutObject(t.Context(), s.Bucket(), "k", strings.NewReader("x"), 1, o); code(err) != "PreconditionFailed" {
			t.Errorf("replace what it is not: %v", err)
		}
	})
}

// odd are keys that get lost between clients and servers, in the order of their
// bytes.
var odd = []string{" a", "a b", "a%20b", "a%2Fb", "a&b", "a+b", "a//b", "a/b/c", "a/b0", "a:b", "a;b=c?d#e", "a<b>", "b/", "b\"c'", "b\nc", "~", "é", "文/字"}

// Both kinds of listings, deletes of many, copies.
func TestKeys(t *testing.T) {
	slices.Sort(odd)
	each(t, func(t *testing.T, s *storagetest.S3, c *minio.Core) {
		for _, k := range odd {
			if _, err := c.Client.PutObject(t.Context(), s.Bucket(), k, strings.NewReader(k), int64(len(k)), minio.PutObjectOptions{}); err != nil || !s.Stored(k) {
				t.Fatalf("%q: %v", k, err)
			}
			if got, err := all(t, c, s, k, minio.GetObjectOptions{}); err != nil || got != k {
				t.Errorf("%q: %q, %v", k, got, err)
			}
			dst := minio.CopyDestOptions{Bucket: s.Bucket(), Object: "copies/" + k}
			if _, err := c.Client.CopyObject(t.Context(), dst, minio.CopySrcOptions{Bucket: s.Bucket(), Object: k}); err != nil {
				t.Errorf("copy %q: %v", k, err)
			}
		}
		for _, first := range []bool{false, true} {
			list := func(prefix string, recursive bool) (keys []string) {
				for o := range c.ListObjectsIter(t.Context(), s.Bucket(), minio.ListObjectsOptions{Prefix: prefix, Recursive: recursive, UseV1: first}) {
					if o.Err != nil {
						t.Fatal(o.Err)
					}
					keys = append(keys, o.Key)
				}
				return keys
			}
			copies := list("copies/", true)
			for i := range copies {
				copies[i] = strings.TrimPrefix(copies[i], "copies/")
			}
			if !slices.Equal(copies, odd) {
				t.Errorf("first %v:\n got %q\nwant %q", first, copies, odd)
			}
			got := list("a", false)
			slices.Sort(got) // the client shows a page's prefixes behind its keys
			if want := []string{"a b", "a%20b", "a%2Fb", "a&b", "a+b", "a/", "a:b", "a;b=c?d#e", "a<b>"}; !slices.Equal(got, want) {
				t.Errorf("first %v:\n got %q\nwant %q", first, got, want)
			}
		}
		gone := make(chan minio.ObjectInfo)
		go func() {
			defer close(gone)
			for _, k := range odd {
				gone <- minio.ObjectInfo{Key: k}
			}
		}()
		for e := range c.RemoveObjects(t.Context(), s.Bucket(), gone, minio.RemoveObjectsOptions{}) {
			t.Errorf("%q: %v", e.ObjectName, e.Err)
		}
		for _, k := range odd {
			if s.Stored(k) || !s.Stored("copies/"+k) {
				t.Errorf("%q was not deleted, or its copy was", k)
			}
		}
	})
}

// Uploads in parts of unknown length, put together of copies, given up.
func TestParts(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcde"), 11<<20/15)
	each(t, func(t *testing.T, s *storagetest.S3, c *minio.Core) {
		ctx := t.Context()
		if _, err := c.Client.PutObject(ctx, s.Bucket(), "k", struct{ io.Reader }{bytes.NewReader(large)}, -1, minio.PutObjectOptions{PartSize: 5 << 20}); err != nil {
			t.Fatal(err)
		}
		dst := minio.CopyDestOptions{Bucket: s.Bucket(), Object: "twice"}
		from := minio.CopySrcOptions{Bucket: s.Bucket(), Object: "k"}
		if _, err := c.ComposeObject(ctx, dst, from, from); err != nil {
			t.Errorf("compose: %v", err)
		}
		if got, err := all(t, c, s, "twice", minio.GetObjectOptions{}); err != nil || got != string(large)+string(large) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		broken, cancel := context.WithCancel(ctx)
		body := io.MultiReader(bytes.NewReader(large), readerFunc(func([]byte) (int, error) { cancel(); return 0, errors.New("no more") }))
		if _, err := c.Client.PutObject(broken, s.Bucket(), "broken", body, -1, minio.PutObjectOptions{PartSize: 5 << 20}); err == nil || s.Stored("broken") {
			t.Errorf("%v", err)
		}
		id, err := c.NewMultipartUpload(ctx, s.Bucket(), "open", minio.PutObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		small, err := c.PutObjectPart(ctx, s.Bucket(), "open", id, 1, strings.NewReader("x"), 1, minio.PutObjectPartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		parts := []minio.CompletePart{{PartNumber: 1, ETag: small.ETag}, {PartNumber: 2, ETag: small.ETag}}
		if _, err := c.CompleteMultipartUpload(ctx, s.Bucket(), "open", id, parts[1:], minio.PutObjectOptions{}); code(err) != "InvalidPart" {
			t.Errorf("a part that is not there: %v", err)
		}
		if _, err := c.PutObjectPart(ctx, s.Bucket(), "open", id, 2, strings.NewReader("x"), 1, minio.PutObjectPartOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.CompleteMultipartUpload(ctx, s.Bucket(), "open", id, parts, minio.PutObjectOptions{}); code(err) != "EntityTooSmall" {
			t.Errorf("small parts: %v", err)
		}
		if list, err := c.ListObjectParts(ctx, s.Bucket(), "open", id, 0, 100); err != nil || len(list.ObjectParts) != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		for u := range c.ListIncompleteUploads(ctx, s.Bucket(), "", true) {
			if u.Err != nil {
				t.Fatal(u.Err)
			}
			if err := c.AbortMultipartUpload(ctx, s.Bucket(), u.Key, u.UploadID); err != nil {
				t.Errorf("abort %q: %v", u.Key, err)
			}
		}
		if n := s.Uploads(); n != 0 {
			t.Errorf("%d uploads are open", n)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Signed URLs do what they were signed for, and nothing else.
func TestLinks(t *testing.T) {
	each(t, func(t *testing.T, s *storagetest.S3, c *minio.Core) {
		const key = "a b+c/发票.txt"
		send := func(method string, u *url.URL, body string, header http.Header) (int, string, http.Header) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range header {
				r.Header[k] = v
			}
			res, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			data, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, string(data), res.Header
		}
		put, err := c.PresignHeader(t.Context(), "PUT", s.Bucket(), key, time.Minute, nil, http.Header{"Content-Type": {"text/plain"}})
		if err != nil {
			t.Fatal(err)
		}
		if status, body, _ := send("PUT", put, "text", http.Header{"Content-Type": {"text/html"}}); status != 403 || !strings.Contains(body, "SignatureDoesNotMatch") {
			t.Errorf("another type: %d %s", status, body)
		}
		if status, body, _ := send("PUT", put, "text", http.Header{"Content-Type": {"text/plain"}}); status != 200 {
			t.Errorf("put: %d %s", status, body)
		}
		get, err := c.PresignedGetObject(t.Context(), s.Bucket(), key, time.Minute, url.Values{"response-content-disposition": {`attachment; filename="a b.txt"`}})
		if err != nil {
			t.Fatal(err)
		}
		if status, body, h := send("GET", get, "", nil); status != 200 || body != "text" || h.Get("Content-Disposition") != `attachment; filename="a b.txt"` {
			t.Errorf("get: %d %s %v", status, body, h)
		}
		if status, _, _ := send("DELETE", get, "", nil); status != 403 {
			t.Errorf("a link for GET deletes: %d", status)
		}
		s.Advance(61 * time.Second)
		if status, body, _ := send("GET", get, "", nil); status != 403 || !strings.Contains(body, "expired") {
			t.Errorf("an old link: %d %s", status, body)
		}
	})
}
