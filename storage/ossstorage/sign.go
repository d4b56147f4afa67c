package ossstorage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/keyring"
	"github.com/waybill-go/waybill/storage/internal/meta"
)

// defaultLife is how long a URL lives when nothing was asked.
const defaultLife = 15 * time.Minute

// SignedURL signs a URL for the endpoint of links, without traffic but for fresh
// credentials. Temporary credentials shorten its life to their own. A PUT is
// always bound to a content type, application/octet-stream if none was asked,
// since OSS signs the one that is sent: Link.Header says it.
func (b *Bucket) SignedURL(ctx context.Context, key string, o storage.SignOptions) (storage.Link, error) {
	if err := b.checkKey(storage.SignedURL, "", key); err != nil {
		return storage.Link{}, err
	}
	if err := o.Validate(); err != nil {
		return storage.Link{}, err
	}
	if e := b.x.Ended(ctx, storage.SignedURL, ""); e != nil {
		return storage.Link{}, e
	}
	if !meta.ASCII(o.ContentType) {
		return storage.Link{}, b.x.Unsupported(storage.SignedURL, "", "a header's value is not ASCII")
	}
	keys, e := b.x.Keys.Get(ctx)
	if e != nil {
		return storage.Link{}, e.With(name, string(storage.SignedURL), "")
	}
	life, e := b.x.Life(o.Expires, defaultLife, keys.Expires)
	if e != nil {
		return storage.Link{}, e
	}
	signed, err := b.links.Presign(keyring.In(ctx, keys), b.request(key, o), oss.PresignExpires(life))
	if err != nil {
		return storage.Link{}, b.x.Library(exchange.Call{Op: storage.SignedURL, Key: key}, err)
	}
	return b.link(signed, key)
}

// request is what is signed.
func (b *Bucket) request(key string, o storage.SignOptions) any {
	if o.Method == "PUT" {
		if o.ContentType == "" {
			o.ContentType = "application/octet-stream"
		}
		return &oss.PutObjectRequest{Bucket: &b.bucket, Key: &key, ContentType: &o.ContentType}
	}
	return &oss.GetObjectRequest{Bucket: &b.bucket, Key: &key, ResponseContentDisposition: exchange.Text(o.ContentDisposition), ResponseContentType: exchange.Text(o.ContentType)}
}

// link reads the true end from the URL, which has it in whole seconds.
func (b *Bucket) link(signed *oss.PresignResult, key string) (storage.Link, error) {
	c := exchange.Call{Op: storage.SignedURL, Key: key}
	u, err := url.Parse(signed.URL)
	if err != nil {
		return storage.Link{}, b.x.Library(c, err)
	}
	q := u.Query()
	at, err := time.Parse("20060102T150405Z", q.Get("x-oss-date"))
	if err != nil {
		return storage.Link{}, b.x.Library(c, err)
	}
	life, err := strconv.Atoi(q.Get("x-oss-expires"))
	if err != nil {
		return storage.Link{}, b.x.Library(c, err)
	}
	l := storage.Link{Key: key, URL: signed.URL, Expires: at.Add(time.Duration(life) * time.Second)}
	for name, value := range signed.SignedHeaders {
		if l.Header == nil {
			l.Header = map[string]string{}
		}
		l.Header[http.CanonicalHeaderKey(name)] = value
	}
	return l, nil
}
