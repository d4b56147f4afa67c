package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/smtpmail"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// app is what sends: a client over its relays.
type app struct {
	mails  *mail.Client
	relays []*smtpmail.Relay
}

func (a *app) close() {
	for _, r := range a.relays {
		_ = r.Close()
	}
}

// app builds the client that the command line describes. It makes no traffic.
func (c *config) app(getenv func(string) string) (*app, error) {
	urls := c.relays
	if len(urls) == 0 {
		urls = strings.Fields(getenv("MAIL_RELAYS"))
	}
	if len(urls) == 0 {
		return nil, errors.New("there is no -relay and no MAIL_RELAYS")
	}
	signers, err := c.signers()
	if err != nil {
		return nil, err
	}
	a := &app{}
	var options []mail.Option
	for i, u := range urls {
		password := "MAIL_PASSWORD"
		if i > 0 {
			password += "_" + strconv.Itoa(i+1)
		}
		addr, o, err := relayOf(u, getenv(password))
		if err != nil {
			return nil, err
		}
		o.DKIM = signers
		r, err := smtpmail.New(addr, o)
		if err != nil {
			return nil, err
		}
		a.relays = append(a.relays, r)
		options = append(options, mail.With(r, mail.As(addr)))
	}
	if c.bucket != "" {
		b, err := bucketOf(c.bucket, getenv)
		if err != nil {
			return nil, err
		}
		options = append(options, mail.WithOffload(mail.Offload{Bucket: b, Limit: c.limit, Expires: c.expires}))
	}
	a.mails, err = mail.New(options...)
	return a, err
}

func (c *config) signers() ([]*mail.Signer, error) {
	if c.dkimDomain == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.dkimKey)
	if err != nil {
		return nil, err
	}
	key, err := mail.ParseSignerKey(text)
	if err != nil {
		return nil, err
	}
	s, err := mail.NewSigner(c.dkimDomain, c.dkimAs, key, nil)
	return []*mail.Signer{s}, err
}

// relayOf reads a relay's URL.
func relayOf(raw, password string) (addr string, o *smtpmail.Options, err error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", nil, errors.New("a relay is no URL")
	}
	modes := map[string]smtpmail.TLSMode{"smtp": smtpmail.STARTTLS, "smtps": smtpmail.ImplicitTLS, "plain": smtpmail.NoTLS}
	mode, known := modes[u.Scheme]
	_, secret := u.User.Password()
	switch {
	case !known:
		return "", nil, fmt.Errorf("the scheme %q of a relay is none of smtp, smtps and plain", u.Scheme)
	case secret:
		return "", nil, errors.New("a URL holds no passwords: they come from the environment")
	case u.Port() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "":
		return "", nil, errors.New("a relay is scheme://user@host:port")
	}
	o = &smtpmail.Options{TLS: mode}
	if user := u.User.Username(); user != "" {
		o.Username, o.Password = user, password
	}
	return u.Host, o, nil
}

// bucketOf reads a bucket's URL.
func bucketOf(raw string, getenv func(string) string) (storage.Bucket, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("a bucket is no URL")
	}
	if u.User != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("a bucket is scheme://name?region=…; its keys come from the environment")
	}
	q := u.Query()
	for name := range q {
		if name != "region" && name != "endpoint" && (name != "path-style" || u.Scheme != "s3") {
			return nil, fmt.Errorf("a bucket's URL has no parameter %q", name)
		}
	}
	switch u.Scheme {
	case "s3":
		return s3storage.New(u.Host, getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), &s3storage.Options{BaseURL: q.Get("endpoint"),
			Region: q.Get("region"), PathStyle: q.Get("path-style") == "true", SessionToken: getenv("AWS_SESSION_TOKEN")})
	case "oss":
		return ossstorage.New(u.Host, getenv("OSS_ACCESS_KEY_ID"), getenv("OSS_ACCESS_KEY_SECRET"), &ossstorage.Options{BaseURL: q.Get("endpoint"),
			Region: q.Get("region"), SessionToken: getenv("OSS_SESSION_TOKEN")})
	}
	return nil, fmt.Errorf("the scheme %q of a bucket is neither s3 nor oss", u.Scheme)
}
