package fakebaidu

import (
	"net/url"
	"strings"
	"testing"
)

func TestWhatThePlaceServicesRefuse(t *testing.T) {
	s := server(t, "")
	for name, v := range map[string]struct{ path, query string }{
		"no region":          {"/place/v2/suggestion", "query=a"},
		"no query":           {"/place/v2/suggestion", "region=a"},
		"named type":         {"/place/v2/suggestion", "query=a&region=b&location=22.5,113.9&coord_type=gcj02ll"},
		"another's type":     {"/place/v2/suggestion", "query=a&region=b&ret_coordtype=gcj02"},
		"longitude first":    {"/place/v2/suggestion", "query=a&region=b&location=113.9,22.5"},
		"city_limit":         {"/place/v2/suggestion", "query=a&region=b&city_limit=1"},
		"no place":           {"/place/v2/search", "query=a"},
		"two places":         {"/place/v2/search", "query=a&region=b&location=22.5,113.9"},
		"page size":          {"/place/v2/search", "query=a&region=b&page_size=21"},
		"page":               {"/place/v2/search", "query=a&region=b&page_num=-1"},
		"46 characters":      {"/place/v2/search", "query=" + strings.Repeat("a", 46) + "&region=b"},
		"two queries":        {"/place/v2/search", "query=a%24b&location=22.5,113.9"},
		"scope":              {"/place/v2/search", "query=a&region=b&scope=3"},
		"no id":              {"/place/v2/detail", "scope=2"},
		"both kinds of ids":  {"/place/v2/detail", "uid=a&uids=b"},
		"an unknown id":      {"/place/v2/detail", "uid=" + strings.Repeat("f", 24)},
		"no keyword":         {"/api_region_search/v1/", "query=a"},
		"four levels":        {"/api_region_search/v1/", "keyword=a&sub_admin=4"},
		"a boundary in code": {"/api_region_search/v1/", "keyword=a&boundary=yes"},
	} {
		if body, text := get(t, s, v.path, v.query); status(body) != 2 {
			t.Errorf("%s: %s", name, text)
		}
	}
	signed := server(t, sk)
	if body, text := get(t, signed, "/place/v2/suggestion", "query=a&region=b"); status(body) != 211 {
		t.Errorf("without a signature: %s", text)
	}
}

func TestShapesOfThePlaceServices(t *testing.T) {
	s := server(t, "")
	airport := "query=" + url.QueryEscape("机场") + "&region=" + url.QueryEscape("全国")
	body, _ := get(t, s, "/place/v2/suggestion", airport)
	list := body["result"].([]any)
	if word := list[1].(map[string]any); word["location"] != nil || word["uid"] != "" {
		t.Errorf("a word: %v", word)
	}
	body, _ = get(t, s, "/place/v2/search", airport+"&page_size=1")
	if _, there := body["total"]; there || body["result"] != nil || len(body["results"].([]any)) != 1 {
		t.Errorf("without paging: %v", body)
	}
	if body, _ = get(t, s, "/place/v2/search", airport+"&page_num=0"); body["total"].(float64) < 3 {
		t.Errorf("with a page: %v", body)
	}
	body, _ = get(t, s, "/place/v2/search", "query="+url.QueryEscape("美食")+"&region="+url.QueryEscape("全国"))
	if body["result_type"] != "city_type" {
		t.Errorf("a kind of place in all of the country: %v", body)
	}
	body, _ = get(t, s, "/place/v2/search", "query="+url.QueryEscape("深圳北站")+"&region="+url.QueryEscape("深圳市"))
	if row := body["results"].([]any)[0].(map[string]any); row["province"] != nil || row["adcode"] != nil || row["detail_info"] != nil {
		t.Errorf("a stop: %v", row)
	}
	body, _ = get(t, s, "/api_region_search/v1/", "keyword="+url.QueryEscape("朝阳")+"&extensions_code=1&boundary=1")
	found := body["districts"].([]any)
	if len(found) != 4 || found[0].(map[string]any)["polyline"] == nil || found[1].(map[string]any)["polyline"] != nil {
		t.Errorf("divisions: %v", body)
	}
}
