package sms

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

func TestWorkedExamples(t *testing.T) {
	r := strings.Repeat
	for name, c := range map[string]struct {
		text  string
		enc   Encoding
		units int
		parts []int
	}{
		"plain":                         {"Hello World!", GSM7, 12, []int{12}},
		"160 septets":                   {r("a", 160), GSM7, 160, []int{160}},
		"161 septets":                   {r("a", 161), GSM7, 161, []int{153, 8}},
		"euro at the end fits":          {r("a", 158) + "€", GSM7, 160, []int{160}},
		"euro at the end is over":       {r("a", 159) + "€", GSM7, 161, []int{153, 8}},
		"euro on the cut":               {r("a", 152) + "€" + r("b", 152), GSM7, 306, []int{152, 153, 1}},
		"euros only":                    {r("€", 153), GSM7, 306, []int{152, 152, 2}},
		"80 braces":                     {r("{", 80), GSM7, 160, []int{160}},
		"81 braces":                     {r("{", 81), GSM7, 162, []int{152, 10}},
		"mainland code message":         {"【示例】您的验证码是123456，5分钟内有效。", UCS2, 24, []int{24}},
		"70 characters":                 {r("中", 70), UCS2, 70, []int{70}},
		"71 characters":                 {r("中", 71), UCS2, 71, []int{67, 4}},
		"134 characters":                {r("中", 134), UCS2, 134, []int{67, 67}},
		"135 characters":                {r("中", 135), UCS2, 135, []int{67, 67, 1}},
		"emoji on the cut":              {r("中", 66) + "😀" + r("中", 66), UCS2, 134, []int{66, 67, 1}},
		"35 emoji":                      {r("😀", 35), UCS2, 70, []int{70}},
		"36 emoji":                      {r("😀", 36), UCS2, 72, []int{66, 6}},
		"one curly quote":               {r("a", 70) + "’", UCS2, 71, []int{67, 4}},
		"one straight quote":            {r("a", 70) + "'", GSM7, 71, []int{71}},
		"lower-case cedilla":            {"façade", UCS2, 6, []int{6}},
		"a family of four":              {"👨\u200d👩\u200d👧\u200d👦", UCS2, 11, []int{11}},
		"Greek capitals":                {r("Ω", 160), GSM7, 160, []int{160}},
		"306 septets":                   {r("a", 306), GSM7, 306, []int{153, 153}},
		"307 septets":                   {r("a", 307), GSM7, 307, []int{153, 153, 1}},
		"459 septets":                   {r("a", 459), GSM7, 459, []int{153, 153, 153}},
		"CR LF":                         {"a\r\nb", GSM7, 4, []int{4}},
		"one blank":                     {" ", GSM7, 1, []int{1}},
		"real replacement character":    {"\uFFFD", UCS2, 1, []int{1}},
		"NUL":                           {"\x00", UCS2, 1, []int{1}},
		"combining accents stay apart":  {r("e\u0301", 36), UCS2, 72, []int{67, 5}},
		"the last part is exactly full": {r("中", 67*3), UCS2, 201, []int{67, 67, 67}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Count(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if p.Encoding != c.enc || p.Units != c.units || p.Count != len(c.parts) || p.Last != c.parts[len(c.parts)-1] {
				t.Errorf("got %+v, want %v, %d units, parts %v", p, c.enc, c.units, c.parts)
			}
			var units []int
			for _, u := range (Segmenter{}).Parts(c.text) {
				units = append(units, u)
			}
			if !slices.Equal(units, c.parts) {
				t.Errorf("parts of %v units, want %v", units, c.parts)
			}
			checkSplit(t, Segmenter{}, c.text)
		})
	}
}

