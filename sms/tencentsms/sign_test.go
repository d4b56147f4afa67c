package tencentsms

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// The vendor's own check value, and one computed for SendSms by other means.
func TestSignature(t *testing.T) {
	vendor := `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	if hash([]byte(vendor)) != "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064" {
		t.Fatal("not the vendor's example")
	}
	got := sign(Credentials{SecretID: "AKIDEXAMPLE", SecretKey: strings.Repeat("*", 32)}, "cvm", "cvm.tencentcloudapi.com", "/", "DescribeInstances",
		[]byte(vendor), time.Unix(1551113065, 0))
	if !strings.HasSuffix(got, "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f") {
		t.Error(got)
	}
	body, err := json.Marshal(&sendRequest{PhoneNumberSet: []string{"+8618501234444"}, SmsSdkAppID: "1400006666", SignName: "腾讯云", TemplateID: "1234",
		TemplateParamSet: []string{"4370", "5"}, SessionContext: "order-42"})
	if err != nil || hash(body) != "8e75155700021ab6712a80cf5a427d81b121450317886ffd3cf1b954cfc829ac" {
		t.Errorf("%s %v", body, err)
	}
	got = sign(Credentials{SecretID: "AKIDEXAMPLE", SecretKey: "SECRETEXAMPLE"}, service, "sms.tencentcloudapi.com", "/", "SendSms", body, time.Unix(1700000000, 0))
	want := "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2023-11-14/sms/tc3_request, SignedHeaders=content-type;host;x-tc-action, " +
		"Signature=26e29cb29f4732b03f04186934536e401f1105973c07c4c5246db611bc509fdf"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestWaits(t *testing.T) {
	for name, d := range map[string]time.Duration{"midnight": untilMidnight(), "morning": untilMorning()} {
		if d <= 0 || d > 24*time.Hour {
			t.Errorf("%s in %v", name, d)
		}
	}
}

// Every row of the table can be cut short and is still known, or is not taken for
// another.
func TestCutCodes(t *testing.T) {
	for code, want := range classes {
		for n := len(code) - 1; n >= len(code)-3 && n >= least; n-- {
			got, known := classOf(code[:n])
			if !known || got.text != want.text && got.delivery != want.delivery {
				t.Errorf("%s cut to %d: %v", code, n, got.text)
			}
		}
	}
}
