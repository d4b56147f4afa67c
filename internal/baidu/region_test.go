package baidu

import "testing"

func TestRegion(t *testing.T) {
	for _, v := range []struct{ adcode, iso2, province, want string }{
		{"110108", "CN", "北京市", "CN"},
		{"110108", "", "北京市", "CN"},
		{"110108", "CN", "Beijing", "CN"},
		{"810002", "CN", "香港特别行政区", "HK"},
		{"820001", "CN", "澳门特别行政区", "MO"},
		{"710000", "CN", "台湾省", "TW"},
		{"810002", "HK", "", "HK"},
		{"", "CN", "香港特别行政区", "HK"},
		{"0", "CN", "澳門特別行政區", "MO"},
		{"", "", "台湾省", "TW"},
		{"", "CN", "Hong Kong", "HK"},
		{"", "CN", "Taiwan", "TW"},
		{"", "CN", "Guangdong", "CN"},
		{"0", "SG", "Singapore", "SG"},
		{"123456", "US", "Texas", "US"},
		{"0", "", "", ""},
		{"", "sg", "", ""},
		{"", "USA", "", ""},
	} {
		if got := Region(v.adcode, v.iso2, v.province); got != v.want {
			t.Errorf("%+v: got %q", v, got)
		}
	}
}

func TestAdcode(t *testing.T) {
	for in, want := range map[string]string{
		"440305": "440305", "0": "", "": "", "040305": "", "44030": "", "4403055": "", "44030x": "", "-1": "",
	} {
		if got := Adcode(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}
