package failover

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// Explain tells a provider's state without its reason having to be read, and an
// attempt says which domain made it.
func TestExplainTellsHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, err := NewSet(Config{Domain: "test"}, []Member{
			{Provider: state("well")}, {Provider: state("idle")}, {Provider: state("out")},
		})
		if err != nil {
			t.Fatal(err)
		}
		l := NewLane[waybill.Provider](set, "verb", Read, waybill.Policy{}, waybill.Policy{})
		set.members[1].account.Idle("", time.Now().Add(time.Minute))
		if err := set.Drain("out"); err != nil {
			t.Fatal(err)
		}
		want := map[string]waybill.Health{"well": waybill.Healthy, "idle": waybill.Idling, "out": waybill.Drained}
		for _, c := range l.Explain(nil) {
			if c.Health != want[c.Provider] {
				t.Errorf("%s: %v, want %v", c.Provider, c.Health, want[c.Provider])
			}
		}
		ctx, rec := waybill.WithRecorder(t.Context())
		_, _, err = One(ctx, l, nil, 0, func(p waybill.Provider, _ context.Context, _ int) (string, error) { return p.Name(), nil })
		if a := rec.Attempts(); err != nil || len(a) != 1 || a[0].Domain != "test" {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

type state string

func (s state) Name() string { return string(s) }
