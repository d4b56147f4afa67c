package mail_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

func folder(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

var invoices = folder(
	"_footer.html", "<hr>{{.Firm}}", "_footer.txt", "-- {{.Firm}}",
	"invoice.en.subject", "Invoice {{.No}}\n", "invoice.en.txt", "Dear {{.Name}}\n{{template \"_footer\" .}}",
	"invoice.en.html", "<p>Dear {{.Name}}</p>{{template \"_footer\" .}}",
	"invoice.zh.subject", "发票 {{.No}}", "invoice.zh.txt", "{{.Name}}您好",
	"invoice.zh-Hant.subject", "發票 {{.No}}", "invoice.zh-Hant.txt", "{{.Name}}您好")

func TestTemplates(t *testing.T) {
	all, err := mail.ParseTemplates(invoices, &mail.TemplateOptions{Fallback: "en"})
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"No": 17, "Name": `<b>Mei & "Co"</b>`, "Firm": "Acme"}
	for language, subject := range map[string]string{"en": "Invoice 17", "EN-gb": "Invoice 17", "zh-CN": "发票 17", "zh_Hant_HK": "發票 17", "fr": "Invoice 17", "": "Invoice 17"} {
		m := note()
		if err := all.Fill(m, "invoice", language, data); err != nil || m.Subject != subject {
			t.Errorf("%s: %q %v", language, m.Subject, err)
		}
	}
	m := note()
	if err := all.Fill(m, "invoice", "en", data); err != nil {
		t.Fatal(err)
	}
	if m.HTML != "<p>Dear &lt;b&gt;Mei &amp; &#34;Co&#34;&lt;/b&gt;</p><hr>Acme" || m.Text != "Dear <b>Mei & \"Co\"</b>\n-- Acme" || m.Language != "en" || m.Validate() != nil {
		t.Errorf("%q %q %s", m.HTML, m.Text, m.Language)
	}
	if err := all.Fill(m, "invoice", "zh", data); err != nil || m.HTML != "" {
		t.Errorf("a mail without HTML kept the old one: %q", m.HTML)
	}
}

func TestTemplatesRefuse(t *testing.T) {
	for name, dir := range map[string]fstest.MapFS{
		"syntax":      folder("a.en.subject", "x", "a.en.txt", "{{"),
		"no subject":  folder("a.en.txt", "x"),
		"no body":     folder("a.en.subject", "x"),
		"name":        folder("a.txt", "x"),
		"part":        folder("a.en.md", "x"),
		"shared part": folder("_a.md", "x"),
		"fallback":    folder("a.zh.subject", "x", "a.zh.txt", "x"),
		"folder":      folder("a/b.en.txt", "x"),
	} {
		if _, err := mail.ParseTemplates(dir, &mail.TemplateOptions{Fallback: "en"}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	all, err := mail.ParseTemplates(invoices, nil)
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]any{"No": 17, "Name": "Mei", "Firm": "Acme"}
	for name, c := range map[string]struct {
		name, language string
		data           any
		code           waybill.Code
	}{
		"name":     {"receipt", "en", good, waybill.NotFound},
		"language": {"invoice", "fr", good, waybill.NotFound},
		"missing":  {"invoice", "en", map[string]any{"No": "secret-17"}, waybill.InvalidArgument},
		"lines":    {"invoice", "en", map[string]any{"No": "secret\r\nBcc: x@y.example", "Name": "", "Firm": ""}, waybill.InvalidArgument},
	} {
		m := note()
		err := all.Fill(m, c.name, c.language, c.data)
		e := waybill.AsError(err)
		if e == nil || e.Code != c.code || e.Delivery != waybill.NotSent || m.Subject != "Note" || m.Text != "Hello." || strings.Contains(fmt.Sprintf("%v %+v", err, errors.Unwrap(err)), "secret") {
			t.Errorf("%s: %v, %q", name, err, m.Subject)
		}
	}
}

func ExampleParseTemplates() {
	templates, err := mail.ParseTemplates(folder("welcome.en.subject", "Welcome, {{.}}", "welcome.en.html", "<p>Good day, {{.}}</p>"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var m mail.Message
	err = templates.Fill(&m, "welcome", "en-SG", "Mei & Co")
	fmt.Println(m.Subject, m.HTML, err)
	// Output: Welcome, Mei & Co <p>Good day, Mei &amp; Co</p> <nil>
}
