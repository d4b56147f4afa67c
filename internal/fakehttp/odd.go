package fakehttp

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
)

// oddValues stand in the place of whatever a vendor promised.
var oddValues = [...]string{
	`null`, `[]`, `{}`, `""`, `true`, `0`, `-1`, `1e400`, `99999999999999999999`, `0.5`,
	`"NaN"`, `"Inf"`, `"-Infinity"`, `"1e309"`, `"-5"`, `"0x10"`, `"1_000"`, `" 5 "`, `"0,0"`, `","`, `"[]"`, `"NaN,NaN"`, `"181,91"`, `"116.4"`, `"\u0000"`,
	`[[]]`, `[null]`, `[1]`, `{"a":null}`, `"3.5s"`, `"-3s"`, `"1e3s"`, `"__c0DwFj@"`, `"9999999999999999999999999999999999999999"`,
}

// Odd yields variants of a reply in JSON, none of which a vendor should send and
// all of which some vendor has sent the like of: each value in turn replaced by
// odd ones or left out, and the reply cut off. Of lists only the first few
// elements are varied. The order is always the same. A body that is no JSON
// yields its cuts alone.
func Odd(body []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 0; i < len(body); i += max(1, len(body)/200) {
			if !yield(body[:i]) {
				return
			}
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		var root any
		if d.Decode(&root) != nil {
			return
		}
		o := odd{root: root, yield: yield}
		o.vary(root, func(v any) { o.root = v })
	}
}

type odd struct {
	root  any
	yield func([]byte) bool
	done  bool
}

// say yields the reply as it is now.
func (o *odd) say() {
	if o.done {
		return
	}
	b, err := json.Marshal(o.root)
	o.done = err != nil || !o.yield(b)
}

// vary replaces v, which set puts back, and then what is in it.
func (o *odd) vary(v any, set func(any)) {
	for _, s := range oddValues {
		set(json.RawMessage(s))
		o.say()
	}
	set(v)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			was := v[name]
			delete(v, name)
			o.say()
			v[name] = was
			if s, ok := was.(string); ok && strings.Contains(s, ",") {
				v[name] = s[:len(s)/2]
				o.say()
				v[name] = was
			}
			o.vary(was, func(n any) { v[name] = n })
			if o.done {
				return
			}
		}
	case []any:
		for i := range v[:min(len(v), 2)] {
			o.vary(v[i], func(n any) { v[i] = n })
			if o.done {
				return
			}
		}
	}
}
