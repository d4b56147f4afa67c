package mail

import (
	"html"
	"strconv"
	"strings"
	"time"
)

// wording is the link block in one language. until has %s for the time.
type wording struct {
	head, until, layout string
}

// wordings by language; a language that is not there gets English.
func wordingFor(language string) wording {
	l := strings.ToLower(strings.ReplaceAll(language, "_", "-"))
	switch {
	case l == "zh-tw", l == "zh-hk", l == "zh-mo", strings.HasPrefix(l, "zh-hant"):
		return wording{"附件太大，請從下列連結下載：", "有效期至 %s", "2006年1月2日 15:04 MST"}
	case l == "zh", strings.HasPrefix(l, "zh-"):
		return wording{"附件过大，请通过以下链接下载：", "有效期至 %s", "2006年1月2日 15:04 MST"}
	}
	return wording{"Attachments too large to enclose, for download:", "available until %s", "2 January 2006, 15:04 MST"}
}

// linkBlock words the links for both bodies. Names are the only foreign text and
// are escaped.
func linkBlock(language string, links []Link, zone *time.Location) (text, page string) {
	w := wordingFor(language)
	if zone == nil {
		zone = time.UTC
	}
	var t, h strings.Builder
	t.WriteString(w.head + "\n")
	h.WriteString(`<div style="margin-top:1.5em;padding-top:.5em;border-top:1px solid #ccc"><p>` + html.EscapeString(w.head) + "</p><ul>")
	for _, l := range links {
		until := strings.Replace(w.until, "%s", l.Expires.In(zone).Format(w.layout), 1)
		t.WriteString("\n" + l.Name + " (" + sizeText(l.Size) + ", " + until + ")\n" + l.URL + "\n")
		h.WriteString(`<li><a href="` + html.EscapeString(l.URL) + `">` + html.EscapeString(l.Name) + "</a> (" +
			sizeText(l.Size) + ", " + html.EscapeString(until) + ")</li>")
	}
	h.WriteString("</ul></div>")
	return t.String(), h.String()
}

// sizeText is a size for people, in decimal units.
func sizeText(n int64) string {
	switch {
	case n < 0:
		return "?"
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 999_950:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + " kB"
	case n < 999_950_000:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
}
