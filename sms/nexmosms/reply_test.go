package nexmosms_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// recordings are replies of the real service. They lie beside a development
// checkout, not in it.
var recordings = filepath.Join("..", "..", "..", "shared", "recorded", "sms")

// The recorded replies come from the vendor's documentation (doc-send-ok) and
// from the fixtures of its PHP library (the others).
func TestRecordedReplies(t *testing.T) {
	for file, want := range map[string]struct {
		id         string
		code       waybill.Code
		delivery   waybill.Delivery
		vendorCode string
		wait       time.Duration
	}{
		"vonage-doc-send-ok.json":       {id: "0C000000217B7F02"},
		"vonage-throttled-wait702.json": {"", waybill.RateLimited, waybill.NotSent, "1", time.Second}, // 702 ms, of at least a second
		"vonage-throttled-notime.json":  {"", waybill.RateLimited, waybill.NotSent, "1", time.Second},
		"vonage-throttled-mt.json":      {"", waybill.RateLimited, waybill.NotSent, "1", time.Second},
		"vonage-missing-param.json":     {"", waybill.InvalidArgument, waybill.NotSent, "2", 0},
		"vonage-server-error-5.json":    {"", waybill.Internal, waybill.Ambiguous, "5", 0},
		"vonage-empty-body.json":        {"", waybill.DataLoss, waybill.Ambiguous, "wire_reply", 0},
	} {
		t.Run(file, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join(recordings, file))
			if err != nil {
				t.Skip("the recorded replies are not here")
			}
			res, e := sendTo(t, replying(t, 200, "application/json", string(body)))
			if want.id != "" {
				if e != nil || res.ID != want.id || len(res.Parts) != 1 || res.Parts[0].Price != "0.03330000" || res.Price != "0.03330000" || res.Currency != "EUR" {
					t.Errorf("%+v, %v", res, e)
				}
				return
			}
			if e == nil || e.Code != want.code || e.Delivery != want.delivery || e.VendorCode != want.vendorCode || e.RetryAfter != want.wait {
				t.Fatalf("%v, delivery %v, wait %v", e, waybill.DeliveryOf(e), waybill.RetryAfterOf(e))
			}
			if res.ID != "" || res.Parts != nil || res.Provider != "" {
				t.Errorf("a receipt with a refusal: %+v", res)
			}
		})
	}
}

// A gateway before the service, or Vonage itself one day, may answer as the newer
// Messages API does.
func TestRecordedMessagesReplies(t *testing.T) {
	for file, want := range map[string]struct {
		status   int
		id       string
		code     waybill.Code
		delivery waybill.Delivery
	}{
		"vonage-messages-202.json": {status: 202, id: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"},
		"vonage-messages-400.json": {400, "", waybill.Unsupported, waybill.NotSent},
		"vonage-messages-429.json": {429, "", waybill.RateLimited, waybill.NotSent},
	} {
		body, err := os.ReadFile(filepath.Join(recordings, file))
		if err != nil {
			t.Skip("the recorded replies are not here")
		}
		res, e := sendTo(t, replying(t, want.status, "application/json", string(body)))
		if res.ID != want.id || (e == nil) != (want.id != "") || e != nil && (e.Code != want.code || e.Delivery != want.delivery) {
			t.Errorf("%s: %+v %v", file, res, e)
		}
	}
}

func TestThrottlingHints(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"Throughput Rate Exceeded - please wait [ 2500 ] and retry":       2500 * time.Millisecond,
		"Throughput Rate Exceeded - please wait [2500] and retry":         2500 * time.Millisecond,
		"Throughput Rate Exceeded - please wait [ 1 ] and retry":          time.Second,
		"Throughput Rate Exceeded - please wait [ -5 ] and retry":         time.Second,
		"Throughput Rate Exceeded - please wait [ 999999999 ] and retry":  time.Second, // absurd
		"Throughput Rate Exceeded - please wait [ 99999999999999999999 ]": time.Second,
		"": time.Second,
	} {
		_, e := sendTo(t, replying(t, 200, "application/json", `{"message-count":"1","messages":[{"status":"1","error-text":"`+text+`"}]}`))
		if e == nil || e.RetryAfter != want {
			t.Errorf("%q: wait %v, want %v", text, waybill.RetryAfterOf(e), want)
		}
	}
}

