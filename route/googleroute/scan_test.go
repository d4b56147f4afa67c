package googleroute

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// any reads a value with the scanner alone, as encoding/json reads it into an any.
// Numbers are their text.
func (s *scan) any() any {
	switch s.next() {
	case '{':
		out := map[string]any{}
		s.fields(func(name []byte) {
			var key string
			_ = json.Unmarshal([]byte(`"`+string(name)+`"`), &key)
			out[key] = s.any()
		})
		return out
	case '[':
		out := []any{}
		s.items(func() { out = append(out, s.any()) })
		return out
	case '"':
		return s.string()
	}
	switch raw := string(s.raw()); raw {
	case "null":
		return nil
	case "true", "false":
		return raw == "true"
	default:
		return json.Number(raw)
	}
}

// FuzzScan: the scanner reads every JSON text as encoding/json does, and passes
// over every value whole.
func FuzzScan(f *testing.F) {
	for _, text := range []string{`{"routes":[{"distanceMeters":5,"duration":"1s"}]}`, `[ ]`, `{ }`, `"a\"b\\"`, ` [ { "a" : [ null , true , -1.5e3 ] } , "é😀" ] `, `{"a":{"b":"]}"}}`, "\"\xff\""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			s := scan{text: text} // no JSON is ever scanned, but it must end
			s.any()
			return
		}
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Skip()
		}
		s := scan{text: text}
		if got := s.any(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: %#v, want %#v", text, got, want)
		}
		if s.next() != 0 {
			t.Fatalf("%s: something is left at %d", text, s.at)
		}
		over := scan{text: text}
		if over.raw(); over.next() != 0 {
			t.Fatalf("%s: passed over to %d", text, over.at)
		}
	})
}

// What is no JSON is never scanned, and would end. Found by FuzzScan.
func TestScanEnds(t *testing.T) {
	for _, text := range []string{` [ { 6a" : [ null , true , -1.5e3 ] } , "x" ] `, `[}`, `[:`, `[,`, `{"a"`, `{"a":}`, `["`, `[\`, `[[[`, `{"a":[}]`, ``, ` `} {
		s := scan{text: []byte(text)}
		s.any()
	}
}

func TestScanValues(t *testing.T) {
	for text, want := range map[string]int{`5`: 5, `"5"`: 5, `5.0`: 5, `5e3`: 5000, `0`: 0, `null`: 0, `"165"`: 165, `1000000000`: 1e9,
		`-1`: -1, `5.5`: -1, `1e30`: -1, `"x"`: -1, `""`: -1, `true`: -1, `[]`: -1, `{}`: -1, `99999999999`: -1, `"null"`: 0} {
		s := scan{text: []byte(text)}
		if got := s.whole(); got != want || s.next() != 0 {
			t.Errorf("whole %s: %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]seconds{`"165s"`: {165 * time.Second, true, true}, `"0.5s"`: {time.Second / 2, true, true}, `null`: {}, `"165"`: {there: true},
		`165`: {there: true}, `[]`: {there: true}, `"1\u0073"`: {there: true}} {
		s := scan{text: []byte(text)}
		if got := s.seconds(); got != want || s.next() != 0 {
			t.Errorf("seconds %s: %+v, want %+v", text, got, want)
		}
	}
	for text, want := range map[string]string{`"Turn right\nToll road"`: "Turn right Toll road", `"Turn  right "`: "Turn right", `"Turn right"`: "Turn right", `"向右转　进入"`: "向右转 进入",
		`"Straße"`: "Straße", "\"Go\xff\xfe on\"": "Go\ufffd\ufffd on", `5`: "", `null`: "", `[]`: "", `""`: ""} {
		s := scan{text: []byte(text)}
		if got := s.sentence(); got != want || s.next() != 0 {
			t.Errorf("sentence %s: %q, want %q", text, got, want)
		}
	}
}

// Values of another type than documented count as missing where nobody needs them,
// and never as another value.
func TestReadRoutesIsLiberal(t *testing.T) {
	const well = `{"routes":[{"distanceMeters":5,"duration":"7s","warnings":["w"],"legs":[{"distanceMeters":5,"duration":"7s","steps":[{"distanceMeters":5,"staticDuration":"7s","navigationInstruction":{"instructions":"Go"}}]}],"optimizedIntermediateWaypointIndex":[1,0]}]}`
	want, ok := readRoutes(&scan{text: []byte(well)})
	if !ok || len(want.routes) != 1 {
		t.Fatalf("%+v", want)
	}
	for _, c := range []string{
		strings.NewReplacer(`:5`, `:"5"`).Replace(well),
		strings.NewReplacer(`:5`, `:5.0`, `[1,0]`, `["1","0"]`).Replace(well),
		strings.Replace(well, `"warnings":["w"]`, `"warnings":["w",null,5,{}],"description":{"a":["b"]},"viewport":null`, 1),
		strings.Replace(well, `"instructions":"Go"`, `"maneuver":"DEPART","instructions":"Go"`, 1),
		" " + strings.NewReplacer(`,`, " ,\n", `:`, " : ", `{`, "{ ", `}`, " }", `[`, "[ ", `]`, " ]").Replace(well),
	} {
		if got, ok := readRoutes(&scan{text: []byte(c)}); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", c, got)
		}
	}
	for _, c := range []string{`{"routes":"x"}`, `{"routes":5}`, `{"routes":[{"legs":{}}]}`, `[]`, `5`} {
		if got, ok := readRoutes(&scan{text: []byte(c)}); ok {
			t.Errorf("%s: %+v", c, got)
		}
	}
	for _, c := range []string{`{}`, `{"routes":null}`, `{"routes":[]}`, `{"fallbackInfo":5}`} {
		if got, ok := readRoutes(&scan{text: []byte(c)}); !ok || len(got.routes) != 0 {
			t.Errorf("%s: %+v", c, got)
		}
	}
}
