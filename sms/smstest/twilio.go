package smstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/sms"
)

// The credentials that a fake Twilio takes unless its options say otherwise.
const (
	TwilioAccount = "ACfa4e00000000000000000000000000ac"
	TwilioToken   = "fake-twilio-auth-token-of-tests1"
	TwilioService = "MGfa4e00000000000000000000000000a9"
	TwilioContent = "HXfa4e00000000000000000000000000c0" // Order {{1}} {{2}}.
)

// TwilioOptions are the settings of a fake Twilio. nil means all defaults.
type TwilioOptions struct {
	// User and Password are the only ones taken, by default TwilioAccount and
	// TwilioToken: set them for an API key.
	User, Password string
	// Ledger counts in the place of the fake's own, so that several fakes can
	// count together.
	Ledger *Ledger
}

// TwilioMessage is a message that a fake Twilio took on.
type TwilioMessage struct {
	// SID is the fake's id. To, From, Service, Callback and ContentSID are as
	// they came; Body is what arrives, filled in from content.
	SID, To, From, Service, Body, Callback, ContentSID string
	// Validity is in seconds, 0 when the request named none.
	Validity int
	Segments int
	Created  time.Time
}

// Twilio is a fake of Twilio's Messages resource: creating and listing. It checks
// the basic authentication, refuses parameters that are unknown, missing,
// repeated or out of range with Twilio's statuses and codes, and counts what it
// accepted by the key that it finds in the text, the content's variables or the
// callback's waybill_key, or else by number and text. It is safe for concurrent
// use.
type Twilio struct {
	*fakehttp.Server
	opts TwilioOptions

	mu       sync.Mutex
	messages []TwilioMessage
}

// NewTwilio starts a fake Twilio. The caller closes it.
func NewTwilio(o *TwilioOptions) *Twilio {
	f := new(Twilio)
	if o != nil {
		f.opts = *o
	}
	if f.opts.User == "" {
		f.opts.User, f.opts.Password = TwilioAccount, TwilioToken
	}
	if f.opts.Ledger == nil {
		f.opts.Ledger = new(Ledger)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Messages.json", f.guard(f.create))
	mux.HandleFunc("GET /2010-04-01/Accounts/{sid}/Messages.json", f.guard(f.list))
	f.Server = fakehttp.New("twilio", mux, fakehttp.WithLedger(f.opts.Ledger), fakehttp.MaskParams("To", "Body", "ContentVariables"))
	return f
}

// Accepted returns how often a message with this key was accepted.
func (f *Twilio) Accepted(key string) int { return f.Ledger().Count(key) }

// Messages returns the accepted messages in order.
func (f *Twilio) Messages() []TwilioMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]TwilioMessage(nil), f.messages...)
}

// Seen implements [Understanding].
func (f *Twilio) Seen() ([]Seen, bool) {
	var out []Seen
	for _, m := range f.Messages() {
		from := m.From
		if from == "" {
			from = m.Service
		}
		out = append(out, Seen{To: sms.Number(m.To), From: from, Text: m.Body, TemplateID: m.ContentSID, TTL: time.Duration(m.Validity) * time.Second})
	}
	return out, true
}

// FailCode makes the fake answer every request until Heal with this code, under
// the status that Twilio gives it.
func (f *Twilio) FailCode(code string) {
	f.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		twilioRefuse(w, code, "refused with "+code)
	})))
}

// twilioStatus is the status of a code; 400 for those that are not here.
var twilioStatus = map[string]int{"20003": 401, "20404": 404, "20429": 429, "20500": 500, "21408": 403, "21610": 400, "21611": 429}

