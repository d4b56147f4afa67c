package sms

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Content is a text as it is registered in India's DLT. The operators compare:
// what does not match is not delivered, and only a delivery report says so, long
// after it was paid for. A client that was given contents by [WithContent]
// compares first, and passes over the gateway with the reason in Explain.
type Content struct {
	// ID is the content id, as sender rules and templates name it.
	ID string
	// Headers are the senders registered for it; none means any.
	Headers []string
	// Text is the registered text. {#var#}, or any other name between {# and #},
	// stands for 1 to 30 characters; everything else must be there to the
	// character.
	Text string
	// Links are the whitelisted URLs, each with all that begins with it behind a
	// slash; none means that the text may hold no link. A link is what begins
	// with http://, https:// or www.
	Links []string
}

// maxVariable is the longest value of a variable in characters.
const maxVariable = 30

// content is a checked Content: literals with a variable between each two.
type content struct {
	headers, links, literals []string
}

func compileContent(c Content) (*content, string) {
	if c.ID == "" {
		return nil, "a content has no id"
	}
	if c.Text == "" || !utf8.ValidString(c.Text) {
		return nil, "content " + c.ID + " has no text"
	}
	out := &content{headers: slices.Clone(c.Headers), links: slices.Clone(c.Links)}
	if slices.Contains(out.links, "") || slices.Contains(out.headers, "") {
		return nil, "content " + c.ID + " names an empty link or header"
	}
	for rest := c.Text; ; {
		literal, after, found := strings.Cut(rest, "{#")
		if !found {
			out.literals = append(out.literals, rest)
			return out, ""
		}
		name, tail, closed := strings.Cut(after, "#}")
		if !closed || name == "" || strings.ContainsAny(name, "{}# ") {
			return nil, "content " + c.ID + " has a variable that does not end"
		}
		out.literals = append(out.literals, literal)
		rest = tail
	}
}

// fault says why a message is not what was registered, or "".
func (c *content) fault(m *Message) string {
	switch {
	case len(c.headers) > 0 && !slices.Contains(c.headers, m.From):
		return "the sender is no header of the registered content"
	case m.Text == "": // the gateway's own template
		return ""
	case !c.matches(m.Text):
		return "the text is not the one registered under its content id"
	}
	for _, link := range links(m.Text) {
		if !slices.ContainsFunc(c.links, func(allowed string) bool { return covers(allowed, link) }) {
			return "the text holds a link that is not whitelisted"
		}
	}
	return ""
}

// matches reports whether text is the literals with 1 to 30 characters between
// each two. at holds every place that can be reached so far.
func (c *content) matches(text string) bool {
	at := map[int]bool{0: true}
	for i, literal := range c.literals {
		next := make(map[int]bool, len(at))
		for from := range at {
			if i == 0 {
				if strings.HasPrefix(text, literal) {
					next[len(literal)] = true
				}
				continue
			}
			to := from
			for range maxVariable {
				_, n := utf8.DecodeRuneInString(text[to:])
				if n == 0 {
					break
				}
				if to += n; strings.HasPrefix(text[to:], literal) {
					next[to+len(literal)] = true
				}
			}
		}
		at = next
	}
	return at[len(text)]
}

// links returns the links in a text, without the punctuation behind them.
func links(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		lower := strings.ToLower(word)
		for lower != "" {
			i := -1
			for _, sign := range []string{"http://", "https://", "www."} {
				if j := strings.Index(lower, sign); j >= 0 && (i < 0 || j < i) {
					i = j
				}
			}
			if i < 0 {
				break
			}
			out = append(out, strings.TrimRight(lower[i:], ".,;:!?)]}>'\""))
			_, lower, _ = strings.Cut(lower[i+4:], ",") // a list without blanks
		}
	}
	return out
}

// covers reports whether a whitelisted link is link, or its beginning up to a
// slash or a query.
func covers(allowed, link string) bool {
	allowed = strings.ToLower(allowed)
	rest, ok := strings.CutPrefix(link, allowed)
	return ok && (rest == "" || strings.HasSuffix(allowed, "/") || strings.ContainsRune("/?#", rune(rest[0])))
}
