package nexmosms

import (
	"reflect"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/wire"
)

const accepted = `{"to":"447700900123","message-id":"0A","status":"0","remaining-balance":"3.14","message-price":"0.0333","network":"23410"}`

func TestPlainReadsTheUsual(t *testing.T) {
	for _, x := range []struct {
		body  string
		parts int
	}{
		{`{"message-count":"1","messages":[` + accepted + `]}`, 1},
		{" {\n\t\"message-count\" : \"2\" ,\r\n \"messages\" : [ " + accepted + " , " + accepted + " ] } \n", 2},
		{`{"messages":[{"status":"9","error-text":"Quota Exceeded - rejected"}],"message-count":"1"}`, 1},
		{`{"messages":[]}`, 0},
		{`{"messages":[{}]}`, 1},
		{`{"messages":[{"status":"1","status":"0"}]}`, 1},
	} {
		parts, _, ok := plain([]byte(x.body))
		if !ok || len(parts) != x.parts {
			t.Errorf("%s: %v %v", x.body, parts, ok)
		}
		agree(t, []byte(x.body))
	}
}

// What is not plain is left to the reader that knows all of JSON.
func TestPlainLeavesTheRest(t *testing.T) {
	whole := `{"message-count":"1","messages":[` + accepted + `]}`
	for i := range len(whole) {
		if _, _, ok := plain([]byte(whole[:i])); ok {
			t.Errorf("read the first %d bytes", i)
		}
	}
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `{"message-count":"1"}`, whole + `x`, whole + whole, "\ufeff" + whole,
		strings.Replace(whole, `"0A"`, `"0\u0041"`, 1), strings.Replace(whole, `"0A"`, `"é"`, 1), strings.Replace(whole, `"0A"`, "\"0\nA\"", 1),
		strings.Replace(whole, `"0A"`, `" 0A"`, 1), strings.Replace(whole, `"0A"`, `null`, 1), strings.Replace(whole, `"0A"`, `7`, 1),
		strings.Replace(whole, `"status":"0"`, `"Status":"0"`, 1), strings.Replace(whole, `"status":"0"`, `"status":0`, 1),
		strings.Replace(whole, `"status":"0"`, `"status":""`, 1), strings.Replace(whole, `"status":"0"`, `"status":"00000"`, 1),
		strings.Replace(whole, `"status":"0"`, `"status":"-1"`, 1), strings.Replace(whole, `"1"`, `"one"`, 1),
		`{"messages":[],"messages":[]}`, `{"messages":[` + accepted + `,]}`, `{"messages":[` + accepted + ` ` + accepted + `]}`, `{"messages":[null]}`,
		`{"messages":[` + accepted + `],}`, `{"messages":[],"title":"x"}`, `{,"messages":[]}`, `{"messages" []}`, `{"messages":{}}`,
	} {
		if parts, _, ok := plain([]byte(body)); ok {
			t.Errorf("%s: %v", body, parts)
		}
	}
}

// agree holds that what plain can read, the general reader reads alike.
func agree(t *testing.T, body []byte) {
	t.Helper()
	parts, count, ok := plain(body)
	if !ok {
		return
	}
	want, n, bad := readAny(&wire.Reply{Status: 200, Body: body})
	if bad != nil || n != count || len(want) != len(parts) || len(parts) > 0 && !reflect.DeepEqual(want, parts) {
		t.Errorf("%q: %+v %d, want %+v %d, %v", body, parts, count, want, n, bad)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte(`{"message-count":"1","messages":[` + accepted + `]}`))
	f.Add([]byte(`{"messages":[{"status":"9","error-text":"x"},{}],"message-count":"12"}`))
	f.Fuzz(func(t *testing.T, body []byte) { agree(t, body) })
}

func TestPrices(t *testing.T) {
	for s, want := range map[string]bool{
		"0": true, "0.03330000": true, "123456789012.123456789012": true,
		"": false, ".": false, "1.": false, ".5": false, "1.2.3": false, "1,5": false, "-1": false, "1e3": false, "1234567890123": false, "1.1234567890123": false, "٣": false,
	} {
		if isPrice(s) != want {
			t.Errorf("%q", s)
		}
	}
}
