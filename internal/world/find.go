package world

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Match is a place found for a text.
type Match struct {
	*Place
	// Score is 100 for a name, 95 for a whole address, 90 and less for texts that contain a name or a street with its
	// number, 60 and less for texts that are part of a name or address, 10 when only the city was understood.
	Score int
}

// Find returns the places that query may mean, best first, the way a geocoder does: the query is a name, an address or
// a mixture of both, whole or in part, in any language; case, accents, blanks and punctuation do not count. region, an
// ISO code, narrows to one region; "" is all. lang only breaks ties, in favour of places that have the text in it.
// When no place but a city is understood ("深圳市某某路1号"), or the query is a city's name, the city is the only answer;
// an empty query has none.
// The order is the same in every run.
func (w *World) Find(query, region, lang string) []*Place {
	matches := w.Matches(query, region, lang)
	out := make([]*Place, len(matches))
	for i, m := range matches {
		out[i] = m.Place
	}
	return out
}

// Matches is [World.Find] with scores.
func (w *World) Matches(query, region, lang string) []Match {
	q := newQuery(query)
	if q.packed == "" {
		return nil
	}
	var found []Match
	onlyCities, named := true, false
	for _, p := range w.places {
		if region != "" && p.Region != region {
			continue
		}
		if score := q.score(p, normalLanguage(lang)); score > 0 {
			found = append(found, Match{p, score})
			onlyCities = onlyCities && p.Kind == City
			named = named || (p.Kind == City && score >= 2*100)
		}
	}
	switch {
	case named:
		found = slices.DeleteFunc(found, func(m Match) bool { return m.Score < 2*95 })
	case !onlyCities:
		found = slices.DeleteFunc(found, func(m Match) bool { return m.Kind == City && m.Score <= 2*cityOnly+1 })
	}
	// Twice the score plus one for the language asked for; the table's order decides the rest.
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	for i := range found {
		found[i].Score /= 2
	}
	return found
}

const cityOnly = 10

// index holds a place's texts ready for comparison, by language.
type index struct {
	names, lines, streets map[string]string
	districts             map[string]string // country, province, city and district in one
	words, districtWords  map[string]map[string]bool
}

func newIndex(p *Place) index {
	x := index{
		names: map[string]string{}, lines: map[string]string{}, streets: map[string]string{}, districts: map[string]string{},
		words: map[string]map[string]bool{}, districtWords: map[string]map[string]bool{},
	}
	for _, lang := range p.Languages {
		a := p.Addresses[lang]
		x.names[lang] = pack(p.Names[lang])
		x.lines[lang] = pack(a.Text)
		if a.Street != "" && a.Number != "" {
			if lang == Chinese || lang == Traditional {
				x.streets[lang] = pack(a.Street + a.Number)
			} else {
				x.streets[lang] = pack(a.Street) + " " + pack(a.Number)
			}
		}
		x.districts[lang] = pack(a.Country + a.Province + differing(a.City, a.Province) + a.District)
		x.words[lang] = wordSet(p.Names[lang], a.Text, a.Country, a.Province)
		x.districtWords[lang] = wordSet(a.Country, a.Province, a.City, a.District)
		if p.Region == "BR" {
			x.districtWords[lang]["sp"] = true // the state's abbreviation
		}
	}
	return x
}

func wordSet(texts ...string) map[string]bool {
	words := map[string]bool{}
	for _, text := range texts {
		for _, word := range split(text) {
			words[word] = true
		}
	}
	return words
}

// query is a text ready for comparison: without blanks, and in words.
type query struct {
	packed string
	words  []string
}

func newQuery(text string) query { return query{packed: pack(text), words: split(text)} }

// score returns twice how well the query fits, plus one if it does in lang; 0 is not at all.
func (q query) score(p *Place, lang string) int {
	best := 0
	for _, l := range p.Languages {
		s := q.fit(p, l)
		if s > 0 && l == lang {
			best = max(best, 2*s+1)
		}
		best = max(best, 2*s)
	}
	return best
}

func (q query) fit(p *Place, lang string) int {
	name, line := p.index.names[lang], p.index.lines[lang]
	if p.Kind == City {
		switch {
		case q.packed == name || q.packed == line || q.packed == strings.TrimSuffix(name, "市"):
			return 100
		case strings.Contains(q.packed, strings.TrimSuffix(name, "市")):
			return cityOnly
		}
		return 0
	}
	switch {
	case q.packed == name:
		return 100
	case q.packed == line || q.packed == line+name || q.packed == name+line:
		return 95
	case len(name) >= 4 && strings.Contains(q.packed, name):
		return 90
	case q.hasStreet(p.index.streets[lang]):
		return 80
	case len([]rune(q.packed)) < 2:
		return 0
	case strings.Contains(name, q.packed):
		return 60
	case strings.Contains(p.index.districts[lang], q.packed) || q.allIn(p.index.districtWords[lang]):
		return 0 // a district is not one of the places in it
	case strings.Contains(line, q.packed):
		return 50
	case len(q.words) > 1 && q.allIn(p.index.words[lang]):
		return 40
	}
	return 0
}

// hasStreet reports whether the query names a street with its number, next to each other or, in languages with blanks,
// in either order.
func (q query) hasStreet(street string) bool {
	if street == "" {
		return false
	}
	name, number, spaced := strings.Cut(street, " ")
	if !spaced {
		return strings.Contains(q.packed, street)
	}
	if !strings.Contains(q.packed, name) {
		return false
	}
	for _, word := range q.words {
		if word == number {
			return true
		}
	}
	return strings.Contains(q.packed, name+number) || strings.Contains(q.packed, number+name)
}

func (q query) allIn(words map[string]bool) bool {
	for _, word := range q.words {
		if !words[word] {
			return false
		}
	}
	return true
}

// pack returns the words of a text without anything between them.
func pack(text string) string { return strings.Join(split(text), "") }

// split returns the words of a text, folded, without punctuation, and with what people shorten in addresses spelt out.
// A hyphen, an apostrophe or a full stop does not part a word ("01310-200", "Bao'an").
func split(text string) []string {
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !partOfWord(r) && r != '-' && r != '\'' && r != '.'
	})
	words := fields[:0]
	for _, field := range fields {
		word := strings.Map(func(r rune) rune {
			if !partOfWord(r) {
				return -1
			}
			return fold(r)
		}, field)
		if word != "" {
			words = append(words, spelt(word))
		}
	}
	return words
}

func partOfWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func spelt(word string) string {
	switch word {
	case "rd":
		return "road"
	case "ave":
		return "avenue"
	case "av":
		return "avenida"
	case "blvd":
		return "boulevard"
	case "st":
		return "street"
	case "sec":
		return "section"
	}
	return word
}

// fold maps a letter to its lower case without accent; the table covers Portuguese, which is all that is needed here.
func fold(r rune) rune {
	r = unicode.ToLower(r)
	switch r {
	case 'á', 'à', 'â', 'ã', 'ä':
		return 'a'
	case 'é', 'ê', 'è':
		return 'e'
	case 'í':
		return 'i'
	case 'ó', 'ô', 'õ', 'ö':
		return 'o'
	case 'ú', 'ü':
		return 'u'
	case 'ç':
		return 'c'
	case '臺':
		return '台'
	}
	return r
}
