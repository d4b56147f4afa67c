package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/examples/internal/console"
)

// printer prints the orders in the order of the file, however they finish, and
// a progress line where stderr is a terminal.
type printer struct {
	out, progress io.Writer // progress is nil without a terminal
	style         bool

	mu      sync.Mutex
	started time.Time
	orders  []*order
	ready   map[int]func() []string
	next    int // in orders
	done    int
	failed  int
}

func newPrinter(stdout, stderr io.Writer, getenv func(string) string) *printer {
	p := &printer{out: stdout, ready: map[int]func() []string{}}
	p.style = console.Terminal(stdout) && getenv("NO_COLOR") == ""
	if console.Terminal(stderr) {
		p.progress = stderr
	}
	return p
}

// bold marks what matters, on a terminal.
func (p *printer) bold(s string) string {
	if !p.style {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// print writes lines that stand between the orders or around them.
func (p *printer) print(lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(lines)
	p.line()
}

func (p *printer) write(lines []string) {
	p.clear()
	if len(lines) > 0 {
		fmt.Fprintln(p.out, strings.Join(lines, "\n"))
	}
}

// begin is told the orders; those that cannot be used are printed in their
// place.
func (p *printer) begin(orders []*order) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders, p.started = orders, time.Now()
	for _, o := range orders {
		if o.bad != nil {
			p.ready[o.N] = func() []string { return badBlock(o) }
			p.done++
			p.failed++
		}
	}
	p.flush()
}

// finished is told that an order is processed.
func (p *printer) finished(o *order, block func() []string, failed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready[o.N] = block
	p.done++
	if failed {
		p.failed++
	}
	p.flush()
}

// flush prints what is ready, up to the first order that is not.
func (p *printer) flush() {
	for p.next < len(p.orders) {
		block, ok := p.ready[p.orders[p.next].N]
		if !ok {
			break
		}
		p.next++
		p.write(block())
	}
	p.line()
}

// end prints what is left, when orders before it were never begun.
func (p *printer) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ; p.next < len(p.orders); p.next++ {
		if block, ok := p.ready[p.orders[p.next].N]; ok {
			p.write(block())
		}
	}
	p.clear()
	p.progress = nil
}

// line draws the progress line.
func (p *printer) line() {
	if p.progress == nil || len(p.orders) == 0 {
		return
	}
	const width = 24
	full := width * p.done / len(p.orders)
	text := fmt.Sprintf("%s%s %d/%d orders", strings.Repeat("━", full), strings.Repeat("╌", width-full), p.done, len(p.orders))
	if p.failed > 0 {
		text += fmt.Sprintf(", %d failed", p.failed)
	}
	fmt.Fprintf(p.progress, "\r\x1b[K%s  %.1f s", text, time.Since(p.started).Seconds())
}

func (p *printer) clear() {
	if p.progress != nil {
		fmt.Fprint(p.progress, "\r\x1b[K")
	}
}
