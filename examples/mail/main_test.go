package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/storage/storagetest"
)

func start(t *testing.T, env map[string]string, args ...string) (code int, out, bad string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWithoutArguments(t *testing.T) {
	code, out, bad := start(t, nil)
	if code != exitOK {
		t.Fatalf("status %d: %s%s", code, out, bad)
	}
	for _, want := range []string{"relays: first, then second", "Nothing was sent", "taken by second as ", "link   film.mp4, 8000000 bytes, until ",
		"inside 运单.pdf, 300000 bytes", "shown  logo.png", "附件过大", "multipart/related(multipart/alternative(text/plain,text/html),image/png)"} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
	if !strings.Contains(bad, "[##########] 100 % film.mp4") || strings.Contains(out+bad, "lilei@") || strings.Contains(out, "X-Amz-Signature") {
		t.Errorf("%s%s", out, bad)
	}
}

// TestOverTheWire sends by the command line to a relay and a bucket.
func TestOverTheWire(t *testing.T) {
	relay := mailtest.NewSMTP(&mailtest.SMTPOptions{Plain: true, Refuse: map[string]string{"gone@receiver.example": "550 5.1.1 no such user"}})
	t.Cleanup(relay.Close)
	s3 := storagetest.NewS3(nil)
	t.Cleanup(s3.Close)
	env := map[string]string{"MAIL_RELAYS": "plain://" + relay.Addr()}
	env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], _ = s3.Keys()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-from", "Dispatch <dispatch@acme.example>", "-to", "a@receiver.example", "-bcc", "gone@receiver.example", "-subject", "Report",
		"-text", "@" + write(t, "text.txt", []byte("Hello.\n")), "-key", "order-17", "-json", "-limit", "100000",
		"-attach", write(t, "big.bin", make([]byte, 200_000)), "-attach", write(t, "small.txt", []byte("small")),
		"-bucket", "s3://" + s3.Bucket() + "?path-style=true&region=" + s3.Region() + "&endpoint=" + url.QueryEscape(s3.URL()),
		"-dkim-domain", "acme.example", "-dkim-selector", "s1", "-dkim-key", write(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}
	var planned, sent report
	code, out, bad := start(t, env, args...)
	if err := json.Unmarshal([]byte(out), &planned); err != nil || code != exitOK || relay.Connections() != 0 {
		t.Fatalf("status %d, %d connections: %v %s%s", code, relay.Connections(), err, out, bad)
	}
	if planned.Outcome != "planned" || len(planned.Files) != 2 || planned.Files[0].How != "link" || planned.Files[1].How != "inside" {
		t.Errorf("%+v", planned)
	}
	code, out, bad = start(t, env, append(args, "-send")...)
	if err := json.Unmarshal([]byte(out), &sent); err != nil || code != exitFailed || bad != "" { // one was refused
		t.Fatalf("status %d: %v %s%s", code, err, out, bad)
	}
	if sent.Outcome != "sent" || sent.MessageID != planned.MessageID || sent.Relay != relay.Addr() || sent.Files[0].Expires == nil ||
		len(sent.Recipients) != 2 || sent.Recipients[0].Error != "" || !strings.Contains(sent.Recipients[1].Error, "unregistered") {
		t.Errorf("%+v", sent)
	}
	if strings.Contains(out, "gone@") || strings.Contains(out, "http") {
		t.Error(out)
	}
	got := relay.Mails()[0]
	if len(got.Files) != 1 || !strings.HasPrefix(got.Text, "Hello.\r\n") || !strings.Contains(got.Text, s3.URL()) || got.Header.Get("DKIM-Signature") == "" {
		t.Errorf("%+v", got)
	}
	relay.Down()
	if code, out, _ = start(t, env, append(args, "-send")...); code != exitFailed || !strings.Contains(out, `"outcome": "not_sent"`) {
		t.Errorf("status %d: %s", code, out)
	}
}

func TestUsage(t *testing.T) {
	if code, out, _ := start(t, nil, "-h"); code != exitOK || !strings.Contains(out, "MAIL_PASSWORD") {
		t.Errorf("status %d: %s", code, out)
	}
	good := []string{"-from", "a@acme.example", "-to", "b@receiver.example", "-text", "x"}
	with := func(more ...string) []string { return append(append([]string(nil), good...), more...) }
	relay := []string{"-relay", "plain://localhost:25"}
	for name, args := range map[string][]string{
		"no recipient": {"-from", "a@acme.example", "-text", "x"}, "no text": {"-from", "a@acme.example", "-to", "b@receiver.example"},
		"no relay": good, "argument": with("x"), "flag": with("-x"), "address": append([]string{"-from", "a", "-to", "b", "-text", "x"}, relay...),
		"to": with("-cc", "nobody", relay[0], relay[1]), "reply-to": with("-reply-to", "nobody", relay[0], relay[1]),
		"scheme": with("-relay", "http://localhost:25"), "password in the URL": with("-relay", "smtp://user:hunter2@host:587"),
		"no port": with("-relay", "smtp://host"), "user without a password": with("-relay", "smtp://user@host:587"), "path": with("-relay", "smtp://host:25/x"),
		"bucket": with("-bucket", "ftp://x", relay[0], relay[1]), "keys in the URL": with("-bucket", "s3://key:hunter2@x", relay[0], relay[1]),
		"parameter": with("-bucket", "oss://x?path-style=true", relay[0], relay[1]), "without keys": with("-bucket", "s3://x", relay[0], relay[1]),
		"expiry":  with("-bucket", "oss://x?region=cn-hangzhou", "-expires", "200h", relay[0], relay[1]),
		"no file": with("-attach", "/does/not/exist", relay[0], relay[1]), "a folder": with("-attach", os.TempDir(), relay[0], relay[1]),
		"no page": with("-html", "@/does/not/exist", relay[0], relay[1]), "half a signature": with("-dkim-domain", "acme.example", relay[0], relay[1]),
		"header": with("-subject", "a\r\nBcc: x@y.example", relay[0], relay[1]),
		"no key": with("-dkim-domain", "acme.example", "-dkim-selector", "s", "-dkim-key", "/does/not/exist", relay[0], relay[1]),
	} {
		code, _, bad := start(t, nil, args...)
		if code != exitUsage || bad == "" && name != "flag" {
			t.Errorf("%s: status %d: %s", name, code, bad)
		}
		if strings.Contains(bad, "hunter2") {
			t.Errorf("%s: a secret is shown: %s", name, bad)
		}
	}
}
