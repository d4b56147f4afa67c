package fakes3

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A client of others, s3cmd, works with the fake as with S3: buckets, objects in
// parts, both kinds of names, ranges of a listing, copies across buckets.
func TestForeignClient(t *testing.T) {
	program := os.Getenv("WAYBILL_TEST_S3CMD")
	if program == "" {
		t.Skip("WAYBILL_TEST_S3CMD is not set")
	}
	s := New(Options{})
	t.Cleanup(s.Close)
	dir := t.TempDir()
	access, secret, _ := s.Keys()
	_, host, _ := strings.Cut(s.URL(), "://")
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := write("config", []byte("[default]\naccess_key = "+access+"\nsecret_key = "+secret+"\nhost_base = "+host+"\nhost_bucket = "+host+"\nuse_https = False\n"))
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, append([]string{"-c", config, "--no-progress"}, args...)...)
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%.2000s", args[0], err, out)
		}
		return string(out)
	}
	large := bytes.Repeat([]byte("0123456789abcde"), 11<<20/15)
	small, parts := write("a b+c 发票.txt", []byte("hello")), write("large", large)

	run("mb", "s3://second")
	run("put", small, "s3://second/folder/a b+c 发票.txt")
	run("put", "--multipart-chunk-size-mb=5", parts, "s3://second/large")
	if out := run("ls", "s3://second"); !strings.Contains(out, "DIR  s3://second/folder/") || !strings.Contains(out, "s3://second/large") {
		t.Errorf("ls: %s", out)
	}
	if out := run("ls", "-r", "s3://second"); !strings.Contains(out, "s3://second/folder/a b+c 发票.txt") {
		t.Errorf("ls -r: %s", out)
	}
	back := filepath.Join(dir, "back")
	run("get", "s3://second/large", back)
	if data, err := os.ReadFile(back); err != nil || !bytes.Equal(data, large) {
		t.Errorf("%d bytes come back, %v", len(data), err)
	}
	run("cp", "s3://second/large", "s3://"+s.Bucket()+"/copy")
	if !s.Stored("copy") {
		t.Error("no copy across buckets")
	}
	run("del", "-r", "-f", "s3://second")
	run("rb", "s3://second")
	if out := run("ls"); strings.Contains(out, "second") || !strings.Contains(out, s.Bucket()) {
		t.Errorf("buckets: %s", out)
	}
}
