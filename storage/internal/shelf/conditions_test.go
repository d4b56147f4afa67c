package shelf

import (
	"net/http"
	"testing"
	"time"
)

func TestConditions(t *testing.T) {
	modified := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	before, same, after := modified.Add(-time.Second).Format(http.TimeFormat), modified.Format(http.TimeFormat), modified.Add(time.Second).Format(http.TimeFormat)
	for name, c := range map[string]struct {
		header map[string]string
		want   int
	}{
		"none":             {nil, 200},
		"match":            {map[string]string{"If-Match": `"tag"`}, 200},
		"any":              {map[string]string{"If-Match": "*"}, 200},
		"no match":         {map[string]string{"If-Match": `"other"`}, 412},
		"unless":           {map[string]string{"If-None-Match": `"other"`}, 200},
		"unless it is":     {map[string]string{"If-None-Match": `"tag"`}, 304},
		"unmodified":       {map[string]string{"If-Unmodified-Since": same}, 200},
		"modified since":   {map[string]string{"If-Unmodified-Since": before}, 412},
		"modified":         {map[string]string{"If-Modified-Since": before}, 200},
		"not modified":     {map[string]string{"If-Modified-Since": same}, 304},
		"not modified yet": {map[string]string{"If-Modified-Since": after}, 304},
		"the tag counts":   {map[string]string{"If-Match": `"tag"`, "If-Unmodified-Since": before}, 200},
		"here too":         {map[string]string{"If-None-Match": `"other"`, "If-Modified-Since": after}, 200},
		"no date":          {map[string]string{"If-Modified-Since": "yesterday"}, 200},
	} {
		h := http.Header{}
		for k, v := range c.header {
			h.Set(k, v)
		}
		if got := Conditions(h, "", `"tag"`, modified); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
