package meta

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill/storage"
)

func TestEncode(t *testing.T) {
	sent, size := Encode(map[string]string{"a": "plain", "name": "发票", "gap": " x"}, true)
	if sent["a"] != "plain" || !ASCII(sent["name"]) || size != len("a")+len("name")+len("gap")+len(sent["a"])+len(sent["name"])+len(sent["gap"]) {
		t.Errorf("%q, %d bytes", sent, size)
	}
	if back := Decode(sent); back["name"] != "发票" || back["gap"] != " x" {
		t.Errorf("%q", back)
	}
	if sent, _ := Encode(map[string]string{"a": ""}, false); sent["a"] == "" || Decode(sent)["a"] != "" {
		t.Errorf("an empty value goes out as %q", sent)
	}
	if back := Decode(map[string]string{"Name": "=?broken"}); back["name"] != "=?broken" {
		t.Errorf("%q", back)
	}
	if sent, n := Encode(nil, true); sent != nil || n != 0 || Decode(nil) != nil {
		t.Error("nothing is something")
	}
}

func FuzzMetadata(f *testing.F) {
	for _, v := range []string{"plain", " x ", "é", "=?utf-8?q?=C3=A9?=", "\u200bx", "\u200b\u200b", "a\tb", strings.Repeat("长", 100)} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		o := storage.PutOptions{Metadata: map[string]string{"a": v}}
		if o.Validate() != nil {
			return
		}
		sent, _ := Encode(o.Metadata, len(v)%2 == 0)
		if !ASCII(sent["a"]) || strings.TrimSpace(sent["a"]) != sent["a"] {
			t.Fatalf("%q goes out as %q", v, sent["a"])
		}
		if back := Decode(sent); back["a"] != v {
			t.Fatalf("%q comes back as %q (sent %q)", v, back["a"], sent["a"])
		}
	})
}
