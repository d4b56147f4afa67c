package fakebaidu

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

const (
	ak = "fakeAk0123456789abcdef"
	sk = "fakeSk0123456789abcdef"
)

// get asks for a path with a raw query, to which the key is added.
func get(t *testing.T, s *Server, path, query string) (map[string]any, string) {
	t.Helper()
	return raw(t, s, path, strings.TrimPrefix(query+"&output=json&ak="+ak, "&"))
}

func raw(t *testing.T, s *Server, path, query string) (map[string]any, string) {
	t.Helper()
	resp, err := s.Client().Get(s.URL() + path + "?" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	return body, string(text)
}

func server(t *testing.T, sk string) *Server {
	s := New(&Options{AK: ak, SK: sk})
	t.Cleanup(s.Close)
	return s
}

func status(body map[string]any) float64 {
	n, ok := body["status"].(float64)
	if !ok {
		return -1
	}
	return n
}

const tencent = "address=%E8%85%BE%E8%AE%AF%E5%A4%A7%E5%8E%A6" // 腾讯大厦

func TestKeys(t *testing.T) {
	s := server(t, "")
	for query, want := range map[string]float64{
		tencent + "&output=json&ak=" + ak:                     0,
		tencent + "&output=json":                              101,
		tencent + "&output=json&ak=":                          101,
		tencent + "&output=json&ak=x":                         200,
		tencent + "&output=json&ak=" + ak + "&sn=0":           2, // a key without signature check takes no sn
		tencent + "&output=json&ak=" + ak + "&key=1":          2,
		tencent + "&output=json&ak=" + ak + "&ak=" + ak:       2,
		tencent + "&output=json&ak=" + ak + "&q=%zz":          2,
		"address=&output=json&ak=" + ak:                       2,
		"output=json&ak=" + ak:                                2,
		tencent + "&output=json&ret_coordtype=gcj02&ak=" + ak: 2, // the name of another service
	} {
		if body, text := raw(t, s, "/geocoding/v3/", query); status(body) != want {
			t.Errorf("%s: %s", query, text)
		}
	}
	if n := s.Ledger().Count("/geocoding/v3/"); n != 1 {
		t.Errorf("%d accepted, want 1", n)
	}
	if body, _ := get(t, s, "/geocoder/v2/", tencent); status(body) != 260 {
		t.Errorf("got %v", body)
	}
	resp, err := s.Client().Post(s.URL()+"/geocoding/v3/", "", nil)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("got %v, %v", resp, err)
	}
	resp.Body.Close()
}

func TestSignatures(t *testing.T) {
	s := server(t, sk)
	query := tencent + "&output=json&ak=" + ak + "&timestamp=1700000000"
	sn := signature("/geocoding/v3/", query, sk)
	for q, want := range map[string]float64{
		query + "&sn=" + sn:                  0,
		query:                                211,
		query + "&sn=":                       211,
		query + "&sn=" + strings.ToUpper(sn): 211,
		strings.Replace(query, "E8", "e8", 1) + "&sn=" + sn: 211, // another spelling of the same text
		"sn=" + sn + "&" + query:                            211, // sn is not the last one
		query + "&sn=" + sn + "&city=x":                     211,
	} {
		if body, text := raw(t, s, "/geocoding/v3/", q); status(body) != want {
			t.Errorf("%s: %s", q, text)
		}
	}
	// The sample of Baidu's page.
	if got := signature("/geocoder/v2/", "address=%E7%99%BE%E5%BA%A6%E5%A4%A7%E5%8E%A6&output=json&ak=yourak", "yoursk"); got != "7de5a22212ffaa9e326444c75a58f9a0" {
		t.Errorf("signed %s", got)
	}
	// The direction services demand the timestamp.
	query = "origin=22.5433,113.9296&destination=22.61,114.0245&output=json&ak=" + ak
	if body, _ := raw(t, s, "/direction/v2/driving", query+"&sn="+signature("/direction/v2/driving", query, sk)); status(body) != 211 {
		t.Errorf("got %v", body)
	}
	query += "&timestamp=1700000000"
	if body, _ := raw(t, s, "/direction/v2/driving", query+"&sn="+signature("/direction/v2/driving", query, sk)); status(body) != 0 {
		t.Errorf("got %v", body)
	}
	for _, x := range s.Log() {
		if strings.Contains(x.String(), ak) || strings.Contains(x.String(), sn) {
			t.Fatal("the log holds a key or a signature")
		}
	}
}

