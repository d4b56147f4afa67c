package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/sms"
)

// hooks is the service's own server: what gateways and apps call.
type hooks struct {
	url    string
	server *http.Server
	client *http.Client
	token  string // proves the calls of gateways that sign nothing
	fakes  []gateway

	mu       sync.Mutex
	sessions map[string]push.Reporter // of the drivers' apps
	problems []error                  // what was refused; none, with the fakes
}

// newHooks makes the server: a receiver for each gateway that calls back, and the
// report of the drivers' tokens. A real service puts it behind a public URL and
// tells that to the gateways.
func newHooks(p *providers, j *journal, registry push.Registry) (*hooks, error) {
	h := &hooks{token: rand.Text(), fakes: p.gateways, sessions: map[string]push.Reporter{}, client: &http.Client{Timeout: 10 * time.Second}}
	mux := http.NewServeMux()
	for _, g := range p.sms {
		options := sms.ReceiverOptions{Gateway: g.name, Report: j.report, OnError: func(_ context.Context, err error) { h.refused(err) }}
		if !signs(g.name) || p.fakes[g.name] == nil {
			options.Token = h.token
		}
		receiver, err := sms.NewReceiver(g.provider, options)
		if err != nil {
			return nil, err
		}
		mux.Handle("/sms/"+g.name, receiver)
	}
	reports, err := push.NewReportHandler(registry, h.authenticate, &push.ReportOptions{OnError: h.refused})
	if err != nil {
		return nil, err
	}
	mux.Handle("/push/token", reports)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.url = "http://" + listener.Addr().String()
	h.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	go h.server.Serve(listener)
	return h, nil
}

// signs reports whether a gateway signs its calls.
func signs(gateway string) bool { return family(gateway) == "nexmo" }

func (h *hooks) close() {
	h.client.CloseIdleConnections()
	h.server.Close()
}

// authenticate stands for the application's sessions: who reports a token is what
// the session says, whatever the body holds.
func (h *hooks) authenticate(r *http.Request) (push.Reporter, error) {
	secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	h.mu.Lock()
	defer h.mu.Unlock()
	who, ok := h.sessions[secret]
	if !ok {
		return push.Reporter{}, &waybill.Error{Code: waybill.Unauthenticated, Message: "there is no such session"}
	}
	return who, nil
}

// login opens a session for a driver's app.
func (h *hooks) login(user string) string {
	secret := rand.Text()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions[secret] = push.Reporter{User: user, Device: "phone"}
	return secret
}

func (h *hooks) refused(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problems = append(h.problems, err)
}

// refusals are the calls that were refused.
func (h *hooks) refusals() []error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.problems)
}

// report has the fake gateways that took a message on report its delivery. Each
// call comes twice, as gateways repeat what they think was not heard.
func (h *hooks) report(ctx context.Context, key string) {
	for _, g := range h.fakes {
		for range 2 {
			for _, call := range g.calls(key) {
				call.URL = h.url + call.URL
				if !g.signs() {
					call.URL += "?token=" + h.token
				}
				if err := h.post(ctx, call); err != nil {
					h.refused(err)
				}
			}
		}
	}
}

// hookCall is one call of a gateway's or an app's.
type hookCall struct{ URL, ContentType, Body, Session string }

func (h *hooks) post(ctx context.Context, c hookCall) error {
	q, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, c.URL, strings.NewReader(c.Body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", c.ContentType)
	if c.Session != "" {
		q.Header.Set("Authorization", "Bearer "+c.Session)
	}
	reply, err := h.client.Do(q)
	if err != nil {
		return errors.New("the service's own server does not answer") // the error has the URL, and so the token
	}
	reply.Body.Close()
	if reply.StatusCode/100 != 2 {
		return &waybill.Error{Code: waybill.Internal, Provider: "order", Op: "hook", Message: "the service answered its own hook with " + reply.Status}
	}
	return nil
}
