package wire

import (
	"io"
	"net/http/httptrace"
	"strings"
	"testing"
)

// TestHeldBody: the body goes with the head, unless the exchange has ended by
// then; net/http itself never lets it come to that.
func TestHeldBody(t *testing.T) {
	for _, ended := range []bool{false, true} {
		ctx, ev := watchHeads(t.Context())
		trace := httptrace.ContextClientTrace(ctx)
		trace.WroteHeaders() // of a request without a body
		ev.body = true
		body := ev.hold(strings.NewReader("body"))
		if ended && !ev.unsent() {
			t.Error("nothing was read and it may have been sent")
		}
		trace.WroteHeaders()
		got, err := io.ReadAll(body)
		if err != nil || (string(got) == "") != ended {
			t.Errorf("ended %t: read %q", ended, got)
		}
		if ev.unsent() != ended {
			t.Errorf("ended %t: unsent %t", ended, ev.unsent())
		}
	}
}

// TestHeldBodyAgain: net/http starts anew with what it had not written.
func TestHeldBodyAgain(t *testing.T) {
	_, ev := watchHeads(t.Context())
	ev.body = true
	ev.hold(strings.NewReader("body"))
	ev.wroteHeaders()
	ev.again()
	body := ev.hold(strings.NewReader("body"))
	if !ev.unsent() {
		t.Error("the second attempt had not begun")
	}
	ev.wroteHeaders()
	if got, _ := io.ReadAll(body); len(got) != 0 {
		t.Errorf("read %q", got)
	}
}
