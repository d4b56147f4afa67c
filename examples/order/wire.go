package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill/sms/smstest"
)

// exchange is a request that a fake received during the order of -wire.
type exchange struct {
	fake string
	smstest.Exchange
}

// startWire forgets nothing and marks where the fakes' logs are now: the order
// of -wire is processed alone, so what comes after belongs to it.
func (a *app) startWire() {
	a.marks = map[string]int{}
	for name, f := range a.p.fakes {
		if log := f.Log(); len(log) > 0 {
			a.marks[name] = log[len(log)-1].N
		}
	}
}

func (a *app) stopWire() {
	for _, name := range a.p.fakeNames() {
		for _, x := range a.p.fakes[name].Log() {
			if x.N > a.marks[name] {
				a.wires = append(a.wires, exchange{name, x})
			}
		}
	}
}

// wireLines prints the requests of an order as the vendors' fakes received them,
// in the order of their arrival.
func (a *app) wireLines(n int) []string {
	lines := []string{fmt.Sprintf("What went over the wire for order %d, as the fakes received it; keys, signatures, tokens and people are masked", n)}
	r := a.results[n-1]
	if r == nil {
		return append(lines, "  nothing: the order was not processed", "")
	}
	hide := r.people()
	slices.SortStableFunc(a.wires, func(x, y exchange) int { return x.Time.Compare(y.Time) })
	for _, x := range a.wires {
		text := hide.Replace(trim(x.Exchange))
		lines = append(lines, a.out.bold("  "+x.fake))
		for l := range strings.Lines(text) {
			lines = append(lines, "    "+shorten(strings.TrimRight(l, "\r\n"), 240))
		}
	}
	if len(a.wires) == 0 {
		lines = append(lines, "  nothing: this order's providers are real ones, whose traffic is not shown")
	}
	return append(lines, "")
}

// trim leaves out the headers that say nothing, and writes queries and forms one
// parameter a line, unescaped.
func trim(x smstest.Exchange) string {
	x.Header, x.ReplyHeader = x.Header.Clone(), x.ReplyHeader.Clone()
	for _, h := range []string{"Accept", "Accept-Encoding", "Content-Length", "User-Agent", "Connection", "X-Goog-Api-Client", "X-Firebase-Client", "Amz-Sdk-Request", "Amz-Sdk-Invocation-Id"} {
		x.Header.Del(h)
		x.ReplyHeader.Del(h)
	}
	query := ""
	if x.Query != "" {
		query, x.Query = parameters(x.Query), ""
	}
	if strings.HasPrefix(x.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		x.Body = strings.TrimPrefix(parameters(x.Body), "> ")
	}
	first, rest, _ := strings.Cut(x.String(), "\n")
	return first + "\n" + query + rest
}

func parameters(raw string) string {
	var b strings.Builder
	for pair := range strings.SplitSeq(raw, "&") {
		if text, err := url.QueryUnescape(pair); err == nil {
			pair = text
		}
		b.WriteString(">   " + pair + "\n")
	}
	return b.String()
}

// people masks the driver's number and token and the customer's mailbox,
// wherever they stand.
func (r *result) people() *strings.Replacer {
	digits := strings.TrimPrefix(string(r.number), "+")
	local, _, _ := strings.Cut(r.mailbox.Addr, "@")
	pairs := []string{r.token, "***", digits, strings.TrimPrefix(r.number.Masked(), "+"), local + "@", local[:1] + "…@"}
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
