package s3storage

import (
	"context"
	"net/url"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/keyring"
	"github.com/waybill-go/waybill/storage/internal/meta"
)

// defaultLife is how long a URL lives when nothing was asked.
const defaultLife = 15 * time.Minute

// SignedURL signs a URL, without traffic but for fresh credentials. Temporary
// credentials shorten its life to their own. A PUT with a ContentType is bound
// to it: Link.Header says what must be sent.
func (b *Bucket) SignedURL(ctx context.Context, key string, o storage.SignOptions) (storage.Link, error) {
	if err := storage.ValidateKey(storage.SignedURL, key); err != nil {
		return storage.Link{}, err
	}
	if err := o.Validate(); err != nil {
		return storage.Link{}, err
	}
	if e := b.x.Ended(ctx, storage.SignedURL, ""); e != nil {
		return storage.Link{}, e
	}
	if !meta.ASCII(o.ContentType) || o.Method == "PUT" && !meta.ASCII(o.ContentDisposition) {
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
	signed, err := b.sign(keyring.In(ctx, keys), key, o, life)
	if err != nil {
		return storage.Link{}, b.x.Library(exchange.Call{Op: storage.SignedURL, Key: key}, err)
	}
	return b.link(signed, key, life)
}

// sign asks the SDK.
func (b *Bucket) sign(ctx context.Context, key string, o storage.SignOptions, life time.Duration) (*v4.PresignedHTTPRequest, error) {
	expires := s3.WithPresignExpires(life)
	if o.Method == "PUT" {
		return b.presign.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &b.bucket, Key: &key, ContentType: exchange.Text(o.ContentType)}, expires)
	}
	return b.presign.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: &key,
		ResponseContentDisposition: exchange.Text(o.ContentDisposition), ResponseContentType: exchange.Text(o.ContentType)}, expires)
}

// link reads the true end from the URL, which has it in whole seconds.
func (b *Bucket) link(signed *v4.PresignedHTTPRequest, key string, life time.Duration) (storage.Link, error) {
	u, err := url.Parse(signed.URL)
	if err != nil {
		return storage.Link{}, b.x.Library(exchange.Call{Op: storage.SignedURL, Key: key}, err)
	}
	at, err := time.Parse("20060102T150405Z", u.Query().Get("X-Amz-Date"))
	if err != nil {
		return storage.Link{}, b.x.Library(exchange.Call{Op: storage.SignedURL, Key: key}, err)
	}
	l := storage.Link{Key: key, URL: signed.URL, Expires: at.Add(life)}
	for name, values := range signed.SignedHeader {
		if !strings.EqualFold(name, "host") && len(values) > 0 {
			if l.Header == nil {
				l.Header = map[string]string{}
			}
			l.Header[name] = values[0]
		}
	}
	return l, nil
}
