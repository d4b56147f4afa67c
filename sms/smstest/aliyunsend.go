package smstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// authenticate checks the V3 signature: the headers that must be signed, the
// body's hash, time and nonce. It is written apart from the adapter's, so that a
// mistake cannot hide in both.
func (a *Aliyun) authenticate(r *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return nil, &refusal{"InvalidParameter", "the body cannot be read"}
	}
	if r.Method != http.MethodPost && r.Method != http.MethodGet || r.URL.Path != "/" {
		return nil, &refusal{"InvalidAction.NotFound", "unknown path"}
	}
	if r.Header.Get("X-Acs-Version") != "2017-05-25" {
		return nil, &refusal{"InvalidVersion", "Specified parameter Version is not valid."}
	}
	m := aliyunAuthorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return nil, &refusal{"IncompleteSignature", "The request signature does not conform to Aliyun standards."}
	}
	if m[1] != a.opts.KeyID {
		return nil, &refusal{"InvalidAccessKeyId.NotFound", "Specified access key is not found."}
	}
	if r.Header.Get("X-Acs-Security-Token") != a.opts.SecurityToken {
		return nil, &refusal{"InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed."}
	}
	sum := sha256.Sum256(body)
	if r.Header.Get("X-Acs-Content-Sha256") != hex.EncodeToString(sum[:]) {
		return nil, &refusal{"SignatureDoesNotMatch", "x-acs-content-sha256 does not match"}
	}
	if want := aliyunSignature(r, m[2], a.opts.Secret, hex.EncodeToString(sum[:])); want == "" || want != m[3] {
		return nil, &refusal{"SignatureDoesNotMatch", "Specified signature is not matched with our calculation."}
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", r.Header.Get("X-Acs-Date"))
	if d := time.Since(at); err != nil || d > 15*time.Minute || d < -15*time.Minute {
		return nil, &refusal{"InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	n := r.Header.Get("X-Acs-Signature-Nonce")
	if n == "" || a.nonces[n] {
		return nil, &refusal{"SignatureNonceUsed", "Specified signature nonce was used already."}
	}
	a.nonces[n] = true
	return body, nil
}

var aliyunAuthorization = regexp.MustCompile(`^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})$`)

// aliyunSignature computes the signature of a request over the headers it says
// it signed, "" if one that must be signed is not among them.
func aliyunSignature(r *http.Request, signedHeaders, secret, bodyHash string) string {
	signed := strings.Split(signedHeaders, ";")
	isSigned := map[string]bool{}
	for _, h := range signed {
		isSigned[h] = true
	}
	if !isSigned["host"] || !sort.StringsAreSorted(signed) {
		return ""
	}
	for h := range r.Header {
		low := strings.ToLower(h)
		if (strings.HasPrefix(low, "x-acs-") || low == "content-type") && !isSigned[low] {
			return ""
		}
	}
	values := r.URL.Query()
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var pairs []string
	for _, k := range keys {
		pairs = append(pairs, percent(k)+"="+percent(values.Get(k)))
	}
	canonical := r.Method + "\n" + r.URL.Path + "\n" + strings.Join(pairs, "&") + "\n"
	for _, h := range signed {
		v := r.Header.Get(h)
		if h == "host" {
			v = r.Host
		}
		canonical += h + ":" + strings.TrimSpace(v) + "\n"
	}
	canonical += "\n" + signedHeaders + "\n" + bodyHash
	digest := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(digest[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// percent escapes as RFC 3986 has it.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

var (
	aliyunMainland = regexp.MustCompile(`^(?:\+86|0086|86)?(1[3-9]\d{9})$`)
	aliyunForeign  = regexp.MustCompile(`^[1-9]\d{6,14}$`)
)

// checkMessage returns the filled-in text, or why the service would refuse it.
func (a *Aliyun) checkMessage(number, sign, template, param string) (string, *refusal) {
	mainland := aliyunMainland.MatchString(number)
	t, ok := aliyunTemplates[template]
	switch {
	case !mainland && !aliyunForeign.MatchString(number):
		return "", &refusal{"isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"}
	case sign != AliyunSign:
		return "", &refusal{"isv.SMS_SIGNATURE_ILLEGAL", "签名不合法(不存在或被拉黑)"}
	case !ok || t.pending:
		return "", &refusal{"isv.SMS_TEMPLATE_ILLEGAL", "模板不合法(不存在或被拉黑)"}
	case mainland && t.abroad:
		return "", &refusal{"isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "国际/港澳台消息模板不支持发送境内号码"}
	case !mainland && !t.abroad:
		return "", &refusal{"isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"}
	}
	params := map[string]any{}
	if param != "" && json.Unmarshal([]byte(param), &params) != nil {
		return "", &refusal{"isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值"}
	}
	text := t.content
	for _, name := range t.params {
		v, ok := params[name]
		if !ok {
			return "", &refusal{"isv.TEMPLATE_MISSING_PARAMETERS", "模板缺少变量"}
		}
		s, ok := v.(string)
		switch {
		case !ok:
			return "", &refusal{"isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值"}
		case strings.Contains(s, "://"):
			return "", &refusal{"isv.PARAM_NOT_SUPPORT_URL", "变量不支持传入URL"}
		case template == AliyunCode && (len(s) > 6 || strings.Trim(s, "0123456789") != ""):
			return "", &refusal{"isv.TEMPLATE_PARAMS_ILLEGAL", "模板变量里包含非法关键字"}
		}
		text = strings.ReplaceAll(text, "${"+name+"}", s)
	}
	if utf8.RuneCountInString(text) > 500 {
		return "", &refusal{"isv.PARAM_LENGTH_LIMIT", "参数超过长度限制"}
	}
	return text, nil
}

// sendSms is SendSms: one template to up to 1000 numbers.
func (a *Aliyun) sendSms(w http.ResponseWriter, q url.Values) {
	numbers := strings.Split(q.Get("PhoneNumbers"), ",")
	if len(numbers) > 1000 {
		aliyunRefuse(w, "isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
		return
	}
	var batch []AliyunMessage
	for _, n := range numbers {
		text, bad := a.checkMessage(n, q.Get("SignName"), q.Get("TemplateCode"), q.Get("TemplateParam"))
		if bad != nil {
			aliyunRefuse(w, bad.status, bad.text)
			return
		}
		batch = append(batch, AliyunMessage{Number: n, Sign: q.Get("SignName"), Template: q.Get("TemplateCode"), Param: q.Get("TemplateParam"),
			Text: text, OutID: q.Get("OutId"), ExtendCode: q.Get("SmsUpExtendCode")})
	}
	a.accept(w, batch)
}

// sendBatch is SendBatchSms: parallel lists of up to 100.
func (a *Aliyun) sendBatch(w http.ResponseWriter, q, form url.Values) {
	var numbers, signs []string
	var params []json.RawMessage
	if json.Unmarshal([]byte(form.Get("PhoneNumberJson")), &numbers) != nil || json.Unmarshal([]byte(form.Get("SignNameJson")), &signs) != nil ||
		form.Has("TemplateParamJson") && (json.Unmarshal([]byte(form.Get("TemplateParamJson")), &params) != nil || len(params) != len(numbers)) ||
		len(signs) != len(numbers) || len(numbers) == 0 {
		aliyunRefuse(w, "isv.INVALID_PARAMETERS", "参数异常")
		return
	}
	if len(numbers) > 100 {
		aliyunRefuse(w, "isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
		return
	}
	var batch []AliyunMessage
	for i, n := range numbers {
		param := ""
		if params != nil {
			param = string(params[i])
		}
		text, bad := a.checkMessage(n, signs[i], q.Get("TemplateCode"), param)
		if bad != nil {
			aliyunRefuse(w, bad.status, bad.text)
			return
		}
		batch = append(batch, AliyunMessage{Number: n, Sign: signs[i], Template: q.Get("TemplateCode"), Param: param, Text: text, OutID: q.Get("OutId")})
	}
	a.accept(w, batch)
}

// accept counts messages in, all under one BizId.
func (a *Aliyun) accept(w http.ResponseWriter, batch []AliyunMessage) {
	a.mu.Lock()
	id := fmt.Sprintf("%d^0", 900619746936498440+len(a.messages))
	for _, m := range batch {
		m.BizID, m.Sent = id, time.Now()
		a.messages = append(a.messages, m)
		key := m.OutID
		if key == "" {
			key = m.Number
		}
		a.Ledger().Accept(key)
	}
	a.mu.Unlock()
	aliyunAnswer(w, http.StatusOK, map[string]string{"Code": "OK", "Message": "OK", "BizId": id, "RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990"})
}

// details is QuerySendDetails. TotalCount is text, as in the vendor's library.
func (a *Aliyun) details(w http.ResponseWriter, q url.Values) {
	size, err1 := strconv.Atoi(q.Get("PageSize"))
	page, err2 := strconv.Atoi(q.Get("CurrentPage"))
	zone := time.FixedZone("UTC+8", 8*3600)
	day, err3 := time.ParseInLocation("20060102", q.Get("SendDate"), zone)
	if err1 != nil || err2 != nil || err3 != nil || size < 1 || size > 50 || page < 1 || time.Since(day) > 31*24*time.Hour {
		aliyunRefuse(w, "isv.INVALID_PARAMETERS", "参数异常")
		return
	}
	list := []map[string]any{}
	for _, m := range a.Messages() {
		sent := m.Sent.In(zone)
		a.mu.Lock()
		hidden := a.delayed
		a.mu.Unlock()
		if hidden || aliyunNumber(m.Number) != aliyunNumber(q.Get("PhoneNumber")) || sent.Format("20060102") != q.Get("SendDate") ||
			q.Has("BizId") && q.Get("BizId") != m.BizID {
			continue
		}
		list = append(list, map[string]any{"PhoneNum": m.Number, "SendStatus": 3, "ErrCode": "DELIVERED", "TemplateCode": m.Template,
			"Content": "【" + m.Sign + "】" + m.Text, "SendDate": sent.Format(time.DateTime), "ReceiveDate": sent.Format(time.DateTime), "OutId": m.OutID})
	}
	total := len(list)
	from := min((page-1)*size, total)
	aliyunAnswer(w, http.StatusOK, map[string]any{"Code": "OK", "Message": "OK", "RequestId": "819BE656-D2E0-4858-8B21-B2E477085AAF",
		"TotalCount": strconv.Itoa(total), "SmsSendDetailDTOs": map[string]any{"SmsSendDetailDTO": list[from:min(from+size, total)]}})
}
