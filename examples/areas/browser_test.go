package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

var selftest = regexp.MustCompile(`data-selftest="([^"]*)"`)

// TestPageInBrowser has a person's doings (testdata/selftest.js) done on the page by a real browser. With
// WAYBILL_TEST_SCREENSHOT set it leaves a picture there.
func TestPageInBrowser(t *testing.T) {
	chromium := os.Getenv("WAYBILL_TEST_CHROMIUM")
	if chromium == "" {
		t.Skip("WAYBILL_TEST_CHROMIUM is not set")
	}
	app, err := newApp(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/selftest.js")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", app.routes())
	mux.HandleFunc("GET /selftest.js", static("text/javascript", script))
	mux.HandleFunc("GET /test", static("text/html; charset=utf-8",
		bytes.Replace(page, []byte(`<script src="page.js"></script>`), []byte(`<script src="page.js"></script><script src="selftest.js"></script>`), 1)))
	server := httptest.NewServer(mux)
	defer server.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
		"--user-data-dir=" + filepath.Join(t.TempDir(), "profile"), "--window-size=1200,800", "--virtual-time-budget=60000", "--dump-dom"}
	if shot := os.Getenv("WAYBILL_TEST_SCREENSHOT"); shot != "" {
		args = append(args, "--screenshot="+shot)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, chromium, append(args, server.URL+"/test")...)
	cmd.Stderr = &stderr
	dom, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes()[max(0, stderr.Len()-2000):])
	}
	found := selftest.FindSubmatch(dom)
	if found == nil {
		t.Fatalf("the page did not finish: %.300s", dom)
	}
	if got := string(found[1]); got != "passed" {
		t.Error(got)
	}
}
