package smstest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/sms"
)

// The fake's price of a part and the account's balance, in units of the eighth
// decimal.
const (
	nexmoPrice   = 3330000
	nexmoBalance = 1000000 * 100000000
)

// send is POST /sms/json.
func (n *Nexmo) send(w http.ResponseWriter, r *http.Request) {
	form, bad := n.check(r)
	if bad != nil {
		answer(w, n.refused(bad.status, bad.text, form))
		return
	}
	m := NexmoMessage{
		Ref: form.Get("client-ref"), To: form.Get("to"), From: form.Get("from"), Text: form.Get("text"), Type: form.Get("type"),
		EntityID: form.Get("entity-id"), ContentID: form.Get("content-id"), Callback: form.Get("callback"),
		AccountRef: form.Get("account-ref"), NoReport: form.Get("status-report-req") == "false",
	}
	m.TTL, _ = strconv.Atoi(form.Get("ttl"))
	counter := sms.Segmenter{Encoding: sms.UCS2}
	if m.Type != "unicode" {
		m.Type, m.Text, counter = "text", garbled(m.Text), sms.Segmenter{}
	}
	parts, err := counter.Count(m.Text)
	if err != nil {
		answer(w, n.refused("12", nexmoTexts["12"], form))
		return
	}
	answer(w, n.accept(m, parts.Count, form))
}

// garbled is what becomes of characters outside the GSM alphabet in a message of
// type text.
func garbled(text string) string {
	return strings.Map(func(r rune) rune {
		if sms.EncodingOf(string(r)) != sms.GSM7 {
			return '?'
		}
		return r
	}, text)
}

// accept counts a message in and makes the reply.
func (n *Nexmo) accept(m NexmoMessage, parts int, form url.Values) nexmoReply {
	n.mu.Lock()
	defer n.mu.Unlock()
	var script []string
	if len(n.script) > 0 {
		script, n.script = n.script[0], n.script[1:]
	}
	reply := nexmoReply{Count: strconv.Itoa(parts)}
	for i := range parts {
		status := "0"
		if i < len(script) {
			status = script[i]
		}
		if status != "0" {
			reply.Messages = append(reply.Messages, n.refused(status, nexmoTexts[status], form).Messages[0])
			continue
		}
		n.parts++
		id := fmt.Sprintf("0C%014X", 0x2170000+n.parts)
		m.IDs = append(m.IDs, id)
		reply.Messages = append(reply.Messages, nexmoPart{
			To: m.To, ID: id, Status: "0", Balance: decimal(nexmoBalance - n.parts*nexmoPrice), Price: decimal(nexmoPrice),
			Network: network(m.To), ClientRef: m.Ref, AccountRef: m.AccountRef,
		})
	}
	if len(m.IDs) == 0 {
		return reply
	}
	n.messages = append(n.messages, m)
	key := m.Ref
	if key == "" {
		key = m.To + " " + m.Text
	}
	n.Ledger().Accept(key)
	return reply
}

// decimal writes units of the eighth decimal as the vendor does.
func decimal(units int) string { return fmt.Sprintf("%d.%08d", units/100000000, units%100000000) }

// network is the network (MCC and MNC) of a number, as far as the fake cares.
func network(to string) string {
	for _, n := range [...][2]string{{"852", "45400"}, {"853", "45500"}, {"886", "46692"}, {"86", "46000"}, {"91", "40410"},
		{"65", "52501"}, {"66", "52001"}, {"55", "72405"}, {"44", "23410"}, {"1", "310260"}} {
		if strings.HasPrefix(to, n[0]) {
			return n[1]
		}
	}
	return "12345"
}
