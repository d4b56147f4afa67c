package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOrdersAreAsDescribed keeps the dozen a dozen of the cities promised.
func TestOrdersAreAsDescribed(t *testing.T) {
	t.Parallel()
	if !json.Valid(dozen) {
		t.Fatal("the dozen is not JSON")
	}
	orders, err := readOrders(dozen)
	if err != nil || len(orders) != 14 {
		t.Fatalf("%d orders, %v", len(orders), err)
	}
	regions := map[string]bool{}
	for _, o := range orders {
		if o.bad != nil {
			t.Errorf("order %d: %v", o.N, o.bad)
		}
		regions[o.Pickup.Region], regions[o.Dropoff.Region] = true, true
	}
	if len(regions) != 8 {
		t.Errorf("regions: %v", regions)
	}
}

func TestBadOrders(t *testing.T) {
	t.Parallel()
	good := `{"id":"GOOD-%d","pickup":{"text":"深圳北站","region":"CN"},"dropoff":{"text":"腾讯大厦","region":"CN"},"driver":{"phone":"13912345678","phone_region":"CN","language":"zh"},"customer":{"mail":"a@customer.example"}}`
	one, two := fmt.Sprintf(good, 1), fmt.Sprintf(good, 2)
	with := func(old, new string) string {
		return strings.Replace(strings.Replace(one, "GOOD-1", "BAD", 1), old, new, 1)
	}
	for _, c := range []struct{ name, bad, want string }{
		{"impossible number", with("13912345678", "+852 12 34"), "✗ order 2 (BAD): driver.phone: the number is too short"},
		{"fixed line", with("13912345678", "0755 8888 8888"), "✗ order 2 (BAD): driver.phone: the number is a fixed line"},
		{"no number", with("13912345678", "call me"), "driver.phone: not a telephone number"},
		{"empty address", with("深圳北站", "  "), "✗ order 2 (BAD): pickup.text: the address is empty"},
		{"twice", with(`"text":"深圳北站"`, `"text":"深圳北站","typed":"深圳"`), "✗ order 2 (BAD): pickup.typed: the address is given twice"},
		{"customer's number", with(`"mail":`, `"phone":"0755 8888 8888","mail":`), "✗ order 2 (BAD): customer.phone: the number is a fixed line"},
		{"driver's state", with(`"language":"zh"`, `"language":"zh","state":"asleep"`), "✗ order 2 (BAD): driver.state: none of free, busy, silent"},
		{"no drop-off", with(`"dropoff":{"text":"腾讯大厦","region":"CN"},`, ""), "✗ order 2 (BAD): dropoff.text: the address is empty"},
		{"region", with(`"region":"CN"}`, `"region":"China"}`), "pickup.region: not two capital letters"},
		{"mailbox", with("a@customer.example", "a at customer"), "customer.mail: not a mail address"},
		{"wrong type", with(`"13912345678"`, "13912345678"), "driver.phone: a number where a string belongs"},
		{"unknown field", with(`"text"`, `"txt"`), "txt: there is no such field"},
		{"same id", fmt.Sprintf(good, 1), "✗ order 2 (GOOD-1): id: another order has the same"},
		{"strange id", with(`BAD`, `B\u0007`), "✗ order 2 (order-2): id: "},
		{"broken JSON", with(`"pickup":`, `"pickup"`), "✗ order 2 (order-2): broken JSON: "},
		{"not closed", strings.TrimSuffix(with("", ""), "}}"), "order 2 (order-2): broken JSON: "},
		{"string not closed", with(`BAD"`, `BAD`), "order 2 (order-2): broken JSON: "},
		{"token", with(`"language":"zh"`, `"language":"zh","token":"…"`), "✗ order 2 (BAD): driver.tokens.fcm: "},
		{"no object", `17`, "order 2 (order-2): "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, _ := start(t, "[\n"+one+",\n"+c.bad+",\n"+two+"\n]", "-in", "-")
			if code != exitFailed {
				t.Errorf("exit %d", code)
			}
			wantAll(t, out, c.want, "3 orders: 2 complete, 1 unusable")
			wantTally(t, out, stepSMS, "2 2 0 0 0 0")
			if strings.Contains(out, "13912345678") {
				t.Error("the number is shown in full")
			}
		})
	}
	t.Run("unknown address", func(t *testing.T) {
		t.Parallel()
		code, out, _ := start(t, "["+with("深圳北站", "zzzz qqqq")+","+two+"]", "-in", "-")
		wantAll(t, out, "✗ order 1 (BAD): pick-up: ", "not found", "2 orders: 1 complete, 1 with a failed step")
		if code != exitFailed {
			t.Errorf("exit %d", code)
		}
	})
}

func TestUsage(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-nonsense"}, "nonsense"},
		{[]string{"more"}, `"more" is no flag`},
		{[]string{"-jobs", "0"}, "-jobs"},
		{[]string{"-explain", "15"}, "there are 14 orders and no order 15"},
		{[]string{"-wire", "-1"}, "from 1"},
		{[]string{"-maps", "bing"}, `"bing" is none of amap, baidu, google, osm`},
		{[]string{"-maps", "amap,amap"}, "amap is there twice"},
		{[]string{"-outage", "postman"}, "postman is no fake of this run"},
		{[]string{"-outage", "amap:sulks"}, `amap cannot fail with "sulks"`},
		{[]string{"-outage", "smtp:250"}, `smtp cannot fail with "250"`},
		{[]string{"-outage", "fcm:SULKS"}, `fcm cannot fail with "SULKS"`},
		{[]string{"-outage", "files"}, "files is no fake of this run"},
		{[]string{"-outage", "amap,amap"}, "amap is there twice"},
		{[]string{"-in", filepath.Join(t.TempDir(), "none.json")}, "no such file"},
		{[]string{"-in", empty}, "not a JSON array"},
		{[]string{"-drivers", empty}, "-drivers: not a JSON array"},
		{[]string{"-drivers", filepath.Join(t.TempDir(), "none.json")}, "-drivers: "},
		{[]string{"-areas", empty}, "-areas: "},
		{[]string{"-areas", filepath.Join(t.TempDir(), "none.json")}, "-areas: "},
		{[]string{"-cities", empty}, "-cities: "},
		{[]string{"-cities", filepath.Join(t.TempDir(), "none.json")}, "-cities: "},
	} {
		code, out, errs := start(t, "", c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", c.args, code, out, errs)
		}
	}
	code, out, _ := start(t, "", "-h")
	if code != exitOK || out != usage {
		t.Errorf("-h: exit %d", code)
	}
}
