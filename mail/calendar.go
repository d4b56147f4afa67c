package mail

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Calendar is a calendar object (iCalendar, RFC 5545) as a further alternative
// of the body, by which mail programs offer to accept an appointment.
type Calendar struct {
	// Method is the method of RFC 5546, in capitals: REQUEST, CANCEL, PUBLISH,
	// REPLY … It must be the METHOD that Data names.
	Method string
	// Data is the object, from BEGIN:VCALENDAR to END:VCALENDAR. [Event] makes
	// one.
	Data string
}

func (c Calendar) check() string {
	switch {
	case c == (Calendar{}):
		return ""
	case c.Method == "" || len(c.Method) > 32 || strings.Trim(c.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "":
		return "the calendar's method is no word in capitals"
	case !utf8.ValidString(c.Data) || !strings.HasPrefix(c.Data, "BEGIN:VCALENDAR"):
		return "the calendar's data is no iCalendar object"
	}
	for line := range strings.Lines(c.Data) {
		if m, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(line)), "METHOD:"); ok && m == c.Method {
			return ""
		}
	}
	return "the calendar's data has not the method that is named"
}

// Event is an appointment to which people are invited: a pick-up, a delivery
// window.
type Event struct {
	// UID is the appointment's own id, the same in every later change; ASCII.
	// Sequence counts the changes, from 0.
	UID      string
	Sequence int
	// Start and End are the times; they are written in UTC. Stamp is when the
	// invitation was made.
	Start, End, Stamp time.Time
	// Summary is the title; Description and Location may be empty.
	Summary, Description, Location string
	// Organizer invites the Attendees.
	Organizer Address
	Attendees []Address
}

// Request returns the invitation (METHOD:REQUEST), Cancel its withdrawal, which
// needs a greater Sequence. Text of any kind cannot end a line. InvalidArgument
// when there is no UID, no time, no organizer or nobody invited.
func (e *Event) Request() (Calendar, error) { return e.calendar("REQUEST", "CONFIRMED") }

// Cancel withdraws an invitation; see [Event.Request].
func (e *Event) Cancel() (Calendar, error) { return e.calendar("CANCEL", "CANCELLED") }

func (e *Event) calendar(method, status string) (Calendar, error) {
	why := ""
	switch {
	case e.UID == "" || len(e.UID) > 255 || !printableASCII(e.UID):
		why = "an event's uid is empty or not printable ASCII"
	case e.Sequence < 0:
		why = "an event's sequence is negative"
	case e.Start.IsZero() || e.Stamp.IsZero() || !e.End.After(e.Start):
		why = "an event has no start, no stamp or no end behind its start"
	case !validAddress(e.Organizer):
		why = "an event's organizer is not a mail address"
	case len(e.Attendees) == 0:
		why = "an event has no attendees"
	case !utf8.ValidString(e.Summary + e.Description + e.Location):
		why = "an event's text is not valid UTF-8"
	}
	for _, a := range e.Attendees {
		if !validAddress(a) {
			why = "an event's attendee is not a mail address"
		}
	}
	if why != "" {
		return Calendar{}, waybill.Invalid("calendar", why).With("mail", "", "")
	}
	var b strings.Builder
	line := func(s string) { foldICal(&b, s) }
	utc := func(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
	line("BEGIN:VCALENDAR")
	line("PRODID:-//waybill-go//waybill//EN")
	line("VERSION:2.0")
	line("METHOD:" + method)
	line("BEGIN:VEVENT")
	line("UID:" + icalText(e.UID))
	line("DTSTAMP:" + utc(e.Stamp))
	line("DTSTART:" + utc(e.Start))
	line("DTEND:" + utc(e.End))
	line("SEQUENCE:" + strconv.Itoa(e.Sequence))
	line("STATUS:" + status)
	line("SUMMARY:" + icalText(e.Summary))
	if e.Description != "" {
		line("DESCRIPTION:" + icalText(e.Description))
	}
	if e.Location != "" {
		line("LOCATION:" + icalText(e.Location))
	}
	line("ORGANIZER" + icalName(e.Organizer) + ":" + mailto(e.Organizer))
	for _, a := range e.Attendees {
		line("ATTENDEE" + icalName(a) + ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:" + mailto(a))
	}
	line("END:VEVENT")
	line("END:VCALENDAR")
	return Calendar{Method: method, Data: b.String()}, nil
}

// foldICal writes one content line: at most 75 octets, the rest on lines that
// begin with a space, no character cut (RFC 5545, section 3.1).
func foldICal(b *strings.Builder, s string) {
	for room := 75; len(s) > room; room = 74 {
		n := room
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		b.WriteString(s[:n] + "\r\n ")
		s = s[n:]
	}
	b.WriteString(s + "\r\n")
}

// icalText escapes a TEXT value (RFC 5545, section 3.3.11). Control characters
// but for line ends are left out.
func icalText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\\' || c == ';' || c == ',':
			b.WriteString(`\` + string(c))
		case c < ' ' && c != '\t' || c == 0x7f:
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// mailto is an address as a URI (RFC 6068).
func mailto(a Address) string { return "mailto:" + percentBut(a.Addr, "!$'*+-._~@") }

// icalName is the CN parameter. A quoted value has no way to hold a quote.
func icalName(a Address) string {
	if a.Name == "" {
		return ""
	}
	return `;CN="` + strings.ReplaceAll(a.Name, `"`, "'") + `"`
}
