package sms_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// windowCase is a moment, and how long a kind must wait then.
type windowCase struct {
	windows []sms.SendingWindow
	kind    sms.Kind
	region  string
	now     string
	want    time.Duration
}

func (x windowCase) check(t *testing.T) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, x.now)
	if err != nil {
		t.Fatal(err)
	}
	if got := newRules(t, sms.RuleSet{Windows: x.windows}).Closed(x.kind, x.region, now); got != x.want {
		t.Errorf("opens in %v, want %v", got, x.want)
	}
}

// A window may close after midnight; its days are those on which it opens.
func TestWindowsOverMidnight(t *testing.T) {
	evening := []sms.SendingWindow{{Regions: []string{"AE"}, Open: 20 * time.Hour, Close: 2 * time.Hour}}
	friday := []sms.SendingWindow{{Regions: []string{"AE"}, Open: 20 * time.Hour, Close: 2 * time.Hour, Days: []time.Weekday{time.Friday}}}
	lunch := []sms.SendingWindow{{Regions: []string{"AE"}, Open: 14 * time.Hour, Close: 12 * time.Hour}}
	untilMidnight := []sms.SendingWindow{{Regions: []string{"AE"}, Open: 20 * time.Hour, Close: 24 * time.Hour}}
	fromMidnight := []sms.SendingWindow{{Regions: []string{"AE"}, Open: 20 * time.Hour, Close: 0}}
	for name, x := range map[string]windowCase{
		"before":                     {evening, sms.Marketing, "AE", "2026-03-02T19:59:59+04:00", time.Second},
		"at its beginning":           {evening, sms.Marketing, "AE", "2026-03-02T20:00:00+04:00", 0},
		"before midnight":            {evening, sms.Marketing, "AE", "2026-03-02T23:59:59+04:00", 0},
		"at midnight":                {evening, sms.Marketing, "AE", "2026-03-03T00:00:00+04:00", 0},
		"before its end":             {evening, sms.Marketing, "AE", "2026-03-03T01:59:59+04:00", 0},
		"at its end":                 {evening, sms.Marketing, "AE", "2026-03-03T02:00:00+04:00", 18 * time.Hour},
		"in the day":                 {evening, sms.Marketing, "AE", "2026-03-03T12:00:00+04:00", 8 * time.Hour},
		"Friday night":               {friday, sms.Marketing, "AE", "2026-03-06T21:00:00+04:00", 0},
		"Friday's end on Saturday":   {friday, sms.Marketing, "AE", "2026-03-07T01:00:00+04:00", 0},
		"Saturday":                   {friday, sms.Marketing, "AE", "2026-03-07T21:00:00+04:00", 6*24*time.Hour - time.Hour},
		"early on Friday":            {friday, sms.Marketing, "AE", "2026-03-06T01:00:00+04:00", 19 * time.Hour},
		"all day but for noon":       {lunch, sms.Marketing, "AE", "2026-03-06T13:00:00+04:00", time.Hour},
		"in the afternoon":           {lunch, sms.Marketing, "AE", "2026-03-06T14:00:00+04:00", 0},
		"in the morning":             {lunch, sms.Marketing, "AE", "2026-03-06T11:59:59+04:00", 0},
		"24 o'clock is midnight":     {untilMidnight, sms.Marketing, "AE", "2026-03-07T00:00:00+04:00", 20 * time.Hour},
		"and so is 0 o'clock":        {fromMidnight, sms.Marketing, "AE", "2026-03-07T00:00:00+04:00", 20 * time.Hour},
		"a second before 24 o'clock": {untilMidnight, sms.Marketing, "AE", "2026-03-06T23:59:59+04:00", 0},
		"a second before 0 o'clock":  {fromMidnight, sms.Marketing, "AE", "2026-03-06T23:59:59+04:00", 0},
	} {
		t.Run(name, x.check)
	}
}

