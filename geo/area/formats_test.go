package area

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/waybill-go/waybill"
)

var (
	triangle = polygon(Ring{{0, 0}, {4, 0}, {4, 3}, {0, 0}})
	// The worked example of the fact sheet.
	sheetWKB  = "0103000000010000000500000000000000000000000000000000000000000000000000104000000000000000000000000000001040000000000000084000000000000000000000000000000840" + "00000000000000000000000000000000"
	sheetRing = Ring{{0, 0}, {4, 0}, {4, 3}, {0, 3}, {0, 0}}
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bigEndian writes polygons with heights, as ISO WKB of type Z, big-endian.
func bigEndian(ring Ring) []byte {
	be := binary.BigEndian
	b := be.AppendUint32([]byte{0}, 1006)
	b = be.AppendUint32(b, 1)
	b = be.AppendUint32(append(b, 0), 1003)
	b = be.AppendUint32(b, 1)
	b = be.AppendUint32(b, uint32(len(ring)))
	for _, p := range ring {
		for _, v := range [...]float64{p.Lng, p.Lat, 77} {
			b = be.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

func TestParseGeometry(t *testing.T) {
	wkb := unhex(t, sheetWKB)
	ewkb := append(unhex(t, "0103000020e6100000"), wkb[5:]...)
	for what, b := range map[string][]byte{
		"WKB":                       wkb,
		"WKB as hexadecimal":        []byte(sheetWKB),
		"upper case":                []byte(strings.ToUpper(sheetWKB)),
		"EWKB":                      ewkb,
		"MySQL without an SRID":     append([]byte{0, 0, 0, 0}, wkb...),
		"MySQL with one":            append([]byte{0xe6, 0x10, 0, 0}, wkb...),
		"MySQL, letters in front":   append([]byte("PART"), wkb...),
		"big-endian MULTIPOLYGON Z": bigEndian(sheetRing),
		"collection":                append(unhex(t, "0107000000 01000000"), wkb...),
		"multipolygon in EWKB":      AppendWKB(nil, polygon(sheetRing), 4326),
		"WKT":                       []byte("POLYGON((0 0,4 0,4 3,0 3,0 0))"),
		"EWKT":                      []byte(" srid=4326; polygon Z ((0 0 1, 4 0 1, 4 3 1, 0 3 1, 0 0 1))"),
		"WKT with ZM":               []byte("PolygonZM((0 0 1 2,4 0 1 2,4 3 1 2,0 3 1 2,0 0 1 2))"),
		"WKT, many":                 []byte("MULTIPOLYGON (EMPTY, ((0 0,4 0,4 3,0 3,0 0)))"),
		"WKT with empty parts":      []byte("MULTIPOLYGON ((EMPTY), ((0 0,4 0,4 3,0 3,0 0)), (EMPTY, EMPTY))"),
		"GeoJSON with empty parts":  []byte(`{"type":"MultiPolygon","coordinates":[[[]],[[[0,0],[4,0],[4,3],[0,3],[0,0]]],[]]}`),
		"EWKB with empty parts":     append(unhex(t, "0106000080 02000000 0103000080 01000000 00000000"), wkb...),
		"MySQL, a brace in front":   append([]byte("{\x7f\x00\x00"), wkb...),
		"WKT collection Z":          []byte("GeometryCollectionZ(POLYGON Z((0 0 1,4 0 1,4 3 1,0 3 1,0 0 1)))"),
		"WKT collection":            []byte("GEOMETRYCOLLECTION(GEOMETRYCOLLECTION EMPTY, POLYGON((0 0,4 0,4 3,0 3,0 0)))"),
		"GeoJSON":                   []byte(`{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3.0,12],[0,3e0],[0,0]]]}`),
		"GeoJSON, many":             []byte("{\n \"type\" : \"MultiPolygon\", \"coordinates\" : [ [ [ [0, 0],[4,0] ,[4,3],[0,3],[0,0] ] ], [] ]}"),
		"GeoJSON collection":        []byte(`{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3],[0,3],[0,0]]]}]}`),
	} {
		got, err := ParseGeometry(b)
		if err != nil || !reflect.DeepEqual(got, polygon(sheetRing)) {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

func TestParseGeometryRefuses(t *testing.T) {
	wkb := unhex(t, sheetWKB)
	deep := bytes.Repeat(unhex(t, "0107000000 01000000"), 20)
	for what, b := range map[string][]byte{
		"nothing":                    nil,
		"a count of 2^32-1":          unhex(t, "01 03000000 ffffffff"),
		"a count of points":          unhex(t, "01 03000000 01000000 ffffff0f 0000000000000000"),
		"a count of polygons":        unhex(t, "01 06000000 ffffffff 01"),
		"cut":                        wkb[:60],
		"cut in the header":          wkb[:3],
		"bytes left over":            append(bytes.Clone(wkb), 0),
		"unknown byte order":         unhex(t, "05 03000000 00000000 00"),
		"a point":                    unhex(t, "0101000000 0000000000000000 0000000000000000"),
		"a curve polygon":            unhex(t, "010a000000 00000000"),
		"nested too deeply":          append(deep, wkb...),
		"hexadecimal cut":            []byte(sheetWKB[:61]),
		"WKT of a point":             []byte("POINT(1 2)"),
		"WKT of a curve":             []byte("CURVEPOLYGON((0 0,1 1,0 0))"),
		"WKT cut":                    []byte("POLYGON((0 0,4 0,4 3"),
		"WKT with more":              []byte("POLYGON((0 0,4 0,4 3,0 0)) POLYGON"),
		"WKT without brackets":       []byte("POLYGON 0 0, 1 1"),
		"WKT of one number":          []byte("POLYGON((0,4 0,4 3,0 0))"),
		"WKT of words":               []byte("POLYGON((a b,4 0,4 3,0 0))"),
		"WKT nested":                 []byte(strings.Repeat("GEOMETRYCOLLECTION(", 30) + "POLYGON EMPTY" + strings.Repeat(")", 30)),
		"GeoJSON of a point":         []byte(`{"type":"Point","coordinates":[1,2]}`),
		"GeoJSON type in lower case": []byte(`{"type":"polygon","coordinates":[[[0,0],[4,0],[4,3],[0,0]]]}`),
		"GeoJSON of nulls":           []byte(`{"type":"Polygon","coordinates":[[[0,0],[null,0],[4,3],[0,0]]]}`),
		"GeoJSON of texts":           []byte(`{"type":"Polygon","coordinates":[[["0","0"],[4,0],[4,3],[0,0]]]}`),
		"GeoJSON of one number":      []byte(`{"type":"Polygon","coordinates":[[[0],[4,0],[4,3],[0,0]]]}`),
		"GeoJSON a level too flat":   []byte(`{"type":"MultiPolygon","coordinates":[[[0,0],[4,0],[4,3],[0,0]]]}`),
		"GeoJSON a level too deep":   []byte(`{"type":"Polygon","coordinates":[[[[0,0],[4,0],[4,3],[0,0]]]]}`),
		"GeoJSON without":            []byte(`{"type":"Polygon"}`),
		"GeoJSON null":               []byte(`{"type":"Polygon","coordinates":null}`),
		"GeoJSON cut":                []byte(`{"type":"Polygon","coordinates":[[`),
		"GeoJSON nested":             []byte(strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 30) + strings.Repeat("]}", 30)),
	} {
		got, err := ParseGeometry(b)
		if !errors.Is(err, waybill.ErrInvalidArgument) || got != nil {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

func TestWritingAndReadingBack(t *testing.T) {
	shapes := []Polygon{{square(0, 0, 10, 10), Ring{{1, 1}, {2, 1}, {2, 2}, {1, 1}}}, {Ring{{170.1234567, -5}, {190, -5}, {190, 5.5}, {170.1234567, -5}}}}
	a := &Area{ID: "a\"1", Name: "ナ", CityCode: "C", ServiceType: "s", AllowStart: true, AllowFinish: true, Priority: -3, Remarks: "r", Version: 7,
		Ext: map[string]json.RawMessage{"fee": json.RawMessage(`{"a":[1,null]}`)}, Polygons: shapes}
	good, problems := Check(a)
	if good == nil {
		t.Fatal(problems)
	}
	var out bytes.Buffer
	if err := WriteGeoJSON(&out, []*Area{good, good}); err != nil {
		t.Fatal(err)
	}
	b, err := ReadGeoJSON(t.Context(), &out, nil)
	if err != nil || len(b.Areas) != 2 || len(b.Problems) != 0 {
		t.Fatalf("%v %v", b, err)
	}
	for form, write := range map[string]func([]Polygon) []byte{
		"WKB": func(p []Polygon) []byte { return AppendWKB(nil, p, 0) }, "EWKB": func(p []Polygon) []byte { return AppendWKB(nil, p, 4326) },
		"WKT": func(p []Polygon) []byte { return AppendWKT(nil, p) }, "GeoJSON": func(p []Polygon) []byte { return appendGeometry(nil, p) },
	} {
		polygons, err := ParseGeometry(write(good.Polygons))
		if err != nil {
			t.Errorf("%s: %v", form, err)
		}
		back, _ := Check(&Area{ID: a.ID, Polygons: polygons})
		for _, p := range []Position{{0, 0}, {1.5, 1.2}, {1.8, 1.4}, {180, -4}, {-175, -2}, {171, 0}, {10, 10}} {
			if got, want := back.Contains(p), good.Contains(p); got != want {
				t.Errorf("%s: %v: %v, want %v", form, p, got, want)
			}
		}
		if polygons[0][0].twiceArea() < 0 || polygons[0][1].twiceArea() > 0 {
			t.Errorf("%s: the winding is not RFC 7946's", form)
		}
	}
	read := b.Areas[0]
	if read.Polygons = nil; true {
		a.Polygons = nil
	}
	if !reflect.DeepEqual(&read, a) {
		t.Errorf("%+v, want %+v", read, a)
	}
	if got := string(AppendWKT(nil, nil)); got != "MULTIPOLYGON EMPTY" {
		t.Error(got)
	}
	if _, err := AppendFeature(nil, &Area{Ext: map[string]json.RawMessage{"x": json.RawMessage("{")}}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
	if err := WriteGeoJSON(brokenWriter{}, []*Area{good}); !errors.Is(err, waybill.ErrUnavailable) {
		t.Error(err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

const oneGeometry = `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3],[0,0]]]}`

func feature(id, more string) string {
	return `{"type":"Feature","id":` + id + `,"geometry":` + oneGeometry + `,"properties":{` + more + `}}`
}

func TestReadGeoJSON(t *testing.T) {
	collection := func(features ...string) string {
		return `{"type":"FeatureCollection","bbox":[1,2,3,4],"name":"x","features":[` + strings.Join(features, ",\n") + `],"crs":null}`
	}
	for _, tt := range []struct {
		what, doc string
		opts      *GeoJSONOptions
		ids       string
		problems  []string
	}{
		{"collection", collection(feature(`"a"`, ""), feature(`2`, "")), nil, "a 2", nil},
		{"empty collection", collection(), nil, "", nil},
		{"a feature", feature(`"a"`, ""), nil, "a", nil},
		{"a feature on several lines", strings.ReplaceAll(feature(`"a"`, ""), ",", ",\n"), nil, "a", nil},
		{"byte order mark", "\xEF\xBB\xBF" + collection(feature(`"a"`, "")), nil, "a", nil},
		{"lines", feature(`"a"`, "") + "\n\n" + feature(`"b"`, "") + "\r\n" + feature(`"c"`, ""), nil, "a b c", nil},
		{"lines with separators", "\x1E" + feature(`"a"`, "") + "\n\x1E" + feature(`"b"`, "") + "\n", nil, "a b", nil},
		{"records on several lines after separators", "\x1E" + strings.ReplaceAll(feature(`"a"`, ""), ",", ",\n") + "\n\x1E\r\n" + feature(`"b"`, "") + "\n\x1E{\"type\":\n\x1E" + feature(`"c"`, ""), nil, "a b c",
			[]string{"record 3: record cannot be read (it is no object of GeoJSON); left out"}},
		{"a string that is cut, and a name with a capital N after it", feature(`"a"`, "") + "\n{\"type\":\"Fea\n" + feature(`"N\"I\""`, ""), nil, "a N\"I\"",
			[]string{"record 2: record cannot be read (it is no object of GeoJSON); left out"}},
		{"foreign members that differ by case", `{"TYPE":"x","Geometry":null,"ID":7,"type":"Feature","id":"a","properties":{"Id":"b"},"geometry":{"type":"Polygon","Type":"Point","coordinates":[[[0,0],[4,0],[4,3],[0,0]]],"COORDINATES":[]},"Properties":7}`, nil, "a", nil},
		{"id null among the properties", feature(`"a"`, `"id":null`), nil, "a", nil},
		{"a broken line", feature(`"a"`, "") + "\n{\"type\":\n" + feature(`"c"`, ""), nil, "a c", []string{"record 2: record cannot be read (it is no object of GeoJSON); left out"}},
		{"a broken first line", "{\n" + feature(`"b"`, ""), &GeoJSONOptions{Lines: true}, "b", []string{"record 1: record cannot be read (it is no object of GeoJSON); left out"}},
		{"other names", collection(feature(`"x"`, `"code":"a","city_code":"C"`)), &GeoJSONOptions{Names: map[string]string{"id": "code", "cityCode": "city_code"}}, "a", nil},
		{"properties null", `{"type":"FeatureCollection","features":[{"type":"Feature","id":"a","properties":null,"geometry":` + oneGeometry + `}]}`, nil, "a", nil},
		{"properties that are none", collection(`{"type":"Feature","id":"a","properties":[],"geometry":`+oneGeometry+`}`, feature(`"b"`, "")), nil, "b", []string{"record 1: record cannot be read (its properties are no object); left out"}},
		{"bad ones among good ones", collection(feature(`"a"`, ""),
			`{"type":"Feature","id":"b","geometry":null,"properties":{}}`, `{"type":"Feature","id":"c","geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}`,
			feature(`"d"`, `"allowStart":"perhaps"`), feature(`"e"`, `"priority":1.5`), feature(`"f"`, `"extField":[]`), feature(`"g"`, `"name":{}`), `7`, `{"type":"feature"}`, feature(`"z"`, "")), nil, "a z",
			[]string{
				"area b: record cannot be read (it has no geometry); left out",
				"area c: record cannot be read (the geometry is no polygon); left out",
				"area d: record cannot be read (allowStart has the wrong type); left out",
				"area e: record cannot be read (priority has the wrong type); left out",
				"area f: record cannot be read (extField is no object); left out",
				"area g: record cannot be read (name has the wrong type); left out",
				"record 8: record cannot be read (it is no object of GeoJSON); left out",
				"record 9: record cannot be read (its type is not Feature); left out",
			}},
	} {
		b, err := ReadGeoJSON(t.Context(), iotest.OneByteReader(strings.NewReader(tt.doc)), tt.opts)
		if err != nil {
			t.Errorf("%s: %v", tt.what, err)
			continue
		}
		got := []string{}
		for _, a := range b.Areas {
			got = append(got, a.ID)
		}
		if strings.Join(got, " ") != tt.ids || len(b.Problems) != len(tt.problems) {
			t.Errorf("%s: %v, %v", tt.what, got, b.Problems)
			continue
		}
		for i, p := range b.Problems {
			if p.Error() != tt.problems[i] {
				t.Errorf("%s: %v, want %s", tt.what, p, tt.problems[i])
			}
		}
	}
}

func TestReadGeoJSONProperties(t *testing.T) {
	doc := feature(`"f"`, `"id":17,"name":"N","cityCode":91022,"serviceType":"s","allowStart":1,"allowMiddle":"true","allowFinish":true,"deny":null,"priority":"4","remarks":null,"version":3.0,"extField":{"a":1},"colour":"red","a":2`)
	b, err := ReadGeoJSON(t.Context(), strings.NewReader(doc), nil)
	if err != nil || len(b.Areas) != 1 {
		t.Fatalf("%v %v", b.Problems, err)
	}
	want := Area{ID: "17", Name: "N", CityCode: "91022", ServiceType: "s", AllowStart: true, AllowMiddle: true, AllowFinish: true, Priority: 4, Version: 3,
		Ext: map[string]json.RawMessage{"a": json.RawMessage("1"), "colour": json.RawMessage(`"red"`)}, Polygons: triangle}
	if !reflect.DeepEqual(b.Areas[0], want) {
		t.Errorf("%+v", b.Areas[0])
	}
}

// TestNaNInGeoJSON holds that what Python writes for NaN costs one area and not the file.
func TestNaNInGeoJSON(t *testing.T) {
	bad := `{"type":"Feature","properties":{"id":"NaN","remarks":"Infinity \" NaN"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[NaN,0],[4,-Infinity],[0,0]]]}}`
	for what, doc := range map[string]string{
		"collection": `{"type":"FeatureCollection","features":[` + bad + `,` + feature(`"a"`, "") + `]}`,
		"lines":      feature(`"a"`, "") + "\n" + bad,
	} {
		b, err := ReadGeoJSON(t.Context(), strings.NewReader(doc), nil)
		if err != nil || len(b.Areas) != 2 {
			t.Fatalf("%s: %v %v", what, b.Problems, err)
		}
		x, problems, err := NewIndex(0, b.Areas)
		if err != nil || x.Len() != 1 || len(problems) != 1 || problems[0].Reason != ReasonNotFinite || problems[0].Area != "NaN" {
			t.Errorf("%s: %v %v", what, problems, err)
		}
	}
}

func TestReadGeoJSONFails(t *testing.T) {
	whole := `{"type":"FeatureCollection","features":[` + feature(`"a"`, "") + `]}`
	for _, doc := range []string{"", "  \n", "[]", "7", `{"type":"FeatureCollection"}`, `{"type":"FeatureCollection","features":{}}`, `{"a":1`, `{"a"`, whole + "x", whole + whole, oneGeometry, "{]"} {
		if b, err := ReadGeoJSON(t.Context(), strings.NewReader(doc), nil); !errors.Is(err, waybill.ErrInvalidArgument) || b.Areas != nil {
			t.Errorf("%s: %v, %v", doc, b, err)
		}
	}
	for n := range len(whole) - 1 {
		if _, err := ReadGeoJSON(t.Context(), strings.NewReader(whole[:n]), nil); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	for _, doc := range []string{whole, feature(`"a"`, "") + "\n"} {
		if _, err := ReadGeoJSON(t.Context(), io.MultiReader(strings.NewReader(doc[:len(doc)-1]), iotest.ErrReader(io.ErrClosedPipe)), nil); !errors.Is(err, waybill.ErrUnavailable) {
			t.Errorf("%v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := ReadGeoJSON(ctx, strings.NewReader(doc), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}

// TestReadGeoJSONStreams holds that a collection on one line is not read as a whole before its features are.
func TestReadGeoJSONStreams(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	more := feature(`"a"`, "") + ","
	endless := &repeated{head: `{"type":"FeatureCollection","features":[`, text: more, most: 16 << 20, then: cancel}
	if _, err := ReadGeoJSON(ctx, endless, nil); !errors.Is(err, context.Canceled) || endless.given >= endless.most {
		t.Errorf("%v after %d bytes", err, endless.given)
	}
}

// repeated gives its text again and again, and calls then when it has given a little.
type repeated struct {
	head, text  string
	given, most int
	then        func()
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.given >= r.most {
		return 0, io.EOF
	}
	if r.given > 1<<20 {
		r.then()
	}
	n := copy(p, r.head+r.text)
	r.head = (r.head + r.text)[n:]
	r.given += n
	return n, nil
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "areas.geojson")
	if _, err := File(path, nil).Load(t.Context()); !errors.Is(err, waybill.ErrUnavailable) || strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(path, []byte(feature(`"a"`, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := File(path, nil).Load(t.Context())
	if err != nil || b.String() != "area.Batch(1 areas, 0 problems)" {
		t.Errorf("%v %v", b, err)
	}
}

func FuzzParseGeometry(f *testing.F) {
	f.Add(unhex(f, sheetWKB))
	f.Add([]byte(sheetWKB))
	f.Add(bigEndian(sheetRing))
	f.Add([]byte("GEOMETRYCOLLECTION(MULTIPOLYGON Z(((0 0 1,4 0 1,4 3 1,0 0 1))))"))
	f.Add([]byte(oneGeometry))
	f.Fuzz(func(t *testing.T, b []byte) {
		polygons, err := ParseGeometry(b)
		if err != nil {
			if !errors.Is(err, waybill.ErrInvalidArgument) {
				t.Fatal(err)
			}
			return
		}
		good, problems := Check(&Area{ID: "f", Polygons: polygons})
		if good == nil {
			if len(problems) == 0 {
				t.Fatal("left out without a reason")
			}
			return
		}
		again, problems := Check(good)
		if again == nil || len(problems) > 0 {
			t.Fatalf("a repaired area is not sound: %v", problems)
		}
		back, err := ParseGeometry(AppendWKB(nil, good.Polygons, 0))
		if err != nil || len(back) != len(good.Polygons) {
			t.Fatalf("written and read: %v", err)
		}
		x, problems, err := NewIndex(0, []Area{*good})
		if err != nil || len(problems) > 0 {
			t.Fatalf("%v %v", problems, err)
		}
		for _, p := range good.Polygons[0][0][:3] {
			if p.Lng <= 180 && p.Lng >= -180 {
				checkAgainstNaive(t, x, p)
			}
		}
	})
}

func FuzzReadGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[` + feature(`"a"`, `"deny":1`) + `]}`))
	f.Add([]byte(feature(`"a"`, "") + "\n" + feature(`"b"`, `"extField":{}`)))
	f.Add([]byte("\x1E" + feature(`1`, `"x":NaN`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		batch, err := ReadGeoJSON(t.Context(), bytes.NewReader(b), nil)
		if err != nil {
			if !errors.Is(err, waybill.ErrInvalidArgument) {
				t.Fatal(err)
			}
			return
		}
		x, _, err := NewIndex(0, batch.Areas)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := WriteGeoJSON(&out, x.Areas()); err != nil {
			t.Fatal(err)
		}
		back, err := ReadGeoJSON(t.Context(), &out, nil)
		if err != nil || len(back.Areas) != x.Len() || len(back.Problems) > 0 {
			t.Fatalf("written and read: %v %v", back.Problems, err)
		}
	})
}
