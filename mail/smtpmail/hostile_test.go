package smtpmail_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// TestRepliesThatNobodyAskedFor: a relay that answers too often is not believed
// when it says that it took a mail which it has not seen.
func TestRepliesThatNobodyAskedFor(t *testing.T) {
	for name, replies := range map[string]map[string]string{
		"with 354":             {"EHLO": pipelining, "DATA": "354 go on\r\n250 taken"},
		"with 354, one by one": {"DATA": "354 go on\r\n250 taken"},
		"with MAIL":            {"EHLO": pipelining, "MAIL": "250 ok\r\n250 ok\r\n354 go on\r\n250 taken"},
		"with RCPT":            {"EHLO": pipelining, "RCPT": "250 ok\r\n354 go on\r\n250 taken"},
		"with RCPT, refused":   {"EHLO": pipelining, "RCPT": "550 5.1.1 no\r\n354 go on\r\n250 taken"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &simple{replies: replies}
			_, err := plain(t, s).Send(t.Context(), note())
			if waybill.DeliveryOf(err) != waybill.NotSent || err == nil {
				t.Errorf("%v: %v", waybill.DeliveryOf(err), err)
			}
		})
	}
	t.Run("with the last one", func(t *testing.T) {
		s := &simple{replies: map[string]string{"EHLO": pipelining}, last: "250 taken\r\n250 and once more\r\n"}
		r := plain(t, s)
		for range 3 {
			if _, err := r.Send(t.Context(), note()); err != nil {
				t.Fatal(err)
			}
		}
		if s.mails != 3 || s.conns != 3 {
			t.Errorf("%d mails over %d connections: what is left unread spoils the next mail", s.mails, s.conns)
		}
	})
}

// TestWordsOfRelays: what a relay says comes into an error in one line, without
// control characters, and not without end.
func TestWordsOfRelays(t *testing.T) {
	for name, words := range map[string]string{
		"control": "550 5.7.1 \x1b[31mred\x07\x00 bell\x7f", "long": "550 5.7.1 " + strings.Repeat("why ", 900),
		"lines": "550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three", "many lines": strings.Repeat("550-5.7.1 more\r\n", 2000) + "550 5.7.1 end",
		"not UTF-8": "550 5.7.1 \xff\xfe\xb0", "nothing": "550",
	} {
		t.Run(name, func(t *testing.T) {
			s := &simple{replies: map[string]string{"MAIL": words}}
			_, err := plain(t, s).Send(t.Context(), note())
			if err == nil || waybill.DeliveryOf(err) != waybill.NotSent {
				t.Fatal(err)
			}
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
				if len(text) > 2000 || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
					t.Errorf("%d bytes: %.300q", len(text), text)
				}
			}
		})
	}
}

// TestTheDialogueBreaksAnywhere closes the connection after each byte of a relay's
// side: nothing is called sent that the relay did not say it took.
func TestTheDialogueBreaksAnywhere(t *testing.T) {
	said := []string{"220 hello\r\n", "250-hello\r\n250 PIPELINING\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n", "250 taken as 1\r\n"}
	whole := strings.Join(said, "")
	for n := range len(whole) + 1 {
		addr := wild(t, func(c net.Conn, r *bufio.Reader) {
			left := n
			say := func(s string) bool {
				cut := min(left, len(s))
				left -= cut
				_, _ = io.WriteString(c, s[:cut])
				return cut == len(s)
			}
			if !say(said[0]) {
				return
			}
			for _, reply := range said[1:5] {
				if _, err := r.ReadString('\n'); err != nil || !say(reply) {
					return
				}
			}
			for line := ""; line != ".\r\n"; {
				var err error
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			say(said[5])
		})
		r := plainRelay(t, addr, nil)
		_, err := r.Send(t.Context(), note())
		want := waybill.NotSent
		switch {
		case n == len(whole):
			want = waybill.Sent
		case n >= len(whole)-len(said[5]):
			want = waybill.Ambiguous
		}
		if got := waybill.DeliveryOf(err); got != want {
			t.Errorf("after %d of %d bytes: %v, want %v (%v)", n, len(whole), got, want, err)
		}
		_ = r.Close()
	}
}