func TestMainlandCountsSeventy(t *testing.T) {
	for name, c := range map[string]struct {
		region, text string
		want         Parts
	}{
		"ASCII in the mainland, one":    {"CN", strings.Repeat("a", 70), Parts{UCS2, 70, 1, 70, 70}},
		"ASCII in the mainland, two":    {"CN", strings.Repeat("a", 71), Parts{UCS2, 71, 2, 67, 4}},
		"extension costs one there":     {"CN", strings.Repeat("€", 70), Parts{UCS2, 70, 1, 70, 70}},
		"Chinese in the mainland":       {"CN", strings.Repeat("中", 71), Parts{UCS2, 71, 2, 67, 4}},
		"Hong Kong is not part of it":   {"HK", strings.Repeat("a", 160), Parts{GSM7, 160, 1, 160, 160}},
		"Taiwan is not part of it":      {"TW", strings.Repeat("a", 161), Parts{GSM7, 161, 2, 153, 8}},
		"no region":                     {"", strings.Repeat("a", 71), Parts{GSM7, 71, 1, 160, 71}},
		"emoji costs two there as well": {"CN", strings.Repeat("😀", 36), Parts{UCS2, 72, 2, 67, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := CountFor(c.region, c.text)
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v; want %+v", got, err, c.want)
			}
			checkSplit(t, SegmenterFor(c.region), c.text)
		})
	}
}

func TestLongReference(t *testing.T) {
	s := Segmenter{LongReference: true}
	for text, want := range map[string]Parts{
		strings.Repeat("a", 160): {GSM7, 160, 1, 160, 160},
		strings.Repeat("a", 161): {GSM7, 161, 2, 152, 9},
		strings.Repeat("中", 70):  {UCS2, 70, 1, 70, 70},
		strings.Repeat("中", 133): {UCS2, 133, 3, 66, 1},
	} {
		if got, err := s.Count(text); err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		checkSplit(t, s, text)
	}
}

func TestRefusedTexts(t *testing.T) {
	for name, c := range map[string]struct {
		s    Segmenter
		text string
		code waybill.Code
		want string
	}{
		"empty":                      {Segmenter{}, "", waybill.InvalidArgument, "empty"},
		"empty, mainland":            {SegmenterFor("CN"), "", waybill.InvalidArgument, "empty"},
		"broken UTF-8":               {Segmenter{}, "secret\xff", waybill.InvalidArgument, "UTF-8"},
		"broken UTF-8, Chinese":      {Segmenter{}, "secret中\xe4\xb8", waybill.InvalidArgument, "UTF-8"},
		"broken UTF-8, mainland":     {SegmenterFor("CN"), "secret\xc0\x80", waybill.InvalidArgument, "UTF-8"},
		"half a surrogate pair":      {Segmenter{}, "secret\xed\xa0\xbd", waybill.InvalidArgument, "UTF-8"},
		"forced GSM-7":               {Segmenter{Encoding: GSM7}, "secret中", waybill.InvalidArgument, "GSM 7-bit"},
		"forced GSM-7, broken UTF-8": {Segmenter{Encoding: GSM7}, "secret\xff", waybill.InvalidArgument, "UTF-8"},
		"256 parts":                  {Segmenter{}, "secret" + strings.Repeat("a", 153*255-5), waybill.TooLarge, "255 parts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.s.Count(c.text)
			var e *waybill.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %T", err)
			}
			if e.Code != c.code || e.Delivery != waybill.NotSent || e.Scope != waybill.ScopeRequest {
				t.Errorf("got %v, %v, %v", e.Code, e.Delivery, e.Scope)
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("text %q", err)
			}
			if parts, err := c.s.Split(c.text); err == nil || parts != nil {
				t.Error("Split accepts it")
			}
			for range c.s.Parts(c.text) {
				t.Error("Parts yields a part of it")
			}
		})
	}
	p, err := Count(strings.Repeat("a", 153*255))
	if err != nil || p.Count != MaxParts {
		t.Errorf("255 parts: %+v, %v", p, err)
	}
	p, err = Count(strings.Repeat("a", 153*255+1))
	if err == nil || p.Count != 256 {
		t.Errorf("256 parts: %+v, %v", p, err)
	}
}

func TestPartsStopsWhenAsked(t *testing.T) {
	n := 0
	for range (Segmenter{}).Parts(strings.Repeat("a", 400)) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d parts", n)
	}
}

