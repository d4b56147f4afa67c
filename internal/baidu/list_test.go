package baidu

import (
	"encoding/json"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

func TestList(t *testing.T) {
	type one struct {
		Name Text `json:"name"`
	}
	for body, want := range map[string]int{
		`[{"name":"a"},{"name":1}]`: 2, `{"name":"a"}`: 1, `[null,[],"x",7,{"name":"a"},{}]`: 2, `[]`: 0, `null`: 0, `""`: 0, `{}`: 0,
		`7`: -1, `"x"`: -1, `true`: -1, `[{"name":{}}]`: -1,
	} {
		var l List[one]
		err := json.Unmarshal([]byte(body), &l)
		if want < 0 != (err != nil) || err == nil && len(l) != want {
			t.Errorf("%s: %v %v", body, l, err)
		}
	}
}

func TestCoordTypePlace(t *testing.T) {
	for d, want := range map[geo.Datum]int{geo.WGS84: 1, geo.GCJ02: 2, geo.BD09: 3} {
		if got := CoordTypePlace(d); got != want {
			t.Errorf("%v: %d", d, got)
		}
	}
}
