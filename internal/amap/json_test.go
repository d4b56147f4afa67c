package amap

import (
	"encoding/json"
	"math"
	"testing"
)

func TestTextTakesWhateverComes(t *testing.T) {
	for in, want := range map[string]Text{
		`"杭州"`: "杭州", `" a "`: "a", `"\u676d\u5dde"`: "杭州", `"a\"b"`: `a"b`, `12.50`: "12.50", `-1`: "-1", `0`: "0",
		`""`: "", `[]`: "", `{}`: "", `null`: "", `true`: "", `["a"]`: "", `{"a":1}`: "",
	} {
		text := Text("before")
		if err := json.Unmarshal([]byte(in), &text); err != nil || text != want {
			t.Errorf("%s: got %q %v", in, text, err)
		}
	}
	var s struct{ A, B Text }
	if err := json.Unmarshal([]byte(`{"A":"x`+"\xff"+`","B":[]}`), &s); err != nil || s.A != "x\ufffd" {
		t.Errorf("broken UTF-8: %q %v", s.A, err)
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[Text]float64{"14571": 14571, "7.98562": 7.98562, "39.613299999999995": 39.613299999999995, "-1": -1, "0": 0, "1e3": 1000} {
		if got, ok := in.Number(); !ok || got != want {
			t.Errorf("%q: %v %t", in, got, ok)
		}
	}
	for _, in := range []Text{"", "NaN", "Inf", "-inf", "0x10", "1_000", "1e999", "12 m", "一", "1,2", "11111111111111111111111111111111111111111"} {
		if got, ok := in.Number(); ok {
			t.Errorf("%q is %v", in, got)
		}
	}
	for _, in := range []Text{"-1", "1e10", "", "-0.001"} {
		if got, ok := in.Amount(); ok {
			t.Errorf("%q is an amount of %v", in, got)
		}
	}
}

func TestLocation(t *testing.T) {
	if lat, lng, ok := Text("116.487585177952, 39.991754014757").Location(); !ok || lat != 39.991754014757 || lng != 116.487585177952 {
		t.Errorf("got %v %v %t", lat, lng, ok)
	}
	for _, in := range []Text{"", ",", "1", "1,", ",1", "0,0", "181,1", "1,91", "114.05,NaN", "1,2,3", "39.9 116.4", "0.0,-0.0"} {
		if _, _, ok := in.Location(); ok {
			t.Errorf("%q is a place", in)
		}
	}
	if got := FormatLocation(39.991754014757, 116.487585177952); got != "116.487585,39.991754" {
		t.Errorf("got %s", got)
	}
	if got := FormatLocation(-0.0000004, -46.6333); got != "-46.633300,-0.000000" {
		t.Errorf("got %s", got)
	}
}

type thing struct {
	ID Text `json:"id"`
}

func TestList(t *testing.T) {
	for in, want := range map[string]int{
		`[]`: 0, `null`: 0, `""`: 0, `{}`: 0, `[{"id":"a"},{"id":2}]`: 2, `{"id":"a"}`: 1, `[{}]`: 0, `[[]]`: 0, `[ [ ] , { } ]`: 0,
		`[null,"",{"id":"a"},[],7]`: 1, `{"thing":[{"id":"a"},{"id":2}]}`: 2, ` { "thing" : [ ] } `: 0, `{"thing":null}`: 0,
		`{"id":"a","thing":[{}]}`: 1, `{"thing":{"id":"a"}}`: 1,
	} {
		l := List[thing]{{"before"}}
		if err := json.Unmarshal([]byte(in), &l); err != nil || len(l) != want {
			t.Errorf("%s: %d things, %v", in, len(l), err)
		}
	}
	for _, in := range []string{`5`, `"none"`, `true`, `false`, `-1`} {
		var l List[thing]
		if err := json.Unmarshal([]byte(in), &l); err == nil {
			t.Errorf("%s was taken for a list", in)
		}
	}
}

func TestObject(t *testing.T) {
	for in, want := range map[string]bool{`{}`: true, `{"id":"a"}`: true, `[]`: false, `""`: false, `null`: false, ` [ ] `: false} {
		o := Object[thing]{Value: thing{"before"}, Present: true}
		// A null never gets to an unmarshaller of a value that is not a pointer's.
		if err := json.Unmarshal([]byte(in), &o); err != nil || o.Present != want || !want && o.Value.ID != "" {
			t.Errorf("%s: %+v %v", in, o, err)
		}
	}
	for _, in := range []string{`5`, `"none"`, `[1]`, `[{}]`, `true`} {
		var o Object[thing]
		if err := json.Unmarshal([]byte(in), &o); err == nil {
			t.Errorf("%s was taken for an object", in)
		}
	}
}

func FuzzTolerantTypes(f *testing.F) {
	for _, s := range []string{`"a"`, `[]`, `[[]]`, `{"id":[]}`, `[{"id":{}}]`, `null`, `"114.05,22.5"`, `1e400`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var text Text
		if json.Unmarshal(b, &text) == nil {
			if v, ok := text.Number(); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
				t.Error("a number that is none")
			}
			if lat, lng, ok := text.Location(); ok && !(math.Abs(lat) <= 90 && math.Abs(lng) <= 180) {
				t.Error("a place off the Earth")
			}
		} else if json.Valid(b) {
			t.Error("a text refused valid JSON")
		}
		var l List[thing]
		_ = json.Unmarshal(b, &l)
		var o Object[thing]
		_ = json.Unmarshal(b, &o)
	})
}