// Days on which the clocks change, by an hour, by half an hour, at midnight, and
// in one zone of a region only.
func TestWindowsWhenClocksChange(t *testing.T) {
	night := []sms.SendingWindow{{Open: 2*time.Hour + 30*time.Minute, Close: 3*time.Hour + 30*time.Minute}}
	over := []sms.SendingWindow{{Open: 23 * time.Hour, Close: 4 * time.Hour}}
	for name, x := range map[string]windowCase{
		"Paris, forward, an hour less":           {nil, sms.Marketing, "FR", "2026-03-28T22:00:00+01:00", 9 * time.Hour},
		"Paris, back, an hour more":              {nil, sms.Marketing, "FR", "2026-10-24T22:00:00+02:00", 11 * time.Hour},
		"Cairo, forward at midnight":             {nil, sms.Marketing, "EG", "2026-04-23T22:00:00+02:00", 9 * time.Hour},
		"an opening that the clocks leap over":   {night, sms.Marketing, "FR", "2026-03-29T01:00:00+01:00", time.Hour},
		"after the leap":                         {night, sms.Marketing, "FR", "2026-03-29T03:29:59+02:00", 0},
		"and its end":                            {night, sms.Marketing, "FR", "2026-03-29T03:30:00+02:00", 23 * time.Hour},
		"Cairo opens at a midnight that is not":  {[]sms.SendingWindow{{Open: 0, Close: 2 * time.Hour}}, sms.Marketing, "EG", "2026-04-23T23:30:00+02:00", 30 * time.Minute},
		"an opening in the second hour of two":   {night, sms.Marketing, "FR", "2026-10-25T01:00:00+02:00", 150 * time.Minute},
		"over midnight, forward, one hour short": {over, sms.Marketing, "FR", "2026-03-29T03:30:00+02:00", 0},
		"over midnight, forward, its end":        {over, sms.Marketing, "FR", "2026-03-29T04:00:00+02:00", 19 * time.Hour},
		"over midnight, back":                    {over, sms.Marketing, "FR", "2026-10-25T03:59:00+01:00", 0},
		// Most of the United States goes forward, Arizona and Hawaii do not: Hawaii
		// opens last all the same, and New York closes an hour earlier in its time.
		"America, the night before": {nil, sms.Marketing, "US", "2026-03-07T21:00:00-05:00", 16 * time.Hour},
		"America, the night after":  {nil, sms.Marketing, "US", "2026-03-08T21:00:00-04:00", 17 * time.Hour},
		// Lord Howe's half hour: it is at +10:30 in winter and at +11 in summer.
		"Australia in winter": {nil, sms.Marketing, "AU", "2026-07-01T07:00:00+10:30", 3*time.Hour + 30*time.Minute},
		"Australia in summer": {nil, sms.Marketing, "AU", "2026-01-01T07:00:00+11:00", 4 * time.Hour},
	} {
		t.Run(name, x.check)
	}
}

// A region with several zones is open while it is day in all of them, in that of
// the first and in that of the last.
func TestRegionsOfSeveralZones(t *testing.T) {
	office := []sms.SendingWindow{{Open: 9 * time.Hour, Close: 17 * time.Hour}}
	for name, x := range map[string]windowCase{
		"Canada, evening in Newfoundland":  {nil, sms.Marketing, "CA", "2026-01-15T21:00:00-03:30", 15*time.Hour + 30*time.Minute},
		"Canada, day in all":               {nil, sms.Marketing, "CA", "2026-01-15T15:00:00-03:30", 0},
		"Brazil, evening in Noronha":       {nil, sms.Marketing, "BR", "2026-01-15T21:00:00-02:00", 14 * time.Hour},
		"Indonesia, morning in Jakarta":    {nil, sms.Marketing, "ID", "2026-01-15T08:00:00+07:00", 0},
		"Indonesia, evening in Jayapura":   {nil, sms.Marketing, "ID", "2026-01-15T19:00:00+07:00", 13 * time.Hour},
		"Kazakhstan has one":               {nil, sms.Marketing, "KZ", "2026-01-15T08:00:00+05:00", 0},
		"Spain, morning in the Canaries":   {nil, sms.Marketing, "ES", "2026-01-15T08:30:00+01:00", 30 * time.Minute},
		"Portugal, morning in the Azores":  {nil, sms.Marketing, "PT", "2026-01-15T08:30:00+00:00", 30 * time.Minute},
		"Russia, office hours of nobody":   {office, sms.Marketing, "RU", "2026-01-15T12:00:00+03:00", -1},
		"Mexico, office hours of everyone": {office, sms.Marketing, "MX", "2026-01-15T12:00:00-06:00", 0},
	} {
		t.Run(name, x.check)
	}
}