func TestShapes(t *testing.T) {
	s := server(t, "")
	if _, text := get(t, s, "/geocoding/v3/", ""); text != `{"msg":"Request Parameter Error: lack address or location","results":[],"status":2}` {
		t.Errorf("got %s", text)
	}
	if _, text := get(t, s, "/geocoding/v3/", "address=nowhere-at-all"); text != `{"msg":"Internal Service Error:无相关结果","results":[],"status":1}` {
		t.Errorf("got %s", text)
	}
	if _, text := raw(t, s, "/geocoding/v3/", tencent+"&output=json&ak=x"); text != `{"message":"APP不存在，AK有误请检查再重试","status":200}` {
		t.Errorf("got %s", text)
	}
	if _, text := raw(t, s, "/geocoding/v3/", tencent+"&ak="+ak); !strings.HasPrefix(text, "<?xml") {
		t.Errorf("without output=json it answered %s", text)
	}
	if _, text := get(t, s, "/geocoding/v3/", tencent+"&callback=show"); !strings.HasPrefix(text, "show&&show({") {
		t.Errorf("with a callback it answered %s", text)
	}
	s.FailCode("302")
	if body, _ := get(t, s, "/reverse_geocoding/v3/", "location=22.5,114"); status(body) != 302 || body["message"] == "" {
		t.Errorf("got %v", body)
	}
	s.Heal()
	if body, _ := get(t, s, "/reverse_geocoding/v3/", "location=22.5,114"); status(body) != 0 {
		t.Errorf("healed: %v", body)
	}
}

func TestGeocoding(t *testing.T) {
	s := server(t, "")
	at := func(query string) (geo.Point, map[string]any) {
		t.Helper()
		body, text := get(t, s, "/geocoding/v3/", query)
		result, ok := body["result"].(map[string]any)
		if !ok {
			t.Fatalf("%s: %s", query, text)
		}
		location := result["location"].(map[string]any)
		return geo.Point{Lat: location["lat"].(float64), Lng: location["lng"].(float64)}, result
	}
	place := geo.Point{Lat: 22.5433, Lng: 113.9296}
	for query, d := range map[string]geo.Datum{tencent: geo.BD09, tencent + "&ret_coordtype=gcj02ll": geo.GCJ02} {
		got, result := at(query)
		if got.Datum = d; geo.Distance(got, place) > 1 || result["level"] != "商务大厦" || result["precise"] != 1.0 {
			t.Errorf("%s: %.0f m off, %v", query, geo.Distance(got, place), result)
		}
	}
	if _, result := at("address=" + url.QueryEscape("深圳市没有这条路1号")); result["level"] != "城市" || result["confidence"] != 12.0 || result["precise"] != 0.0 || result["comprehension"] == 100.0 {
		t.Errorf("got %v", result)
	}
	for _, abroad := range []string{"Raffles Place", "東京"} {
		if body, _ := get(t, s, "/geocoding/v3/", "address="+url.QueryEscape(abroad)); status(body) != 1 {
			t.Errorf("%s: %v", abroad, body)
		}
	}
	if body, _ := get(t, s, "/geocoding/v3/", "address="+strings.Repeat("a", 85)); status(body) != 2 {
		t.Errorf("85 bytes: %v", body)
	}
}

func TestReverseGeocoding(t *testing.T) {
	s := server(t, "")
	for query, want := range map[string]float64{
		"location=22.5433,113.9296":                              0,
		"location=22.5433%2C113.9296&coordtype=wgs84ll":          0,
		"location=22.5433,113.9296&coordtype=wgs84":              2,
		"location=22.5433,113.9296&coord_type=wgs84ll":           2,
		"location=22.5433,113.9296&ret_coordtype=gcj02ll":        0,
		"location=22.5433,113.9296&ret_coordtype=wgs84ll":        2,
		"location=22.5433":                                       2,
		"location=22.54331234,113.9296":                          2,
		"location=113.9296,22.5433":                              2,
		"location=2e1,113.9296":                                  2,
		"location=22.5433,113.9296&radius=1001":                  2,
		"location=22.5433,113.9296&radius=1.5":                   2,
		"location=22.5433,113.9296&extensions_poi=true":          2,
		"location=22.5433,113.9296&extensions_town=1":            2,
		"location=22.5433,113.9296&language=English":             2,
		"location=22.5433,113.9296&language=en&language_auto=1":  0,
		"location=22.5433,113.9296&extensions_poi=1&radius=1000": 0,
	} {
		if body, text := get(t, s, "/reverse_geocoding/v3/", query); status(body) != want {
			t.Errorf("%s: %s", query, text)
		}
	}
	body, _ := get(t, s, "/reverse_geocoding/v3/", "location=10.0,150.0")
	component := body["result"].(map[string]any)["addressComponent"].(map[string]any)
	if component["country_code"] != -1.0 || component["adcode"] != "0" || component["country"] != "" {
		t.Errorf("the sea is %v", component)
	}
}

