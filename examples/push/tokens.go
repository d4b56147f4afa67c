package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

// tokens reads a file of tokens as it is sent to.
type tokens struct {
	r     io.Reader
	c     io.Closer
	size  int64 // of the file in bytes, 0 if unknown
	read  int64
	lines []int // the lines of the tokens that were taken and have no result yet
	err   error
}

// maxLine bounds a line of the file.
const maxLine = 16 << 10

// sample are tokens of the fakes: of each vendor some, and one that was uninstalled.
func sample() string {
	var b strings.Builder
	for _, m := range makers() {
		for i := range 2 {
			fmt.Fprintf(&b, "%s %s\n", m.name, m.sample(i))
		}
	}
	b.WriteString("13 " + pushtest.FCMToken(goneToken) + " zh-Hant ios # uninstalled\n")
	b.WriteString("oppo OPPO_IN_00000000000000000000000000000000 # of the other side of the border: nobody here takes it\n")
	return b.String()
}

// goneToken is the number of a token that the fake takes for uninstalled.
const goneToken = 99

func openTokens(name string, stdin io.Reader) (*tokens, error) {
	switch name {
	case "":
		text := sample()
		return &tokens{r: strings.NewReader(text), size: int64(len(text))}, nil
	case "-":
		return &tokens{r: stdin}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("-in: %w", err)
	}
	t := &tokens{r: f, c: f}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		t.size = info.Size()
	}
	return t, nil
}

func (t *tokens) close() {
	if t.c != nil {
		_ = t.c.Close()
	}
}

// failure is why the reading ended early, or nil.
func (t *tokens) failure() error { return t.err }

// all yields the tokens of the file, one line in memory at a time. A line that
// cannot be read ends it.
func (t *tokens) all() iter.Seq[push.Token] {
	return func(yield func(push.Token) bool) {
		lines := bufio.NewScanner(t.r)
		lines.Buffer(nil, maxLine)
		for n := 1; lines.Scan(); n++ {
			t.read += int64(len(lines.Bytes())) + 1
			token, ok, err := parseLine(lines.Text())
			if err != nil {
				t.err = fmt.Errorf("line %d: %w", n, err)
				return
			}
			if !ok {
				continue
			}
			t.lines = append(t.lines, n)
			if !yield(token) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			t.err = fmt.Errorf("the tokens cannot be read: %w", err)
		}
	}
}

// sentLine is the line of the next result.
func (t *tokens) sentLine() int {
	n := t.lines[0]
	if t.lines = t.lines[1:]; len(t.lines) == 0 {
		t.lines = nil
	}
	return n
}

// parseLine reads a line; ok is false when there is nothing in it.
func parseLine(line string) (t push.Token, ok bool, err error) {
	line, _, _ = strings.Cut(line, "#")
	f := strings.Fields(line)
	if len(f) == 0 {
		return t, false, nil
	}
	if len(f) == 1 || len(f) > 4 {
		return t, false, fmt.Errorf("it is not of the form VENDOR TOKEN [LANGUAGE [SYSTEM]]")
	}
	t.Value = f[1]
	if len(f) > 2 {
		t.Language = f[2]
	}
	if len(f) > 3 {
		switch f[3] {
		case push.Android.String():
			t.OS = push.Android
		case push.IOS.String():
			t.OS = push.IOS
		default:
			return t, false, fmt.Errorf("the system is neither android nor ios")
		}
	}
	if number, bad := strconv.Atoi(f[0]); bad == nil {
		os := t.OS
		if os == push.OSUnknown {
			if os = push.Android; number == push.TypeApple {
				os = push.IOS
			}
		}
		t.Vendor, err = push.TypeTable{}.Vendor(number, os)
		return t, err == nil, err
	}
	for _, v := range push.Vendors() {
		if string(v) == f[0] {
			t.Vendor = v
			return t, true, nil
		}
	}
	return t, false, fmt.Errorf("it begins with none of %s, nor with a number", names())
}
