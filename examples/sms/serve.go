package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/waybill-go/waybill/sms"
)

// serve takes receipts and inbound messages until ctx ends. Each gateway has a
// path of its own. Calls are proved by the gateway's signature (NEXMO_WEBHOOK_SECRET),
// or else by the token in the URL, which is made at the start.
func (a *app) serve(ctx context.Context, out, problems io.Writer) error {
	l, err := net.Listen("tcp", a.config.serve)
	if err != nil {
		return errors.New("the address cannot be listened at")
	}
	mux, err := a.handler(out, problems, rand.Text())
	if err != nil {
		return err
	}
	for _, g := range a.gateways {
		fmt.Fprintf(out, "%s calls http://%s%s\n", g.name, l.Addr(), mux.paths[g.name])
	}
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = s.Shutdown(last)
		<-done
	}
	for _, v := range mux.receivers {
		if ferr := v.Flush(context.WithoutCancel(ctx)); err == nil {
			err = ferr
		}
	}
	return err
}

// hooks is the server's handler.
type hooks struct {
	*http.ServeMux
	paths     map[string]string // with the token
	receivers []*sms.Receiver
}

// handler makes a receiver for each gateway. A receipt goes into the journal and
// the rules, an inbound message into the rules: a STOP is obeyed from then on.
func (a *app) handler(out, problems io.Writer, token string) (*hooks, error) {
	h := &hooks{ServeMux: http.NewServeMux(), paths: map[string]string{}}
	for _, g := range a.gateways {
		v, err := sms.NewReceiver(g.adapter, sms.ReceiverOptions{
			Gateway: g.name, Token: token,
			Report: func(ctx context.Context, r sms.DeliveryReport) error {
				fmt.Fprintf(out, "receipt   %s %s: %s\n", r.Gateway, r.Recipient, r.Status)
				if err := a.rules.HearReport(ctx, r); err != nil {
					return err
				}
				return a.journal.report(ctx, r)
			},
			Inbound: func(ctx context.Context, m sms.Inbound) error {
				word, err := a.rules.Hear(ctx, m)
				fmt.Fprintf(out, "inbound   %s %s: %d characters, keyword %s\n", m.Gateway, m.From.Masked(), len([]rune(m.Text)), word)
				return err
			},
			OnError: func(_ context.Context, err error) { fmt.Fprintln(problems, err) },
		})
		if err != nil {
			return nil, err
		}
		h.receivers = append(h.receivers, v)
		h.Handle("/"+g.name, v)
		h.paths[g.name] = "/" + g.name + "?token=" + token
	}
	return h, nil
}
