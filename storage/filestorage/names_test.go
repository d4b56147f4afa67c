package filestorage

import (
	"path"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/storage"
)

func TestEscape(t *testing.T) {
	for segment, want := range map[string]string{
		"a.pdf": "a.pdf", "100%": "100%25", "a:b": "a%3Ab", "a.": "a%2E", "a ": "a%20", ".a": ".a", "文": "文", "%tmp": "%25tmp", "a%~b": "a%25~b",
	} {
		if got := escape(segment); got != want {
			t.Errorf("%q: %q, want %q", segment, got, want)
		}
	}
	for _, bad := range []string{"", "%", "a%2", "a%zz", "a%41", "a%3a", "%tmp", "a."} {
		if s, ok := unescape(bad); ok {
			t.Errorf("%q is taken for %q", bad, s)
		}
	}
}

// Any valid key has a place of its own below the folder, and its names lead
// back to it.
func FuzzPlace(f *testing.F) {
	for _, k := range []string{"a", "a/b", "%tmp/x", "x%", "x%~0123456789abcdef", "a./b ", "文/é", "..a/b.."} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if storage.ValidateKey(storage.Put, key) != nil {
			return
		}
		p, ok := placeOf(key)
		if !ok {
			return
		}
		side := p.sidecar()
		if path.Clean(side) != side || strings.HasPrefix(side, "/") || strings.HasPrefix(side, "../") || strings.HasPrefix(side, temporary+"/") {
			t.Fatalf("%q lies at %q", key, side)
		}
		var segments []string
		for s := range strings.SplitSeq(strings.TrimSuffix(side, sidecarMark), "/") {
			segment, ok := unescape(s)
			if !ok {
				t.Fatalf("%q: the name %q does not lead back", key, s)
			}
			segments = append(segments, segment)
		}
		if back := strings.Join(segments, "/"); back != key {
			t.Fatalf("%q leads back to %q", key, back)
		}
		stem, id, ok := splitContent(path.Base(p.content("0123456789abcdef")))
		if !ok || id != "0123456789abcdef" || stem != p.stem {
			t.Fatalf("%q: content %q", key, p.content("0123456789abcdef"))
		}
	})
}