func TestDirections(t *testing.T) {
	s := server(t, "")
	const ends = "origin=22.5433,113.9296&destination=22.61,114.0245"
	for _, v := range []struct {
		path, query string
		want        float64
	}{
		{"/direction/v2/driving", ends, 0},
		{"/direction/v2/driving", ends + "&coord_type=gcj02&ret_coordtype=gcj02", 0},
		{"/direction/v2/driving", ends + "&coord_type=gcj02ll", 2},
		{"/direction/v2/driving", ends + "&ret_coordtype=wgs84", 2},
		{"/direction/v2/driving", ends + "&tactics=1", 2},
		{"/direction/v2/driving", ends + "&tactics=2", 0},
		{"/direction/v2/driving", ends + "&alternatives=3", 2},
		{"/direction/v2/driving", ends + "&waypoints=" + strings.TrimSuffix(strings.Repeat("22.55,113.95|", 18), "|"), 0},
		{"/direction/v2/driving", ends + "&waypoints=" + strings.TrimSuffix(strings.Repeat("22.55,113.95|", 19), "|"), 2},
		{"/direction/v2/driving", "origin=22.5433,113.9296", 2},
		{"/direction/v2/driving", "origin=22.5433,113.9296&destination=22.2819,114.1583", 7},
		{"/direction/v2/driving", "origin=22.5433,113.9296&destination=10.0,150.0", 7},
		{"/direction/v2/motorcycle", ends + "&tactics=2", 2},
		{"/direction/v2/motorcycle", ends + "&tactics=3", 0},
		{"/direction/v2/motorcycle", ends + "&departure_time=1", 2},
		{"/direction/v2/riding", ends, 0},
		{"/direction/v2/riding", ends + "&waypoints=22.55,113.95", 2},
		{"/direction/v2/riding", "origin=22.5433,113.9296&destination=22.2819,114.1583", 2001},
		{"/direction/v2/walking", ends, 0},
		{"/direction/v2/walking", ends + "&tactics=0", 2},
		{"/logistics_direction/v1/truck", ends + "&height=4&weight=18&axle_count=3&truck_type=4", 0},
		{"/logistics_direction/v1/truck", ends + "&height=11", 2},
		{"/logistics_direction/v1/truck", ends + "&truck_type=5", 2},
		{"/logistics_direction/v1/truck", ends + "&departure_time=1000", 2},
		{"/logistics_direction/v1/truck", ends + "&tactics=2", 2},
	} {
		if body, text := get(t, s, v.path, v.query); status(body) != v.want {
			t.Errorf("%s?%s: %s", v.path, v.query, text[:min(len(text), 200)])
		}
	}
}

func TestAskedTellsTheTruePlace(t *testing.T) {
	s := server(t, "")
	if s.Asked() != nil {
		t.Error("nobody asked yet")
	}
	p := geo.Point{Lat: 22.5433, Lng: 113.9296}
	for name, d := range map[string]geo.Datum{"": geo.BD09, "gcj02": geo.GCJ02, "wgs84": geo.WGS84, "bd09ll": geo.BD09} {
		q := p.To(d)
		text := geo.Point{Lat: q.Lat, Lng: q.Lng}.String()
		query := "origin=" + text + "&destination=" + text
		if name != "" {
			query += "&coord_type=" + name
		}
		get(t, s, "/direction/v2/walking", query)
		if asked := s.Asked(); len(asked) != 2 || geo.Distance(asked[0], p) > 1 {
			t.Errorf("%q: understood %v", name, asked)
		}
	}
}

func TestPricesIgnoreTheTraffic(t *testing.T) {
	s := server(t, "")
	first := func(query string) map[string]any {
		t.Helper()
		body, _ := get(t, s, "/direction/v2/driving", "origin=22.6338,113.8095&destination=22.5433,113.9296"+query)
		return body["result"].(map[string]any)["routes"].([]any)[0].(map[string]any)
	}
	now, price := first(""), first("&tactics=2")
	if now["distance"] != price["distance"] || now["duration"].(float64) <= price["duration"].(float64) {
		t.Errorf("now %v s, price %v s", now["duration"], price["duration"])
	}
	if now["toll"] == 0.0 || first("&tactics=6")["toll"] != 0.0 {
		t.Error("tolls are not avoided")
	}
	if _, ok := now["steps"].([]any)[0].(map[string]any)["duration"]; ok {
		t.Error("a driving step has a time")
	}
}
