package fakeamap

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/internal/amap"
)

// get asks the fake and returns the code of its answer and the whole reply.
func get(t *testing.T, s *Server, path, query string) (code string, reply map[string]any) {
	t.Helper()
	resp, err := s.Client().Get(s.URL() + path + "?" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if err := json.Unmarshal(body, &reply); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	if n, ok := reply["errcode"].(float64); ok {
		b, _ := json.Marshal(n)
		return string(b), reply
	}
	return reply["infocode"].(string), reply
}

const (
	tencent = "113.934500,22.540200" // GCJ-02
	pingan  = "114.055400,22.533300"
	ok      = "key=" + Key
)

func TestWhatTheServicesRefuse(t *testing.T) {
	s := New(&Options{Truck: true})
	defer s.Close()
	way := ok + "&origin=" + tencent + "&destination=" + pingan
	for name, v := range map[string]struct{ path, query, code string }{
		"no key":              {"/v3/geocode/geo", "address=a", "10001"},
		"wrong key":           {"/v3/geocode/geo", "key=other&address=a", "10001"},
		"no address":          {"/v3/geocode/geo", ok, "20001"},
		"empty address":       {"/v3/geocode/geo", ok + "&address=", "20001"},
		"unknown parameter":   {"/v3/geocode/geo", ok + "&address=a&region=CN", "20000"},
		"twice":               {"/v3/geocode/geo", ok + "&address=a&address=b", "20000"},
		"callback":            {"/v3/geocode/geo", ok + "&address=a&callback=f", "20000"},
		"XML":                 {"/v3/geocode/geo", ok + "&address=a&output=XML", "20000"},
		"two addresses":       {"/v3/geocode/geo", ok + "&address=a%7Cb", "20000"},
		"not UTF-8":           {"/v3/geocode/geo", ok + "&address=%c9%ee%db%da", "30001"},
		"no such place":       {"/v3/geocode/geo", ok + "&address=%E4%B8%8D%E5%AD%98%E5%9C%A8", "30001"},
		"no such service":     {"/v3/geocode/place", ok, "10002"},
		"latitude first":      {"/v3/geocode/regeo", ok + "&location=22.540200,113.934500", "20000"},
		"many decimals":       {"/v3/geocode/regeo", ok + "&location=113.9345001,22.5402", "20000"},
		"one number":          {"/v3/geocode/regeo", ok + "&location=113.93", "20000"},
		"extensions":          {"/v3/geocode/regeo", ok + "&location=" + tencent + "&extensions=full", "20000"},
		"radius":              {"/v3/geocode/regeo", ok + "&location=" + tencent + "&radius=3001", "20000"},
		"strategy of v3":      {"/v5/direction/driving", way + "&strategy=10", "20000"},
		"strategy":            {"/v5/direction/driving", way + "&strategy=46", "20000"},
		"show_fields":         {"/v5/direction/driving", way + "&show_fields=cost,price", "20000"},
		"ferry":               {"/v5/direction/driving", way + "&ferry=yes", "20000"},
		"plate":               {"/v5/direction/driving", way + "&plate=AHA322", "20000"},
		"17 stops":            {"/v5/direction/driving", way + "&waypoints=" + strings.Repeat(tencent+";", 16) + tencent, "20000"},
		"province apart":      {"/v5/direction/driving", way + "&province=%E7%B2%A4", "20000"},
		"stops on foot":       {"/v5/direction/walking", way + "&waypoints=" + tencent, "20000"},
		"strategy on foot":    {"/v5/direction/walking", way + "&strategy=2", "20000"},
		"four alternatives":   {"/v5/direction/bicycling", way + "&alternative_route=4", "20000"},
		"origin_id by bike":   {"/v5/direction/bicycling", way + "&origin_id=B0", "20000"},
		"far on foot":         {"/v5/direction/walking", ok + "&origin=" + tencent + "&destination=113.269200,23.388000", "20803"},
		"abroad":              {"/v5/direction/driving", ok + "&origin=" + tencent + "&destination=103.851500,1.284100", "20800"},
		"at sea":              {"/v5/direction/driving", ok + "&origin=" + tencent + "&destination=116.500000,20.000000", "20801"},
		"truck without size":  {"/v4/direction/truck", way, "20001"},
		"truck's height":      {"/v4/direction/truck", way + "&size=2&height=26", "20000"},
		"truck's size":        {"/v4/direction/truck", way + "&size=5", "20000"},
		"truck's strategy":    {"/v4/direction/truck", way + "&size=2&strategy=11", "20000"},
		"truck's plate":       {"/v4/direction/truck", way + "&size=2&number=B12345", "20000"},
		"truck's show_fields": {"/v4/direction/truck", way + "&size=2&show_fields=cost", "20000"},
	} {
		if got, _ := get(t, s, v.path, v.query); got != v.code {
			t.Errorf("%s: %s, want %s", name, got, v.code)
		}
	}
	if n := s.Accepted(""); n != 0 {
		t.Errorf("%d requests were accepted", n)
	}
}

func TestMethods(t *testing.T) {
	s := New(nil)
	defer s.Close()
	form := url.Values{"key": {Key}, "origin": {tencent}, "destination": {pingan}, "address": {"腾讯大厦"}}
	post := func(path string, drop ...string) string {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		for _, k := range drop {
			f.Del(k)
		}
		resp, err := s.Client().PostForm(s.URL()+path, f)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var reply struct{ Infocode string }
		json.NewDecoder(resp.Body).Decode(&reply)
		return reply.Infocode
	}
	if got := post("/v5/direction/driving", "address"); got != "10000" {
		t.Errorf("driving takes a form: %s", got)
	}
	if got := post("/v3/geocode/geo", "origin", "destination"); got != "20002" {
		t.Errorf("geocoding takes no form: %s", got)
	}
}

func TestSignatureIsChecked(t *testing.T) {
	s := New(&Options{Key: "K1", PrivateKey: "S1"})
	defer s.Close()
	q := url.Values{"key": {"K1"}, "address": {"腾讯大厦"}, "city": {"深圳 市+"}}
	if code, _ := get(t, s, "/v3/geocode/geo", q.Encode()); code != "10007" {
		t.Errorf("without a signature: %s", code)
	}
	q.Set("sig", amap.Sign(q, "S2"))
	if code, _ := get(t, s, "/v3/geocode/geo", q.Encode()); code != "10007" {
		t.Errorf("with another key's: %s", code)
	}
	q.Set("sig", amap.Sign(q, "S1"))
	if code, _ := get(t, s, "/v3/geocode/geo", q.Encode()); code != "10000" {
		t.Errorf("signed: %s", code)
	}
	if log := s.Log()[2]; strings.Contains(log.Query, "K1") || strings.Contains(log.Query, q.Get("sig")) {
		t.Errorf("the log shows %s", log.Query)
	}
}

func TestRefusalsComeInTheServicesEnvelope(t *testing.T) {
	s := New(nil)
	defer s.Close()
	code, reply := get(t, s, "/v4/direction/truck", ok+"&origin="+tencent+"&destination="+pingan+"&size=2")
	if code != "10012" || reply["errmsg"] != "INSUFFICIENT_PRIVILEGES" || reply["data"] != "" {
		t.Errorf("a truck without the right: %v", reply)
	}
	s.FailCode("10021")
	for _, path := range []string{"/v3/geocode/geo", "/v4/direction/truck", "/v5/direction/driving"} {
		if code, _ := get(t, s, path, ""); code != "10021" {
			t.Errorf("%s: %s", path, code)
		}
	}
	s.Heal()
	s.FailCodeWhen("/v3/geocode/regeo", "10003")
	if code, _ := get(t, s, "/v3/geocode/regeo", ok+"&location="+tencent); code != "10003" {
		t.Errorf("the path: %s", code)
	}
	if code, _ := get(t, s, "/v3/geocode/geo", ok+"&address=%E8%85%BE%E8%AE%AF%E5%A4%A7%E5%8E%A6"); code != "10000" {
		t.Errorf("another path: %s", code)
	}
}

func TestOddTypesOfTheReplies(t *testing.T) {
	s := New(nil)
	defer s.Close()
	_, reply := get(t, s, "/v3/geocode/geo", ok+"&address="+url.QueryEscape("深圳市"))
	g := reply["geocodes"].([]any)[0].(map[string]any)
	if g["level"] != "市" || len(g["district"].([]any)) != 0 || reply["count"] != "1" {
		t.Errorf("a city: %v", g)
	}
	_, reply = get(t, s, "/v3/geocode/regeo", ok+"&location=139.691710,35.689500&extensions=all")
	r := reply["regeocode"].(map[string]any)
	if len(r["formatted_address"].([]any)) != 0 || len(r["pois"].([]any)) != 0 {
		t.Errorf("overseas: %v", r)
	}
	_, reply = get(t, s, "/v5/direction/driving", ok+"&origin="+tencent+"&destination="+pingan)
	p := reply["route"].(map[string]any)["paths"].([]any)[0].(map[string]any)
	if p["cost"] != nil || p["duration"] != nil {
		t.Error("a duration that nobody asked for")
	}
	st := p["steps"].([]any)[0].(map[string]any)
	if _, there := st["road_name"]; there || st["polyline"] != nil || st["navi"] != nil {
		t.Errorf("a step: %v", st)
	}
}

func TestCityIsAPreference(t *testing.T) {
	s := New(nil)
	defer s.Close()
	query := ok + "&address=" + url.QueryEscape("机场") + "&city="
	first := func(city string) string {
		_, reply := get(t, s, "/v3/geocode/geo", query+url.QueryEscape(city))
		return reply["geocodes"].([]any)[0].(map[string]any)["adcode"].(string)
	}
	for city, want := range map[string]string{"广州市": "4401", "广州": "4401", "020": "4401", "440100": "4401", "810000": "81",
		"香港": "81", "1853": "82", "guangzhou": "4401"} {
		if got := first(city); !strings.HasPrefix(got, want) {
			t.Errorf("in %s: %s", city, got)
		}
	}
}
