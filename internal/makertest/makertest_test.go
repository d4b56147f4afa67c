package makertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

func TestCheckFindsFlaws(t *testing.T) {
	refused := push.Result{Err: &waybill.Error{Code: waybill.RateLimited}}
	gone := push.Result{Err: &waybill.Error{Code: waybill.Unregistered}, Dead: true}
	for name, c := range map[string]struct {
		got  []push.Result
		want Outcome
		flaw string
	}{
		"taken":              {[]push.Result{{ID: "m"}}, Taken("m"), ""},
		"refused":            {[]push.Result{refused}, Failed(waybill.RateLimited), ""},
		"gone":               {[]push.Result{gone}, Gone(), ""},
		"of code 0":          {[]push.Result{{Err: &waybill.Error{}}}, Failed(waybill.Unknown), ""},
		"another id":         {[]push.Result{{ID: "n"}}, Taken("m"), `id "n"; want id "m"`},
		"refused for taken":  {[]push.Result{refused}, Taken(""), "rate"},
		"taken for refused":  {[]push.Result{{}}, Failed(waybill.Unknown), "want unknown"},
		"another code":       {[]push.Result{refused}, Failed(waybill.DataLoss), "want data_loss"},
		"an id of a failure": {[]push.Result{{ID: "m", Err: refused.Err}}, Failed(waybill.RateLimited), `id "m"`},
		"alive":              {[]push.Result{{Err: gone.Err}}, Gone(), "dead false"},
		"no result":          {nil, Gone(), "0 results"},
	} {
		found := suitetest.Try(t, "", func(t suitetest.T) { t.Sub("it", func(t suitetest.T) { Check(t, "it", c.got, c.want) }) })
		if (len(found) > 0) != (c.flaw != "") || c.flaw != "" && !strings.Contains(found[0].Text, c.flaw) {
			t.Errorf("%s: found %v, want %q", name, found, c.flaw)
		}
	}
}

func TestRepliesFindFlaws(t *testing.T) {
	const name = "maker"
	e := func(code waybill.Code, delivery waybill.Delivery) *waybill.Error {
		return &waybill.Error{Provider: name, VendorCode: "1", Code: code, Delivery: delivery}
	}
	for what, c := range map[string]struct {
		status int
		got    pushbatch.Outcome
		flaw   string
	}{
		"taken":                 {200, pushbatch.Outcome{ID: "m"}, ""},
		"gone":                  {400, pushbatch.Outcome{Err: e(waybill.Unregistered, waybill.NotSent), Dead: true}, ""},
		"a status none has":     {99, pushbatch.Outcome{ID: "m"}, ""},
		"a success under 503":   {503, pushbatch.Outcome{ID: "m"}, "status 503"},
		"one under 201":         {201, pushbatch.Outcome{ID: "m"}, "status 201"},
		"one without an id":     {200, pushbatch.Outcome{}, "success"},
		"an id of many words":   {200, pushbatch.Outcome{ID: "a b"}, "success"},
		"dead and taken":        {200, pushbatch.Outcome{ID: "m", Dead: true}, "dead"},
		"dead by a rate":        {200, pushbatch.Outcome{Err: e(waybill.RateLimited, waybill.NotSent), Dead: true}, "dead"},
		"dead and perhaps sent": {200, pushbatch.Outcome{Err: e(waybill.Unregistered, waybill.Ambiguous), Dead: true}, "dead"},
		"an error of nobody":    {200, pushbatch.Outcome{Err: &waybill.Error{VendorCode: "1"}}, "incomplete"},
		"an error that is sent": {200, pushbatch.Outcome{Err: e(waybill.Internal, waybill.Sent)}, "incomplete"},
	} {
		r := Reply(t, name, c.status, http.Header{"Retry-After": {"7"}}, "x")
		if r.RetryAfter == 0 {
			t.Error("the header is lost")
		}
		found := suitetest.Try(t, "", func(t suitetest.T) {
			t.Sub("it", func(t suitetest.T) { Replies{Provider: name, Exact: true}.check(t, r, c.got) })
		})
		if (len(found) > 0) != (c.flaw != "") || c.flaw != "" && !strings.Contains(found[0].Text, c.flaw) {
			t.Errorf("%s: found %v, want %q", what, found, c.flaw)
		}
	}
}
