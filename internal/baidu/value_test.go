package baidu

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for text, want := range map[string]Number{
		"12":                 {12, true},
		"-1":                 {-1, true},
		"116.30842029150421": {116.30842029150421, true},
		"1.5e3":              {1500, true},
		`"26"`:               {26, true},
		`" 26 "`:             {26, true},
		`"116.39746069298"`:  {116.39746069298, true},
		`""`:                 {},
		`" "`:                {},
		"null":               {},
		"[]":                 {},
	} {
		n := Number{V: 9, Set: true}
		if err := json.Unmarshal([]byte(text), &n); err != nil || n != want && text != "null" {
			t.Errorf("%s: got %v, %v", text, n, err)
		}
	}
	for _, text := range []string{`"abc"`, `"NaN"`, `"Inf"`, `"-Infinity"`, `"1e999"`, "true", "{}", "[1]", `"12 km"`} {
		var n Number
		if err := json.Unmarshal([]byte(text), &n); err == nil {
			t.Errorf("%s was read as %v", text, n)
		}
	}
}

func TestNumberInt(t *testing.T) {
	for n, want := range map[Number]int{
		{3.9, true}: 3, {-3.9, true}: -3, {1e300, true}: 0, {7, false}: 0, {1 << 53, true}: 1 << 53,
	} {
		if got := n.Int(); got != want {
			t.Errorf("%v: got %d, want %d", n, got, want)
		}
	}
	if (Number{V: -1, Set: true}).NotNegative() != 0 || (Number{V: 2, Set: true}).NotNegative() != 2 {
		t.Error("NotNegative is wrong")
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]Text{
		`"深圳市"`: "深圳市", "110108": "110108", `"110108"`: "110108", "null": "", "[]": "", `""`: "", "-1": "-1",
	} {
		var got Text
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"{}", "true", `["a"]`} {
		var got Text
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s was read as %q", text, got)
		}
	}
	if Text(" a ").Trim() != "a" {
		t.Error("Trim is wrong")
	}
}

func TestUsable(t *testing.T) {
	for text, want := range map[string]bool{
		`{"lng":116.3,"lat":40}`:     true,
		`{"lng":"116.3","lat":"40"}`: true,
		`{"lng":0,"lat":40}`:         true,
		`{"lng":0,"lat":0}`:          false,
		`{"lng":116.3}`:              false,
		`{"lng":"","lat":""}`:        false,
		`{"lng":40,"lat":116.3}`:     false,
		`{"lng":181,"lat":1}`:        false,
	} {
		var p LngLat
		if err := json.Unmarshal([]byte(text), &p); err != nil || p.Usable() != want {
			t.Errorf("%s: usable %t, %v", text, p.Usable(), err)
		}
	}
	var p XY
	if err := json.Unmarshal([]byte(`{"x":116.3,"y":40}`), &p); err != nil || !p.Usable() || p.Y.V != 40 {
		t.Errorf("got %v, %v", p, err)
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"1", `"1"`, "null", "[]", "{}", `"x"`, "-", "1e400", `"\ud800"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var n Number
		if json.Unmarshal([]byte(s), &n) == nil && (math.IsNaN(n.V) || math.IsInf(n.V, 0) || !n.Set && n.V != 0) {
			t.Fatalf("%q read as %v", s, n)
		}
		var x Text
		_ = json.Unmarshal([]byte(s), &x)
		var st status
		if json.Unmarshal([]byte(s), &st) == nil && st.set && st.word != "" {
			t.Fatalf("%q read as %v", s, st)
		}
	})
}
