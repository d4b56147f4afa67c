package logsms_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/logsms"
)

func newAdapter(t *testing.T, o *logsms.Options) (*logsms.Adapter, *bytes.Buffer) {
	t.Helper()
	out := new(bytes.Buffer)
	a, err := logsms.New(slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})), o)
	if err != nil {
		t.Fatal(err)
	}
	return a, out
}

func TestWritesAMaskedLine(t *testing.T) {
	a, out := newAdapter(t, nil)
	res, err := a.Send(t.Context(), sms.Message{To: "+8613800138000", Text: "您的验证码是482913", Kind: sms.Verification, From: "Waybill", Key: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	line := out.String()
	for _, want := range []string{"to=+86****8000", "region=CN", "kind=verification", "from=Waybill", "key=k1", "encoding=ucs2", "parts=1", "characters=12", "id=log-1", "level=INFO"} {
		if !strings.Contains(line, want) {
			t.Errorf("no %s in the line", want)
		}
	}
	for _, secret := range []string{"13800138000", "482913", "验证码"} {
		if strings.Contains(line, secret) {
			t.Error("the line holds personal data")
		}
	}
	if res.ID != "log-1" || res.Provider != "logsms" || len(res.Parts) != 1 || res.Encoding != sms.UCS2 || res.Estimate != 1 {
		t.Errorf("receipt %+v", res)
	}
}

func TestTextsOnlyWhenAsked(t *testing.T) {
	a, out := newAdapter(t, &logsms.Options{Text: true, Level: slog.LevelDebug})
	m := sms.Message{To: "+447700900123", Template: "code", Gateway: sms.GatewayMessage{TemplateID: "T1", Sign: "Acme", Params: []sms.Param{{Name: "code", Value: "482913"}}}}
	if _, err := a.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(t.Context(), sms.Message{To: "+447700900123", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"param_code=482913", "text=hello", "template_id=T1", "sign=Acme", "template=code", "level=DEBUG"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in the lines", want)
		}
	}
	if strings.Contains(out.String(), "7700900123") {
		t.Error("the line holds the number")
	}
}

func TestCountsParts(t *testing.T) {
	a, _ := newAdapter(t, nil)
	res, err := a.Send(t.Context(), sms.Message{To: "+447700900123", Text: strings.Repeat("a", 161)})
	if err != nil || len(res.Parts) != 2 || res.Parts[0].ID == res.Parts[1].ID || res.Encoding != sms.GSM7 {
		t.Errorf("%+v, %v", res, err)
	}
	// The mainland counts 70 characters whatever the alphabet.
	if res, err = a.Send(t.Context(), sms.Message{To: "+8613800138000", Text: strings.Repeat("a", 71)}); err != nil || res.Estimate != 2 {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestRefusals(t *testing.T) {
	a, out := newAdapter(t, nil)
	if _, err := a.Send(t.Context(), sms.Message{To: "123", Text: "x"}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := a.Send(ctx, sms.Message{To: "+447700900123", Text: "x"})
	if !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("got %v", err)
	}
	if out.Len() != 0 {
		t.Error("something was written")
	}
	if _, err := logsms.New(nil, nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("nil logger: %v", err)
	}
}

func TestAccount(t *testing.T) {
	own := waybill.NewAccount("x", waybill.Limits{})
	a, _ := newAdapter(t, &logsms.Options{Account: own})
	b, _ := newAdapter(t, nil)
	private := b.Account()
	if a.Account() != own || private == nil || b.Account() != private || a.Name() != "logsms" {
		t.Error("account or name")
	}
}

func TestConcurrentUse(t *testing.T) {
	a, out := newAdapter(t, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[string]bool{}
	for range 50 {
		wg.Go(func() {
			res, err := a.Send(t.Context(), sms.Message{To: "+447700900123", Text: "x"})
			mu.Lock()
			defer mu.Unlock()
			if err != nil || ids[res.ID] {
				t.Errorf("%v, %v", res.ID, err)
			}
			ids[res.ID] = true
		})
	}
	wg.Wait()
	if n := strings.Count(out.String(), "\n"); n != 50 {
		t.Errorf("%d lines", n)
	}
}