// The more particular window counts, and of equals the first.
func TestWhichWindowCounts(t *testing.T) {
	hours := func(from, to int, regions ...string) sms.SendingWindow {
		return sms.SendingWindow{Regions: regions, Open: time.Duration(from) * time.Hour, Close: time.Duration(to) * time.Hour}
	}
	both := hours(6, 7, "SG")
	both.Kinds = []sms.Kind{sms.Marketing, sms.Notification}
	set := []sms.SendingWindow{hours(1, 2), hours(3, 4, "SG", "MY"), hours(5, 6), both}
	for name, x := range map[string]windowCase{
		"named":                  {set, sms.Marketing, "SG", "2026-01-15T00:00:00+08:00", 3 * time.Hour},
		"named, another region":  {set, sms.Marketing, "MY", "2026-01-15T00:00:00+08:00", 3 * time.Hour},
		"not named":              {set, sms.Marketing, "PH", "2026-01-15T00:00:00+08:00", time.Hour},
		"no region":              {set, sms.Marketing, "", "2026-01-15T00:00:00+00:00", time.Hour},
		"another kind":           {set, sms.Notification, "SG", "2026-01-15T00:00:00+08:00", 6 * time.Hour},
		"another kind elsewhere": {set, sms.Notification, "PH", "2026-01-15T00:00:00+08:00", 0},
		"a kind without windows": {set, sms.Verification, "SG", "2026-01-15T00:00:00+08:00", 0},
	} {
		t.Run(name, x.check)
	}
}

// At any time in any region: after the wait the window is open, and a moment
// before it was not.
func TestWaitsForWindowsAreTrue(t *testing.T) {
	set := []sms.SendingWindow{
		{Regions: []string{"US", "CN", "AU", "RU"}, Open: 8 * time.Hour, Close: 21 * time.Hour},
		{Regions: []string{"FR", "EG", "CL"}, Open: 22 * time.Hour, Close: 2*time.Hour + 30*time.Minute, Days: []time.Weekday{time.Friday, time.Saturday, time.Sunday}},
		{Open: 2*time.Hour + 15*time.Minute, Close: 2*time.Hour + 45*time.Minute},
	}
	u := newRules(t, sms.RuleSet{Windows: set})
	rng := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	waited := 0
	for range 6000 {
		now := begin.Add(time.Duration(rng.Int64N(int64(366 * 24 * time.Hour)))).Truncate(time.Second)
		region := []string{"US", "CN", "AU", "RU", "FR", "EG", "CL", "GB", "IN", ""}[rng.IntN(10)]
		wait := u.Closed(sms.Marketing, region, now)
		if wait < 0 || wait > 8*24*time.Hour {
			t.Fatalf("%s at %v: %v", region, now, wait)
		}
		if got := u.Closed(sms.Marketing, region, now.Add(wait)); got != 0 {
			t.Fatalf("%s at %v: after %v it opens in %v", region, now, wait, got)
		}
		if wait > 0 {
			waited++
			if got := u.Closed(sms.Marketing, region, now.Add(wait-time.Nanosecond)); got != time.Nanosecond {
				t.Fatalf("%s at %v: a moment before %v it opens in %v", region, now, wait, got)
			}
		}
	}
	if waited < 1000 {
		t.Errorf("only %d were closed", waited)
	}
}

// Day and night of the number's own region, of the caller's better knowledge of
// it, and of a message without either.
func TestWhoseNightItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // midnight UTC: eight in Hong Kong, night in London
		a := &gateway{name: "a"}
		c := newClient(t, sms.With(a), sms.WithRules(newRules(t, sms.RuleSet{Zone: time.FixedZone("east", 9*3600)})))
		send := func(to sms.Number, region string) error {
			_, err := c.Send(t.Context(), sms.Message{To: to, Text: "Sale", Kind: sms.Marketing, Region: region})
			return err
		}
		if err := send(hongKong, ""); err != nil {
			t.Errorf("morning in Hong Kong: %v", err)
		}
		refusedBy(t, send(london, ""), sms.RuleHours, waybill.RecipientLimited)
		if err := send(london, "HK"); err != nil {
			t.Errorf("a London number that is in Hong Kong: %v", err)
		}
		refusedBy(t, send(hongKong, "GB"), sms.RuleHours, waybill.RecipientLimited)
		if err := send("+870773111632", ""); err != nil { // a satellite phone is in no region
			t.Errorf("nine in the zone of numbers without a region: %v", err)
		}
		if len(a.seen) != 3 {
			t.Errorf("%d were sent", len(a.seen))
		}
	})
}
