package mail_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

func TestNewRefuses(t *testing.T) {
	b, _ := bucket(t, nil)
	plain := &relay{name: "one"}
	for name, options := range map[string][]mail.Option{
		"nobody":             {},
		"nil relay":          {mail.With(nil)},
		"no sender":          {mail.With(noSender{})},
		"one name twice":     {mail.With(plain), mail.With(plain)},
		"bad region":         {mail.With(plain, mail.In("cn"))},
		"bad default region": {mail.With(plain), mail.WithDefaultRegion("china")},
		"nil recorder":       {mail.With(plain), mail.WithRecorder(nil)},
		"no bucket":          {mail.With(plain), mail.WithOffload(mail.Offload{})},
		"long promise":       {mail.With(plain), mail.WithOffload(mail.Offload{Bucket: b, Expires: 8 * 24 * time.Hour})},
		"short promise":      {mail.With(plain), mail.WithOffload(mail.Offload{Bucket: b, Expires: time.Millisecond})},
		"impossible promise": {mail.With(plain), mail.WithOffload(mail.Offload{Bucket: b, Expires: time.Hour, MinLife: 2 * time.Hour})},
		"bad prefix":         {mail.With(plain), mail.WithOffload(mail.Offload{Bucket: b, Prefix: "../"})},
		"bad use":            {mail.With(plain), mail.WithOffload(mail.Offload{Bucket: b}, mail.In("x"))},
		"no links":           {mail.With(plain), mail.WithOffload(mail.Offload{Bucket: unsigned(t)})},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mail.New(options...)
			want(t, err, waybill.InvalidArgument, waybill.NotSent)
		})
	}
}

type noSender struct{}

func (noSender) Name() string { return "nosender" }

func TestFailover(t *testing.T) {
	policy := fails(waybill.PermissionDenied, waybill.ScopeRequest, waybill.NotSent)
	dead := fails(waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
	for name, c := range map[string]struct {
		first    func(context.Context, *mail.Message) error
		change   func(*mail.Message)
		calls    [2]int
		served   string
		code     waybill.Code
		delivery waybill.Delivery
		double   bool
	}{
		"healthy":                  {nil, nil, [2]int{1, 0}, "one", 0, waybill.Sent, false},
		"down":                     {down, nil, [2]int{2, 1}, "two", 0, waybill.Sent, false},
		"login refused":            {fails(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent), nil, [2]int{1, 1}, "two", 0, waybill.Sent, false},
		"sender refused":           {fails(waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent), nil, [2]int{1, 1}, "two", 0, waybill.Sent, false},
		"unsupported":              {fails(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent), nil, [2]int{1, 1}, "two", 0, waybill.Sent, false},
		"too large for one":        {tooLarge, nil, [2]int{1, 1}, "two", 0, waybill.Sent, false},
		"policy ends it":           {policy, nil, [2]int{1, 0}, "", waybill.PermissionDenied, waybill.NotSent, false},
		"dead recipient ends it":   {dead, nil, [2]int{1, 0}, "", waybill.Unregistered, waybill.NotSent, false},
		"ambiguous ends it":        {ambiguous, nil, [2]int{1, 0}, "", waybill.Unavailable, waybill.Ambiguous, false},
		"ambiguous, twice allowed": {ambiguous, func(m *mail.Message) { m.AllowDuplicates = true }, [2]int{1, 1}, "two", 0, waybill.Sent, true},
	} {
		t.Run(name, func(t *testing.T) {
			one, two := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{c.first}}, &relay{name: "two"}
			m := note()
			if c.change != nil {
				c.change(m)
			}
			res, err := client(t, mail.With(one), mail.With(two)).Send(t.Context(), m)
			if got := [2]int{one.calls, two.calls}; got != c.calls {
				t.Errorf("calls %v, want %v", got, c.calls)
			}
			if c.served == "" {
				want(t, err, c.code, c.delivery)
				if res.MessageID == "" || len(res.Recipients) != 1 || res.Recipients[0].Err == nil {
					t.Errorf("the receipt of a failure is %+v", res)
				}
				return
			}
			if err != nil || res.Provider != c.served || res.PossibleDuplicate != c.double || res.Attempts != one.calls+two.calls || res.ID != "q1" {
				t.Errorf("%v: %+v", err, res)
			}
		})
	}
}

