package console

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestBar(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	for name, out := range map[string]io.Writer{"file": f, "pipe": w} {
		if Bar(out) != io.Discard || Terminal(out) {
			t.Errorf("a %s is taken for a terminal", name)
		}
	}
	var b bytes.Buffer
	if Bar(&b) != io.Writer(&b) || Terminal(&b) {
		t.Error("a buffer is taken for a file or a terminal")
	}
}
