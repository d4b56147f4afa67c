package smstest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/sms"
)

// The credentials that a fake Tencent takes unless its options say otherwise, and
// what it has approved.
const (
	TencentSecretID  = "AKIDFakeSecretIdOfTests0123456789"
	TencentSecretKey = "FakeTencentSecretKeyOfTests00001"
	TencentAppID     = "1400006666"
	TencentSign      = "运单测试"
	TencentTemplate  = "1110" // 您的订单{1}{2}。
	TencentCode      = "1111" // 您的验证码{1}，{2}分钟内有效。
	TencentPending   = "1112" // is being looked at
	TencentAbroad    = "1113" // Order {1} {2}. For numbers abroad.
)

// TencentOptions are the settings of a fake Tencent. nil means all defaults.
type TencentOptions struct {
	// SecretID, SecretKey and, for temporary keys, Token are the only ones
	// taken.
	SecretID, SecretKey, Token string
	// EchoSession says that reports repeat the SessionContext, which Tencent
	// enables on request.
	EchoSession bool
	// Ledger counts in the place of the fake's own, so that several fakes can
	// count together.
	Ledger *Ledger
}

// TencentMessage is a message that a fake Tencent took on.
type TencentMessage struct {
	// Number, Sign, Template, SenderID, Session and ExtendCode are as they came,
	// Text is what arrives without the sign.
	Number, Sign, Template, SenderID, Session, ExtendCode, Text string
	// SerialNo is the fake's id, Sent when it was taken on.
	SerialNo string
	Sent     time.Time
}

// Tencent is a fake of Tencent Cloud SMS, version 2021-01-11: SendSms,
// PullSmsSendStatusByPhoneNumber and DescribeSmsTemplateList. It checks the
// TC3-HMAC-SHA256 signature and its time, refuses members that are unknown,
// missing or out of range in the vendor's shape and codes, fills templates in,
// answers a result for each number, and counts what it accepted by
// SessionContext, or by number where there is none. It is safe for concurrent
// use.
type Tencent struct {
	*fakehttp.Server
	opts TencentOptions

	mu       sync.Mutex
	messages []TencentMessage
	refuse   map[string]string
}

// NewTencent starts a fake Tencent. The caller closes it.
func NewTencent(o *TencentOptions) *Tencent {
	f := &Tencent{refuse: make(map[string]string)}
	if o != nil {
		f.opts = *o
	}
	if f.opts.SecretID == "" {
		f.opts.SecretID, f.opts.SecretKey = TencentSecretID, TencentSecretKey
	}
	if f.opts.Ledger == nil {
		f.opts.Ledger = new(Ledger)
	}
	f.Server = fakehttp.New("tencent", http.HandlerFunc(f.serve), fakehttp.WithLedger(f.opts.Ledger),
		fakehttp.MaskJSON("PhoneNumberSet", "PhoneNumber", "TemplateParamSet"))
	return f
}

// Accepted returns how often a message with this SessionContext was accepted.
func (f *Tencent) Accepted(key string) int { return f.Ledger().Count(key) }

// Messages returns the accepted messages in order.
func (f *Tencent) Messages() []TencentMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]TencentMessage(nil), f.messages...)
}

// Seen implements [Understanding].
func (f *Tencent) Seen() ([]Seen, bool) {
	var out []Seen
	for _, m := range f.Messages() {
		out = append(out, Seen{To: sms.Number(m.Number), From: m.SenderID, Text: m.Text, Sign: m.Sign, TemplateID: m.Template, Ref: m.Session})
	}
	return out, true
}

// FailCode makes the fake answer every request until Heal with this code: those
// of a number as the result of each number, others as an error of the request.
func (f *Tencent) FailCode(code string) {
	f.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ PhoneNumberSet []string }
		b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		_ = json.Unmarshal(b, &body)
		family, _, _ := strings.Cut(code, ".")
		if family == "AuthFailure" || family == "RequestLimitExceeded" || family == "InternalError" || len(body.PhoneNumberSet) == 0 {
			tencentError(w, code, "refused with "+code)
			return
		}
		var set []map[string]any
		for _, n := range body.PhoneNumberSet {
			set = append(set, tencentEntry(n, "", 0, "", code, "refused with "+code))
		}
		tencentAnswer(w, map[string]any{"SendStatusSet": set})
	})))
}

// RefuseNumber makes the fake refuse one number with a code, and none other.
func (f *Tencent) RefuseNumber(number, code string) {
	f.mu.Lock()
	f.refuse[number] = code
	f.mu.Unlock()
}

func tencentEntry(number, serial string, fee int, session, code, message string) map[string]any {
	iso := ""
	if serial != "" {
		iso = sms.Number(number).Region()
	}
	return map[string]any{"SerialNo": serial, "PhoneNumber": number, "Fee": fee, "SessionContext": session, "Code": code, "Message": message, "IsoCode": iso}
}

func tencentError(w http.ResponseWriter, code, message string) {
	tencentAnswer(w, map[string]any{"Error": map[string]string{"Code": code, "Message": message}})
}

// tencentAnswer writes a response; the status is always 200.
func tencentAnswer(w http.ResponseWriter, response map[string]any) {
	response["RequestId"] = "a0aabda6-cf91-4f3e-a81f-9198114a2279"
	body, err := json.Marshal(map[string]any{"Response": response})
	if err != nil {
		http.Error(w, "fake tencent: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}