func TestEveryRelayGetsTheSameID(t *testing.T) {
	var ids []string
	see := func(_ context.Context, m *mail.Message) error {
		ids = append(ids, m.MessageID+m.Date.String())
		return &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}
	}
	m := note()
	m.Key = ""
	steps := []func(context.Context, *mail.Message) error{see}
	_, err := client(t, mail.With(&relay{name: "one", steps: steps}), mail.With(&relay{name: "two", steps: steps})).Send(t.Context(), m)
	want(t, err, waybill.Unavailable, waybill.NotSent)
	if len(ids) < 2 || len(slices.Compact(ids)) != 1 || m.MessageID != "" {
		t.Errorf("ids %q; the caller's message has %q", ids, m.MessageID)
	}
}

func TestRegions(t *testing.T) {
	home, abroad := &relay{name: "home"}, &relay{name: "abroad"}
	c := client(t, mail.With(home, mail.In("CN")), mail.With(abroad, mail.Outside("CN")))
	m := note()
	_, err := c.Send(t.Context(), m)
	if e := want(t, err, waybill.InvalidArgument, waybill.NotSent); !strings.Contains(e.Message, "Region") {
		t.Errorf("%q", e.Message)
	}
	for region, r := range map[string]*relay{"CN": home, "HK": abroad} {
		m.Region = region
		if res, err := c.Send(t.Context(), m); err != nil || res.Provider != r.name {
			t.Errorf("%s: %v %v", region, err, res.Provider)
		}
	}
	m.Region = ""
	if res, err := client(t, mail.With(home, mail.In("CN")), mail.WithDefaultRegion("CN")).Send(t.Context(), m); err != nil || res.Provider != "home" {
		t.Errorf("%v %v", err, res.Provider)
	}
}

// TestOneShotSources: nobody else is asked once a byte of such a source was
// read, and the verdict is what the first relay said.
func TestOneShotSources(t *testing.T) {
	for name, c := range map[string]struct {
		read  bool
		calls int
	}{"read": {true, 0}, "not read": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			one, two := &relay{name: "one"}, &relay{name: "two"}
			one.steps = []func(context.Context, *mail.Message) error{down}
			if c.read {
				one.steps[0] = one.reads(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
			}
			m := note()
			m.Attachments = []mail.Attachment{once("a.bin", 100, 100)}
			_, err := client(t, mail.With(one), mail.With(two)).Send(t.Context(), m)
			if two.calls != c.calls || (err == nil) != (c.calls == 1) {
				t.Errorf("the second relay was asked %d times, %v", two.calls, err)
			}
			if c.read {
				want(t, err, waybill.Unavailable, waybill.NotSent)
			}
		})
	}
	t.Run("an ordinary source", func(t *testing.T) {
		one, two := &relay{name: "one"}, &relay{name: "two"}
		one.steps = []func(context.Context, *mail.Message) error{one.reads(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)}
		m := note()
		m.Attachments = []mail.Attachment{file("a.bin", 100)}
		if _, err := client(t, mail.With(one), mail.With(two)).Send(t.Context(), m); err != nil || len(two.mails[0].Files[0].Data) != 100 {
			t.Errorf("%v", err)
		}
	})
}

// TestASourceIsNoRelaysFault: nobody else is asked, and no relay loses health.
func TestASourceIsNoRelaysFault(t *testing.T) {
	one, two := &relay{name: "one"}, &relay{name: "two"}
	c := client(t, mail.With(one), mail.With(two))
	m := note()
	b, _ := bucket(t, nil)
	for range 10 {
		m.Attachments = []mail.Attachment{{Name: "gone.pdf", Object: "no/such", Bucket: b, Size: 10}}
		_, err := c.Send(t.Context(), m)
		want(t, err, waybill.NotFound, waybill.NotSent)
		m.Attachments = []mail.Attachment{once("a.bin", 5, 100)}
		_, err = c.Send(t.Context(), m)
		want(t, err, waybill.FailedPrecondition, waybill.NotSent)
	}
	if two.calls != 0 {
		t.Errorf("the second relay was asked %d times", two.calls)
	}
	for _, s := range c.Status() {
		if s.Health != waybill.Healthy || s.Failures != 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestClientByHand(t *testing.T) {
	one, two := &relay{name: "one"}, &relay{name: "two"}
	c := client(t, mail.With(one), mail.With(two, mail.As("spare")), mail.WithName("mails"), mail.WithPolicy(waybill.Policy{Tries: 2}))
	if c.Name() != "mails" || len(c.Verbs()) != 1 || client(t, mail.With(one)).Name() != "mail" {
		t.Errorf("%q %v", c.Name(), c.Verbs())
	}
	if err := c.Drain("one"); err != nil {
		t.Fatal(err)
	}
	who, err := c.Explain(note())
	if err != nil || len(who) != 2 || who[0].Instance != "spare" || who[0].Order != 1 || who[1].Order != 0 {
		t.Fatalf("%v %+v", err, who)
	}
	if res, err := c.Send(t.Context(), note()); err != nil || res.Instance != "spare" {
		t.Errorf("%v %+v", err, res)
	}
	if err := c.Restore("one"); err != nil {
		t.Fatal(err)
	}
	if res, err := c.Send(t.Context(), note()); err != nil || res.Instance != "one" {
		t.Errorf("%v %+v", err, res)
	}
	if _, err := c.Explain(nil); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("%v", err)
	}
	if c.Drain("nobody") == nil || c.Restore("nobody") == nil {
		t.Error("an unknown instance")
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), note())
	want(t, err, waybill.Unavailable, waybill.NotSent)
}

