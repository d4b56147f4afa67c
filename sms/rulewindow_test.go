package sms_test

import (
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func TestSendingWindows(t *testing.T) {
	weekdays := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	own := []sms.SendingWindow{
		{Regions: []string{"FR"}, Open: 10 * time.Hour, Close: 20 * time.Hour, Days: weekdays},
		{Regions: []string{"US"}, Open: 9 * time.Hour, Close: 9*time.Hour + 30*time.Minute},
		{Kinds: []sms.Kind{sms.Notification}, Open: 6 * time.Hour, Close: 24 * time.Hour},
		{Kinds: []sms.Kind{sms.Verification}, Regions: []string{"GB"}, Open: 0, Close: 24 * time.Hour},
	}
	for name, x := range map[string]struct {
		windows []sms.SendingWindow
		kind    sms.Kind
		region  string
		now     string
		want    time.Duration
	}{
		"mainland by day":            {nil, sms.Marketing, "CN", "2026-03-02T12:00:00+08:00", 0},
		"mainland at eight":          {nil, sms.Marketing, "CN", "2026-03-02T08:00:00+08:00", 0},
		"mainland before":            {nil, sms.Marketing, "CN", "2026-03-02T07:59:59+08:00", time.Second},
		"mainland at ten":            {nil, sms.Marketing, "CN", "2026-03-02T22:00:00+08:00", 10 * time.Hour},
		"mainland before ten":        {nil, sms.Marketing, "CN", "2026-03-02T21:59:59+08:00", 0},
		"mainland, other kinds":      {nil, sms.Notification, "CN", "2026-03-02T03:00:00+08:00", 0},
		"codes at night":             {nil, sms.Verification, "CN", "2026-03-02T03:00:00+08:00", 0},
		"Hong Kong at nine":          {nil, sms.Marketing, "HK", "2026-03-02T21:00:00+08:00", 11 * time.Hour},
		"India":                      {nil, sms.Marketing, "IN", "2026-03-02T09:00:00+05:30", time.Hour},
		"America, night in Hawaii":   {nil, sms.Marketing, "US", "2026-01-15T09:00:00-05:00", 4 * time.Hour},
		"America, day everywhere":    {nil, sms.Marketing, "US", "2026-01-15T14:00:00-05:00", 0},
		"America, night in the east": {nil, sms.Marketing, "US", "2026-01-15T21:00:00-05:00", 16 * time.Hour},
		"Russia":                     {nil, sms.Marketing, "RU", "2026-01-15T07:00:00+02:00", time.Hour},
		"summer time begins":         {nil, sms.Marketing, "GB", "2026-03-28T21:00:00+00:00", 10 * time.Hour},
		"summer time ends":           {nil, sms.Marketing, "GB", "2026-10-24T21:00:00+01:00", 12 * time.Hour},
		"no region is UTC":           {nil, sms.Marketing, "", "2026-03-02T07:00:00+00:00", time.Hour},
		"a region without zones":     {nil, sms.Marketing, "ZZ", "2026-03-02T07:00:00+00:00", time.Hour},
		"Friday night in France":     {own, sms.Marketing, "FR", "2026-03-06T20:00:00+01:00", 62 * time.Hour},
		"Sunday in France":           {own, sms.Marketing, "FR", "2026-03-08T12:00:00+01:00", 22 * time.Hour},
		"no time is everywhere":      {own, sms.Marketing, "US", "2026-03-08T12:00:00+00:00", -1},
		"no window for it":           {own, sms.Marketing, "GB", "2026-03-08T03:00:00+00:00", 0},
		"notifications":              {own, sms.Notification, "GB", "2026-03-08T03:00:00+00:00", 3 * time.Hour},
		"the whole day":              {own, sms.Verification, "GB", "2026-03-08T03:00:00+00:00", 0},
		"off":                        {[]sms.SendingWindow{}, sms.Marketing, "CN", "2026-03-02T03:00:00+08:00", 0},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, x.now)
			if err != nil {
				t.Fatal(err)
			}
			u := newRules(t, sms.RuleSet{Windows: x.windows})
			if got := u.Closed(x.kind, x.region, now); got != x.want {
				t.Errorf("opens in %v, want %v", got, x.want)
			}
		})
	}
}

