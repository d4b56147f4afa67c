package fakeamap

import (
	"net/url"
	"strings"
	"testing"
)

func TestWhatThePlaceServicesRefuse(t *testing.T) {
	s := New(nil)
	defer s.Close()
	around := ok + "&location=" + tencent
	for name, v := range map[string]struct{ path, query, code string }{
		"no words":           {"/v5/place/text", ok, "20001"},
		"81 characters":      {"/v5/place/text", ok + "&keywords=" + strings.Repeat("a", 81), "20000"},
		"two queries":        {"/v5/place/text", ok + "&keywords=a%7Cb", "20000"},
		"page size":          {"/v5/place/text", ok + "&keywords=a&page_size=26", "20000"},
		"page 0":             {"/v5/place/text", ok + "&keywords=a&page_num=0", "20000"},
		"page 101":           {"/v5/place/text", ok + "&keywords=a&page_num=101", "20000"},
		"v3's paging":        {"/v5/place/text", ok + "&keywords=a&offset=10", "20000"},
		"v3's city":          {"/v5/place/text", ok + "&keywords=a&city=x", "20000"},
		"city_limit":         {"/v5/place/text", ok + "&keywords=a&city_limit=1", "20000"},
		"show_fields":        {"/v5/place/text", ok + "&keywords=a&show_fields=business,price", "20000"},
		"types":              {"/v5/place/text", ok + "&types=0101", "20000"},
		"no centre":          {"/v5/place/around", ok, "20001"},
		"large radius":       {"/v5/place/around", around + "&radius=50001", "20000"},
		"sortrule":           {"/v5/place/around", around + "&sortrule=name", "20000"},
		"latitude first":     {"/v5/place/around", ok + "&location=22.5402,113.9345", "20000"},
		"no id":              {"/v5/place/detail", ok, "20001"},
		"eleven ids":         {"/v5/place/detail", ok + "&id=" + strings.Repeat("B0%7C", 10) + "B0", "20000"},
		"no keywords":        {"/v3/assistant/inputtips", ok, "20001"},
		"citylimit":          {"/v3/assistant/inputtips", ok + "&keywords=a&citylimit=yes", "20000"},
		"datatype":           {"/v3/assistant/inputtips", ok + "&keywords=a&datatype=road", "20000"},
		"a bias without one": {"/v3/assistant/inputtips", ok + "&keywords=a&location=1", "20000"},
		"no division":        {"/v3/config/district", ok, "20001"},
		"four levels":        {"/v3/config/district", ok + "&keywords=a&subdistrict=4", "20000"},
		"extensions":         {"/v3/config/district", ok + "&keywords=a&extensions=full", "20000"},
	} {
		if got, _ := get(t, s, v.path, v.query); got != v.code {
			t.Errorf("%s: %s, want %s", name, got, v.code)
		}
	}
	if n := s.Accepted(""); n != 0 {
		t.Errorf("%d requests were accepted", n)
	}
}

func rows(t *testing.T, s *Server, path, query, list string) []map[string]any {
	t.Helper()
	code, reply := get(t, s, path, ok+"&"+query)
	if code != codeOK {
		t.Fatalf("%s: %s", query, code)
	}
	var out []map[string]any
	for _, r := range reply[list].([]any) {
		out = append(out, r.(map[string]any))
	}
	return out
}

func TestShapesOfThePlaceServices(t *testing.T) {
	s := New(nil)
	defer s.Close()
	airport := "keywords=" + url.QueryEscape("机场")
	tips := rows(t, s, "/v3/assistant/inputtips", airport, "tips")
	if word := tips[0]; len(word["id"].([]any)) != 0 || len(word["location"].([]any)) != 0 {
		t.Errorf("a word: %v", word)
	}
	station := rows(t, s, "/v3/assistant/inputtips", "keywords="+url.QueryEscape("深圳北站"), "tips")
	if line := station[len(station)-1]; len(line["location"].([]any)) != 0 || line["id"] == "" {
		t.Errorf("a line: %v", line)
	}
	if n := len(rows(t, s, "/v3/assistant/inputtips", airport+"&city=810000&citylimit=true", "tips")); n != 1 {
		t.Errorf("%d in Hong Kong", n)
	}
	// Pages: a count of their own, no row twice, none behind the last.
	first := rows(t, s, "/v5/place/text", airport+"&page_size=2", "pois")
	second := rows(t, s, "/v5/place/text", airport+"&page_size=2&page_num=2", "pois")
	if len(first) != 2 || len(second) == 0 || first[0]["id"] == second[0]["id"] || first[0]["parent"] != "" {
		t.Errorf("pages: %v %v", first, second)
	}
	if n := len(rows(t, s, "/v5/place/text", airport+"&page_size=25&page_num=9", "pois")); n != 0 {
		t.Errorf("%d rows behind the 200th", n)
	}
	// Without words and types restaurants, services and houses alone are found.
	for _, r := range rows(t, s, "/v5/place/around", "location="+pingan+"&radius=20000", "pois") {
		if r["typecode"] != "120201" {
			t.Errorf("a %v without types", r["typecode"])
		}
	}
	if n := len(rows(t, s, "/v5/place/detail", "id=B0FFFFFFFF", "pois")); n != 0 {
		t.Errorf("%d places of an unknown id", n)
	}
	if d := rows(t, s, "/v3/config/district", "keywords="+url.QueryEscape("北京"), "districts"); len(d) != 2 || len(d[1]["citycode"].(string)) == 0 {
		t.Errorf("two roots: %v", d)
	}
}
