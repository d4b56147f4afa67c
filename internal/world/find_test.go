package world

import (
	"strings"
	"testing"
)

func ids(places []*Place) string {
	var out []string
	for _, p := range places {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func TestFindsEveryPlaceByItsNameAndAddress(t *testing.T) {
	w := Default()
	for _, p := range append(w.Places(), w.Cities()...) {
		for _, lang := range p.Languages {
			a := p.Addresses[lang]
			queries := []string{p.Names[lang], strings.ToUpper(p.Names[lang]), a.Text + " " + p.Names[lang], p.Names[lang] + ", " + a.Text}
			if a.Street != "" && a.Number != "" {
				queries = append(queries, a.Text)
			}
			for _, q := range queries {
				if got := w.Find(q, p.Region, lang); len(got) == 0 || got[0] != p {
					t.Errorf("%s: %q in %s finds %q", p.ID, q, lang, ids(got))
				}
			}
		}
	}
}

func TestFind(t *testing.T) {
	w := Default()
	for _, c := range []struct{ query, region, lang, want string }{
		// mixtures, abbreviations, other spellings
		{"深圳市南山区深南大道10000号腾讯大厦", "", "zh", "shenzhen-tencent"},
		{"深南大道 10000 号", "", "", "shenzhen-tencent"},
		{"10000 Shennan Ave, Shenzhen", "CN", "en", "shenzhen-tencent"},
		{"香港中环金融街8号", "", "zh", "hongkong-ifc"},
		{"8 Finance St., Central, Hong Kong", "HK", "en", "hongkong-ifc"},
		{"台北市信義區信義路五段7號", "TW", "zh-TW", "taipei-101"},
		{"臺北車站", "", "", "taipei-main-station"},
		{"Av. Paulista, 1578, Sao Paulo", "BR", "pt", "saopaulo-masp"},
		{"estacao da luz", "", "pt", "saopaulo-luz"},
		{"सेनापति बापट मार्ग 462 मुंबई", "IN", "hi", "mumbai-palladium"},
		{"991 ถนนพระรามที่ 1 กรุงเทพ", "TH", "th", "bangkok-siam-paragon"},
		{"10 Bayfront Avenue 018956", "SG", "en", "singapore-marina-bay-sands"},
		{"ruins of st pauls", "", "en", "macau-st-paul"},
		// parts
		{"腾讯", "", "zh", "shenzhen-tencent"},
		{"Phoenix", "IN", "en", "mumbai-palladium pune-marketcity"},
		{"天河路", "", "zh", "guangzhou-teemall"},
		{"Dalal Street Mumbai", "", "en", "mumbai-bse"},
		// cities
		{"深圳", "", "zh", "shenzhen"},
		{"深圳市", "", "zh", "shenzhen"},
		{"Singapore", "", "en", "singapore"},
		{"深圳市不知道路12号", "", "zh", "shenzhen"},
		{"Unknown Road 12, Pune", "", "en", "pune"},
		{"深圳市南山区", "", "zh", "shenzhen"},
		// regions narrow
		{"腾讯大厦", "HK", "zh", ""},
		{"机场", "MO", "zh", "macau-airport"},
		// nothing
		{"", "", "", ""}, {" ,。", "", "", ""}, {"x", "", "", ""}, {"東京", "", "", ""}, {"南山区", "", "", ""},
		{"深南大道110000号", "", "zh", ""},
	} {
		if got := ids(w.Find(c.query, c.region, c.lang)); got != c.want {
			t.Errorf("%q in %q, %q: %q, want %q", c.query, c.region, c.lang, got, c.want)
		}
	}
}

func TestMatchesAreOrderedAndScored(t *testing.T) {
	w := Default()
	got := w.Matches("Airport", "", "en")
	if len(got) < 8 {
		t.Fatalf("%d airports", len(got))
	}
	for i, m := range got {
		if m.Score < 1 || m.Score > 100 || i > 0 && m.Score > got[i-1].Score {
			t.Errorf("%d: %s %d", i, m.ID, m.Score)
		}
	}
	for query, want := range map[string]int{"腾讯大厦": 100, "广东省深圳市南山区深南大道10000号": 95, "去腾讯大厦": 90, "深南大道10000号3楼": 80, "腾讯": 60, "深圳市某路": 10} {
		if m := w.Matches(query, "", "zh"); len(m) != 1 || m[0].Score != want {
			t.Errorf("%s: %+v, want %d", query, m, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	w := Default()
	for _, s := range []string{"深圳北站", "462 Senapati Bapat Marg", "", "\xff\xfe", "|||", "st st st", strings.Repeat("深", 1000)} {
		f.Add(s, "", "zh")
	}
	f.Fuzz(func(t *testing.T, query, region, lang string) {
		first := ids(w.Find(query, region, lang))
		if again := ids(w.Find(query, region, lang)); first != again {
			t.Errorf("%q: %q, then %q", query, first, again)
		}
	})
}
