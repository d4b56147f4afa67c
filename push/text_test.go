package push_test

import (
	"slices"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func TestTextFor(t *testing.T) {
	n := &push.Notification{Kind: push.KindOrder, Title: "T", Body: "B", Texts: map[string]push.Text{
		"zh": {Title: "zh"}, "zh-Hant": {Title: "Hant", Body: "b"}, "PT-br": {Body: "br"},
	}}
	for language, want := range map[string]push.Text{
		"": {Title: "T", Body: "B"}, "fr": {Title: "T", Body: "B"}, "z": {Title: "T", Body: "B"}, "pt": {Title: "T", Body: "B"},
		"zh": {Title: "zh"}, "ZH": {Title: "zh"}, "zh-TW": {Title: "zh"}, "zh-Hant-TW": {Title: "Hant", Body: "b"}, "zh-hant": {Title: "Hant", Body: "b"},
		"pt-BR": {Body: "br"}, "pt-BR-x-y": {Body: "br"},
	} {
		if got := n.TextFor(language); got != want {
			t.Errorf("%q: %+v, want %+v", language, got, want)
		}
	}
	if got := n.Languages(); !slices.Equal(got, []string{"PT-br", "zh", "zh-Hant"}) {
		t.Errorf("languages %q", got)
	}
	n.Title, n.Body, n.Language = "", "", "zh-Hant-HK"
	if got := n.TextFor("fr"); got.Title != "Hant" {
		t.Errorf("the notification's own language: %+v", got)
	}
	n = &push.Notification{Texts: map[string]push.Text{"de": {Title: "only"}}}
	if got := n.TextFor("fr"); got.Title != "only" {
		t.Errorf("the only one: %+v", got)
	}
	if got := (&push.Notification{}).TextFor("fr"); got != (push.Text{}) {
		t.Errorf("none: %+v", got)
	}
}

func TestLocalize(t *testing.T) {
	tokens := make([]push.Token, 7)
	for i, l := range []string{"de", "", "fr", "de-AT", "DE", "it", "x"} {
		tokens[i].Language = l
	}
	n := &push.Notification{Title: "T", Texts: map[string]push.Text{"de": {Title: "D"}, "fr": {Title: "F"}}}
	got := n.Localize(tokens, []int{0, 1, 2, 3, 4, 5})
	if len(got) != 3 {
		t.Fatalf("%d groups", len(got))
	}
	for k, want := range []struct {
		title  string
		tokens []int
	}{{"D", []int{0, 3, 4}}, {"T", []int{1, 5}}, {"F", []int{2}}} {
		if g := got[k]; g.Notification.Title != want.title || !slices.Equal(g.Tokens, want.tokens) || g.Notification.Texts != nil {
			t.Errorf("group %d: %q %v", k, g.Notification.Title, g.Tokens)
		}
	}
	if n.Title != "T" || len(n.Texts) != 2 {
		t.Error("the notification was changed")
	}
	n.Texts = nil
	if got := n.Localize(tokens, []int{3}); len(got) != 1 || got[0].Notification != n || !slices.Equal(got[0].Tokens, []int{3}) {
		t.Errorf("without texts: %+v", got)
	}
	if got := n.Localize(tokens, nil); got != nil {
		t.Errorf("without tokens: %+v", got)
	}
}

func TestTextsAreChecked(t *testing.T) {
	many := make([]string, 21)
	for name, change := range map[string]func(*push.Notification){
		"language":      func(n *push.Notification) { n.Language = "de_DE" },
		"text language": func(n *push.Notification) { n.Texts = map[string]push.Text{"": {Title: "T"}} },
		"long part":     func(n *push.Notification) { n.Texts = map[string]push.Text{"de-123456789": {Title: "T"}} },
		"broken text":   func(n *push.Notification) { n.Texts = map[string]push.Text{"de": {Title: "\xff"}} },
		"twice":         func(n *push.Notification) { n.Texts = map[string]push.Text{"de": {Title: "T"}, "De": {Title: "T"}} },
		"args only":     func(n *push.Notification) { n.TitleArgs = []string{"a"} },
		"key":           func(n *push.Notification) { n.TitleKey = "a\nb" },
		"many args":     func(n *push.Notification) { n.BodyKey, n.BodyArgs = "k", many },
		"broken arg":    func(n *push.Notification) { n.BodyKey, n.BodyArgs = "k", []string{"\xff"} },
		"no own text": func(n *push.Notification) {
			n.Title, n.Texts = "", map[string]push.Text{"de": {Title: "T"}, "fr": {Title: "T"}}
		},
		"nil override":   func(n *push.Notification) { n.Overrides = []push.Override{(*override)(nil)} },
		"nameless":       func(n *push.Notification) { n.Overrides = []push.Override{nameless{}} },
		"override twice": func(n *push.Notification) { n.Overrides = []push.Override{override{}, &override{}} },
	} {
		n := note()
		change(n)
		if err := n.Validate(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*push.Notification){
		"texts alone": func(n *push.Notification) { n.Title, n.Texts = "", map[string]push.Text{"de": {Title: "T"}} },
		"own language": func(n *push.Notification) {
			n.Title, n.Language, n.Texts = "", "fr", map[string]push.Text{"de": {Title: "T"}, "fr": {Title: "T"}}
		},
		"keys alone":  func(n *push.Notification) { n.Title, n.TitleKey, n.TitleArgs = "", "k", []string{""} },
		"an override": func(n *push.Notification) { n.Overrides = []push.Override{override{}} },
		"a script":    func(n *push.Notification) { n.Language = "zh-Hant-TW" },
	} {
		n := note()
		change(n)
		if err := n.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// override is one of an adapter for Xiaomi.
type override struct{ Channel string }

func (override) PushVendor() push.Vendor { return push.Xiaomi }

// other is one of another adapter for the same vendor.
type other struct{}

func (other) PushVendor() push.Vendor { return push.Xiaomi }

type nameless struct{}

func (nameless) PushVendor() push.Vendor { return "" }

func TestOverrideOf(t *testing.T) {
	for name, c := range map[string]struct {
		list []push.Override
		want string
		bad  bool
	}{
		"none":       {nil, "", false},
		"value":      {[]push.Override{override{"a"}}, "a", false},
		"pointer":    {[]push.Override{&override{"b"}}, "b", false},
		"other type": {[]push.Override{other{}}, "", true},
	} {
		got, err := push.OverrideOf[override](&push.Notification{Overrides: c.list, Key: "k"})
		if got.Channel != c.want || (err != nil) != c.bad || err != nil && (err.Code != waybill.Unsupported || err.Ref != "k") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestCheckToken(t *testing.T) {
	data := &push.Notification{Kind: push.KindOrder, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Collapse: "c", Key: "k"}
	if data.Replaces() {
		t.Error("data are handed over twice")
	}
	for _, c := range []struct {
		token   push.Token
		kind    push.Kind
		display push.Display
		refused bool
	}{
		{push.Token{Vendor: push.APNs}, push.KindOrder, push.DataOnly, true},
		{push.Token{Vendor: push.FCM, OS: push.IOS}, push.KindOrder, push.DataOnly, true},
		{push.Token{Vendor: push.FCM, OS: push.Android}, push.KindOrder, push.DataOnly, false},
		{push.Token{Vendor: push.FCM}, push.KindOrder, push.DataOnly, false},
		{push.Token{Vendor: push.APNs}, push.KindStatus, push.DataOnly, false},
		{push.Token{Vendor: push.APNs}, push.KindOrder, push.Alert, false},
	} {
		data.Kind, data.Display = c.kind, c.display
		if err := data.CheckToken(c.token); (waybill.CodeOf(err) == waybill.Unsupported) != c.refused || (err != nil) != c.refused {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestPrivateTexts(t *testing.T) {
	n := &push.Notification{Title: "1", Body: "2", Image: "3", Click: "4", Texts: map[string]push.Text{"de": {Title: "5", Body: "6"}}, TitleArgs: []string{"7"}, BodyArgs: []string{"8", ""}, Data: map[string]string{"k": "9"}}
	got := n.Private()
	slices.Sort(got)
	if !slices.Equal(got, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}) {
		t.Errorf("got %q", got)
	}
}
