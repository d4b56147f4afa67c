package mail

import "testing"

func TestDisposition(t *testing.T) {
	for name, want := range map[string]string{
		"report.pdf":  `attachment; filename="report.pdf"`,
		"a b.pdf":     `attachment; filename="a b.pdf"`,
		"50%.pdf":     `attachment; filename="50_.pdf"; filename*=UTF-8''50%25.pdf`,
		"caf%C3.pdf":  `attachment; filename="caf_C3.pdf"; filename*=UTF-8''caf%25C3.pdf`,
		`"quoted".md`: `attachment; filename="_quoted_.md"; filename*=UTF-8''%22quoted%22.md`,
		"报告.pdf":      `attachment; filename="_.pdf"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf`,
	} {
		if got := disposition("attachment", name); got != want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
}
