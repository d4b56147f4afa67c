package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// show plans and sends a mail with three files on fakes that speak the real
// protocols: the first relay is down, the second one takes the mail, the film goes
// to a bucket.
func show(ctx context.Context, stdout, stderr io.Writer) int {
	failed := func(err error) int {
		_, _ = fmt.Fprintln(stderr, "mail:", err)
		return exitFailed
	}
	first := mailtest.NewSMTP(nil)
	defer first.Close()
	first.Fail(mailtest.Fault{Stage: mailtest.AtConnect, Do: mailtest.Reply, Reply: "421 4.3.2 closing for maintenance"})
	second := mailtest.NewSMTP(&mailtest.SMTPOptions{Users: map[string]string{"dispatch": "a password of the fake"}})
	defer second.Close()
	s3 := storagetest.NewS3(nil)
	defer s3.Close()
	a, err := demonstration(first, second, s3)
	if err != nil {
		return failed(err)
	}
	defer a.close()
	folder, err := os.MkdirTemp("", "waybill-mail-")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	c := &config{from: "Dispatch <dispatch@acme.example>", to: list{"李雷 <lilei@receiver.example>"}, subject: "运单 A-17", lang: "zh", key: "order-17",
		text: "附上运单。", html: `<p>附上运单。</p><img src="cid:logo.png">`}
	for name, size := range map[string]int{"logo.png": 2_000, "运单.pdf": 300_000, "film.mp4": 8_000_000} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte("waybill "), size/8), 0o600); err != nil {
			return failed(err)
		}
		if name == "logo.png" {
			c.inline = append(c.inline, path)
		}
	}
	c.attach = list{filepath.Join(folder, "运单.pdf"), filepath.Join(folder, "film.mp4")}
	if code := a.run(ctx, c, stdout, stderr); code != exitOK {
		return code
	}
	c.send = true
	code := a.run(ctx, c, stdout, stderr)
	for _, m := range second.Mails() {
		_, _ = fmt.Fprintf(stdout, "What arrived: %s\n  %s\n", m.Structure, strings.ReplaceAll(shorten(m.Text), "\r\n", "\n  "))
	}
	return code
}

// shorten cuts the signatures off links.
func shorten(text string) string {
	return regexp.MustCompile(`(https?://[^\s?]*)\?\S*`).ReplaceAllString(text, "$1?…")
}

func demonstration(first, second *mailtest.SMTP, s3 *storagetest.S3) (*app, error) {
	a := &app{}
	var options []mail.Option
	for i, s := range []*mailtest.SMTP{first, second} {
		o := &smtpmail.Options{TLSConfig: s.TLSConfig()}
		if i == 1 {
			o.Username, o.Password = "dispatch", "a password of the fake"
		}
		r, err := smtpmail.New(s.Addr(), o)
		if err != nil {
			return nil, err
		}
		a.relays = append(a.relays, r)
		options = append(options, mail.With(r, mail.As([]string{"first", "second"}[i])))
	}
	key, secret, _ := s3.Keys()
	b, err := s3storage.New(s3.Bucket(), key, secret, &s3storage.Options{BaseURL: s3.URL(), Region: s3.Region(), PathStyle: true})
	if err != nil {
		return nil, err
	}
	a.mails, err = mail.New(append(options, mail.WithOffload(mail.Offload{Bucket: b, Limit: 1_000_000}))...)
	return a, err
}
