package main

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/phone"
	"github.com/waybill-go/waybill/sms/smstest"
)

// template is the logical name of the text of the command line.
const template = "text"

// app is the client with what stands around it.
type app struct {
	*config
	client   *sms.Client
	rules    *sms.Rules
	journal  *journal
	gateways []gateway
	fakes    []*smstest.Nexmo
}

// gateway is an adapter under an instance's name.
type gateway struct {
	name    string
	adapter *nexmosms.Adapter
}

// newApp builds the client: two gateways, of which the second is asked when the
// first certainly sent nothing; the rules; and the journal as its recorder.
func newApp(c *config, getenv func(string) string, j *journal) (*app, error) {
	a := &app{config: c, journal: j}
	options := []sms.Option{
		sms.WithCheck(phone.Policy{}.Check),
		sms.WithTemplate(template, sms.Template{Texts: map[string]string{c.language: c.text}}),
		sms.WithRecorder(j),
	}
	if c.text == "" { // a server sends nothing
		options = options[:1]
	}
	for _, g := range []struct{ name, prefix string }{{"nexmo-a", "NEXMO_"}, {"nexmo-b", "NEXMO_B_"}} {
		key, secret := getenv(g.prefix+"KEY"), getenv(g.prefix+"SECRET")
		o := &nexmosms.Options{From: getenv(g.prefix + "FROM"), WebhookSecret: getenv(g.prefix + "WEBHOOK_SECRET")}
		switch {
		case key != "":
		case getenv("NEXMO_KEY") != "":
			continue // one real gateway and no fake beside it
		default:
			fake := smstest.NewNexmo(nil)
			a.fakes = append(a.fakes, fake)
			key, secret = smstest.NexmoKey, smstest.NexmoSecret
			o.BaseURL, o.HTTPClient, o.From = fake.URL(), fake.Client(), "Waybill"
		}
		adapter, err := nexmosms.New(key, secret, o)
		if err != nil {
			a.close()
			return nil, err
		}
		a.gateways = append(a.gateways, gateway{g.name, adapter})
		options = append(options, sms.With(adapter, sms.As(g.name)))
	}
	for region, rule := range map[string]sms.SenderRule{
		"CN": {Sign: getenv("SMS_CN_SIGN")},
		"IN": {From: getenv("SMS_IN_HEADER"), EntityID: getenv("SMS_IN_ENTITY"), ContentID: getenv("SMS_IN_CONTENT")},
	} {
		if rule.Regions = []string{region}; rule.Sign != "" || rule.From != "" {
			options = append(options, sms.WithSender(rule))
		}
	}
	store, err := newRuleStore(context.Background(), j)
	if err == nil {
		a.rules, err = sms.NewRules(store, sms.RuleSet{Limits: sms.VerificationLimits(), HashKey: []byte(hashKey(getenv))})
	}
	if err == nil {
		a.client, err = sms.New(append(options, sms.WithRules(a.rules))...)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// hashKey is the secret of the hashes in the journal. Without one they are no
// better than the numbers themselves to somebody who tries them all.
func hashKey(getenv func(string) string) string {
	if k := getenv("SMS_HASH_KEY"); k != "" {
		return k
	}
	return "of the fakes"
}

func (a *app) close() {
	if a.client != nil {
		_ = a.client.Close(context.Background())
	}
	for _, f := range a.fakes {
		f.Close()
	}
}

// number reads a number as people write it.
func (a *app) number(raw string) (sms.Number, error) { return phone.Parse(raw, a.region) }

// message is what all messages of the command line have in common.
func (a *app) message() sms.Message {
	return sms.Message{Template: template, Language: a.language, Kind: a.kind, Tenant: a.tenant}
}

// reason says in one line why somebody is passed over or asked late.
func reason(k waybill.Candidate) string {
	switch {
	case k.Order == 1:
		return "is asked first"
	case k.Order > 1 && k.Reason == "":
		return fmt.Sprintf("is asked %d., if nothing was sent before", k.Order)
	}
	return "passed over: " + k.Reason
}
