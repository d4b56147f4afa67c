package main

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/tencentsms"
)

// The tokens and secrets by which the fakes' calls are proved. The real ones come
// from the environment.
const fakeWebhookSecret = "fake-webhook-secret-of-vonage"

// registered is what is registered under a name: for the fakes what they have,
// otherwise what the environment says.
func (p *providers) registered(name string) string {
	if p.fakes["nexmo"] == nil {
		return p.getenv(name)
	}
	return map[string]string{
		"NEXMO_FROM": "Waybill", "SMS_CN_SIGN": smstest.AliyunSign, // Tencent's is the same
		"ALIYUN_SMS_TEMPLATE_DRIVER": smstest.AliyunTemplate, "TENCENT_SMS_TEMPLATE_DRIVER": smstest.TencentTemplate,
		"ALIYUN_SMS_TEMPLATE_CODE": smstest.AliyunCode, "TENCENT_SMS_TEMPLATE_CODE": smstest.TencentCode,
		"ALIYUN_SMS_TEMPLATE_OFFER": smstest.AliyunPending, "TENCENT_SMS_TEMPLATE_OFFER": smstest.TencentPending,
		"SMS_IN_HEADER": "WAYBIL", "SMS_IN_ENTITY": "1201159160000012345",
		"SMS_IN_CONTENT_DRIVER": "1207161730000067890", "SMS_IN_CONTENT_CODE": "1207161730000067891",
	}[name]
}

// addSMS builds the gateways: real ones if there are credentials of any, else
// fakes. Those of the mainland come first.
func (p *providers) addSMS() {
	if p.getenv("ALIYUN_SMS_KEY_ID")+p.getenv("TENCENT_SMS_SECRET_ID")+p.getenv("NEXMO_KEY") == "" {
		p.addFakeSMS()
		return
	}
	if id := p.getenv("ALIYUN_SMS_KEY_ID"); id != "" {
		p.realSender("sms", "aliyun", aliyunsms.DefaultBaseURL)
		p.addAliyun(id, p.getenv("ALIYUN_SMS_SECRET"), aliyunsms.Options{})
	}
	if id := p.getenv("TENCENT_SMS_SECRET_ID"); id != "" {
		p.realSender("sms", "tencent", tencentsms.DefaultBaseURL)
		p.addTencent(id, p.getenv("TENCENT_SMS_SECRET_KEY"), p.getenv("TENCENT_SMS_APP_ID"), tencentsms.Options{})
	}
	for _, n := range []struct{ name, prefix string }{{"nexmo", "NEXMO_"}, {"nexmo-b", "NEXMO_B_"}} {
		if key := p.getenv(n.prefix + "KEY"); key != "" {
			p.realSender("sms", n.name, nexmosms.DefaultBaseURL)
			p.addNexmo(n.name, key, p.getenv(n.prefix+"SECRET"), nexmosms.Options{Mainland: p.getenv(n.prefix+"MAINLAND") != ""})
		}
	}
}

// addFakeSMS builds them on fakes. Vonage's mainland traffic is free text that an
// account must be enabled for; the fakes' accounts are.
func (p *providers) addFakeSMS() {
	ali := smstest.NewAliyun(nil)
	f := p.start("sms", "aliyun", speaksAliyun, ali, isDotted)
	p.addAliyun(smstest.AliyunKeyID, smstest.AliyunSecret, aliyunsms.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
	p.gateways = append(p.gateways, aliyunGateway{ali})
	ten := smstest.NewTencent(nil)
	f = p.start("sms", "tencent", speaksTencent, ten, isDotted)
	p.addTencent(smstest.TencentSecretID, smstest.TencentSecretKey, smstest.TencentAppID, tencentsms.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
	p.gateways = append(p.gateways, tencentGateway{ten})
	for _, name := range []string{"nexmo", "nexmo-b"} {
		secret := "fake-secret-of-" + name
		nexmo := smstest.NewNexmo(&smstest.NexmoOptions{Secret: secret})
		f := p.start("sms", name, speaksNexmo, nexmo, isDigits)
		p.addNexmo(name, smstest.NexmoKey, secret, nexmosms.Options{Mainland: true, BaseURL: f.URL(), HTTPClient: f.Client(),
			WebhookSecret: fakeWebhookSecret, WebhookSigning: nexmosms.SHA256})
		p.gateways = append(p.gateways, nexmoGateway{name, nexmo})
	}
}

func (p *providers) addAliyun(id, secret string, o aliyunsms.Options) {
	o.Account = waybill.NewAccount("aliyun", waybill.Limits{})
	a, err := aliyunsms.New(id, secret, &o)
	p.sms = append(p.sms, instance{"aliyun", must(p, a, err)})
}

func (p *providers) addTencent(id, key, app string, o tencentsms.Options) {
	o.Account = waybill.NewAccount("tencent", waybill.Limits{})
	a, err := tencentsms.New(id, key, app, &o)
	p.sms = append(p.sms, instance{"tencent", must(p, a, err)})
}

func (p *providers) addNexmo(name, key, secret string, o nexmosms.Options) {
	o.Account = waybill.NewAccount(name, waybill.Limits{})
	a, err := nexmosms.New(key, secret, &o)
	p.sms = append(p.sms, instance{name, must(p, a, err)})
}
