package baidu

import (
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

// The first is the sample of Baidu's page on signatures; the others were computed
// by its algorithm.
func TestSign(t *testing.T) {
	for _, v := range []struct{ path, query, sk, want string }{
		{"/geocoder/v2/", "address=%E7%99%BE%E5%BA%A6%E5%A4%A7%E5%8E%A6&output=json&ak=yourak", "yoursk",
			"7de5a22212ffaa9e326444c75a58f9a0"},
		{"/geocoding/v3/", "address=%E5%8C%97%E4%BA%AC%E5%B8%82%E6%B5%B7%E6%B7%80%E5%8C%BA%E4%B8%8A%E5%9C%B0%E5%8D%81%E8%A1%9710%E5%8F%B7&output=json&ak=AK123&timestamp=1700000000", "SK456",
			"7005dc02f241ac9f1ce09c4da1bb5f5c"},
		{"/reverse_geocoding/v3/", "location=39.983424%2C116.322987&coordtype=gcj02ll&output=json&ak=AK123", "SK456",
			"04c564b8c553d674232d0a5af0044c84"},
		{"/reverse_geocoding/v3/", "location=39.983424,116.322987&coordtype=gcj02ll&output=json&ak=AK123", "SK456",
			"10fa3a5acb07ea8a29cf4321270795ac"},
		{"/geocoding/v3/", "address=A%20B&output=json&ak=AK123", "SK456", "63d7a4eb775264ee56c5e469996bf7a1"},
		{"/geocoding/v3/", "address=A+B&output=json&ak=AK123", "SK456", "01f193da8094634c228e55fb1052dfb2"},
		{"/routematrix/v2/driving", "origins=40.45%2C116.34%7C40.54%2C116.35&destinations=40.34%2C116.45%7C40.35%2C116.46&ak=AK123&timestamp=1700000000", "SK456",
			"c6e627b1269ad01ebdc5a91ac3c43a8c"},
	} {
		if got := Sign(v.path, v.query, v.sk); got != v.want {
			t.Errorf("%s?%s: got %s, want %s", v.path, v.query, got, v.want)
		}
	}
}

// What Encode writes and Sign covers are the vectors' own bytes.
func TestEncodeWritesTheVectors(t *testing.T) {
	var p Params
	p.Add("address", "北京市海淀区上地十街10号")
	p.Add("output", "json")
	p.Add("ak", "AK123")
	p.Add("timestamp", "1700000000")
	if got := Sign("/geocoding/v3/", p.Encode(), "SK456"); got != "7005dc02f241ac9f1ce09c4da1bb5f5c" {
		t.Errorf("signed %s over %s", got, p.Encode())
	}
	p = nil
	p.Add("location", LatLng(geo.Point{Lat: 39.983424, Lng: 116.322987}))
	p.Add("coordtype", CoordType(geo.GCJ02))
	p.Add("output", "json")
	p.Add("ak", "AK123")
	if got := Sign("/reverse_geocoding/v3/", p.Encode(), "SK456"); got != "04c564b8c553d674232d0a5af0044c84" {
		t.Errorf("signed %s over %s", got, p.Encode())
	}
}

func TestEncodeLeavesNoByteInDoubt(t *testing.T) {
	var p Params
	p.Add("q", "a b+c~d*e(f)'g!h,i|j/k?l&m=n%o_p-q.r\x00é深")
	p.AddInt("n", -3)
	p.AddFloat("f", 0.000001)
	got := p.Encode()
	want := "q=a%20b%2Bc%7Ed%2Ae%28f%29%27g%21h%2Ci%7Cj%2Fk%3Fl%26m%3Dn%25o_p-q.r%00%C3%A9%E6%B7%B1&n=-3&f=0.000001"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if (Params)(nil).Encode() != "" {
		t.Error("no parameters are no query")
	}
}

func TestLatLng(t *testing.T) {
	p := geo.Point{Lat: 22.5430994, Lng: -114.0578681}
	if got := LatLng(p); got != "22.543099,-114.057868" {
		t.Errorf("got %s", got)
	}
	if got := LatLngs([]geo.Point{p, {Lat: 1, Lng: 2}}); got != "22.543099,-114.057868|1.000000,2.000000" {
		t.Errorf("got %s", got)
	}
	if LatLngs(nil) != "" {
		t.Error("no points are no text")
	}
}

func TestCoordTypesAreSpelledByService(t *testing.T) {
	for d, want := range map[geo.Datum][2]string{
		geo.WGS84: {"wgs84ll", "wgs84"}, geo.GCJ02: {"gcj02ll", "gcj02"}, geo.BD09: {"bd09ll", "bd09ll"},
	} {
		if got := [2]string{CoordType(d), CoordTypeRoute(d)}; got != want {
			t.Errorf("%v: got %v, want %v", d, got, want)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("address", "深圳市 A+B~")
	f.Add("", "\xff\x00")
	f.Fuzz(func(t *testing.T, name, value string) {
		text := Params{{name, value}}.Encode()
		got, err := url.ParseQuery(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if len(got) != 1 || got.Get(name) != value {
			t.Fatalf("%q read as %v", text, got)
		}
		for _, c := range []byte(text) {
			if c >= 0x80 || c <= ' ' || strings.IndexByte("~*()'!,|", c) >= 0 {
				t.Fatalf("%q holds %q", text, c)
			}
		}
		if a, b := Sign("/p", text, "s"), Sign("/p", text, "t"); a == b || len(a) != 32 {
			t.Fatal("the secret key does not count")
		}
	})
}

func BenchmarkSign(b *testing.B) {
	query := "origin=22.543099%2C114.057868&destination=22.516800%2C114.067900&coord_type=gcj02&output=json&ak=AK123&timestamp=1700000000"
	b.ReportAllocs()
	for b.Loop() {
		_ = Sign("/direction/v2/driving", query, "SK456")
	}
}
