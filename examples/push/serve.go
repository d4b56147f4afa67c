package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill/push"
)

// server takes reports of tokens, and sends to users by their ids.
type server struct {
	users    *push.Users
	n        push.Notification
	operator string                   // who may send
	sessions map[string]push.Reporter // who may report, by the session's secret
}

// newServer makes the server's handler. The registry is in memory here; with
// redispush.New or sqlpush.New in its place several processes share one, and with
// sqlpush.NewRecorder in the client a repeated send reaches those only who have
// nothing yet.
func newServer(cfg config, v *vendors, stderr io.Writer) (*server, http.Handler, error) {
	registry := push.NewMemoryRegistry()
	users, err := push.NewUsers(v.client, registry, nil)
	if err != nil {
		return nil, nil, err
	}
	s := &server{users: users, n: cfg.n, operator: rand.Text(), sessions: map[string]push.Reporter{}}
	for _, user := range []string{"alice", "bob"} {
		s.sessions[rand.Text()] = push.Reporter{User: user, Device: "phone"}
	}
	reports, err := push.NewReportHandler(registry, s.authenticate, &push.ReportOptions{
		OnError: func(err error) { fmt.Fprintln(stderr, "push: a report was not taken:", err) },
	})
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/push/token", reports)
	mux.HandleFunc("POST /send", s.send)
	return s, mux, nil
}

// authenticate stands for an application's sessions: the user is what the
// session says, whatever the body holds.
func (s *server) authenticate(r *http.Request) (push.Reporter, error) {
	who, ok := s.sessions[bearer(r)]
	if !ok {
		return push.Reporter{}, errors.New("there is no such session")
	}
	return who, nil
}

func bearer(r *http.Request) string {
	secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return secret
}

// sentTo is one line of the answer to a send.
type sentTo struct {
	User    string `json:"user"`
	Device  string `json:"device,omitempty"`
	Token   string `json:"token,omitempty"` // masked
	Outcome string `json:"outcome"`
	ID      string `json:"id,omitempty"`
	Error   string `json:"error,omitempty"`
}

// send sends the command line's notification to the users of a JSON array.
func (s *server) send(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(bearer(r)), []byte(s.operator)) != 1 {
		http.Error(w, "the operator's key is wrong", http.StatusUnauthorized)
		return
	}
	var ids []string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&ids); err != nil {
		http.Error(w, "the body is no JSON array of user ids", http.StatusBadRequest)
		return
	}
	out := []sentTo{}
	for _, u := range s.users.Send(r.Context(), ids, &s.n) {
		line := sentTo{User: u.User, Device: u.Device, Outcome: u.Outcome.String(), ID: u.ID}
		if u.Token.Vendor != "" {
			line.Token = u.Token.String()
		}
		if u.Err != nil {
			line.Error = u.Err.Error()
		}
		out = append(out, line)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

// serve runs the server until the context ends.
func serve(ctx context.Context, cfg config, v *vendors, stdout, stderr io.Writer) int {
	s, handler, err := newServer(cfg, v, stderr)
	if err != nil {
		return usageError(stderr, err)
	}
	l, err := net.Listen("tcp", cfg.serve)
	if err != nil {
		return usageError(stderr, fmt.Errorf("-serve: %w", err))
	}
	s.explain(stdout, "http://"+l.Addr().String())
	h := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = h.Shutdown(end)
	})
	defer stop()
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(stderr, "push:", err)
		return exitFailed
	}
	return exitOK
}

// explain prints how to ask the server.
func (s *server) explain(w io.Writer, url string) {
	fmt.Fprintln(w, "Apps report their tokens (13 is FCM's type, 1 Android), with their user's session:")
	for secret, who := range s.sessions {
		fmt.Fprintf(w, "  curl -d 'os=1&cidType=13&pushCid=TOKEN' -H 'Authorization: Bearer %s' %s/push/token   # %s\n", secret, url, who.User)
	}
	fmt.Fprintln(w, "The operator sends to users:")
	fmt.Fprintf(w, "  curl -d '[\"alice\",\"bob\"]' -H 'Authorization: Bearer %s' %s/send\n", s.operator, url)
}
