package sms

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
)

func TestParseNumberAcceptsCanonicalOnly(t *testing.T) {
	for _, s := range []string{
		"+8613800138000", "+85261234567", "+85366123456", "+886912345678", "+12125550123",
		"+390236618300", "+2904123", "+6834000", "+441534123456", "+123456789012345", "+88212345678",
	} {
		n, err := ParseNumber(s)
		if err != nil || string(n) != s || n.Validate() != nil {
			t.Errorf("a canonical number was refused: %v", err)
		}
	}
	for name, c := range map[string]struct{ in, want string }{
		"empty":                  {"", "empty"},
		"bare digits":            {"8613800138000", "must begin with +"},
		"double zero":            {"008613800138000", "must begin with +"},
		"blank before":           {" +8613800138000", "must begin with +"},
		"blank behind":           {"+8613800138000 ", "only ASCII digits"},
		"newline behind":         {"+8613800138000\n", "only ASCII digits"},
		"blanks inside":          {"+86 138 0013 8000", "only ASCII digits"},
		"dashes":                 {"+86-138-0013-8000", "only ASCII digits"},
		"extension":              {"+12125550123;ext=4", "only ASCII digits"},
		"full-width digits":      {"+86１3800138000", "only ASCII digits"},
		"full-width plus":        {"＋8613800138000", "must begin with +"},
		"two plus signs":         {"++8613800138000", "only ASCII digits"},
		"NUL":                    {"+861380013800\x00", "only ASCII digits"},
		"invalid UTF-8":          {"+861380013800\xff", "only ASCII digits"},
		"plus alone":             {"+", "too short"},
		"one digit":              {"+8", "too short"},
		"calling code alone":     {"+86", "too short"},
		"one national digit":     {"+861", "too short"},
		"sixteen digits":         {"+8613800138000123", "at most 15"},
		"zero as calling code":   {"+013800138000", "not assigned"},
		"spare calling code":     {"+99913800138", "not assigned"},
		"spare calling code 210": {"+2101380013", "not assigned"},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := ParseNumber(c.in)
			if n != "" {
				t.Error("a refused number was returned")
			}
			var e *waybill.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %T", err)
			}
			if e.Code != waybill.InvalidArgument || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent {
				t.Errorf("got %v, %v, %v", e.Code, e.Scope, e.Delivery)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("text %q lacks %q", err, c.want)
			}
			if len(c.in) > 4 && strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), c.in[2:]) {
				t.Error("the error contains the number")
			}
			if Number(c.in).Validate() == nil {
				t.Error("Validate accepts what ParseNumber refuses")
			}
		})
	}
}

func TestNumberPieces(t *testing.T) {
	for _, c := range []struct{ n, code, national, masked string }{
		{"+8613800138000", "86", "13800138000", "+86****8000"},
		{"+85261234567", "852", "61234567", "+852****567"},
		{"+85366123456", "853", "66123456", "+853****456"},
		{"+886912345678", "886", "912345678", "+886****678"},
		{"+12125550123", "1", "2125550123", "+1****0123"},
		{"+77012345678", "7", "7012345678", "+7****5678"},
		{"+390236618300", "39", "0236618300", "+39****8300"},
		{"+6834000", "683", "4000", "+683****"},
		{"+2905123", "290", "5123", "+290****"},
		{"+500123456", "500", "123456", "+500****56"},
		{"+8712345678", "", "", "****"}, // 871 is no longer assigned
		{"+87012345678", "870", "12345678", "+870****678"},
		{"13800138000", "", "", "****"},
		{"", "", "", ""},
	} {
		n := Number(c.n)
		if n.CallingCode() != c.code || n.National() != c.national || n.Masked() != c.masked {
			t.Errorf("got code %q, national %q, masked %q; want %q, %q, %q",
				n.CallingCode(), n.National(), n.Masked(), c.code, c.national, c.masked)
		}
		if n.Digits() != c.code+c.national {
			t.Errorf("digits %q", n.Digits())
		}
	}
}

// Whatever the length, at least half of the national number stays hidden.
func TestMaskedHidesEnough(t *testing.T) {
	for l := minNationalDigits; l <= maxDigits-2; l++ {
		n := Number("+86" + strings.Repeat("7", l))
		shown := strings.Count(n.Masked(), "7")
		if shown > 4 || shown*2 > l {
			t.Errorf("of %d national digits %d are shown", l, shown)
		}
	}
}

func TestCallingCodesArePrefixFree(t *testing.T) {
	codes := 0
	for i := range 1000 {
		s := fmt.Sprint(i)
		if callingCodeLen(s) != len(s) {
			continue
		}
		codes++
		for l := 1; l < len(s); l++ {
			if callingCodeLen(s[:l]) == l {
				t.Errorf("%s begins with another calling code", s)
			}
		}
	}
	if codes != 215 {
		t.Errorf("%d calling codes", codes)
	}
	if callingCodeLen("") != 0 || callingCodeLen("2") != 0 || callingCodeLen("85") != 0 || callingCodeLen("0") != 0 {
		t.Error("too few digits have a calling code")
	}
}

