package s3storage

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/meta"
)

// check refuses what S3 cannot keep, and returns the metadata as it goes out.
func (b *Bucket) check(key string, o storage.PutOptions) (map[string]string, error) {
	if err := storage.ValidateKey(storage.Put, key); err != nil {
		return nil, waybill.AsError(err).With("", "", o.Ref)
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	sent, total := meta.Encode(o.Metadata, true)
	message := ""
	switch {
	case total > meta.Max:
		message = "the metadata is larger than 2 KiB as S3 carries it"
	case !meta.ASCII(o.ContentType) || !meta.ASCII(o.ContentDisposition) || !meta.ASCII(o.CacheControl):
		message = "a header's value is not ASCII; a disposition has filename*=UTF-8''… for that"
	case o.IfNotExists && !b.conditional:
		message = "the server was declared to ignore conditions"
	case o.Size > maxObject:
		message = "the object is larger than 5 TiB"
	}
	if message != "" {
		return nil, b.x.Unsupported(storage.Put, o.Ref, message)
	}
	return sent, nil
}
