package google

import (
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// A value that is not of its field's type costs nobody the rest, unless it stands
// where the answer does.
func TestJSON(t *testing.T) {
	type part struct {
		Name  string   `json:"name"`
		Types []string `json:"types"`
	}
	type whole struct {
		Status  string `json:"status"`
		Results []part `json:"results"`
	}
	for body, want := range map[string]int{
		`{"status":"OK","results":[{"name":"a","types":["x"]}]}`:              1,
		"\xef\xbb\xbf {\"status\":\"OK\",\"results\":[{\"name\":\"a\"}]}":     1,
		`{"status":"OK","results":[{"name":"a","types":{}},{"name":"b"}]}`:    2,
		`{"status":"OK","results":[{"types":[1,[]],"name":"a"},{"name":[]}]}`: 2,
		`{"status":"OK","results":[]}`:                                        0,
		`{"status":"OK","results":null}`:                                      0,
		`{"status":"OK"}`:                                                     0,
		`{"status":"OK","results":{}}`:                                        -1,
		`{"status":"OK","results":"x"}`:                                       -1,
		`{"status":"OK","results":[1]}`:                                       -1,
		`{"status":1,"results":[]}`:                                           -1,
		`{"status":"OK","results":[{"name":"a"}]}}`:                           -1,
		`{"status":"OK","results":[{"name":"a"`:                               -1,
		`[{"status":"OK"}]`:                                                   -1,
		`null`:                                                                -1,
		``:                                                                    -1,
		`<html>`:                                                              -1,
	} {
		var got whole
		bad := JSON(&wire.Reply{Status: 200, Body: []byte(body)}, &got)
		switch {
		case want < 0 && (bad == nil || bad.Code != waybill.DataLoss):
			t.Errorf("%s: %+v %v, want data loss", body, got, bad)
		case want >= 0 && (bad != nil || len(got.Results) != want):
			t.Errorf("%s: %+v %v", body, got, bad)
		case want > 0 && got.Results[0].Name != "a":
			t.Errorf("%s: %+v", body, got)
		}
	}
}

// A long reply of success is not read for a failure that it does not mention.
func TestMentions(t *testing.T) {
	for body, want := range map[string]bool{
		`{"routes":[]}`: false, `[{"originIndex":0,"status":{}}]`: false, `{"status":"OK"}`: true, `{"error":{}}`: true, `[{"error":{}}]`: true,
		`Unable to authenticate the request. x`: true, ``: false, `{}`: false,
	} {
		if got := mentions([]byte(body)); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}
