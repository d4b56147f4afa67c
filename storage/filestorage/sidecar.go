package filestorage

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// sidecar is what stands beside a content.
type sidecar struct {
	Version     int               `json:"version"`
	Key         string            `json:"key"`
	Content     string            `json:"content"` // id
	Size        int64             `json:"size"`
	SHA256      string            `json:"sha256"`
	Type        string            `json:"type,omitempty"`
	Disposition string            `json:"disposition,omitempty"`
	Cache       string            `json:"cache,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Modified    time.Time         `json:"modified"`
}

const (
	sidecarVersion = 1
	maxSidecar     = 64 << 10
)

func (s *sidecar) object(bucket string) storage.Object {
	return storage.Object{Key: s.Key, Size: s.Size, ETag: s.Content + "-" + s.SHA256[:16], ContentType: s.Type, ContentDisposition: s.Disposition,
		CacheControl: s.Cache, Metadata: s.Metadata, Checksum: "sha256:" + s.SHA256, Modified: s.Modified, Provider: name, Bucket: bucket}
}

var errSidecar = &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: "the object's sidecar is damaged"}

// readSidecar reads the attributes of the object at p; fs.ErrNotExist when there
// is none. A sidecar of another key, which a file system without letter case
// may find, counts as none.
func (b *Bucket) readSidecar(p place) (*sidecar, error) {
	f, err := b.root.Open(p.sidecar())
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSidecar))
	if err != nil {
		return nil, err
	}
	s := new(sidecar)
	if err := json.Unmarshal(data, s); err != nil || s.Version != sidecarVersion || s.Size < 0 || len(s.Content) != idLength || len(s.SHA256) != 64 {
		return nil, errSidecar
	}
	if s.Key != p.key {
		return nil, fs.ErrNotExist
	}
	return s, nil
}

// writeTemporary writes a synced temporary file and returns its name.
func (b *Bucket) writeTemporary(write func(io.Writer) error) (file string, err error) {
	file = temporary + "/" + newID()
	f, err := b.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = b.root.Remove(file)
		return "", err
	}
	return file, nil
}

// syncDir makes the names in a folder durable.
func (b *Bucket) syncDir(dir string) error {
	f, err := b.root.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func newID() string {
	var id [idLength / 2]byte
	_, _ = rand.Read(id[:])
	return hex.EncodeToString(id[:])
}
