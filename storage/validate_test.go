package storage_test

import (
	"path"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func TestValidateKey(t *testing.T) {
	for _, good := range []string{"a", "a/b", "a b", "...", "a..b", "文", strings.Repeat("k", 1024), "a:b"} {
		if err := storage.ValidateKey(storage.Put, good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/../b", "a\x00", "a\n", "a\x7f", `a\b`, "\xff", strings.Repeat("k", 1025)} {
		err := storage.ValidateKey(storage.Put, bad)
		if waybill.CodeOf(err) != waybill.InvalidArgument || err == nil || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestValidateOptions(t *testing.T) {
	for name, err := range map[string]error{
		"list delimiter": storage.ListOptions{Delimiter: "//"}.Validate(), "list prefix": storage.ListOptions{Prefix: "\n"}.Validate(),
		"list after": storage.ListOptions{After: "\xff"}.Validate(), "get": storage.GetOptions{Offset: -1, Length: 1}.Validate(),
		"put": storage.PutOptions{Size: -2}.Validate(), "sign": storage.SignOptions{Expires: 8 * 24 * time.Hour}.Validate(),
		"broken type": storage.PutOptions{ContentType: "text/\xff"}.Validate(), "broken cache": storage.PutOptions{CacheControl: "\xff"}.Validate(),
		"broken disposition": storage.SignOptions{ContentDisposition: "attachment; filename=\xff"}.Validate(), "broken match": storage.GetOptions{IfMatch: "\xff"}.Validate(),
	} {
		if waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"list": storage.ListOptions{Delimiter: "/", Prefix: "a/b", After: "a/bc"}.Validate(), "get": storage.GetOptions{Offset: -5}.Validate(),
		"put":  storage.PutOptions{Size: -1, Metadata: map[string]string{"a-1": "é"}, Region: "CN"}.Validate(),
		"sign": storage.SignOptions{Expires: time.Second, Method: "PUT", ContentType: "a/b"}.Validate(),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFolded(t *testing.T) {
	for _, c := range []struct {
		o      storage.ListOptions
		key    string
		entry  string
		prefix bool
		ok     bool
	}{
		{storage.ListOptions{}, "a/b", "a/b", false, true},
		{storage.ListOptions{Delimiter: "/"}, "a/b/c", "a/", true, true},
		{storage.ListOptions{Delimiter: "/", Prefix: "a/"}, "a/b/c", "a/b/", true, true},
		{storage.ListOptions{Delimiter: "/", Prefix: "a"}, "a/b/c", "a/", true, true},
		{storage.ListOptions{Prefix: "b"}, "a", "", false, false},
		{storage.ListOptions{After: "a"}, "a", "a", false, false},
		{storage.ListOptions{Delimiter: "/", After: "a/"}, "a/b", "a/", true, false},
	} {
		entry, prefix, ok := c.o.Folded(c.key)
		if ok != c.ok || ok && (entry != c.entry || prefix != c.prefix) {
			t.Errorf("%+v %q: %q, %t, %t", c.o, c.key, entry, prefix, ok)
		}
	}
}

// A key that is allowed cannot lead out of a folder.
func FuzzValidateKey(f *testing.F) {
	for _, k := range []string{"a/b", "../a", "a/./b", "a\\b", "é/文"} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, key string) {
		err := storage.ValidateKey(storage.Put, key)
		if err != nil {
			if waybill.CodeOf(err) != waybill.InvalidArgument {
				t.Fatalf("%q: %v", key, err)
			}
			return
		}
		if !utf8.ValidString(key) || path.Clean("/"+key) != "/"+key || strings.ContainsAny(key, "\x00\\\r\n") || len(key) > storage.MaxKey {
			t.Fatalf("%q is allowed", key)
		}
	})
}
