package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

func start(t *testing.T, env map[string]string, args ...string) (code int, out, bad string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestWithoutKeys(t *testing.T) {
	code, out, bad := start(t, nil)
	if code != exitOK || bad != "" {
		t.Fatalf("status %d: %s", code, bad)
	}
	sum := sha256.Sum256([]byte(strings.Repeat("a line of the yearly report\n", 400_000)))
	if n := strings.Count(out, "sha256 "+hex.EncodeToString(sum[:])); n != 4 {
		t.Errorf("%d of 4 copies show the checksum:\n%s", n, out)
	}
	for _, want := range []string{"s3://waybill-fake/reports/1.txt -> oss://waybill-fake/reports/1.txt", "[##########] 100 %", "crc64:", "11200000 bytes"} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
}

func TestFromAFileToS3(t *testing.T) {
	s3 := storagetest.NewS3(nil)
	t.Cleanup(s3.Close)
	access, secret, _ := s3.Keys()
	env := map[string]string{"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret}
	folder := t.TempDir()
	to := "s3://" + s3.Bucket() + "/a b.txt?path-style=1&endpoint=" + s3.URL()
	if code, _, bad := start(t, nil, "mem://x/k", "file://"+filepath.ToSlash(folder)+"/k"); code != exitFailed || !strings.Contains(bad, "not found") {
		t.Errorf("status %d: %s", code, bad)
	}
	b := buckets{}
	from, err := b.open("file://" + filepath.ToSlash(folder) + "/hello.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := from.bucket.Put(context.Background(), from.key, strings.NewReader("hello"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if code, out, bad := start(t, env, "file://"+filepath.ToSlash(folder)+"/hello.txt", to); code != exitOK || !s3.Stored("a b.txt") {
		t.Errorf("status %d: %s%s", code, out, bad)
	}
	if code, _, bad := start(t, env, "-new", "file://"+filepath.ToSlash(folder)+"/hello.txt", to); code != exitFailed || !strings.Contains(bad, "already exists") {
		t.Errorf("status %d: %s", code, bad)
	}
	if code, out, bad := start(t, map[string]string{"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": "a wrong secret of the test"}, to, "mem://x/k"); code != exitFailed ||
		strings.Contains(out+bad, "wrong secret") || !strings.Contains(bad, "unauthenticated") {
		t.Errorf("status %d: %s", code, bad)
	}
}

// between opens two places on fakes of S3 and OSS.
func between(t *testing.T) (s3 *storagetest.S3, oss *storagetest.OSS, from, to place) {
	t.Helper()
	s3, oss = storagetest.NewS3(nil), storagetest.NewOSS(nil)
	t.Cleanup(s3.Close)
	t.Cleanup(oss.Close)
	keys := map[string]string{}
	keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], _ = s3.Keys()
	keys["OSS_ACCESS_KEY_ID"], keys["OSS_ACCESS_KEY_SECRET"], _ = oss.Keys()
	b := buckets{getenv: func(name string) string { return keys[name] }}
	from, err := b.open("s3://" + s3.Bucket() + "/large?path-style=true&endpoint=" + s3.URL())
	if err != nil {
		t.Fatal(err)
	}
	if to, err = b.open("oss://" + oss.Bucket() + "/large?endpoint=" + oss.URL()); err != nil {
		t.Fatal(err)
	}
	return s3, oss, from, to
}

// stopper ends the copy when the bar shows some of it, but not all: no read is
// longer than a part, of which there are four.
type stopper struct {
	bytes.Buffer
	cancel func()
}

func (s *stopper) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("#.")) {
		s.cancel()
	}
	return s.Buffer.Write(p)
}

// A copy that is stopped in its middle leaves nothing, in parts or not.
func TestStopped(t *testing.T) {
	_, oss, from, to := between(t)
	if _, err := from.bucket.Put(t.Context(), from.key, io.LimitReader(endless{}, 16<<20), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &stopper{cancel: cancel}
	if err := transfer(ctx, from, to, false, out); !errors.Is(err, context.Canceled) {
		t.Errorf("%v\n%s", err, out.String())
	}
	if oss.Stored("large") || oss.Uploads() != 0 {
		t.Errorf("stored %t, %d uploads open", oss.Stored("large"), oss.Uploads())
	}
	// And the whole of it.
	out = &stopper{cancel: func() {}}
	if err := transfer(t.Context(), from, to, true, out); err != nil || !oss.Stored("large") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "16777216 bytes") || !strings.Contains(out.String(), "[##########] 100 %") {
		t.Errorf("%s", out.String())
	}
}

// What was changed on the way is not taken for a copy.
func TestChangedOnTheWay(t *testing.T) {
	_, oss, from, to := between(t)
	if _, err := to.bucket.Put(t.Context(), to.key, strings.NewReader("content"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	oss.Corrupt("large")
	if err := transfer(t.Context(), to, from, false, io.Discard); waybill.CodeOf(err) == waybill.Unknown {
		t.Errorf("%v", err)
	}
	if _, err := from.bucket.Head(t.Context(), from.key); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("a changed copy is there: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUsage(t *testing.T) {
	if code, out, _ := start(t, nil, "-h"); code != exitOK || !strings.Contains(out, "usage:") {
		t.Errorf("status %d: %s", code, out)
	}
	for name, args := range map[string][]string{
		"one": {"mem://a/b"}, "flag": {"-x"}, "scheme": {"ftp://a/b", "mem://a/b"}, "no key": {"mem://a", "mem://a/b"},
		"keys in the URL": {"s3://key:secret@bucket/k", "mem://a/b"}, "secret": {"s3://bucket/k?secret=x", "mem://a/b"},
		"style": {"s3://bucket/k?path-style=maybe", "mem://a/b"}, "host": {"file://host/k", "mem://a/b"}, "without keys": {"s3://bucket/k", "mem://a/b"},
		"internal": {"oss://bucket/k?internal=perhaps", "mem://a/b"},
	} {
		code, _, bad := start(t, nil, args...)
		if code != exitUsage || bad == "" || strings.Contains(bad, "key:secret") {
			t.Errorf("%s: status %d: %s", name, code, bad)
		}
	}
	if _, err := os.Stat("k"); err == nil {
		t.Error("something was written")
	}
}
