package smstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/sms"
)

// The credentials that a fake Aliyun takes unless its options say otherwise, and
// what it has approved.
const (
	AliyunKeyID    = "LTAI5tFakeKeyIdOfTests01"
	AliyunSecret   = "fakeAliyunSecretOfTests0000001"
	AliyunSign     = "运单测试"
	AliyunTemplate = "SMS_154950909" // 您的订单${order}${state}。
	AliyunCode     = "SMS_154950910" // 您的验证码${code}，5分钟内有效。
	AliyunPending  = "SMS_154950911" // is being looked at
	AliyunAbroad   = "SMS_154950912" // Order ${order} ${state}. For numbers abroad.
)

// AliyunOptions are the settings of a fake Aliyun. nil means all defaults.
type AliyunOptions struct {
	// KeyID, Secret and, for temporary keys, SecurityToken are the only ones
	// taken.
	KeyID, Secret, SecurityToken string
	// Ledger counts in the place of the fake's own, so that several fakes can
	// count together.
	Ledger *Ledger
}

// AliyunMessage is a message that a fake Aliyun took on.
type AliyunMessage struct {
	// Number, Sign, Template and Param are as they came, Text is what arrives
	// without the sign.
	Number, Sign, Template, Param, Text string
	// OutID is the caller's reference, BizID the fake's.
	OutID, BizID string
	ExtendCode   string
	// Sent is when it was taken on.
	Sent time.Time
}

// Aliyun is a fake of Alibaba Cloud's Short Message Service, version 2017-05-25:
// SendSms, SendBatchSms, QuerySendDetails, GetSmsTemplate and, deprecated,
// QuerySmsTemplate. It checks the ACS3-HMAC-SHA256 signature, time and nonce,
// refuses parameters that are unknown, missing, repeated or out of range in the
// vendor's shape and codes, fills templates in, and counts what it accepted by
// OutId, or by number where there is none. It is safe for concurrent use.
type Aliyun struct {
	*fakehttp.Server
	opts AliyunOptions

	mu       sync.Mutex
	messages []AliyunMessage
	nonces   map[string]bool
	delayed  bool
	oldAPI   bool
}

// NewAliyun starts a fake Aliyun. The caller closes it.
func NewAliyun(o *AliyunOptions) *Aliyun {
	a := &Aliyun{nonces: make(map[string]bool)}
	if o != nil {
		a.opts = *o
	}
	if a.opts.KeyID == "" {
		a.opts.KeyID, a.opts.Secret = AliyunKeyID, AliyunSecret
	}
	if a.opts.Ledger == nil {
		a.opts.Ledger = new(Ledger)
	}
	a.Server = fakehttp.New("aliyun", http.HandlerFunc(a.serve), fakehttp.WithLedger(a.opts.Ledger),
		fakehttp.MaskParams("PhoneNumbers", "PhoneNumber", "PhoneNumberJson", "TemplateParam", "TemplateParamJson"))
	return a
}

// Accepted returns how often a message with this OutId was accepted.
func (a *Aliyun) Accepted(key string) int { return a.Ledger().Count(key) }

// Messages returns the accepted messages in order.
func (a *Aliyun) Messages() []AliyunMessage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]AliyunMessage(nil), a.messages...)
}

// Seen implements [Understanding].
func (a *Aliyun) Seen() ([]Seen, bool) {
	var out []Seen
	for _, m := range a.Messages() {
		out = append(out, Seen{To: aliyunNumber(m.Number), Text: m.Text, Sign: m.Sign, TemplateID: m.Template, Ref: m.OutID})
	}
	return out, true
}

// aliyunNumber is who a number as the service takes it belongs to.
func aliyunNumber(n string) sms.Number {
	if len(n) == 11 && n[0] == '1' {
		return sms.Number("+86" + n)
	}
	return sms.Number("+" + strings.TrimPrefix(strings.TrimPrefix(n, "+"), "00"))
}

// HideDetails keeps new messages out of the list of QuerySendDetails, as if it
// were late; WithoutGetSmsTemplate makes that action unknown.
func (a *Aliyun) HideDetails(hide bool) { a.mu.Lock(); a.delayed = hide; a.mu.Unlock() }

// WithoutGetSmsTemplate makes GetSmsTemplate unknown, as in a region that has
// only its predecessor.
func (a *Aliyun) WithoutGetSmsTemplate() { a.mu.Lock(); a.oldAPI = true; a.mu.Unlock() }

// FailCode makes the fake answer every request until Heal with this code: those
// of the service under HTTP 200, those of the gateway before it under a status of
// their own.
func (a *Aliyun) FailCode(code string) {
	a.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		text := "refused with " + code
		if code == "isv.BUSINESS_LIMIT_CONTROL" {
			text = "触发小时级流控Permits:5"
		}
		aliyunRefuse(w, code, text)
	})))
}

