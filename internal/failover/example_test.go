package failover_test

import (
	"context"
	"fmt"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

type greeter interface {
	Greet(ctx context.Context, name string) (string, error)
}

type english struct{}

func (english) Name() string { return "english" }
func (english) Greet(_ context.Context, name string) (string, error) {
	return "", &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: time.Hour}
}

type french struct{}

func (french) Name() string { return "french" }
func (french) Greet(_ context.Context, name string) (string, error) {
	return "Bonjour, " + name, nil
}

func lane() *failover.Lane[greeter] {
	set, err := failover.NewSet(failover.Config{Domain: "greet"}, []failover.Member{{Provider: english{}}, {Provider: french{}}})
	if err != nil {
		panic(err)
	}
	return failover.NewLane[greeter](set, "greet", failover.Read, waybill.Policy{AttemptTimeout: time.Second}, waybill.Policy{})
}

func ExampleOne() {
	ctx, attempts := waybill.WithRecorder(context.Background())
	text, served, err := failover.One(ctx, lane(), nil, "Ada", greeter.Greet)
	fmt.Println(text, err)
	fmt.Println(served.Provider, served.Attempts)
	for _, a := range attempts.Attempts() {
		fmt.Println(a.Provider, waybill.CodeOf(a.Err) == waybill.RateLimited)
	}
	// Output:
	// Bonjour, Ada <nil>
	// french 2
	// english true
	// french false
}

func ExampleMany() {
	greetAll := func(g greeter, ctx context.Context, names []string) []failover.Outcome[string] {
		out := make([]failover.Outcome[string], len(names))
		for i, n := range names {
			out[i].Value, out[i].Err = g.Greet(ctx, n)
		}
		return out
	}
	for _, o := range failover.Many(context.Background(), lane(), nil, []string{"Ada", "Ben"}, greetAll) {
		fmt.Println(o.Value, o.Err, o.Served.Provider)
	}
	// Output:
	// Bonjour, Ada <nil> french
	// Bonjour, Ben <nil> french
}

func ExampleStream() {
	type body struct {
		text  string
		close context.CancelFunc
	}
	open := func(g greeter, ctx context.Context, name string) (*body, error) {
		text, err := g.Greet(ctx, name)
		return &body{text: text}, err
	}
	bind := func(b *body, cancel context.CancelFunc) *body {
		b.close = cancel
		return b
	}
	b, served, err := failover.Stream(context.Background(), lane(), nil, "Ada", open, bind)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.close()
	fmt.Println(b.text, served.Instance)
	// Output: Bonjour, Ada french
}

func ExamplePages() {
	page := func(g greeter, ctx context.Context, n int) ([]string, int, bool, error) {
		text, err := g.Greet(ctx, fmt.Sprint("page ", n))
		return []string{text}, n + 1, n < 2, err
	}
	for text, err := range failover.Pages(context.Background(), lane(), nil, 1, page) {
		fmt.Println(text, err)
	}
	// Output:
	// Bonjour, page 1 <nil>
	// Bonjour, page 2 <nil>
}

func ExampleLane_Explain() {
	l := lane()
	_, _, _ = failover.One(context.Background(), l, nil, "Ada", greeter.Greet)
	for _, c := range l.Explain(nil) {
		fmt.Printf("%d %s %q\n", c.Order, c.Instance, c.Reason)
	}
	// Output:
	// 1 french ""
	// 0 english "idle: the vendor asked to wait"
}
