package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// exchange is a request, or a dialogue, that a fake received during the order of
// -wire. The fakes mask keys, signatures and access tokens in their logs.
type exchange struct {
	fake  string
	at    time.Time // when it began
	lines []string
}

// startWire marks where the fakes' logs are now. The order of -wire is processed
// alone, so what comes after belongs to it.
func (a *app) startWire() {
	a.marks = map[string]int{}
	for name, f := range a.p.fakes {
		a.marks[name] = f.mark()
	}
}

func (a *app) stopWire() {
	for _, name := range a.p.fakeNames() {
		for _, x := range a.p.fakes[name].traffic(a.marks[name]) {
			x.fake = name
			a.wires = append(a.wires, x)
		}
	}
	slices.SortStableFunc(a.wires, func(x, y exchange) int { return x.at.Compare(y.at) })
}

// wireLines prints the requests of an order as the fakes received them.
func (a *app) wireLines(n int) []string {
	lines := []string{fmt.Sprintf("What went over the wire for order %d, as the fakes received it; keys, signatures, tokens and people are masked", n)}
	r := a.results[n-1]
	if r == nil {
		return append(lines, "  nothing: the order was not processed", "")
	}
	hide := r.people()
	for _, x := range a.wires {
		lines = append(lines, a.out.bold("  "+x.fake))
		for _, l := range x.lines {
			lines = append(lines, "    "+shorten(hide.Replace(l), 240))
		}
	}
	if len(a.wires) == 0 {
		lines = append(lines, "  nothing: this order's providers are real ones, whose traffic is not shown")
	}
	return append(lines, "")
}

// readable leaves out the headers that say nothing, and writes queries and forms
// one parameter a line, unescaped.
func readable(x smstest.Exchange) []string {
	x.Header, x.ReplyHeader = x.Header.Clone(), x.ReplyHeader.Clone()
	for _, h := range []string{"Accept", "Accept-Encoding", "Content-Length", "User-Agent", "Connection", "X-Goog-Api-Client", "X-Firebase-Client", "Amz-Sdk-Request", "Amz-Sdk-Invocation-Id"} {
		x.Header.Del(h)
		x.ReplyHeader.Del(h)
	}
	x.Body, x.Reply = beginning(x.Body), beginning(x.Reply)
	if strings.HasPrefix(x.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		x.Body = strings.Join(parameters(x.Body), "\n> ")
	}
	query := x.Query
	x.Query = ""
	lines := strings.Split(strings.TrimRight(x.String(), "\n"), "\n")
	for i, p := range parameters(query) {
		lines = slices.Insert(lines, 1+i, ">   "+p)
	}
	return lines
}

// beginning leaves out most of an itinerary.
func beginning(body string) string {
	lines := strings.SplitN(body, "\n", 5)
	if len(lines) < 5 {
		return body
	}
	return strings.Join(append(lines[:4], "(and so on)"), "\n  ")
}

func parameters(raw string) []string {
	if raw == "" {
		return nil
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		if text, err := url.QueryUnescape(pair); err == nil {
			pairs[i] = text
		}
	}
	return pairs
}

// people masks the numbers and tokens of the driver, and the number and mailbox
// of the customer, wherever they stand.
func (r *result) people() *strings.Replacer {
	var pairs []string
	if local, _, ok := strings.Cut(r.mailbox.Addr, "@"); ok && local != "" {
		_, n := utf8.DecodeRuneInString(local)
		pairs = append(pairs, local+"@", local[:n]+"…@")
	}
	numbers := []sms.Number{r.number}
	if r.driver != nil {
		numbers = append(numbers, r.driver.number)
		for _, token := range r.driver.Tokens {
			if token != "" {
				pairs = append(pairs, token, "***")
			}
		}
	}
	for _, n := range numbers {
		if n != "" { // with and without the calling code, as gateways write them
			pairs = append(pairs, n.Digits(), strings.TrimPrefix(n.Masked(), "+"), n.National(), "***")
		}
	}
	if r.mailbox.Name != "" {
		pairs = append(pairs, r.mailbox.Name, "***")
	}
	return strings.NewReplacer(pairs...)
}

// shorten cuts a long line in the middle of nowhere, but between characters.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := []rune(s)
	return string(runes[:most]) + fmt.Sprintf("… (%d more)", len(runes)-most)
}