// A window is the recipient's: no gateway is asked, and the caller hears when it
// opens.
func TestMarketingAtNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC, eight in Shanghai
		a, b := &gateway{name: "a"}, &gateway{name: "b"}
		u := newRules(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
		c := newClient(t, sms.With(a), sms.With(b), sms.WithRules(u))
		m := sms.Message{To: london, Text: "Sale", Kind: sms.Marketing}
		_, err := c.Send(t.Context(), m)
		refusedBy(t, err, sms.RuleHours, waybill.RecipientLimited)
		if waybill.RetryAfterOf(err) != 8*time.Hour || waybill.ScopeOf(err) != waybill.ScopeRecipient || len(a.seen)+len(b.seen) != 0 {
			t.Errorf("%v, %d asked", waybill.RetryAfterOf(err), len(a.seen)+len(b.seen))
		}
		if _, err := c.Explain(m); waybill.CodeOf(err) != waybill.RecipientLimited {
			t.Errorf("Explain: %v", err)
		}
		time.Sleep(8 * time.Hour)
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Error(err)
		}
		if got, err := c.Explain(m); err != nil || len(got) != 2 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// Every region that a number can have is in the table, and its zones exist.
func TestZoneTable(t *testing.T) {
	name := regexp.MustCompile(`^[A-Z]{2}$`)
	regions := map[string]bool{}
	for i := range 1000000 {
		n := sms.Number("+" + itoa(i) + "00000")
		if r := n.Region(); name.MatchString(r) {
			regions[r] = true
		}
	}
	if len(regions) < 230 {
		t.Fatalf("only %d regions", len(regions))
	}
	for r := range regions {
		zones := sms.ZonesOf(r)
		if len(zones) == 0 {
			t.Errorf("%s has no zone", r)
		}
		for _, z := range zones {
			if _, err := time.LoadLocation(z); err != nil {
				t.Errorf("%s: %v", r, err)
			}
		}
	}
	if z := sms.ZonesOf("CN"); !slices.Equal(z, []string{"Asia/Shanghai"}) {
		t.Errorf("the mainland has %v", z)
	}
	for _, r := range []string{"", "C", "CHN", "\nC", "  "} {
		if z := sms.ZonesOf(r); z != nil {
			t.Errorf("%q has %v", r, z)
		}
	}
}

func itoa(i int) string {
	b := []byte("000000")
	for p := 5; p >= 0; p-- {
		b[p] = byte('0' + i%10)
		i /= 10
	}
	return string(b)
}

func TestKeywords(t *testing.T) {
	for text, want := range map[string]struct {
		k        sms.Keyword
		language string
	}{
		"STOP": {sms.KeywordStop, "en"}, "stop": {sms.KeywordStop, "en"}, " Stop.\n": {sms.KeywordStop, "en"}, "“STOP”": {sms.KeywordStop, "en"},
		"ＳＴＯＰ": {sms.KeywordStop, "en"}, "stop  all": {sms.KeywordStop, "en"}, "opt-out": {sms.KeywordStop, "en"}, "\u200eSTOP": {sms.KeywordStop, "en"},
		"START": {sms.KeywordStart, "en"}, "yes!": {sms.KeywordStart, "en"}, "help": {sms.KeywordHelp, "en"},
		"R": {sms.KeywordStop, "zh"}, "td": {sms.KeywordStop, "zh"}, "退订": {sms.KeywordStop, "zh"}, "【退订】": {sms.KeywordStop, "zh"}, "恢复": {sms.KeywordStart, "zh"},
		"Arrêt": {sms.KeywordStop, "fr"}, "ARRET": {sms.KeywordStop, "fr"}, "baja": {sms.KeywordStop, "es"}, "стоп": {sms.KeywordStop, "ru"}, "수신거부": {sms.KeywordStop, "ko"},
		"please stop": {}, "STOP please": {}, "": {}, "...": {}, "stopp it": {}, "s t o p": {}, "1": {},
	} {
		if k, language := sms.KeywordOf(text); k != want.k || language != want.language {
			t.Errorf("%q is %v in %q", text, k, language)
		}
	}
	for k, want := range map[sms.Keyword]string{0: "none", sms.KeywordStop: "stop", sms.KeywordStart: "start", sms.KeywordHelp: "help"} {
		if k.String() != want {
			t.Errorf("%v", k)
		}
	}
}

func FuzzKeywordOf(f *testing.F) {
	for _, s := range []string{"STOP", " 退订。", "ＳＴＯＰ", "\xff", "please stop"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, language := sms.KeywordOf(s)
		if (k == sms.NoKeyword) != (language == "") {
			t.Errorf("%v in %q", k, language)
		}
		if k2, _ := sms.KeywordOf(" " + s + " "); len(s) < 200 && k2 != k {
			t.Errorf("blanks matter: %v, %v", k, k2)
		}
	})
}