func TestCountDoesNotAllocate(t *testing.T) {
	for name, text := range map[string]string{
		"GSM-7, several parts": strings.Repeat("a€", 300),
		"UCS-2, several parts": strings.Repeat("中😀", 100),
		"one part":             "Hello World!",
	} {
		if a := testing.AllocsPerRun(100, func() {
			if _, err := Count(text); err != nil {
				t.Error(err)
			}
		}); a != 0 {
			t.Errorf("%s: %v allocations", name, a)
		}
	}
}

// unitsIn counts the units of text another way than the code under test: by the
// encoders.
func unitsIn(t *testing.T, enc Encoding, text string) int {
	if enc == UCS2 {
		return len(utf16.Encode([]rune(text)))
	}
	septets, err := EncodeGSM7(text)
	if err != nil {
		t.Fatal(err)
	}
	return len(septets)
}

// checkSplit holds the parts of text, which s accepts, against every promise.
func checkSplit(t *testing.T, s Segmenter, text string) {
	t.Helper()
	p, err := s.Count(text)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := s.Split(text)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(parts, "") != text {
		t.Fatal("the parts joined are not the text")
	}
	if len(parts) != p.Count {
		t.Fatalf("%d parts, counted %d", len(parts), p.Count)
	}
	total := 0
	for i, part := range parts {
		u := unitsIn(t, p.Encoding, part)
		total += u
		if u == 0 || u > p.Limit || !utf8.ValidString(part) {
			t.Fatalf("part %d has %d units of %d", i, u, p.Limit)
		}
		if i+1 < len(parts) { // greedy: the next character did not fit
			next, _ := utf8.DecodeRuneInString(parts[i+1])
			if u+p.Encoding.unitsOf(next) <= p.Limit {
				t.Fatalf("part %d has room for the next character", i)
			}
		} else if u != p.Last {
			t.Fatalf("the last part has %d units, counted %d", u, p.Last)
		}
	}
	if total != p.Units {
		t.Fatalf("%d units, counted %d", total, p.Units)
	}
	if (p.Units <= p.Encoding.single()) != (p.Count == 1) {
		t.Fatalf("%d units in %d parts", p.Units, p.Count)
	}
}

func TestSplitOfRandomTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabets := [][]rune{[]rune("ab€{"), []rune("中a😀"), []rune("€"), []rune("😀"), []rune("a\u0301’é")}
	for range 2000 {
		alphabet := alphabets[rng.IntN(len(alphabets))]
		text := make([]rune, 1+rng.IntN(700))
		for i := range text {
			text[i] = alphabet[rng.IntN(len(alphabet))]
		}
		s := Segmenter{LongReference: rng.IntN(2) == 0}
		if rng.IntN(3) == 0 {
			s.Encoding = UCS2
		}
		checkSplit(t, s, string(text))
	}
}

func FuzzSplit(f *testing.F) {
	for _, text := range []string{"", "Hello World!", "a\xff", "中😀", strings.Repeat("a", 152) + "€b", strings.Repeat("中", 66) + "😀中"} {
		f.Add(text, uint8(1), false)
		f.Add(text, uint8(3), true)
	}
	f.Fuzz(func(t *testing.T, text string, times uint8, long bool) {
		text = strings.Repeat(text, int(times)%8+1)
		for _, enc := range []Encoding{0, GSM7, UCS2} {
			s := Segmenter{Encoding: enc, LongReference: long}
			p, err := s.Count(text)
			if err != nil {
				refusable := text == "" || !utf8.ValidString(text) || p.Count > MaxParts || enc == GSM7 && EncodingOf(text) != GSM7
				if !refusable {
					t.Fatalf("refused: %v", err)
				}
				continue
			}
			checkSplit(t, s, text)
		}
		plain, ok := ToGSM(text)
		if ok != (EncodingOf(plain) == GSM7) || !ok && plain != text {
			t.Fatal("ToGSM promises what it does not give")
		}
	})
}

func BenchmarkCount(b *testing.B) {
	for name, text := range map[string]string{
		"gsm7":  strings.Repeat("Your parcel arrives today. ", 10),
		"euros": strings.Repeat("{€}", 100),
		"ucs2":  strings.Repeat("您的包裹今天送达。", 20),
		"emoji": strings.Repeat("😀", 100),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Count(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
