package storage_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// panicking is a bucket, or a body, that panics.
type panicking struct{ storage.Bucket }

func (panicking) Head(context.Context, string) (storage.Object, error) { panic("a bucket's") }

func (panicking) Read([]byte) (int, error) { panic("a body's") }

// A panic of a bucket or of a body comes out of the call, and nothing of the call
// goes on.
func TestMirrorPanics(t *testing.T) {
	a, err1 := memstorage.New("a", nil)
	b, err2 := memstorage.New("b", nil)
	sick, err3 := storage.NewMirror(1, storage.With(a, storage.As("a")), storage.With(panicking{b}, storage.As("b")))
	well, err4 := storage.NewMirror(1, storage.With(a, storage.As("a")), storage.With(b, storage.As("b")))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	for want, put := range map[string]func(){
		"a bucket's": func() { _, _ = sick.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{}) },
		"a body's":   func() { _, _ = well.Put(t.Context(), "k", panicking{}, storage.PutOptions{}) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("the panic came out as %v, want %s", got, want)
				}
			}()
			put()
		}()
	}
	for _, m := range []*storage.Mirror{sick, well} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := m.Close(ctx); err != nil {
			t.Errorf("something goes on: %v", err)
		}
		cancel()
	}
	if _, err := a.Head(t.Context(), "k"); !errors.Is(err, waybill.ErrNotFound) {
		t.Errorf("a part of a body is visible: %v", err)
	}
}
