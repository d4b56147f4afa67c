package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// printer prints results as they come: rows of a table, or JSON.
type printer struct {
	cfg            config
	stdout, stderr io.Writer
	src            *tokens
	rows           int
	accepted, dead int
	failed         int
	bar            string
}

func newPrinter(cfg config, stdout, stderr io.Writer, src *tokens) *printer {
	return &printer{cfg: cfg, stdout: stdout, stderr: stderr, src: src}
}

// row is one token's result, in JSON one line.
type row struct {
	Line     int      `json:"line"`
	Token    string   `json:"token"` // masked
	Provider string   `json:"provider,omitempty"`
	Outcome  string   `json:"outcome"` // accepted, failed, would_send
	ID       string   `json:"id,omitempty"`
	Code     string   `json:"code,omitempty"`
	Scope    string   `json:"scope,omitempty"`
	Delivery string   `json:"delivery,omitempty"`
	Vendor   string   `json:"vendor_code,omitempty"`
	Retry    float64  `json:"retry_after_seconds,omitempty"`
	Dead     bool     `json:"dead,omitempty"`
	Adjusted []string `json:"adjusted,omitempty"`
	Message  string   `json:"message,omitempty"`
}

// result prints what became of a token.
func (p *printer) result(line int, t push.Token, r push.Result) {
	x := row{Line: line, Token: t.String(), Provider: r.Provider, Outcome: "accepted", ID: r.ID, Dead: r.Dead}
	for _, a := range r.Adjusted {
		x.Adjusted = append(x.Adjusted, a.String())
	}
	if r.Err != nil {
		x.fail(r.Err)
	}
	if r.Dead {
		p.dead++
	}
	p.print(x)
}

// explained prints who would be asked.
func (p *printer) explained(line int, t push.Token, who []waybill.Candidate, err error) {
	x := row{Line: line, Token: t.String(), Outcome: "would_send"}
	for _, c := range who {
		if c.Order == 1 {
			x.Provider = c.Instance
		}
	}
	if err != nil {
		x.fail(waybill.AsError(err))
	} else if x.Provider == "" {
		x.Outcome, x.Code, x.Message = "failed", waybill.Unsupported.String(), "nobody takes this token"
	}
	p.print(x)
}

func (x *row) fail(e *waybill.Error) {
	x.Outcome, x.ID = "failed", ""
	x.Code, x.Scope, x.Delivery, x.Vendor, x.Message = e.Code.String(), e.Scope.String(), e.Delivery.String(), e.VendorCode, e.Message
	x.Retry = e.RetryAfter.Round(time.Millisecond).Seconds()
	if x.Provider == "" {
		x.Provider = e.Provider
	}
}

func (p *printer) print(x row) {
	if x.Outcome == "failed" {
		p.failed++
	} else {
		p.accepted++
	}
	p.clear()
	if p.cfg.json {
		b, err := json.Marshal(x)
		if err != nil { // cannot be: strings and numbers
			b = []byte(`{}`)
		}
		fmt.Fprintf(p.stdout, "%s\n", b)
	} else {
		p.table(x)
	}
	p.progress()
}

const columns = "%6s  %-20s  %-10s  %-10s  %s\n"

// table prints a row, and the heading before the first.
func (p *printer) table(x row) {
	if p.rows++; p.rows == 1 {
		fmt.Fprintf(p.stdout, columns, "LINE", "TOKEN", "PROVIDER", "OUTCOME", "ID OR REASON")
	}
	what := x.ID
	if x.Code != "" {
		what = strings.TrimSpace(x.Code + " " + x.Vendor)
		if x.Message != "" {
			what += ": " + x.Message
		}
		if x.Delivery == waybill.Ambiguous.String() {
			what += "; it may have arrived"
		}
		if x.Retry > 0 {
			what += fmt.Sprintf("; again in %gs", x.Retry)
		}
		if x.Dead {
			what += "; remove the token"
		}
	}
	if len(x.Adjusted) > 0 {
		what = strings.TrimSpace(what + " (" + strings.Join(x.Adjusted, ", ") + ")")
	}
	fmt.Fprintf(p.stdout, columns, fmt.Sprint(x.Line), x.Token, x.Provider, x.Outcome, what)
}

// barWidth is how many marks the bar has.
const barWidth = 30

// progress draws the bar, when it changes.
func (p *printer) progress() {
	if !p.cfg.progress {
		return
	}
	share := ""
	if p.src.size > 0 {
		done := float64(min(p.src.read, p.src.size)) / float64(p.src.size)
		n := int(done * barWidth)
		share = fmt.Sprintf("[%s%s] %3.0f%%  ", strings.Repeat("#", n), strings.Repeat(".", barWidth-n), 100*done)
	}
	p.bar = fmt.Sprintf("%s%d accepted, %d failed, %d dead", share, p.accepted, p.failed, p.dead)
	fmt.Fprint(p.stderr, p.bar)
}

// clear takes the bar away, so that a row does not run into it on a terminal.
func (p *printer) clear() {
	if p.bar != "" {
		fmt.Fprint(p.stderr, "\r"+strings.Repeat(" ", len(p.bar))+"\r")
		p.bar = ""
	}
}

// end prints the sum.
func (p *printer) end() {
	if p.bar != "" {
		fmt.Fprintln(p.stderr)
	}
	if p.cfg.json {
		return
	}
	what := "accepted"
	if p.cfg.dry {
		what = "would be sent"
	}
	fmt.Fprintf(p.stdout, "%d tokens: %d %s, %d failed, %d of them dead\n", p.accepted+p.failed, p.accepted, what, p.failed, p.dead)
}
