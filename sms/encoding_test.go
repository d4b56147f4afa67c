package sms

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// theAlphabet writes the default table once more, by rows, as the standard
// prints it; the escape stands as a space.
const theAlphabet = "@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ" +
	" !\"#¤%&'()*+,-./" +
	"0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNO" +
	"PQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmno" +
	"pqrstuvwxyzäöñüà"

func TestAlphabet(t *testing.T) {
	if utf8.RuneCountInString(theAlphabet) != 128 {
		t.Fatal("the table of this test is not of 128 characters")
	}
	code := 0
	for _, r := range theAlphabet {
		if code != escape {
			if septetOf(r) != byte(code) {
				t.Errorf("%q has code %#x, want %#x", r, septetOf(r), code)
			}
			if s, err := DecodeGSM7([]byte{byte(code)}); err != nil || s != string(r) {
				t.Errorf("code %#x is %q", code, s)
			}
		}
		code++
	}
	extension := map[rune]byte{'\f': 0x0A, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2F, '[': 0x3C, '~': 0x3D, ']': 0x3E, '|': 0x40, '€': 0x65}
	for r, c := range extension {
		if s, err := EncodeGSM7(string(r)); err != nil || !bytes.Equal(s, []byte{0x1B, c}) {
			t.Errorf("%q is % x", r, s)
		}
		if s, err := DecodeGSM7([]byte{0x1B, c}); err != nil || s != string(r) {
			t.Errorf("extension code %#x is %q", c, s)
		}
	}
	in := 0
	for r := range rune(utf8.MaxRune + 1) {
		if septetOf(r) != noSeptet {
			in++
		}
	}
	if in != 127+len(extension) {
		t.Errorf("%d characters are in the alphabet", in)
	}
}

func TestCharactersThatCostUCS2(t *testing.T) {
	for _, r := range "`\tçáíóúâêôëï“”‘’–—…\u00a0ºªАБабΒΑαβω中😀\x00\x1b\x7fµ" {
		if got := EncodingOf("a" + string(r)); got != UCS2 {
			t.Errorf("%q is %v", r, got)
		}
	}
	for _, r := range "¤§@Δ\r\n_ÇΩ€" {
		if got := EncodingOf("a" + string(r)); got != GSM7 {
			t.Errorf("%q is %v", r, got)
		}
	}
	for text, want := range map[string]Encoding{"": GSM7, "a\xff": 0, "中\xff": 0, "\uFFFD": UCS2, "\xef\xbf": 0, "\xed\xa0\x80": 0} {
		if got := EncodingOf(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestPackingVectors(t *testing.T) {
	for _, c := range []struct{ text, packed string }{
		{"hellohello", "E8329BFD4697D9EC37"},
		{"Hello World!", "C8329BFD065DDF72363904"},
		{"€", "9B32"},
		{"@", "00"},
		{"aaaaaaaa", "E170381C0E87C3"},
		{"", ""},
	} {
		septets, err := EncodeGSM7(c.text)
		if err != nil {
			t.Fatal(err)
		}
		packed := PackGSM7(septets)
		if got := strings.ToUpper(hex.EncodeToString(packed)); got != c.packed {
			t.Errorf("%q packs to %s, want %s", c.text, got, c.packed)
		}
		back, err := UnpackGSM7(packed, len(septets))
		if err != nil || !bytes.Equal(back, septets) {
			t.Errorf("%q unpacks to % x, %v", c.text, back, err)
		}
	}
	if packed := PackGSM7(make([]byte, 160)); len(packed) != 140 {
		t.Errorf("160 septets are %d octets", len(packed))
	}
}

// Seven octets may be seven septets or eight: only the number tells.
func TestUnpackNeedsTheNumber(t *testing.T) {
	packed := PackGSM7([]byte("hellooo"))
	for n, want := range map[int]string{7: "hellooo", 8: "hellooo\x00", 0: "", 3: "hel"} {
		if got, err := UnpackGSM7(packed, n); err != nil || string(got) != want {
			t.Errorf("%d septets are %q, %v", n, got, err)
		}
	}
	for _, n := range []int{-1, 9, 1 << 30} {
		if _, err := UnpackGSM7(packed, n); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%d septets in 7 octets: %v", n, err)
		}
	}
	if got, err := UnpackGSM7(nil, 0); err != nil || len(got) != 0 {
		t.Error("nothing must unpack to nothing")
	}
}

func TestDecodeFollowsTheStandard(t *testing.T) {
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"unknown extension shows the default": {[]byte{0x1B, 'A'}, "A"},
		"escape twice is a space":             {[]byte{0x1B, 0x1B, 'B'}, " B"},
		"escape at the end is a space":        {[]byte{'A', 0x1B}, "A "},
		"nothing":                             {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := DecodeGSM7(c.in); err != nil || got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	for _, in := range [][]byte{{0x80}, {0x1B, 0xFF}, {'a', 0xE5}} {
		if _, err := DecodeGSM7(in); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("% x: %v", in, err)
		}
	}
	for _, text := range []string{"ç", "a中", "\xff", "a\x80b"} {
		if _, err := EncodeGSM7(text); waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEncodingText(t *testing.T) {
	b, err := json.Marshal([]Encoding{GSM7, UCS2, 0})
	if err != nil || string(b) != `["gsm7","ucs2","unknown"]` {
		t.Fatalf("%s %v", b, err)
	}
	var back []Encoding
	if err := json.Unmarshal(append(b[:len(b)-1], `,""]`...), &back); err != nil || len(back) != 4 ||
		back[0] != GSM7 || back[1] != UCS2 || back[2] != 0 || back[3] != 0 {
		t.Errorf("%v %v", back, err)
	}
	if err := json.Unmarshal([]byte(`["latin1"]`), &back); err == nil {
		t.Error("an unknown name was read")
	}
}

func FuzzGSM7(f *testing.F) {
	f.Add("hellohello", []byte{0x1B, 0x65}, 2)
	f.Add("€ {x}", []byte{0xFF}, 1)
	f.Add("中", []byte{}, -1)
	f.Fuzz(func(t *testing.T, text string, octets []byte, n int) {
		if septets, err := EncodeGSM7(text); err == nil {
			unpacked, err := UnpackGSM7(PackGSM7(septets), len(septets))
			if err != nil || !bytes.Equal(unpacked, septets) {
				t.Fatal("packing loses septets")
			}
			back, err := DecodeGSM7(unpacked)
			if err != nil || back != text {
				t.Fatalf("%q became %q", text, back)
			}
		}
		if got, err := UnpackGSM7(octets, n); err == nil && len(got) != n {
			t.Fatalf("%d septets asked, %d returned", n, len(got))
		}
		if s, err := DecodeGSM7(octets); err == nil && !utf8.ValidString(s) {
			t.Fatal("decoded text is not UTF-8")
		}
	})
}