func twilioRefuse(w http.ResponseWriter, code, message string) {
	status := twilioStatus[code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	n, _ := strconv.Atoi(code)
	twilioAnswer(w, status, map[string]any{"code": n, "message": message, "more_info": "https://www.twilio.com/docs/errors/" + code, "status": status})
}

func twilioAnswer(w http.ResponseWriter, status int, reply any) {
	body, err := json.Marshal(reply)
	if err != nil {
		http.Error(w, "fake twilio: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// guard checks who asks for whose messages.
func (f *Twilio) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		switch {
		case !ok || user != f.opts.User || password != f.opts.Password:
			twilioRefuse(w, "20003", "Authentication Error - invalid username")
		case r.PathValue("sid") != TwilioAccount:
			twilioRefuse(w, "20404", "The requested resource was not found")
		default:
			next(w, r)
		}
	}
}

var (
	twilioParams = fakehttp.Params{
		Required: []string{"To"},
		Optional: []string{"From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod", "SmartEncoded", "SendAt", "ScheduleType",
			"ShortenUrls", "ContentSid", "ContentVariables"},
	}
	twilioFrom = regexp.MustCompile(`^(?:\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9 ]{1,11})$`)
)

// check returns the text, or why Twilio would refuse the form.
func (f *Twilio) check(form url.Values) (string, *refusal) {
	text := form.Get("Body")
	period, periodErr := strconv.Atoi(form.Get("ValidityPeriod"))
	callback, callbackErr := url.Parse(form.Get("StatusCallback"))
	switch {
	case sms.Number(form.Get("To")).Validate() != nil:
		return "", &refusal{"21211", "The 'To' number " + form.Get("To") + " is not a valid phone number."}
	case form.Has("From") == form.Has("MessagingServiceSid"):
		return "", &refusal{"21603", "A 'From' phone number is required."}
	case form.Has("From") && !twilioFrom.MatchString(form.Get("From")):
		return "", &refusal{"21212", "The 'From' number " + form.Get("From") + " is not a valid phone number or shortcode."}
	case form.Has("MessagingServiceSid") && form.Get("MessagingServiceSid") != TwilioService:
		return "", &refusal{"21701", "The Messaging Service does not exist."}
	case (form.Get("Body") != "") == form.Has("ContentSid"):
		return "", &refusal{"21602", "Message body is required."}
	case form.Has("ContentVariables") && !form.Has("ContentSid"):
		return "", &refusal{"21654", "ContentVariables without ContentSid."}
	case form.Has("ContentSid") && form.Get("ContentSid") != TwilioContent:
		return "", &refusal{"21655", "The ContentSid is invalid."}
	case utf8.RuneCountInString(text) > 1600:
		return "", &refusal{"21617", "The concatenated message body exceeds the 1600 character limit."}
	case form.Has("ValidityPeriod") && (periodErr != nil || period < 1 || period > 36000):
		return "", &refusal{"21624", "ValidityPeriod is out of range."}
	case form.Has("StatusCallback") && (callbackErr != nil || callback.Host == ""):
		return "", &refusal{"21609", "The 'StatusCallback' URL is not a valid URL."}
	}
	if form.Has("ContentSid") {
		var v map[string]string
		if json.Unmarshal([]byte(form.Get("ContentVariables")), &v) != nil {
			return "", &refusal{"21656", "The ContentVariables are invalid."}
		}
		text = "Order " + v["1"] + " " + v["2"] + "."
	}
	return text, nil
}

// create is the POST.
func (f *Twilio) create(w http.ResponseWriter, r *http.Request) {
	form, wrong := twilioParams.Form(r)
	if wrong != nil {
		code := "21600"
		if wrong.Name == "To" {
			code = "21604"
		}
		twilioRefuse(w, code, wrong.Error())
		return
	}
	text, bad := f.check(form)
	if bad != nil {
		twilioRefuse(w, bad.status, bad.text)
		return
	}
	m := TwilioMessage{To: form.Get("To"), From: form.Get("From"), Service: form.Get("MessagingServiceSid"), Body: text,
		Callback: form.Get("StatusCallback"), ContentSID: form.Get("ContentSid"), Created: time.Now()}
	m.Validity, _ = strconv.Atoi(form.Get("ValidityPeriod"))
	if p, err := sms.Count(text); err == nil {
		m.Segments = p.Count
	}
	key := keyText.FindString(text)
	if callback, err := url.Parse(m.Callback); key == "" && err == nil {
		key = callback.Query().Get("waybill_key")
	}
	if key == "" {
		key = m.To + " " + m.Body
	}
	f.mu.Lock()
	m.SID = fmt.Sprintf("SM%032x", 0xfa4e000000+len(f.messages))
	f.messages = append(f.messages, m)
	f.Ledger().Accept(key)
	f.mu.Unlock()
	reply := m.resource()
	if m.Service != "" { // the sender is chosen later
		reply["num_segments"], reply["status"], reply["from"] = "0", "accepted", nil
	}
	twilioAnswer(w, http.StatusCreated, reply)
}

// resource is a message as Twilio writes it.
func (m *TwilioMessage) resource() map[string]any {
	date := m.Created.UTC().Format(time.RFC1123Z)
	var from, service any
	if m.From != "" {
		from = m.From
	}
	if m.Service != "" {
		service = m.Service
	}
	return map[string]any{"account_sid": TwilioAccount, "api_version": "2010-04-01", "body": m.Body, "date_created": date, "date_sent": nil,
		"date_updated": date, "direction": "outbound-api", "error_code": nil, "error_message": nil, "from": from, "messaging_service_sid": service,
		"num_media": "0", "num_segments": strconv.Itoa(m.Segments), "price": nil, "price_unit": "USD", "sid": m.SID, "status": "queued", "to": m.To,
		"uri": "/2010-04-01/Accounts/" + TwilioAccount + "/Messages/" + m.SID + ".json"}
}

// list is the GET: the newest first, in pages.
func (f *Twilio) list(w http.ResponseWriter, r *http.Request) {
	params := fakehttp.Params{Optional: []string{"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"}}
	q, wrong := params.Query(r)
	size, page := 50, 0
	var err1, err2 error
	if q.Has("PageSize") {
		size, err1 = strconv.Atoi(q.Get("PageSize"))
	}
	if q.Has("Page") {
		page, err2 = strconv.Atoi(q.Get("Page"))
	}
	if wrong != nil || err1 != nil || err2 != nil || size < 1 || size > 1000 || page < 0 {
		twilioRefuse(w, "20001", "invalid parameter")
		return
	}
	list := []map[string]any{}
	all := f.Messages()
	for i := len(all) - 1; i >= 0; i-- {
		m := &all[i]
		if q.Has("To") && q.Get("To") != m.To || q.Has("From") && q.Get("From") != m.From {
			continue
		}
		one := m.resource()
		one["status"], one["date_sent"] = "delivered", one["date_created"]
		one["price"] = "-0.00750"
		list = append(list, one)
	}
	from := min(page*size, len(list))
	to := min(from+size, len(list))
	var next any
	if to < len(list) {
		more := url.Values{}
		for k, v := range q {
			more[k] = v
		}
		more.Set("Page", strconv.Itoa(page+1))
		more.Set("PageToken", "PASM"+strings.Repeat("0", 8))
		next = r.URL.Path + "?" + more.Encode()
	}
	twilioAnswer(w, http.StatusOK, map[string]any{"messages": list[from:to], "page": page, "page_size": size, "next_page_uri": next, "start": from, "end": to})
}
