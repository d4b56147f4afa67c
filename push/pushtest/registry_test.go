package pushtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// flawed is a registry with one mistake.
type flawed struct {
	push.Registry
	flaw string
	last map[string]time.Time
}

func (f *flawed) Report(ctx context.Context, r push.Registration) error {
	switch f.flaw {
	case "careless":
		if r.User == "" {
			return nil
		}
	case "by arrival": // as if every report were the newest
		f.last["all"] = f.last["all"].Add(time.Hour)
		r.At = at(100).Add(time.Duration(len(f.last)) * time.Hour).Add(f.last["all"].Sub(time.Time{}))
	case "one app":
		r.Token.App = ""
	case "forgetful":
		r.Token.OS, r.Token.Language = 0, ""
	}
	return f.Registry.Report(ctx, r)
}

func (f *flawed) Tokens(ctx context.Context, users []string) ([][]push.Registration, error) {
	lists, err := f.Registry.Tokens(ctx, users)
	if f.flaw == "unsorted" {
		for _, l := range lists {
			for i, j := 0, len(l)-1; i < j; i, j = i+1, j-1 {
				l[i], l[j] = l[j], l[i]
			}
		}
	}
	if f.flaw == "short" && len(lists) > 1 {
		return lists[1:], err
	}
	return lists, err
}

func (f *flawed) Remove(ctx context.Context, t push.Token, notAfter time.Time) (bool, error) {
	switch f.flaw {
	case "killer":
		notAfter = at(1000)
	case "keeper":
		return true, nil
	}
	return f.Registry.Remove(ctx, t, notAfter)
}

func TestFlawsInRegistriesAreFound(t *testing.T) {
	for flaw, where := range map[string]string{
		"careless":   "invalid: ",
		"by arrival": "older_changes_nothing: ",
		"one app":    "report_and_read: ",
		"forgetful":  "details_follow: ",
		"unsorted":   "order: ",
		"short":      "report_and_read: ",
		"killer":     "remove_after_a_new_report: ",
		"keeper":     "remove: ",
		"":           "",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			h := RegistryHarness{
				New:  func(testing.TB) push.Registry { return &flawed{push.NewMemoryRegistry(), flaw, map[string]time.Time{}} },
				Skip: map[string]string{"canceled": "in memory", "concurrent_devices": "the flaws are not for several", "concurrent_moves": "the flaws are not for several"},
			}
			var found []string
			for _, c := range suitetest.Try(t, "", func(t tester) { runRegistry(t, h) }) {
				found = append(found, c.String())
			}
			if flaw == "" {
				if len(found) > 0 {
					t.Errorf("the right one: %q", found)
				}
				return
			}
			for _, f := range found {
				if strings.Contains(f, where) {
					return
				}
			}
			t.Errorf("%d complaints, none of them %q: %q", len(found), where, found[:min(len(found), 5)])
		})
	}
}