const (
	ok1     = `{"to":"447700900123","message-id":"A1","status":"0","message-price":"0.03330000"}`
	ok2     = `{"to":"447700900123","message-id":"A2","status":"0","message-price":"0.1"}`
	limited = `{"status":"1","error-text":"Throughput Rate Exceeded"}`
	barred  = `{"status":"7","error-text":"barred"}`
	broke   = `{"status":"5","error-text":"Server Error"}`
	withID  = `{"status":"7","message-id":"A9"}`
)

// TestPartsDecide holds the three outcomes over mixtures of parts and odd types.
func TestPartsDecide(t *testing.T) {
	body := func(count string, parts ...string) string {
		return `{"message-count":` + count + `,"messages":[` + strings.Join(parts, ",") + `]}`
	}
	for name, x := range map[string]struct {
		body     string
		delivery waybill.Delivery
		code     waybill.Code // with an error
		ids      string
		price    string
	}{
		"one":                          {body(`"1"`, ok1), waybill.Sent, 0, "A1", "0.03330000"},
		"two":                          {body(`"2"`, ok1, ok2), waybill.Sent, 0, "A1 A2", "0.13330000"},
		"numbers for strings":          {`{"message-count":1,"messages":[{"status":0,"message-id":17,"message-price":0.5}]}`, waybill.Sent, 0, "17", "0.5"},
		"no count":                     {`{"messages":[` + ok1 + `]}`, waybill.Sent, 0, "A1", "0.03330000"},
		"odd count":                    {body(`{"x":1}`, ok1), waybill.Sent, 0, "A1", "0.03330000"},
		"count too low":                {body(`"0"`, ok1), waybill.Sent, 0, "A1", "0.03330000"},
		"odd members elsewhere":        {`{"message-count":"1","x":[],"messages":[{"status":"0","message-id":"A1","remaining-balance":{},"network":[],"to":null,"message-price":"dear"}]}`, waybill.Sent, 0, "A1", ""},
		"accepted without an id":       {`{"message-count":"1","messages":[{"status":"0"}]}`, waybill.Sent, 0, "", ""},
		"absurd price":                 {`{"messages":[{"status":"0","message-id":"A1","message-price":"1e999999999"}]}`, waybill.Sent, 0, "A1", ""},
		"fewer parts than counted":     {body(`"3"`, ok1, ok2), waybill.Sent, waybill.DataLoss, "A1 A2", "0.13330000"},
		"accepted, then throttled":     {body(`"2"`, ok1, limited), waybill.Sent, waybill.RateLimited, "A1", "0.03330000"},
		"throttled, then accepted":     {body(`"2"`, limited, ok2), waybill.Sent, waybill.RateLimited, "A2", "0.1"},
		"accepted, barred, accepted":   {body(`"3"`, ok1, barred, ok2), waybill.Sent, waybill.OptedOut, "A1 A2", "0.13330000"},
		"accepted, then nobody knows":  {body(`"2"`, ok1, broke), waybill.Sent, waybill.Internal, "A1", "0.03330000"},
		"accepted, then garbage":       {body(`"2"`, ok1, `[]`), waybill.Sent, waybill.DataLoss, "A1", "0.03330000"},
		"all throttled":                {body(`"2"`, limited, limited), waybill.NotSent, waybill.RateLimited, "", ""},
		"refused in two ways":          {body(`"2"`, barred, limited), waybill.NotSent, waybill.OptedOut, "", ""},
		"refused, then nobody knows":   {body(`"2"`, limited, broke), waybill.Ambiguous, waybill.Internal, "", ""},
		"refused, then garbage":        {body(`"2"`, limited, `"x"`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"refused, more were counted":   {body(`"3"`, limited), waybill.Ambiguous, waybill.RateLimited, "", ""},
		"refused with an id":           {body(`"1"`, withID), waybill.Ambiguous, waybill.OptedOut, "", ""},
		"undocumented with an id":      {body(`"1"`, `{"status":"77","message-id":"A9"}`), waybill.Ambiguous, waybill.Unknown, "", ""},
		"undocumented":                 {body(`"1"`, `{"status":"77"}`), waybill.NotSent, waybill.Unknown, "", ""},
		"no status":                    {body(`"1"`, `{"message-id":"A1"}`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"status of another type":       {body(`"1"`, `{"status":true}`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"status in words":              {body(`"1"`, `{"status":"ok"}`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"status with a point":          {body(`"1"`, `{"status":0.0}`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"negative status":              {body(`"1"`, `{"status":-1}`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"two zeros":                    {body(`"1"`, `{"status":"00","message-id":"A1"}`), waybill.Sent, 0, "A1", ""},
		"null part":                    {body(`"1"`, `null`), waybill.Ambiguous, waybill.DataLoss, "", ""},
		"no messages":                  {`{"message-count":"0","messages":[]}`, waybill.Ambiguous, waybill.DataLoss, "", ""},
		"messages null":                {`{"message-count":"1","messages":null}`, waybill.Ambiguous, waybill.DataLoss, "", ""},
		"messages an object":           {`{"message-count":"1","messages":{"status":"0"}}`, waybill.Ambiguous, waybill.DataLoss, "", ""},
		"another API's problem":        {`{"type":"https://developer.nexmo.com/api-errors#invalid-json","title":"x","detail":"y"}`, waybill.Ambiguous, waybill.DataLoss, "", ""},
		"another API's success":        {`{"message_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab"}`, waybill.Ambiguous, waybill.DataLoss, "", ""},
		"complete, and more behind it": {body(`"1"`, ok1) + `{}`, waybill.Ambiguous, waybill.DataLoss, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			res, e := sendTo(t, replying(t, 200, "application/json", x.body))
			if got := waybill.DeliveryOf(asError(e)); got != x.delivery {
				t.Errorf("delivery %v, want %v (%v)", got, x.delivery, e)
			}
			failed := x.code != 0 || x.delivery != waybill.Sent
			if failed != (e != nil) || e != nil && e.Code != x.code {
				t.Errorf("got %v, want code %v", e, x.code)
			}
			if e != nil && e.Delivery == waybill.Sent && e.RetryAfter != 0 {
				t.Error("a wait after something was sent")
			}
			var ids []string
			for _, p := range res.Parts {
				ids = append(ids, p.ID)
			}
			if strings.Join(ids, " ") != x.ids || res.Price != x.price {
				t.Errorf("ids %v, price %q", ids, res.Price)
			}
		})
	}
}

// asError keeps a nil pointer from becoming an error.
func asError(e *waybill.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// TestHTTPStatuses holds the rows of the table of HTTP outcomes that a reply can
// show.
func TestHTTPStatuses(t *testing.T) {
	good := `{"message-count":"1","messages":[` + ok1 + `]}`
	problem := `{"type":"https://developer.nexmo.com/api-errors#unauthorized","title":"Unauthorized","detail":"d","instance":"i"}`
	for name, x := range map[string]struct {
		status   int
		body     string
		code     waybill.Code
		delivery waybill.Delivery
		wait     time.Duration
	}{
		"429":                         {429, "", waybill.RateLimited, waybill.NotSent, time.Second},
		"401 problem":                 {401, problem, waybill.Unauthenticated, waybill.NotSent, 0},
		"403 problem":                 {403, problem, waybill.PermissionDenied, waybill.NotSent, 0},
		"400":                         {400, problem, waybill.Unsupported, waybill.NotSent, 0},
		"404":                         {404, "", waybill.PermissionDenied, waybill.NotSent, 0},
		"405":                         {405, "", waybill.Unsupported, waybill.NotSent, 0},
		"413":                         {413, "", waybill.Unsupported, waybill.NotSent, 0},
		"415":                         {415, "", waybill.Unsupported, waybill.NotSent, 0},
		"420":                         {420, "", waybill.Unsupported, waybill.NotSent, 0},
		"500":                         {500, "oh", waybill.Internal, waybill.Ambiguous, 0},
		"502":                         {502, "<html>", waybill.Unavailable, waybill.Ambiguous, 0},
		"503":                         {503, "", waybill.Unavailable, waybill.Ambiguous, 0},
		"504":                         {504, "", waybill.Unavailable, waybill.Ambiguous, 0},
		"502 that says accepted":      {502, good, waybill.Unavailable, waybill.Ambiguous, 0},
		"500 that says refused":       {500, `{"messages":[` + barred + `]}`, waybill.Internal, waybill.Ambiguous, 0},
		"400 that says accepted":      {400, good, waybill.Unsupported, waybill.Ambiguous, 0},
		"429 that says accepted":      {429, good, waybill.RateLimited, waybill.Ambiguous, time.Second},
		"401 with the vendor's words": {401, `{"messages":[{"status":"4"}]}`, waybill.Unauthenticated, waybill.NotSent, 0},
		"429 with the vendor's words": {429, `{"messages":[{"status":"1","error-text":"please wait [ 3000 ] and retry"}]}`, waybill.RateLimited, waybill.NotSent, 3 * time.Second},
		"400 with the vendor's 5":     {400, `{"messages":[` + broke + `]}`, waybill.Internal, waybill.Ambiguous, 0},
		"400 with garbage":            {400, `{"messages":[17]}`, waybill.Unsupported, waybill.NotSent, 0},
		"200 HTML":                    {200, "<html>login</html>", waybill.DataLoss, waybill.Ambiguous, 0},
		"204":                         {204, "", waybill.DataLoss, waybill.Ambiguous, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, e := sendTo(t, replying(t, x.status, "application/json", x.body))
			if e == nil || e.Code != x.code || e.Delivery != x.delivery || e.RetryAfter != x.wait {
				t.Errorf("got %v, %v, wait %v", e, waybill.DeliveryOf(asError(e)), waybill.RetryAfterOf(asError(e)))
			}
		})
	}
	for name, x := range map[string]struct {
		status      int
		contentType string
	}{"200": {200, "application/json"}, "202": {202, "application/json"}, "201, text": {201, "text/plain"}, "no type": {200, ""}, "charset": {200, "application/json;charset=UTF-8"}} {
		if res, e := sendTo(t, replying(t, x.status, x.contentType, good)); e != nil || res.ID != "A1" {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestTheVendorsTextIsScrubbed(t *testing.T) {
	_, e := sendTo(t, replying(t, 200, "application/json", `{"messages":[{"status":"3","error-text":"Invalid value 447700900123 for Order A-17 has arrived. of `+smstest.NexmoKey+` and `+smstest.NexmoSecret+`"}]}`))
	if e == nil || !strings.Contains(e.Message, "Invalid value") {
		t.Fatalf("%v", e)
	}
	for _, s := range []string{"447700900123", "A-17", smstest.NexmoKey, smstest.NexmoSecret} {
		if strings.Contains(e.Error(), s) {
			t.Error("the error holds a secret or personal data")
		}
	}
}

func TestReplyBounds(t *testing.T) {
	s := replying(t, 200, "application/json", `{"messages":[`+ok1+`],"x":"`+strings.Repeat("x", 1000)+`"}`)
	_, err := newAdapter(t, s, nexmosms.Options{MaxReply: 500}).Send(t.Context(), message())
	if e := waybill.AsError(err); e == nil || e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous {
		t.Errorf("got %v", err)
	}
}

// FuzzReply holds that no reply makes a panic, and none that lists an accepted
// part is called not sent.
func FuzzReply(f *testing.F) {
	for _, file := range []string{"vonage-doc-send-ok.json", "vonage-throttled-mt.json", "vonage-missing-param.json"} {
		if body, err := os.ReadFile(filepath.Join(recordings, file)); err == nil {
			f.Add(200, body)
		}
	}
	for _, s := range []string{`{}`, `null`, `[]`, `{"messages":[null]}`, `{"messages":[{"status":"0"},{"status":1}]}`, `{"message-count":"9","messages":[{"status":"1"}]}`} {
		f.Add(200, []byte(s))
		f.Add(502, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 200 + (status%400+400)%400
		a, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{
			BaseURL: "http://nexmo.test", HTTPClient: &http.Client{Transport: answering{status, string(body)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		res, err := a.Send(t.Context(), message())
		switch d := waybill.DeliveryOf(err); {
		case d == waybill.Sent && len(res.Parts) == 0:
			t.Error("sent without a part")
		case d != waybill.Sent && len(res.Parts) > 0:
			t.Error("parts without sent")
		case d == waybill.NotSent && strings.Contains(string(body), `"status":"0"`) && strings.Contains(string(body), `"messages":[{"status":"0"`) && status < 300:
			t.Error("not sent, although a part was accepted")
		case err != nil && strings.Contains(err.Error(), "447700900123"):
			t.Error("the error holds the number")
		}
	})
}

// answering is a transport that answers without a network.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = drain(r)
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: reader(a.body), ContentLength: int64(len(a.body)), Request: r}, nil
}

var _ sms.Sender = (*nexmosms.Adapter)(nil)
