package fakes3

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// foreign reads the names of the tests of others that the fake must pass.
func foreign(t *testing.T) (names []string) {
	t.Helper()
	data, err := os.ReadFile("testdata/versitygw.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			names = append(names, line)
		}
	}
	return names
}

var colours = regexp.MustCompile("\x1b\\[[0-9]+m")

// The S3 tests in versitygw, which were written by others for another server,
// judge the fake, each on one of its own. testdata/versitygw.txt names those that
// it must pass. The rest is about what the fake refuses as not implemented, or
// about versitygw's own ways.
func TestForeignSuite(t *testing.T) {
	program := os.Getenv("WAYBILL_TEST_VERSITYGW")
	if program == "" {
		t.Skip("WAYBILL_TEST_VERSITYGW is not set")
	}
	for _, name := range foreign(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Options{})
			t.Cleanup(s.Close)
			access, secret, _ := s.Keys()
			cmd := exec.CommandContext(t.Context(), program, "test", "-e", s.URL(), name)
			// Nothing else of the environment: a proxy or certificates of ours would
			// be taken for its own.
			cmd.Env = []string{"AWS_ACCESS_KEY_ID=" + access, "AWS_SECRET_ACCESS_KEY=" + secret, "HOME=" + t.TempDir()}
			out, err := cmd.CombinedOutput()
			text := colours.ReplaceAllString(string(out), "")
			if err != nil || !strings.Contains(text, "PASS "+name) || strings.Contains(text, "FAIL ") {
				t.Errorf("%v: %.1000s", err, text)
			}
		})
	}
}
