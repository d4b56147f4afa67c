package filestorage_test

import (
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// clock is a time that tests can push on.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) Advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

const secret = "a secret of our own 0123456789"

func TestConformance(t *testing.T) {
	c := &clock{t: time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)}
	b, err := filestorage.New(t.TempDir(), &filestorage.Options{BaseURL: "https://files.example.com/base/", Secret: []byte(secret), Now: c.Now, Stale: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	storagetest.Run(t, storagetest.Harness{
		New:     func(testing.TB) storage.Bucket { return b },
		Handler: b.Handler(), Advance: c.Advance, Secrets: []string{secret}, Memory: 4 << 20, Part: 1 << 20,
		Skip: map[string]string{"keys/long_segment": "a segment becomes a file's name, which file systems bound to 255 bytes"},
	})
}
