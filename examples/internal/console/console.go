// Package console is what the example programs know of where they print to.
package console

import (
	"io"
	"os"
)

// Terminal reports whether w is a terminal.
func Terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Bar is where a progress bar goes that is meant for w: nowhere if w is a file or
// a pipe, in which it would only be in the way.
func Bar(w io.Writer) io.Writer {
	if _, ok := w.(*os.File); ok && !Terminal(w) {
		return io.Discard
	}
	return w
}
