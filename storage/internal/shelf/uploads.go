package shelf

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Upload names an open upload in parts.
type Upload struct {
	Key, ID string
	Begun   time.Time
}

// Uploads returns a page of uploads, by their keys and then by their age: of those
// whose keys have the prefix and are behind a marker, at most limit. With the id
// of an upload too, the later ones of the same key belong to it. cut says that
// there are more.
func Uploads(all []Upload, prefix, key, id string, limit int) (page []Upload, cut bool) {
	slices.SortFunc(all, func(x, y Upload) int {
		if c := strings.Compare(x.Key, y.Key); c != 0 {
			return c
		}
		if c := x.Begun.Compare(y.Begun); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID) // a clock may stand still
	})
	behind := false // the upload of the id was there
	for _, u := range all {
		if !strings.HasPrefix(u.Key, prefix) || u.Key < key {
			continue
		}
		if key != "" && u.Key == key && !behind {
			behind = id != "" && u.ID == id
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, u)
	}
	return page, false
}

// Numbers returns a page of the numbers of parts that are behind one, at most
// limit; cut says that there are more.
func Numbers[P any](parts map[int]P, after, limit int) (page []int, cut bool) {
	for _, n := range slices.Sorted(maps.Keys(parts)) {
		if n <= after {
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, n)
	}
	return page, false
}
