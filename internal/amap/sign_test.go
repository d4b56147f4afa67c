package amap

import (
	"net/url"
	"testing"
)

// The first is the example of Amap's own page; all were recomputed.
func TestSign(t *testing.T) {
	for _, v := range []struct {
		query   url.Values
		private string
		want    string
	}{
		{url.Values{"a": {"23"}, "b": {"12"}, "d": {"48"}, "f": {"8"}, "c": {"67"}}, "bbbbb", "a89e8c2266d888860c46672d77d069f3"},
		{url.Values{"address": {"北京市朝阳区阜通东大街6号"}, "city": {"北京"}, "key": {"0123456789abcdef0123456789abcdef"}},
			"fedcba9876543210fedcba9876543210", "022470857c5cea0698e203a8aeb056a0"},
		{url.Values{"address": {"A+B C|D"}, "batch": {"true"}, "key": {"K1"}}, "S1", "3600aa44213e60c54ba406464cc12c6d"},
		// sig is no part of what is signed, and neither is a name without value.
		{url.Values{"a": {"23"}, "b": {"12"}, "d": {"48"}, "f": {"8"}, "c": {"67"}, "sig": {"old"}, "e": nil}, "bbbbb", "a89e8c2266d888860c46672d77d069f3"},
	} {
		if got := Sign(v.query, v.private); got != v.want {
			t.Errorf("got %s, want %s", got, v.want)
		}
	}
}
