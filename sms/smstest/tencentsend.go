package smstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill/sms"
)

// tencentTemplate is a template that the fake knows.
type tencentTemplate struct {
	name, content string
	params        int
	code          bool
	pending       bool
	abroad        bool
}

var tencentTemplates = map[string]tencentTemplate{
	TencentTemplate: {"订单", "您的订单{1}{2}。", 2, false, false, false},
	TencentCode:     {"验证码", "您的验证码{1}，{2}分钟内有效。", 2, true, false, false},
	TencentPending:  {"促销", "亲爱的会员{1}，拒收请回复R", 1, false, true, false},
	TencentAbroad:   {"order", "Order {1} {2}.", 2, false, false, true},
}

// strictJSON decodes a body and refuses members that are not in v.
func strictJSON(body []byte, v any) *refusal {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return &refusal{"UnknownParameter", err.Error()}
		}
		return &refusal{"InvalidParameter", err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		return &refusal{"InvalidParameter", "something stands behind the request"}
	}
	return nil
}

// send is SendSms.
func (f *Tencent) send(w http.ResponseWriter, body []byte) {
	var q struct {
		PhoneNumberSet                                                          []string
		SmsSdkAppId, TemplateId, SignName, ExtendCode, SessionContext, SenderId *string
		TemplateParamSet                                                        []string
	}
	if bad := strictJSON(body, &q); bad != nil {
		tencentError(w, bad.status, bad.text)
		return
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	mainland, abroad := 0, 0
	for _, n := range q.PhoneNumberSet {
		if strings.HasPrefix(n, "+86") {
			mainland++
		} else {
			abroad++
		}
	}
	switch {
	case len(q.PhoneNumberSet) == 0:
		tencentError(w, "MissingParameter.EmptyPhoneNumberSet", "号码列表为空")
	case q.SmsSdkAppId == nil || q.TemplateId == nil:
		tencentError(w, "MissingParameter", "SmsSdkAppId and TemplateId are required")
	case *q.SmsSdkAppId != TencentAppID:
		tencentError(w, "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId verify fail")
	case len(q.PhoneNumberSet) > 200:
		tencentError(w, "LimitExceeded.PhoneNumberCountLimit", "too many phone numbers")
	case mainland > 0 && abroad > 0:
		tencentError(w, "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber", "mixed numbers")
	case len(text(q.SessionContext)) >= 512:
		tencentError(w, "InvalidParameterValue", "SessionContext is too long")
	case mainland > 0 && q.SenderId != nil:
		tencentError(w, "InvalidParameter", "SenderId is for numbers abroad")
	default:
		f.results(w, q.PhoneNumberSet, TencentMessage{Sign: text(q.SignName), Template: *q.TemplateId, SenderID: text(q.SenderId),
			Session: text(q.SessionContext), ExtendCode: text(q.ExtendCode)}, q.TemplateParamSet)
	}
}

// results judges each number alone.
func (f *Tencent) results(w http.ResponseWriter, numbers []string, m TencentMessage, params []string) {
	var set []map[string]any
	for _, n := range numbers {
		m.Number = n
		text, bad := f.checkNumber(m, params)
		if bad != nil {
			set = append(set, tencentEntry(n, "", 0, m.Session, bad.status, bad.text))
			continue
		}
		m.Text = text
		set = append(set, f.accept(m))
	}
	tencentAnswer(w, map[string]any{"SendStatusSet": set})
}

// checkNumber returns the filled-in text, or why the service would refuse it.
func (f *Tencent) checkNumber(m TencentMessage, params []string) (string, *refusal) {
	f.mu.Lock()
	code := f.refuse[m.Number]
	f.mu.Unlock()
	t, ok := tencentTemplates[m.Template]
	mainland := strings.HasPrefix(m.Number, "+86")
	switch {
	case code != "":
		return "", &refusal{code, "refused with " + code}
	case sms.Number(m.Number).Validate() != nil || mainland && (len(m.Number) != 14 || m.Number[3] != '1'):
		return "", &refusal{"InvalidParameterValue.IncorrectPhoneNumber", "incorrect phone number"}
	case mainland && m.Sign != TencentSign || m.Sign != "" && m.Sign != TencentSign:
		return "", &refusal{"FailedOperation.SignatureIncorrectOrUnapproved", "signature is incorrect or unapproved"}
	case !ok || t.pending:
		return "", &refusal{"FailedOperation.TemplateIncorrectOrUnapproved", "template is incorrect or unapproved"}
	case mainland && t.abroad:
		return "", &refusal{"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone", "global template to mainland phone"}
	case !mainland && !t.abroad:
		return "", &refusal{"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone", "mainland template to global phone"}
	case len(params) != t.params:
		return "", &refusal{"FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "request content does not match the template content"}
	}
	text := t.content
	for i, p := range params {
		switch {
		case strings.Contains(p, "://"):
			return "", &refusal{"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "url in template parameter"}
		case t.code && (len(p) > 6 || strings.Trim(p, "0123456789") != ""):
			return "", &refusal{"InvalidParameterValue.TemplateParameterFormatError", "verification code template parameter format error"}
		}
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i+1)+"}", p)
	}
	if utf8.RuneCountInString(text) > 500 {
		return "", &refusal{"InvalidParameterValue.ContentLengthLimit", "content length limit"}
	}
	return text, nil
}

// accept counts a message in and makes its result; Fee is the number of parts.
func (f *Tencent) accept(m TencentMessage) map[string]any {
	full := m.Text
	if m.Sign != "" {
		full = "【" + m.Sign + "】" + m.Text
	}
	fee := 1
	if p, err := sms.CountFor(sms.Number(m.Number).Region(), full); err == nil {
		fee = p.Count
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	m.SerialNo, m.Sent = fmt.Sprintf("5000:%028d", 1045710669157053657+len(f.messages)), time.Now()
	f.messages = append(f.messages, m)
	key := m.Session
	if key == "" {
		key = m.Number
	}
	f.Ledger().Accept(key)
	return tencentEntry(m.Number, m.SerialNo, fee, m.Session, "Ok", "send success")
}

// pull is PullSmsSendStatusByPhoneNumber; every accepted message has been
// reported on.
func (f *Tencent) pull(w http.ResponseWriter, body []byte) {
	var q struct {
		BeginTime, EndTime, Offset, Limit *int64
		PhoneNumber, SmsSdkAppId          string
	}
	bad := strictJSON(body, &q)
	switch {
	case bad != nil:
	case q.BeginTime == nil || q.Offset == nil || q.Limit == nil || q.PhoneNumber == "" || q.SmsSdkAppId == "":
		bad = &refusal{"MissingParameter", "a parameter is missing"}
	case time.Since(time.Unix(*q.BeginTime, 0)) > 7*24*time.Hour:
		bad = &refusal{"InvalidParameterValue.BeginTimeVerifyFail", "BeginTime verify fail"}
	case *q.Offset != 0:
		bad = &refusal{"InvalidParameterValue.OffsetVerifyFail", "Offset verify fail"}
	case *q.Limit < 1 || *q.Limit > 100:
		bad = &refusal{"InvalidParameterValue.LimitVerifyFail", "Limit verify fail"}
	case q.SmsSdkAppId != TencentAppID:
		bad = &refusal{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId verify fail"}
	}
	if bad != nil {
		tencentError(w, bad.status, bad.text)
		return
	}
	set := []map[string]any{}
	for _, m := range f.Messages() {
		if m.Number != q.PhoneNumber || m.Sent.Unix() < *q.BeginTime || q.EndTime != nil && m.Sent.Unix() > *q.EndTime || len(set) == int(*q.Limit) {
			continue
		}
		n := sms.Number(m.Number)
		one := map[string]any{"UserReceiveTime": m.Sent.Unix(), "CountryCode": strings.TrimSuffix(n.Digits(), n.National()), "SubscriberNumber": n.National(),
			"PhoneNumber": m.Number, "SerialNo": m.SerialNo, "ReportStatus": "SUCCESS", "Description": "DELIVRD", "SessionContext": ""}
		if f.opts.EchoSession {
			one["SessionContext"] = m.Session
		}
		set = append(set, one)
	}
	tencentAnswer(w, map[string]any{"PullSmsSendStatusSet": set})
}

// describe is DescribeSmsTemplateList.
func (f *Tencent) describe(w http.ResponseWriter, body []byte) {
	var q struct {
		International, Limit, Offset *int64
		TemplateIdSet                []uint64
	}
	bad := strictJSON(body, &q)
	switch {
	case bad != nil:
	case q.International == nil || *q.International != 0 && *q.International != 1:
		bad = &refusal{"InvalidParameterValue.InvalidInternational", "International is invalid"}
	case len(q.TemplateIdSet) > 100:
		bad = &refusal{"InvalidParameterValue", "too many templates"}
	}
	if bad != nil {
		tencentError(w, bad.status, bad.text)
		return
	}
	set := []map[string]any{}
	for _, id := range q.TemplateIdSet {
		t, ok := tencentTemplates[strconv.FormatUint(id, 10)]
		if !ok || t.abroad != (*q.International == 1) {
			continue
		}
		status, reply := 0, ""
		if t.pending {
			status, reply = 1, "审核中"
		}
		set = append(set, map[string]any{"TemplateId": id, "International": *q.International, "StatusCode": status, "ReviewReply": reply,
			"TemplateName": t.name, "CreateTime": 1617379200, "TemplateContent": t.content})
	}
	if len(set) == 0 {
		tencentError(w, "FailedOperation.MissingTemplateList", "template list is missing")
		return
	}
	tencentAnswer(w, map[string]any{"DescribeTemplateStatusSet": set})
}
