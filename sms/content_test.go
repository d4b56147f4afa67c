package sms_test

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// Text, header and links of a message to India are compared with what was
// registered, before anything is paid for.
func TestContent(t *testing.T) {
	registered := sms.Content{ID: "1107", Headers: []string{"WAYBIL", "WAYBLL"}, Links: []string{"https://wb.in/", "https://track.wb.in/t"},
		Text: "Dear {#var#}, your parcel {#alphanumeric#} is out. {#url#} - Waybill"}
	for name, x := range map[string]struct {
		text, from, why string
	}{
		"as registered":        {"Dear Mei, your parcel A-17 is out. https://wb.in/x - Waybill", "", ""},
		"the link itself":      {"Dear Mei, your parcel A-17 is out. https://wb.in/ - Waybill", "", ""},
		"longer than a prefix": {"Dear Mei, your parcel A-17 is out. https://track.wb.in/t?x=1 - Waybill", "", ""},
		"capitals in the host": {"Dear Mei, your parcel A-17 is out. HTTPS://WB.in/x - Waybill", "", ""},
		"other header":         {"Dear Mei, your parcel A-17 is out. https://wb.in/x - Waybill", "WAYBLL", ""},
		"thirty characters":    {"Dear " + strings.Repeat("é", 30) + ", your parcel A-17 is out. x - Waybill", "", ""},
		"a variable of many":   {"Dear " + strings.Repeat("é", 31) + ", your parcel A-17 is out. x - Waybill", "", "the text is not the one registered under its content id"},
		"an empty variable":    {"Dear , your parcel A-17 is out. x - Waybill", "", "the text is not the one registered under its content id"},
		"another word":         {"Dear Mei, your packet A-17 is out. x - Waybill", "", "the text is not the one registered under its content id"},
		"something behind":     {"Dear Mei, your parcel A-17 is out. x - Waybill.", "", "the text is not the one registered under its content id"},
		"ambiguous literals":   {"Dear a, your parcel b, your parcel c is out. x - Waybill", "", ""},
		"another link":         {"Dear Mei, your parcel A-17 is out. https://wb.in.evil.example - Waybill", "", "the text holds a link that is not whitelisted"},
		"a link in a name":     {"Dear http://e.example, your parcel A-17 is out. x - Waybill", "", "the text holds a link that is not whitelisted"},
		"two links in a word":  {"Dear Mei, your parcel A-17 is out. https://wb.in/a,www.e.in - Waybill", "", "the text holds a link that is not whitelisted"},
		"a longer path":        {"Dear Mei, your parcel A-17 is out. https://track.wb.in/two - Waybill", "", "the text holds a link that is not whitelisted"},
		"a stranger's header":  {"Dear Mei, your parcel A-17 is out. https://wb.in/x - Waybill", "OTHERS", "the sender is no header of the registered content"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &gateway{name: "a"}
			c := newClient(t, sms.With(a), sms.WithContent(registered),
				sms.WithSender(sms.SenderRule{Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1101", ContentID: "1107"}))
			m := sms.Message{To: pune, Text: x.text, From: x.from}
			got, err := c.Explain(m)
			if err != nil || len(got) != 1 || got[0].Reason != x.why {
				t.Fatalf("%+v, %v", got, err)
			}
			_, err = c.Send(t.Context(), m)
			if (err == nil) != (x.why == "") || err != nil && (waybill.CodeOf(err) != waybill.Unsupported || waybill.DeliveryOf(err) != waybill.NotSent || len(a.seen) != 0) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Contents bind only their own id, and no other region; a gateway's own template
// is the gateway's to compare.
func TestContentBindsItsOwn(t *testing.T) {
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a), sms.WithContent(sms.Content{ID: "1107", Text: "Fixed"}, sms.Content{ID: "1109", Text: "Other"}),
		sms.WithSender(sms.SenderRule{Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1101", ContentID: "1108"}),
		sms.WithSender(sms.SenderRule{From: "Acme", ContentID: "1107"}),
		sms.WithTemplate("own", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "a", ID: "T1", ContentID: "1107"}}}))
	for _, m := range []sms.Message{{To: pune, Text: "Anything"}, {To: london, Text: "Anything"}, {To: pune, Template: "own"}} {
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Error(err)
		}
	}
	for name, x := range map[string][]sms.Content{
		"no id": {{Text: "a"}}, "no text": {{ID: "1"}}, "twice": {{ID: "1", Text: "a"}, {ID: "1", Text: "b"}}, "an open variable": {{ID: "1", Text: "a {#var"}},
		"no variable": {{ID: "1", Text: "a {##}"}}, "empty link": {{ID: "1", Text: "a", Links: []string{""}}}, "empty header": {{ID: "1", Text: "a", Headers: []string{""}}},
	} {
		if _, err := sms.New(sms.With(a), sms.WithContent(x...)); waybill.CodeOf(errOr(err)) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add("Dear {#var#}, hello", "Dear Mei, hello https://a.in,b")
	f.Add("{#a#}{#b#}{#c#}{#d#}{#e#}", strings.Repeat("x", 150))
	f.Fuzz(func(t *testing.T, registered, text string) {
		c, err := sms.New(sms.With(&gateway{name: "a"}), sms.WithContent(sms.Content{ID: "1", Text: registered}),
			sms.WithSender(sms.SenderRule{Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1", ContentID: "1"}))
		if err != nil {
			return
		}
		_, _ = c.Explain(sms.Message{To: pune, Text: text})
	})
}
