package aliyunsms

import (
	"net/url"
	"strings"
	"testing"
)

// The vendor's own check value, and one computed for SendSms by other means.
func TestSignature(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, c := range []struct {
		name, secret, host, action, version, date, nonce, want string
		query                                                  url.Values
	}{
		{"the vendor's", "YourAccessKeySecret", "ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", "2023-10-26T10:22:32Z",
			"3156853299f313e23d1673dc12e1703d", "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
			url.Values{"ImageId": {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}, "RegionId": {"cn-shanghai"}}},
		{"SendSms", "testSecret", "dysmsapi.aliyuncs.com", "SendSms", apiVersion, "2024-01-02T03:04:05Z",
			"0123456789abcdef0123456789abcdef", "0b69bb96065f0b2fcfff37aabd1aac7ab82fcdd7e82e6db8d632d1dda58ac746",
			url.Values{"OutId": {"order-42"}, "PhoneNumbers": {"13900001234"}, "SignName": {"阿里云短信测试专用"}, "TemplateCode": {"SMS_71390007"},
				"TemplateParam": {`{"code":"1234"}`}}},
	} {
		headers := map[string]string{"host": c.host, "x-acs-action": c.action, "x-acs-version": c.version, "x-acs-date": c.date,
			"x-acs-signature-nonce": c.nonce, "x-acs-content-sha256": empty}
		got := sign(Credentials{KeyID: "testId", Secret: c.secret}, "/", canonicalQuery(c.query), headers)
		want := "ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=" + c.want
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
	}
	if hash(nil) != empty {
		t.Error("the hash of nothing is wrong")
	}
}

func TestCanonicalQuery(t *testing.T) {
	got := canonicalQuery(url.Values{"b": {"a b+c*d~e"}, "a": {"中&="}})
	if got != "a=%E4%B8%AD%26%3D&b=a%20b%2Bc%2Ad~e" {
		t.Error(got)
	}
}

func TestNonces(t *testing.T) {
	a, b := nonce(), nonce()
	if a == b || len(a) != 32 || strings.Trim(a, "0123456789abcdef") != "" {
		t.Errorf("%q %q", a, b)
	}
}
