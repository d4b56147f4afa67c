package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// TestRealSendersNeedOrders holds that the invented dozen goes to nobody.
func TestRealSendersNeedOrders(t *testing.T) {
	t.Parallel()
	env := map[string]string{"NEXMO_KEY": "abcd1234", "NEXMO_SECRET": "secret"}
	code, _, errs := startIn(t, env)
	if code != exitUsage || !strings.Contains(errs, "[nexmo] would send the invented orders to real numbers") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// TestRealMapsReplaceFakes holds that no fake stands in for a real vendor.
func TestRealMapsReplaceFakes(t *testing.T) {
	t.Parallel()
	env := map[string]string{"AMAP_KEY": "a-real-key", "FCM_SERVICE_ACCOUNT": "missing.json"}
	if _, err := newProviders(func(k string) string { return env[k] }); err == nil || !strings.Contains(err.Error(), "FCM_SERVICE_ACCOUNT") {
		t.Errorf("a missing key file: %v", err)
	}
	delete(env, "FCM_SERVICE_ACCOUNT")
	p, err := newProviders(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for _, e := range p.list {
		if !e.own && e.fake == (e.domain == "maps") {
			t.Errorf("%s: fake %v", e.name, e.fake)
		}
	}
	if _, _, err := newMaps(p, mapOrder()); err != nil {
		t.Error(err)
	}
}

// TestRealBucket takes the bucket from the environment, at a server that happens
// to be a fake too: then no folder of this machine stands behind it.
func TestRealBucket(t *testing.T) {
	t.Parallel()
	s3 := storagetest.NewS3(nil)
	defer s3.Close()
	access, secret, _ := s3.Keys()
	env := map[string]string{"S3_BUCKET": s3.Bucket(), "S3_REGION": s3.Region(), "S3_ENDPOINT": s3.URL(), "S3_ACCESS_KEY": access, "S3_SECRET_KEY": secret}
	code, out, errs := startIn(t, env)
	if code != exitOK {
		t.Errorf("exit %d: %s", code, errs)
	}
	wantAll(t, out, "s3        REAL  "+s3.URL(), "in s3   fetched: whole")
	if strings.Contains(out, "files     own") || strings.Contains(out, " oss ") || strings.Contains(out, secret) {
		t.Error(out)
	}
}

// TestRealGatewaysNeedRegistrations holds that invented registrations are for
// the fakes alone.
func TestRealGatewaysNeedRegistrations(t *testing.T) {
	t.Parallel()
	env := map[string]string{"NEXMO_KEY": "abcd1234", "NEXMO_SECRET": "secret", "SMTP_ADDR": "relay.example:465", "SMTP_FROM": "a@b.example"}
	p, err := newProviders(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if rules := senderRules(p); rules != nil {
		t.Errorf("%d rules", len(rules))
	}
	for name, of := range map[string]func(*providers) sms.Template{"driver": driverTexts, "code": codeTexts, "offer": offerTexts} {
		if g := of(p).Gateways; g != nil {
			t.Errorf("%s has %d templates at gateways", name, len(g))
		}
	}
	env["NEXMO_FROM"], env["SMS_CN_SIGN"], env["SMS_IN_HEADER"], env["SMS_IN_CONTENT_CODE"] = "Acme", "运单", "ACMEIN", "1207"
	if rules := senderRules(p); len(rules) != 3 || rules[1].Sign != "运单" || rules[2].From != "ACMEIN" {
		t.Errorf("%+v", rules)
	}
	if g := codeTexts(p).Gateways; len(g) != 1 || g[0].ContentID != "1207" {
		t.Errorf("%+v", g)
	}
	if _, err := newSMS(p, newJournal()); err != nil {
		t.Error(err)
	}
	if fleet, err := fleetOf(config{}, p); err != nil || len(fleet) > 0 {
		t.Errorf("%d invented drivers would be sent to by real senders, %v", len(fleet), err)
	}
	if _, err := newPost(p, 1<<20); err != nil {
		t.Error(err)
	}
	if len(p.sms) != 1 || len(p.relays) != 1 || fmt.Sprint(p.realSenders) != "[nexmo smtp]" {
		t.Errorf("%d gateways, %d relays, real %v", len(p.sms), len(p.relays), p.realSenders)
	}
	env["SMTP_FROM"] = ""
	q, err := newProviders(func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	defer q.close()
	if _, err := newPost(q, 1<<20); err == nil || !strings.Contains(err.Error(), "SMTP_FROM") {
		t.Errorf("without SMTP_FROM: %v", err)
	}
}