func TestHooksAndNesting(t *testing.T) {
	var seen []string
	hooks := &waybill.Hooks{
		StartCall: func(ctx context.Context, c waybill.Call) (context.Context, func(waybill.CallEnd)) {
			seen = append(seen, "call "+c.Domain+" "+c.Client)
			return ctx, nil
		},
		OnFailover: func(_ context.Context, f waybill.Failover) { seen = append(seen, f.From+"→"+f.To) },
	}
	one := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{down}}
	inner := client(t, mail.With(one), mail.WithName("inner"))
	outer := client(t, mail.With(inner), mail.With(&relay{name: "two"}), mail.WithHooks(hooks), mail.WithName("outer"))
	res, err := outer.Send(t.Context(), note())
	if err != nil || res.Provider != "two" {
		t.Fatalf("%v %+v", err, res)
	}
	if !slices.Contains(seen, "inner→two") || !slices.Contains(seen, "call mail outer") {
		t.Errorf("%q", seen)
	}
}

func TestRecords(t *testing.T) {
	rec := mail.NewMemoryRecorder(0)
	part := func(_ context.Context, m *mail.Message) error {
		return &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.Sent, VendorCode: "550 5.1.1"}
	}
	one := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{nil, ambiguous, part, down,
		func(context.Context, *mail.Message) error { panic("relay") }}}
	c := client(t, mail.With(one), mail.WithRecorder(rec), mail.WithPolicy(waybill.Policy{Tries: -1}))
	m := note()
	m.Cc = []mail.Address{{Addr: "second@receiver.example"}}
	m.Kind, m.Tenant, m.Region = "invoice", "acme", "HK"
	for range 4 {
		_, _ = c.Send(t.Context(), m)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = c.Send(t.Context(), m)
	}()
	all := rec.Records()
	if len(all) != 10 {
		t.Fatalf("%d records, want one for each recipient", len(all))
	}
	for i, d := range []waybill.Delivery{waybill.Sent, waybill.Ambiguous, waybill.Sent, waybill.NotSent, waybill.Ambiguous} {
		r := all[2*i]
		if r.Delivery != d || r.Ended.IsZero() || r.Domain != "mail" || r.Key != m.Key || r.Kind != "invoice" || r.Tenant != "acme" || r.Region != "HK" ||
			r.Recipient != "c…@receiver.example" || all[2*i+1].Recipient != "s…@receiver.example" || r.ID == all[2*i+1].ID {
			t.Errorf("record %d: %+v", i, r)
		}
	}
	if all[0].VendorID != "q1" || all[0].Provider != "one" || all[0].Parts != 1 || all[2].Code != waybill.Unavailable || all[2].Provider != "one" {
		t.Errorf("%+v\n%+v", all[0], all[2])
	}
}

type refusingRecorder struct{ mail.MemoryRecorder }

func (*refusingRecorder) Begin(context.Context, []waybill.Record) error { return errors.New("disk") }

func TestARecorderThatRefuses(t *testing.T) {
	one := &relay{name: "one"}
	_, err := client(t, mail.With(one), mail.WithRecorder(&refusingRecorder{})).Send(t.Context(), note())
	want(t, err, waybill.Unavailable, waybill.NotSent)
	if one.calls != 0 {
		t.Error("it was sent all the same")
	}
	small := mail.NewMemoryRecorder(1)
	c := client(t, mail.With(one), mail.WithRecorder(small))
	for range 3 {
		if _, err := c.Send(t.Context(), note()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(small.Records()); n != 1 {
		t.Errorf("%d records", n)
	}
}
