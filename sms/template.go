package sms

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Template is what a logical template name stands for: texts for gateways that
// send any text, and ids for gateways that want approved templates. It has one
// of the two at least.
type Template struct {
	// Texts are the texts by language (BCP 47). {name} stands for a parameter;
	// {{ and }} for a brace. A name is letters, digits and underscores, and
	// does not begin with a digit.
	Texts map[string]string
	// Language is the one taken when a message names none, or none that is
	// here. It may be empty when there is one text.
	Language string
	// Gateways are the gateways' own templates. A gateway without an entry gets
	// the text; without a text either it is not eligible.
	Gateways []GatewayTemplate
}

// GatewayTemplate maps a template to one of a gateway's own.
type GatewayTemplate struct {
	// Gateway is an instance's name or an adapter's.
	Gateway string
	// Regions restricts the entry to numbers of these regions, none means all.
	// Several gateways want templates of their own for Hong Kong, Macau and
	// Taiwan.
	Regions []string
	// Language restricts the entry to messages in a language (BCP 47), empty
	// means all.
	Language string
	// ID is the gateway's id of the template; empty means that the text is
	// sent. Sign is the approved signature, without brackets; empty means the
	// sender rule's.
	ID, Sign string
	// Params are the template's parameters in the gateway's order.
	Params []TemplateParam
	// ContentID is India's DLT id of the registered text. It is used for
	// numbers of India alone.
	ContentID string
}

// TemplateParam maps a parameter to one of the gateway's template.
type TemplateParam struct {
	// Name is the gateway's name; empty for gateways that count.
	Name string
	// Param is the name in Message.Params.
	Param string
}

// template is a checked Template.
type template struct {
	texts    map[string][]piece // by lower-case language
	language string
	gateways []GatewayTemplate
	params   []string // all that a message must give, sorted
}

// piece is some text, or a parameter.
type piece struct{ text, param string }

func compile(name string, t Template) (*template, error) {
	bad := func(why string) error { return invalidOption("template " + name + ": " + why) }
	if len(t.Texts) == 0 && len(t.Gateways) == 0 {
		return nil, bad("neither a text nor a gateway's template is given")
	}
	out := &template{texts: make(map[string][]piece, len(t.Texts)), language: strings.ToLower(t.Language)}
	params := make(map[string]bool)
	for language, text := range t.Texts {
		pieces, why := parseText(text)
		if why != "" {
			return nil, bad("text " + language + ": " + why)
		}
		out.texts[strings.ToLower(language)] = pieces
		for _, p := range pieces {
			if p.param != "" {
				params[p.param] = true
			}
		}
		if len(t.Texts) == 1 && out.language == "" {
			out.language = strings.ToLower(language)
		}
	}
	if len(out.texts) != len(t.Texts) {
		return nil, bad("two texts are in the same language")
	}
	if _, ok := out.texts[out.language]; !ok && len(t.Texts) > 0 {
		return nil, bad("there is no text in the default language")
	}
	for _, g := range t.Gateways {
		if why := g.fault(); why != "" {
			return nil, bad(why)
		}
		for _, p := range g.Params {
			params[p.Param] = true
		}
		g.Regions, g.Params = slices.Clone(g.Regions), slices.Clone(g.Params)
		out.gateways = append(out.gateways, g)
	}
	out.params = slices.Sorted(maps.Keys(params))
	return out, nil
}

func (g *GatewayTemplate) fault() string {
	switch {
	case g.Gateway == "":
		return "an entry names no gateway"
	case g.ID == "" && g.ContentID == "" && g.Sign == "":
		return "the entry of " + g.Gateway + " says nothing"
	case g.ID == "" && len(g.Params) > 0:
		return "the entry of " + g.Gateway + " has parameters and no id"
	case !validRegions(g.Regions):
		return "the entry of " + g.Gateway + " names a region that is not two capital letters"
	}
	for _, p := range g.Params {
		if !validParam(p.Param) {
			return "the entry of " + g.Gateway + " maps a parameter without a valid name"
		}
	}
	return ""
}

// parseText cuts a text into pieces, or says what is wrong with it.
func parseText(text string) (pieces []piece, why string) {
	if text == "" {
		return nil, "it is empty"
	}
	if !utf8.ValidString(text) {
		return nil, "it is not valid UTF-8"
	}
	var plain strings.Builder
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			plain.WriteString(text)
			break
		}
		plain.WriteString(text[:i])
		text = text[i:]
		if len(text) > 1 && text[1] == text[0] { // doubled: the brace itself
			plain.WriteByte(text[0])
			text = text[2:]
			continue
		}
		end := strings.IndexByte(text, '}')
		if text[0] == '}' || end < 0 {
			return nil, "a brace stands alone; double it to mean itself"
		}
		name := text[1:end]
		if !validParam(name) {
			return nil, "a placeholder has no valid name"
		}
		if plain.Len() > 0 {
			pieces = append(pieces, piece{text: plain.String()})
			plain.Reset()
		}
		pieces = append(pieces, piece{param: name})
		text = text[end+1:]
	}
	if plain.Len() > 0 {
		pieces = append(pieces, piece{text: plain.String()})
	}
	return pieces, ""
}

func validParam(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// checkParams says what is wrong with a message's parameters, or "". All must
// be there whichever gateway will serve, so that failover never finds one
// missing.
func (t *template) checkParams(params map[string]string) string {
	for _, p := range t.params {
		v, ok := params[p]
		switch {
		case !ok:
			return "parameter " + p + " of the template is missing"
		case !utf8.ValidString(v):
			return "parameter " + p + " is not valid UTF-8"
		}
	}
	if len(params) > len(t.params) {
		return "a parameter is given that the template does not have"
	}
	return ""
}

// render returns the text in the language, or "" when the template has no texts.
func (t *template) render(language string, params map[string]string) string {
	var b strings.Builder
	for _, p := range t.text(language) {
		if p.param != "" {
			b.WriteString(params[p.param])
			continue
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// text looks for the language, then for its wider ones (zh-Hant-TW, zh-Hant,
// zh), then for the default.
func (t *template) text(language string) []piece {
	for l := strings.ToLower(language); l != ""; {
		if pieces, ok := t.texts[l]; ok {
			return pieces
		}
		l = l[:max(strings.LastIndexByte(l, '-'), 0)]
	}
	return t.texts[t.language]
}

// forGateway returns the entry that fits best, or nil.
func (t *template) forGateway(instance, provider, region, language string) *GatewayTemplate {
	if language == "" {
		language = t.language
	}
	best, rank := -1, -1
	for i := range t.gateways {
		g := &t.gateways[i]
		r := fit(g.Gateway, instance, provider, g.Regions, region)
		if r < 0 || !speaks(g.Language, language) {
			continue
		}
		r *= 2
		if g.Language != "" {
			r++
		}
		if r > rank {
			best, rank = i, r
		}
	}
	if best < 0 {
		return nil
	}
	return &t.gateways[best]
}

// speaks reports whether an entry's language covers the asked one.
func speaks(entry, asked string) bool {
	entry, asked = strings.ToLower(entry), strings.ToLower(asked)
	return entry == "" || entry == asked || strings.HasPrefix(asked, entry+"-")
}
