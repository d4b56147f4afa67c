package fakehttp_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

func TestOdd(t *testing.T) {
	const body = `{"a":[{"b":"1,2"},{"c":3}],"d":"x"}`
	seen := map[string]bool{}
	for b := range fakehttp.Odd([]byte(body)) {
		seen[string(b)] = true
	}
	for _, want := range []string{``, `{"a":[{"b`, `null`, `[]`, `{"d":"x"}`, `{"a":[{"b":"1,2"},{"c":3}]}`, `{"a":[{"b":"NaN"},{"c":3}],"d":"x"}`,
		`{"a":[{"b":"1"},{"c":3}],"d":"x"}`, `{"a":[{"b":"1,2"},{"c":-1}],"d":"x"}`, `{"a":[{"b":"1,2"},{}],"d":"x"}`, `{"a":true,"d":"x"}`} {
		if !seen[want] {
			t.Errorf("no %s", want)
		}
	}
	if seen[body] {
		t.Error("the body itself is not odd")
	}
	var first, second [][]byte
	for b := range fakehttp.Odd([]byte(body)) {
		first = append(first, slices.Clone(b))
	}
	for b := range fakehttp.Odd([]byte(body)) {
		second = append(second, slices.Clone(b))
	}
	if !slices.EqualFunc(first, second, func(a, b []byte) bool { return string(a) == string(b) }) {
		t.Error("another order the second time")
	}
	for n := range 60 {
		got := 0
		for range fakehttp.Odd([]byte(body)) {
			if got++; got > n {
				break
			}
		}
		if got != n+1 {
			t.Fatalf("stopped after %d of %d", got, n+1)
		}
	}
	for b := range fakehttp.Odd([]byte(`<html>`)) {
		if json.Valid(b) {
			t.Errorf("%s", b)
		}
	}
}
