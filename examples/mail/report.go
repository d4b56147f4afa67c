package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// report is what the program says in the end. Addresses are masked, and links
// are left to the mail: who has one can fetch the file.
type report struct {
	Outcome    string      `json:"outcome"` // planned, sent, not_sent or ambiguous
	MessageID  string      `json:"message_id"`
	Size       int64       `json:"size,omitempty"`
	Relays     []string    `json:"relays,omitempty"` // of a plan, in order
	Relay      string      `json:"relay,omitempty"`
	QueueID    string      `json:"queue_id,omitempty"`
	Files      []file      `json:"files,omitempty"`
	Recipients []recipient `json:"recipients,omitempty"`
	Error      string      `json:"error,omitempty"`
}

type file struct {
	Name    string     `json:"name"`
	Size    int64      `json:"size"`
	How     string     `json:"how"` // inside, shown or link
	Expires *time.Time `json:"expires,omitempty"`
}

type recipient struct {
	Address string `json:"address"`
	Error   string `json:"error,omitempty"`
}

func (r *report) file(a *mail.Attachment, link bool) *file {
	how := "inside"
	switch {
	case link:
		how = "link"
	case a.Inline != "":
		how = "shown"
	}
	r.Files = append(r.Files, file{Name: a.Name, Size: a.Size, How: how})
	return &r.Files[len(r.Files)-1]
}

// plan says what would happen, without any traffic.
func (a *app) plan(m *mail.Message, r *report) error {
	candidates, err := a.mails.Explain(m)
	if err != nil {
		return err
	}
	for _, c := range candidates {
		if c.Order > 0 {
			r.Relays = append(r.Relays, c.Instance)
		}
	}
	p, err := a.mails.Plan(m)
	if err != nil {
		return err
	}
	r.MessageID, r.Size = p.MessageID, p.Size
	for i := range m.Attachments {
		r.file(&m.Attachments[i], p.Links[i])
	}
	for _, to := range m.Recipients() {
		r.Recipients = append(r.Recipients, recipient{Address: to.String()})
	}
	return nil
}

// sent says what happened.
func (r *report) sent(m *mail.Message, receipt mail.Receipt, err error) {
	r.Outcome = waybill.DeliveryOf(err).String()
	r.MessageID, r.Size, r.Relay, r.QueueID = receipt.MessageID, receipt.Size, receipt.Instance, receipt.ID
	if err != nil {
		r.Error = err.Error()
	}
	for _, one := range receipt.Recipients {
		to := recipient{Address: one.Address.String()}
		if one.Err != nil {
			to.Error = one.Err.Error()
		}
		r.Recipients = append(r.Recipients, to)
	}
	if r.Outcome != waybill.Sent.String() {
		return
	}
	links := map[string][]mail.Link{}
	for _, l := range receipt.Links {
		links[l.Name] = append(links[l.Name], l)
	}
	for i := range m.Attachments {
		a := &m.Attachments[i]
		of := links[a.Name]
		f := r.file(a, len(of) > 0)
		if len(of) > 0 {
			f.Size, f.Expires = of[0].Size, &of[0].Expires
			links[a.Name] = of[1:]
		}
	}
}

func (r *report) write(out io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: <%s>", strings.ReplaceAll(r.Outcome, "_", " "), r.MessageID)
	if r.Size > 0 {
		fmt.Fprintf(&b, ", %d bytes", r.Size)
		if r.Outcome == "planned" {
			b.WriteString(" with everything inside")
		}
	}
	b.WriteString("\n")
	if r.Error != "" {
		b.WriteString("  " + r.Error + "\n")
	}
	if len(r.Relays) > 0 {
		b.WriteString("  relays: " + strings.Join(r.Relays, ", then ") + "\n")
	}
	if r.Relay != "" {
		b.WriteString("  taken by " + r.Relay + " as " + r.QueueID + "\n")
	}
	for _, to := range r.Recipients {
		b.WriteString("  to " + to.Address)
		if to.Error != "" && to.Error != r.Error {
			b.WriteString(": " + to.Error)
		}
		b.WriteString("\n")
	}
	for _, f := range r.Files {
		fmt.Fprintf(&b, "  %-6s %s, %d bytes", f.How, f.Name, f.Size)
		if f.Expires != nil {
			b.WriteString(", until " + f.Expires.UTC().Format("2 January 2006, 15:04 MST"))
		}
		b.WriteString("\n")
	}
	if r.Outcome == "planned" {
		b.WriteString("Nothing was sent; -send does it.\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}
