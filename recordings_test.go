package waybill_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unread are recorded replies of services that no adapter of this module asks.
var unread = map[string]string{
	"amap/convert_gps_one.json":     "the conversion of datums, whose numbers stand in the test of geo.Point.To",
	"amap/regeo_batch_two.json":     "twenty points at once, which no verb needs",
	"google/find_place_sydney.json": "Find Place of the legacy Places API, in whose place Text Search is asked",
	"osm/osrm_nearest_doc.json":     "the nearest road, which no verb needs",
	"osm/osrm_real_nearest.json":    "the nearest road, which no verb needs",
}

// TestEveryRecordedMapReplyIsRead holds that each recorded reply of a map service
// stands by its name in a test of the domains geo and route, which says what it
// must become.
func TestEveryRecordedMapReplyIsRead(t *testing.T) {
	var tests bytes.Buffer
	for _, dir := range []string{"geo", "route", "internal"} {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, "_test.go") {
				return err
			}
			b, err := os.ReadFile(p)
			tests.Write(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for _, vendor := range []string{"amap", "baidu", "google", "osm"} {
		files, err := os.ReadDir(filepath.Join("..", "shared", "recorded", vendor))
		if err != nil {
			t.Skip("the recorded replies are not here")
		}
		for _, f := range files {
			name := f.Name()
			if name == "index.json" {
				continue
			}
			found++
			bare := strings.TrimSuffix(name, filepath.Ext(name))
			read := bytes.Contains(tests.Bytes(), []byte(`"`+name+`"`)) || bytes.Contains(tests.Bytes(), []byte(`"`+bare+`"`))
			if why := unread[vendor+"/"+name]; read == (why != "") {
				t.Errorf("%s/%s: a test reads it is %t, and the list says %q", vendor, name, read, why)
			}
		}
	}
	if found == 0 {
		t.Error("no recorded replies in their folders")
	}
}
