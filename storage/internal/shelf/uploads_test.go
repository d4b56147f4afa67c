package shelf

import (
	"slices"
	"testing"
	"time"
)

// Page by page every upload comes once, also those that began at the same moment,
// in whatever order they are kept.
func TestUploadsPageByPage(t *testing.T) {
	at := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	all := []Upload{{"b", "4", at}, {"a", "2", at}, {"a", "3", at}, {"a", "9", at.Add(-time.Second)}, {"a", "1", at}, {"c", "5", at}}
	var got []string
	key, id := "", ""
	for range 2 * len(all) {
		page, cut := Uploads(slices.Clone(all), "", key, id, 1)
		for _, u := range page {
			got, key, id = append(got, u.ID), u.Key, u.ID
		}
		if !cut {
			break
		}
		slices.Reverse(all)
	}
	if want := []string{"9", "1", "2", "3", "4", "5"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if page, _ := Uploads(slices.Clone(all), "", "a", "", 10); len(page) != 2 {
		t.Errorf("behind a key: %v", page)
	}
	if page, _ := Uploads(slices.Clone(all), "c", "", "", 10); len(page) != 1 || page[0].ID != "5" {
		t.Errorf("with a prefix: %v", page)
	}
}
