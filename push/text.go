package push

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Text is what a person reads, in one language.
type Text struct{ Title, Body string }

// maxArgs bounds the arguments of a text by key.
const maxArgs = 20

// hasText reports whether there is anything to show, as text or by key.
func (n *Notification) hasText() bool {
	return n.Title != "" || n.Body != "" || n.TitleKey != "" || n.BodyKey != "" || len(n.Texts) > 0
}

// checkTexts says what is wrong with texts and keys, or "".
func (n *Notification) checkTexts() string {
	if n.Language != "" && !validLanguage(n.Language) {
		return "language is no language tag"
	}
	lower := make(map[string]bool, len(n.Texts))
	for language, t := range n.Texts {
		switch {
		case !validLanguage(language):
			return "a text's language is no language tag"
		case t.Title == "" && t.Body == "":
			return "a text has neither title nor body"
		case !utf8.ValidString(t.Title) || !utf8.ValidString(t.Body):
			return "a text is not valid UTF-8"
		case lower[strings.ToLower(language)]:
			return "two texts are in the same language"
		}
		lower[strings.ToLower(language)] = true
	}
	if len(n.Texts) > 1 && n.Title == "" && n.Body == "" {
		if _, ok := n.find(n.Language); !ok {
			return "there is no text for tokens without a language"
		}
	}
	switch {
	case n.TitleKey == "" && len(n.TitleArgs) > 0, n.BodyKey == "" && len(n.BodyArgs) > 0:
		return "arguments are given without a key"
	case !plain(n.TitleKey) || !plain(n.BodyKey):
		return "a key is not plain text"
	case len(n.TitleArgs) > maxArgs || len(n.BodyArgs) > maxArgs:
		return "a key has more than 20 arguments"
	}
	for _, args := range [][]string{n.TitleArgs, n.BodyArgs} {
		for _, a := range args {
			if !utf8.ValidString(a) {
				return "an argument is not valid UTF-8"
			}
		}
	}
	return ""
}

// validLanguage reports whether s has the form of a BCP 47 tag: letters and
// digits in parts of 1 to 8, the first of 2 letters at least.
func validLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
		for _, c := range part {
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return len(s) <= 35
}

// TextFor returns the text that a user of the language gets: that of Texts in
// the language, else in one of its wider ones (zh-Hant-TW, zh-Hant, zh), else
// Title and Body, or, where those are empty, the text in the notification's own
// Language, or the only one there is. Case does not matter. A tag is widened from
// its end and by nothing else: zh-TW finds zh and not zh-Hant, so give both.
func (n *Notification) TextFor(language string) Text {
	if t, ok := n.find(language); ok {
		return t
	}
	if n.Title != "" || n.Body != "" {
		return Text{n.Title, n.Body}
	}
	if t, ok := n.find(n.Language); ok {
		return t
	}
	if len(n.Texts) == 1 {
		for _, t := range n.Texts {
			return t
		}
	}
	return Text{}
}

// find looks for the language, then for its wider ones.
func (n *Notification) find(language string) (Text, bool) {
	if len(n.Texts) == 0 {
		return Text{}, false
	}
	for l := language; l != ""; l = l[:max(strings.LastIndexByte(l, '-'), 0)] {
		if t, ok := n.Texts[l]; ok {
			return t, true
		}
		for have, t := range n.Texts {
			if strings.EqualFold(have, l) {
				return t, true
			}
		}
	}
	return Text{}, false
}

// Localized is a notification with the text of some of a call's tokens.
type Localized struct {
	// Notification has the text in Title and Body, and no Texts.
	Notification *Notification
	// Tokens are the indexes of its tokens, ascending.
	Tokens []int
}

// Localize sorts tokens, given by their indexes in all, by the text that each
// gets, so that an adapter maps every text once. The groups come in the order of
// their first tokens; without Texts there is one, of n itself. It does not change
// n.
func (n *Notification) Localize(all []Token, indexes []int) []Localized {
	if len(indexes) == 0 {
		return nil
	}
	if len(n.Texts) == 0 {
		return []Localized{{n, indexes}}
	}
	var out []Localized
	byText := make(map[Text]int)
	byLanguage := make(map[string]int)
	for _, i := range indexes {
		language := all[i].Language
		k, ok := byLanguage[language]
		if !ok {
			text := n.TextFor(language)
			if k, ok = byText[text]; !ok {
				k = len(out)
				byText[text] = k
				own := *n
				own.Title, own.Body, own.Texts = text.Title, text.Body, nil
				out = append(out, Localized{Notification: &own})
			}
			byLanguage[language] = k
		}
		out[k].Tokens = append(out[k].Tokens, i)
	}
	return out
}

// Languages returns the languages of Texts, sorted.
func (n *Notification) Languages() []string { return slices.Sorted(maps.Keys(n.Texts)) }
