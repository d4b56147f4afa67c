package amap

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

func TestEveryCodeHasAClass(t *testing.T) {
	if len(table) != 43 {
		t.Errorf("%d codes", len(table))
	}
	for code, c := range table {
		if len(code) != 5 || c.info == "" || c.scope == waybill.ScopeUnknown || c.code == waybill.Unknown || c.code == waybill.InvalidArgument {
			t.Errorf("%s: %+v", code, c)
		}
		if (c.code == waybill.RateLimited) != (c.wait == second || c.wait == minute) {
			t.Errorf("%s: a limit per second or minute says how long", code)
		}
	}
	if Codes()["10021"] != "CUQPS_HAS_EXCEEDED_THE_LIMIT" {
		t.Error("Codes does not list the table")
	}
}

func TestCodesThatNobodyKnows(t *testing.T) {
	for code, want := range map[string]waybill.Code{"30000": waybill.Internal, "39999": waybill.Internal, "3000": waybill.Unknown,
		"3abcd": waybill.Unknown, "10098": waybill.Unknown, "": waybill.Unknown} {
		if got := classOf(code).code; got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}

func TestDayQuotasWaitUntilMidnightInBeijing(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, v := range []struct {
		now  string
		want time.Duration
	}{
		{"2026-03-01T15:59:00Z", time.Minute},
		{"2026-03-01T16:00:00Z", 24 * time.Hour},
		{"2026-03-01T23:30:00+08:00", 30 * time.Minute},
		{"2026-12-31T12:00:00-05:00", 23 * time.Hour},
		{"2026-03-01T15:59:59.9Z", time.Second},
	} {
		if got := midnight.retryAfter(at(v.now)); got != v.want {
			t.Errorf("%s: %v, want %v", v.now, got, v.want)
		}
	}
	now := time.Now()
	if noWait.retryAfter(now) != 0 || second.retryAfter(now) != time.Second || minute.retryAfter(now) != time.Minute {
		t.Error("the other waits")
	}
}

func TestVerdict(t *testing.T) {
	for name, v := range map[string]struct {
		e         Envelope
		code      string
		ok, known bool
	}{
		"v3 success":           {Envelope{Status: "1", Info: "ok", Infocode: "10000"}, "10000", true, true},
		"v3 refusal":           {Envelope{Status: "0", Info: "X", Infocode: "10021"}, "10021", false, true},
		"code against status":  {Envelope{Status: "1", Infocode: "10021"}, "10021", false, true},
		"status against code":  {Envelope{Status: "0", Infocode: "10000"}, "10000", false, true},
		"no code":              {Envelope{Status: "1"}, "10000", true, true},
		"refusal without code": {Envelope{Status: "0"}, "", false, true},
		"v4 success":           {Envelope{Errcode: "0", Errmsg: "OK"}, "0", true, true},
		"v4 success in v3's":   {Envelope{Errcode: "10000", Errmsg: "OK"}, "10000", true, true},
		"v4 refusal":           {Envelope{Errcode: "10012"}, "10012", false, true},
		"nothing":              {Envelope{Info: "OK"}, "", false, false},
		"other status":         {Envelope{Status: "2"}, "", false, false},
	} {
		if code, _, ok, known := v.e.verdict(); code != v.code || ok != v.ok || known != v.known {
			t.Errorf("%s: %q %t %t", name, code, ok, known)
		}
	}
}

func TestRegions(t *testing.T) {
	for adcode, want := range map[Text]string{"440305": "CN", "110000": "CN", "650100": "CN", "100000": "CN", "810001": "HK", "820000": "MO",
		"710000": "TW", "900000": "", "": "", "4403": "", "abcdef": "", "000000": ""} {
		if got := RegionOfAdcode(adcode); got != want {
			t.Errorf("%q: %q, want %q", adcode, got, want)
		}
	}
	for region, want := range map[string]bool{"": true, "CN": true, "HK": true, "MO": true, "TW": false, "SG": false} {
		if Covered(region) != want {
			t.Errorf("%q covered: %t", region, !want)
		}
	}
}
