package google

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
)

func TestCredentialsNeverPrint(t *testing.T) {
	c := Credentials{Key: "top-secret-key", ClientID: "gme-secret", SigningSecret: "c2VjcmV0"}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "credentials", c, "pointer", &c)
	text, _ := json.Marshal(struct{ C Credentials }{c})
	for _, s := range []string{
		fmt.Sprintf("%v|%+v|%#v|%s|%q|%x", c, c, c, c, c, c), fmt.Sprint(&c), fmt.Sprintf("%+v", struct{ C Credentials }{c}), logged.String(), string(text),
	} {
		if strings.Contains(s, "secret") || strings.Contains(s, "c2Vj") {
			t.Errorf("it shows: %s", s)
		}
	}
}

func TestCheck(t *testing.T) {
	const secret = "vNIXE0xscrmjlyV-12Nj_BvUPaw="
	for name, c := range map[string]struct {
		c       Credentials
		keyOnly bool
		ok      bool
	}{
		"a key":                {Credentials{Key: "k"}, true, true},
		"a client":             {Credentials{ClientID: "c", SigningSecret: secret}, false, true},
		"a client for keys":    {Credentials{ClientID: "c", SigningSecret: secret}, true, false},
		"nothing":              {Credentials{}, false, false},
		"both":                 {Credentials{Key: "k", ClientID: "c", SigningSecret: secret}, false, false},
		"half a client":        {Credentials{ClientID: "c"}, false, false},
		"the other half":       {Credentials{SigningSecret: secret}, false, false},
		"standard base64":      {Credentials{ClientID: "c", SigningSecret: "a+/="}, false, false},
		"a key with a newline": {Credentials{Key: "k\n"}, true, false},
		"a key with a blank":   {Credentials{Key: "k k"}, true, false},
	} {
		if got := c.c.Check(c.keyOnly); (got == "") != c.ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestKeyringRemembersWhatToScrub(t *testing.T) {
	n := 0
	k, bad := NewKeyring(Credentials{}, func(context.Context) (Credentials, error) {
		n++
		return Credentials{Key: fmt.Sprintf("key-%d", n)}, nil
	}, true)
	if bad != nil {
		t.Fatal(bad)
	}
	for range 20 {
		if _, bad := k.Get(t.Context()); bad != nil {
			t.Fatal(bad)
		}
	}
	s := k.Secrets()
	if len(s) != recentSecrets || s[len(s)-1] != "key-20" {
		t.Errorf("%d secrets, the last %q", len(s), s[len(s)-1])
	}
	if k, _ = NewKeyring(Credentials{Key: "fixed"}, nil, true); len(k.Secrets()) != 1 {
		t.Error("a fixed key is not scrubbed")
	}
}

func TestKeyringErrors(t *testing.T) {
	own := &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous, Message: "the vault is down"}
	for name, c := range map[string]struct {
		err  error
		want waybill.Code
	}{
		"foreign": {errors.New("vault: token abc"), waybill.Unauthenticated},
		"own":     {fmt.Errorf("wrapped: %w", own), waybill.Unavailable},
	} {
		k, _ := NewKeyring(Credentials{}, func(context.Context) (Credentials, error) { return Credentials{}, c.err }, true)
		_, bad := k.Get(t.Context())
		if bad == nil || bad.Code != c.want || bad.Delivery != waybill.NotSent || strings.Contains(bad.Error(), "abc") {
			t.Errorf("%s: %v", name, bad)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	k, _ := NewKeyring(Credentials{}, func(ctx context.Context) (Credentials, error) { cancel(); return Credentials{}, ctx.Err() }, true)
	if _, bad := k.Get(ctx); bad == nil || !errors.Is(bad, context.Canceled) || bad.Delivery != waybill.NotSent {
		t.Errorf("cancelled: %v", bad)
	}
	if own.Delivery != waybill.Ambiguous {
		t.Error("the given error was changed")
	}
}

func TestKeyringConcurrently(t *testing.T) {
	k, _ := NewKeyring(Credentials{}, func(context.Context) (Credentials, error) { return Credentials{Key: "k"}, nil }, true)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, _ = k.Get(t.Context())
			_ = k.Secrets()
		})
	}
	wg.Wait()
}

func TestHeader(t *testing.T) {
	h := Credentials{Key: "k"}.Header("a,b")
	if h.Get("X-Goog-Api-Key") != "k" || h.Get("X-Goog-FieldMask") != "a,b" || h.Get("Content-Type") != "application/json" {
		t.Errorf("got %v", h)
	}
}
