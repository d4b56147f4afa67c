package mail_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

func pickup() *mail.Event {
	at := time.Date(2026, 3, 4, 9, 0, 0, 0, time.FixedZone("", 8*3600))
	return &mail.Event{UID: "order-17@acme.example", Start: at, End: at.Add(time.Hour), Stamp: at.Add(-time.Hour), Summary: "Pick-up, gate 3; bring\r\npapers",
		Location: strings.Repeat("深圳市福田区", 10), Organizer: mail.Address{Name: `The "Dispatch"`, Addr: "dispatch@acme.example"},
		Attendees: []mail.Address{{Addr: "driver@acme.example"}, {Name: "梅", Addr: "mei@shop.example"}}}
}

func TestCalendar(t *testing.T) {
	c, err := pickup().Request()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(c.Data, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(c.Data, "\r\n ", "")
	for _, want := range []string{"METHOD:REQUEST\r\n", "DTSTART:20260304T010000Z\r\n", `SUMMARY:Pick-up\, gate 3\; bring\npapers` + "\r\n", "LOCATION:" + strings.Repeat("深圳市福田区", 10),
		`ORGANIZER;CN="The 'Dispatch'":mailto:dispatch@acme.example`, `ATTENDEE;CN="梅";ROLE=`} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is not in %q", want, whole)
		}
	}
	m := note()
	m.Calendar, m.Attachments = c, []mail.Attachment{file("a.pdf", 10)}
	one := &relay{name: "one"}
	if err := one.take(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := one.mails[0].Structure; got != "multipart/mixed(multipart/alternative(text/plain,text/html,text/calendar),application/pdf)" {
		t.Errorf("the structure is %s", got)
	}
	var raw bytes.Buffer
	n, _ := mail.Compose(t.Context(), &raw, m)
	if size, ok := mail.EncodedSize(m); !ok || size != n || !strings.Contains(raw.String(), "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n") {
		t.Errorf("%d of %d bytes: %s", size, n, raw.String())
	}
	if c, err = pickup().Cancel(); err != nil || !strings.Contains(c.Data, "STATUS:CANCELLED") || c.Method != "CANCEL" {
		t.Errorf("%v %v", c, err)
	}
}

// TestCalendarAddresses: what a URI reads otherwise is encoded.
func TestCalendarAddresses(t *testing.T) {
	e := pickup()
	e.Attendees = []mail.Address{{Addr: "a?b=c%d&e#f/g+h.i_j@shop.example"}, {Addr: "梅@例子.example"}, {Addr: "two words@shop.example"}}
	c, err := e.Request()
	whole := strings.ReplaceAll(c.Data, "\r\n ", "")
	for _, want := range []string{":mailto:a%3Fb%3Dc%25d%26e%23f%2Fg+h.i_j@shop.example\r\n", ":mailto:%E6%A2%85@%E4%BE%8B%E5%AD%90.example\r\n", ":mailto:two%20words@shop.example\r\n"} {
		if err != nil || !strings.Contains(whole, want) {
			t.Errorf("%v: %q is not in %q", err, want, whole)
		}
	}
}

func TestCalendarRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*mail.Event){
		"uid":       func(e *mail.Event) { e.UID = "a\r\nb" },
		"sequence":  func(e *mail.Event) { e.Sequence = -1 },
		"end":       func(e *mail.Event) { e.End = e.Start },
		"stamp":     func(e *mail.Event) { e.Stamp = time.Time{} },
		"organizer": func(e *mail.Event) { e.Organizer.Addr = "x\r\nATTENDEE:y" },
		"attendee":  func(e *mail.Event) { e.Attendees[0].Name = "x\r\nATTENDEE:y" },
		"nobody":    func(e *mail.Event) { e.Attendees = nil },
		"text":      func(e *mail.Event) { e.Summary = "\xff" },
	} {
		e := pickup()
		spoil(e)
		if _, err := e.Request(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]mail.Calendar{
		"no method":      {Data: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"},
		"injection":      {Method: "REQUEST\r\nX: y", Data: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"},
		"another method": {Method: "CANCEL", Data: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"},
		"no calendar":    {Method: "REQUEST", Data: "METHOD:REQUEST"},
	} {
		m := note()
		m.Calendar = c
		if err := m.Validate(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDomains(t *testing.T) {
	for addr, good := range map[string]bool{"a@例え.example": true, "梅@例子.example": true, "a@xn--r8jz45g.example": true, "a@[192.0.2.1]": true,
		"a@[IPv6:2001:db8::1]": true, "a@[2001:db8::1]": false, "a@[192.0.2.1": false, "a@[IPv6:192.0.2.1]": false, "a@[fe80::1%eth0]": false, "a@[]": false,
		"a@b_c.example": true, "a@b!c.example": false, "a@b c.example": false, "a@192.0.2.1": false, "a@localhost": true, "a@例子。中国": true, "a@。例子.中国": false, "a@例子。。中国": false,
		"علی\u200cرضا@b.example": true, "a\u0085b@b.example": false, "a\u2028b@b.example": false, "a\u202eb@b.example": false, "a\u00a0b@b.example": false, "a\u200bb@b.example": false,
		"a@-b.example": false, "a@b-.example": false, "a@b..example": false, "a@" + strings.Repeat("b", 64) + ".example": false, "a@.": false} {
		m := note()
		m.To = []mail.Address{{Addr: addr}}
		if err := m.Validate(); (err == nil) != good {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func ExampleEvent_Request() {
	invitation, err := pickup().Request()
	fmt.Println(invitation.Method, strings.Contains(invitation.Data, "UID:order-17@acme.example"), err)
	// Output: REQUEST true <nil>
}