// aliyunRefuse writes a refusal.
func aliyunRefuse(w http.ResponseWriter, code, text string) {
	status := http.StatusBadRequest
	body := map[string]any{"RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990", "Code": code, "Message": text}
	family, _, _ := strings.Cut(code, ".")
	switch family {
	case "isv", "isp":
		aliyunAnswer(w, http.StatusOK, body)
		return
	case "InvalidAccessKeyId", "InvalidAction":
		status = http.StatusNotFound
	case "Forbidden":
		status = http.StatusForbidden
	case "InternalError":
		status = http.StatusInternalServerError
	case "ServiceUnavailable":
		status = http.StatusServiceUnavailable
	}
	body["HostId"] = "dysmsapi.aliyuncs.com"
	aliyunAnswer(w, status, body)
}

func aliyunAnswer(w http.ResponseWriter, status int, reply any) {
	body, err := json.Marshal(reply)
	if err != nil {
		http.Error(w, "fake aliyun: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// serve answers one action.
func (a *Aliyun) serve(w http.ResponseWriter, r *http.Request) {
	body, bad := a.authenticate(r)
	if bad != nil {
		aliyunRefuse(w, bad.status, bad.text)
		return
	}
	query, form := r.URL.Query(), url.Values{}
	if len(body) > 0 {
		var err error
		if form, err = url.ParseQuery(string(body)); err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			aliyunRefuse(w, "InvalidParameter", "the body is no form")
			return
		}
	}
	action := r.Header.Get("X-Acs-Action")
	a.mu.Lock()
	old := a.oldAPI
	a.mu.Unlock()
	if old && action == "GetSmsTemplate" {
		action = ""
	}
	p, known := aliyunActions[action]
	if !known {
		aliyunRefuse(w, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
		return
	}
	for _, part := range []struct {
		params fakehttp.Params
		values url.Values
	}{{p.query, query}, {p.form, form}} {
		if e := part.params.Check(part.values); e != nil {
			code := "InvalidParameter"
			if e.Problem == fakehttp.Missing || e.Problem == fakehttp.Empty {
				code = "Missing" + e.Name
			}
			aliyunRefuse(w, code, e.Error())
			return
		}
	}
	switch action {
	case "SendSms":
		a.sendSms(w, query)
	case "SendBatchSms":
		a.sendBatch(w, query, form)
	case "QuerySendDetails":
		a.details(w, query)
	default:
		aliyunTemplateStatus(w, action, query.Get("TemplateCode"))
	}
}

// aliyunActions are the actions and where each parameter stands.
var aliyunActions = map[string]struct{ query, form fakehttp.Params }{
	"SendSms": {query: fakehttp.Params{Required: []string{"PhoneNumbers", "SignName", "TemplateCode"},
		Optional: []string{"TemplateParam", "OutId", "SmsUpExtendCode"}}},
	"SendBatchSms": {query: fakehttp.Params{Required: []string{"TemplateCode"}, Optional: []string{"OutId"}},
		form: fakehttp.Params{Required: []string{"PhoneNumberJson", "SignNameJson"}, Optional: []string{"TemplateParamJson", "SmsUpExtendCodeJson"}}},
	"QuerySendDetails": {query: fakehttp.Params{Required: []string{"PhoneNumber", "SendDate", "PageSize", "CurrentPage"}, Optional: []string{"BizId"}}},
	"GetSmsTemplate":   {query: fakehttp.Params{Required: []string{"TemplateCode"}}},
	"QuerySmsTemplate": {query: fakehttp.Params{Required: []string{"TemplateCode"}}},
}

// aliyunTemplate is a template that the fake knows.
type aliyunTemplate struct {
	name, content string
	params        []string
	kind          int
	pending       bool
	abroad        bool
}

var aliyunTemplates = map[string]aliyunTemplate{
	AliyunTemplate: {"订单", "您的订单${order}${state}。", []string{"order", "state"}, 1, false, false},
	AliyunCode:     {"验证码", "您的验证码${code}，5分钟内有效。", []string{"code"}, 0, false, false},
	AliyunPending:  {"促销", "亲爱的会员${name}，拒收请回复R", []string{"name"}, 2, true, false},
	AliyunAbroad:   {"order", "Order ${order} ${state}.", []string{"order", "state"}, 3, false, true},
}

// aliyunTemplateStatus answers GetSmsTemplate, whose numbers are strings, and
// QuerySmsTemplate, whose are not.
func aliyunTemplateStatus(w http.ResponseWriter, action, id string) {
	t, ok := aliyunTemplates[id]
	if !ok {
		aliyunRefuse(w, "isv.SMS_TEMPLATE_ILLEGAL", "模板不合法(不存在或被拉黑)")
		return
	}
	status := 1
	if t.pending {
		status = 0
	}
	reply := map[string]any{"Code": "OK", "Message": "OK", "RequestId": "0A974B78-02BF-4C79-ADF3-90CFBA1B55B1",
		"TemplateCode": id, "TemplateName": t.name, "TemplateContent": t.content, "CreateDate": "2024-06-03 10:02:34"}
	if action == "GetSmsTemplate" {
		reply["TemplateStatus"], reply["TemplateType"] = fmt.Sprint(status), fmt.Sprint(t.kind)
		reply["AuditInfo"] = map[string]string{"AuditDate": "2024-06-03 11:20:34"}
	} else {
		reply["TemplateStatus"], reply["TemplateType"], reply["Reason"] = status, t.kind, "无审批备注"
	}
	aliyunAnswer(w, http.StatusOK, reply)
}
