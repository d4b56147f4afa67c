package main

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// place is an object's place.
type place struct {
	bucket storage.Bucket
	key    string
	shown  string // the URL without its query
}

// buckets opens places; buckets in memory are kept by their name.
type buckets struct {
	getenv func(string) string
	memory map[string]storage.Bucket
}

// parameters are what a URL of each scheme may have.
var parameters = map[string]string{"s3": "region endpoint path-style", "oss": "region endpoint internal", "file": "", "mem": ""}

// open reads a URL. It makes no traffic.
func (b *buckets) open(raw string) (place, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return place{}, errors.New("an argument is no URL")
	}
	allowed, known := parameters[u.Scheme]
	key := strings.TrimPrefix(u.Path, "/")
	switch {
	case !known:
		return place{}, fmt.Errorf("the scheme %q is none of s3, oss, file and mem", u.Scheme)
	case u.User != nil:
		return place{}, errors.New("a URL holds no keys: they come from the environment")
	case u.Fragment != "" || key == "":
		return place{}, errors.New("a URL has no key, or a fragment")
	}
	q := u.Query()
	for name := range q {
		if !strings.Contains(" "+allowed+" ", " "+name+" ") {
			return place{}, fmt.Errorf("a URL of %s has no parameter %q", u.Scheme, name)
		}
	}
	p := place{key: key, shown: u.Scheme + "://" + u.Host + u.Path}
	switch u.Scheme {
	case "s3":
		p.bucket, err = b.s3(u.Host, q)
	case "oss":
		p.bucket, err = b.oss(u.Host, q)
	case "mem":
		p.bucket, err = b.mem(u.Host)
	default:
		if u.Host != "" {
			return place{}, errors.New("a file's URL has three slashes")
		}
		p.key = path.Base(u.Path)
		p.bucket, err = filestorage.New(path.Dir(u.Path), nil)
	}
	return p, err
}

func (b *buckets) s3(bucket string, q url.Values) (storage.Bucket, error) {
	style, err := yes(q, "path-style")
	if err != nil {
		return nil, err
	}
	return s3storage.New(bucket, b.getenv("AWS_ACCESS_KEY_ID"), b.getenv("AWS_SECRET_ACCESS_KEY"), &s3storage.Options{
		BaseURL: q.Get("endpoint"), Region: q.Get("region"), PathStyle: style, SessionToken: b.getenv("AWS_SESSION_TOKEN"),
	})
}

func (b *buckets) oss(bucket string, q url.Values) (storage.Bucket, error) {
	internal, err := yes(q, "internal")
	if err != nil {
		return nil, err
	}
	return ossstorage.New(bucket, b.getenv("OSS_ACCESS_KEY_ID"), b.getenv("OSS_ACCESS_KEY_SECRET"), &ossstorage.Options{
		BaseURL: q.Get("endpoint"), Region: q.Get("region"), Internal: internal, SessionToken: b.getenv("OSS_SESSION_TOKEN"),
	})
}

func (b *buckets) mem(name string) (storage.Bucket, error) {
	if kept := b.memory[name]; kept != nil {
		return kept, nil
	}
	made, err := memstorage.New(name, nil)
	if err != nil {
		return nil, err
	}
	if b.memory == nil {
		b.memory = map[string]storage.Bucket{}
	}
	b.memory[name] = made
	return made, nil
}

func yes(q url.Values, name string) (bool, error) {
	if !q.Has(name) {
		return false, nil
	}
	v, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return false, fmt.Errorf("%s is neither true nor false", name)
	}
	return v, nil
}