func TestNumberInLogsIsMasked(t *testing.T) {
	n := Number("+8613800138000")
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("sent", "to", n, slog.Group("g", "to", n))
	}
	fmt.Fprintf(&b, "%#v %#v %#v", n, struct{ To Number }{n}, []Number{n})
	if strings.Contains(b.String(), "13800138000") {
		t.Error("a number was written in full")
	}
	if strings.Count(b.String(), "+86****8000") != 7 {
		t.Errorf("got %s", b.String())
	}
	if fmt.Sprintf("%s %v", n, n) != "+8613800138000 +8613800138000" {
		t.Error("String and its verbs must give the number")
	}
}

func TestNumberInSQL(t *testing.T) {
	for name, c := range map[string]struct {
		src  any
		want Number
		ok   bool
	}{
		"string":        {"+8613800138000", "+8613800138000", true},
		"bytes":         {[]byte("+85261234567"), "+85261234567", true},
		"NULL":          {nil, "", true},
		"empty":         {"", "", true},
		"empty bytes":   {[]byte{}, "", true},
		"padded":        {"+85261234567    ", "before", false},
		"bare digits":   {"13800138000", "before", false},
		"integer":       {int64(8613800138000), "before", false},
		"floating":      {8.6e12, "before", false},
		"not even text": {true, "before", false},
	} {
		t.Run(name, func(t *testing.T) {
			n := Number("before")
			err := n.Scan(c.src)
			if (err == nil) != c.ok || n != c.want {
				t.Fatalf("ok %v, unchanged %v", err == nil, n == "before")
			}
			if err != nil {
				if waybill.CodeOf(err) != waybill.InvalidArgument {
					t.Errorf("code %v", waybill.CodeOf(err))
				}
				if strings.Contains(err.Error(), "138001") || strings.Contains(err.Error(), "612345") {
					t.Error("the error contains the number")
				}
				return
			}
			v, err := n.Value()
			if err != nil {
				t.Fatal(err)
			}
			if n == "" && v != nil {
				t.Error("the empty number must be NULL")
			}
			if n != "" && v != driver.Value(string(c.want)) {
				t.Error("the stored text differs")
			}
		})
	}
	if v, err := Number("13800138000").Value(); err == nil || v != nil {
		t.Error("a number that is not canonical was stored")
	}
}

// Bytes of a driver are only lent: Scan must copy them.
func TestScanCopiesBytes(t *testing.T) {
	buf := []byte("+85261234567")
	var n Number
	if err := n.Scan(buf); err != nil {
		t.Fatal(err)
	}
	copy(buf, "+85360000000")
	if n != "+85261234567" {
		t.Error("the number changed with the driver's buffer")
	}
}

func TestNumberInJSON(t *testing.T) {
	type row struct {
		To   Number
		CC   Number  `json:",omitempty"`
		More *Number `json:",omitempty"`
	}
	b, err := json.Marshal(row{To: "+8613800138000"})
	if err != nil || string(b) != `{"To":"+8613800138000"}` {
		t.Fatalf("%s %v", b, err)
	}
	r := row{To: "+85261234567"}
	if err := json.Unmarshal([]byte(`{"To":null,"CC":"","More":"+85366123456"}`), &r); err != nil {
		t.Fatal(err)
	}
	if r.To != "+85261234567" || r.CC != "" || *r.More != "+85366123456" {
		t.Error("null, empty or pointer was read wrongly")
	}
	for _, bad := range []string{`{"To":"13800138000"}`, `{"To":13800138000}`, `{"To":"+86 138 0013 8000"}`} {
		if err := json.Unmarshal([]byte(bad), &r); err == nil {
			t.Error("a number that is not canonical was read")
		}
	}
	if b, err := json.Marshal(row{}); err != nil || string(b) != `{"To":""}` {
		t.Errorf("the empty number: %s %v", b, err)
	}
	if _, err := json.Marshal(row{To: "13800138000"}); err == nil {
		t.Error("a number that is not canonical was written")
	}
	if b, err := json.Marshal(map[Number]int{"+8613800138000": 1}); err != nil || string(b) != `{"+8613800138000":1}` {
		t.Errorf("as a key: %s %v", b, err)
	}
}

func TestNumberDoesNotAllocate(t *testing.T) {
	n := Number("+441534123456")
	if a := testing.AllocsPerRun(100, func() {
		if n.Validate() != nil || n.CallingCode() == "" || n.National() == "" || n.Digits() == "" || n.Region() == "" {
			t.Error("the number was refused")
		}
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"+8613800138000", "", "+", "+0", "+1", "++1", "+99", "+12\x80", "+123456789012345", "+1234567890123456"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if (err == nil) != (Number(s).Validate() == nil) {
			t.Fatal("ParseNumber and Validate disagree")
		}
		raw := Number(s)
		_, _, _ = raw.Masked(), raw.Region(), raw.GoString()
		if err != nil {
			if n != "" {
				t.Fatal("a refused number was returned")
			}
			return
		}
		if "+"+n.CallingCode()+n.National() != s || "+"+n.Digits() != s {
			t.Fatal("the pieces do not make the number")
		}
		var back Number
		text, err := n.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != n {
			t.Fatal("text does not survive")
		}
		v, err := n.Value()
		if err != nil || back.Scan(v) != nil || back != n {
			t.Fatal("the database does not give it back")
		}
	})
}
