package smtpmail

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Bounds of a reply. RFC 5321 says 512 octets a line; extensions and talkative
// servers take more.
const (
	maxLine  = 4096
	maxReply = 64 << 10
)

// errMalformed is a reply that is none.
var errMalformed = errors.New("smtpmail: malformed reply")

// reply is a server's answer to one command.
type reply struct {
	code int
	// enhanced is the code of RFC 3463 as it was written, such as "5.1.1", or
	// empty.
	enhanced string
	// lines is the text without codes.
	lines []string
}

// readReply reads one reply, of one line or several.
func readReply(r *bufio.Reader) (reply, error) {
	var p reply
	for total := 0; ; {
		line, err := readLine(r)
		if err != nil {
			return reply{}, err
		}
		if total += len(line); total > maxReply {
			return reply{}, errMalformed
		}
		code, more, text, ok := splitLine(line)
		// The lines have one code (RFC 5321, section 4.2.1). Some servers mix
		// those of a class, whose last one then holds.
		if !ok || p.code != 0 && code/100 != p.code/100 {
			return reply{}, errMalformed
		}
		p.code = code
		if e, rest := cutEnhanced(code, text); e != "" {
			if p.enhanced == "" {
				p.enhanced = e
			}
			text = rest
		}
		p.lines = append(p.lines, text)
		if !more {
			if p.enhanced == "" {
				p.enhanced = trailing(code, text)
			}
			return p, nil
		}
	}
}

// readLine reads to the end of a line, which it cuts off.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", errMalformed
	case errors.Is(err, io.EOF) && len(line) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// splitLine cuts "250-text" and "250 text"; a bare "250" is allowed.
func splitLine(line string) (code int, more bool, text string, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, false, "", false
		}
	}
	code, _ = strconv.Atoi(line[:3])
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	if len(line) > 3 {
		more, text = line[3] == '-', line[4:]
	}
	return code, more, text, true
}

// cutEnhanced cuts an enhanced status code of the reply's own class.
func cutEnhanced(code int, text string) (enhanced, rest string) {
	word, rest, _ := strings.Cut(text, " ")
	word = strings.TrimPrefix(strings.TrimSuffix(word, ":"), "#") // "550 #5.1.0", as Cisco writes it
	class, tail, ok := strings.Cut(word, ".")
	subject, detail, ok2 := strings.Cut(tail, ".")
	if !ok || !ok2 || class != strconv.Itoa(code/100) || !digits(subject) || !digits(detail) {
		return "", text
	}
	return word, rest
}

// trailing finds an enhanced code at the end, "(#5.1.1)", where qmail writes it.
func trailing(code int, text string) string {
	i := strings.LastIndex(text, "(#")
	last, ok := strings.CutSuffix(text[i+1:], ")")
	if i < 0 || !ok {
		return ""
	}
	enhanced, _ := cutEnhanced(code, last)
	return enhanced
}

func digits(s string) bool {
	return s != "" && len(s) <= 3 && strings.Trim(s, "0123456789") == ""
}

// text returns all lines as one.
func (p reply) text() string { return strings.Join(p.lines, " ") }

// words returns the text in small letters without addresses and links, in which
// any word may stand.
func (p reply) words() string {
	all := strings.Fields(strings.ToLower(p.text()))
	return strings.Join(slices.DeleteFunc(all, func(w string) bool { return strings.Contains(w, "@") || strings.Contains(w, "://") }), " ")
}

// vendorCode is what stands in errors, such as "550 5.1.1".
func (p reply) vendorCode() string {
	if p.enhanced == "" {
		return strconv.Itoa(p.code)
	}
	return strconv.Itoa(p.code) + " " + p.enhanced
}

// detail returns the enhanced code without its class, such as "1.1".
func (p reply) detail() string {
	_, d, _ := strings.Cut(p.enhanced, ".")
	return d
}

// extensions reads an EHLO reply: keywords in capitals with their parameters.
func (p reply) extensions() map[string]string {
	ext := make(map[string]string, len(p.lines))
	for _, l := range p.lines[min(1, len(p.lines)):] {
		word, params, _ := strings.Cut(strings.TrimSpace(l), " ")
		word = strings.ToUpper(word)
		if rest, old := strings.CutPrefix(word, "AUTH="); old { // as before RFC 4954
			word, params = "AUTH", rest+" "+params
		}
		if word == "AUTH" && ext[word] != "" {
			params = ext[word] + " " + params
		}
		ext[word] = strings.TrimSpace(params)
	}
	return ext
}

// queueID returns what the relay called a mail that it accepted, if it can be
// recognised: "queued as X" (Postfix), "queued on host as X" (Yandex), "id=X" (Exim), "Ok X" (Amazon SES),
// "OK  1700000000 X - gsmtp" (Google).
func (p reply) queueID() string {
	words := strings.Fields(p.text())
	for i, w := range words {
		lower := strings.ToLower(w)
		switch {
		case lower == "as" && i > 0 && strings.EqualFold(words[i-1], "queued") && i+1 < len(words),
			lower == "as" && i > 2 && strings.EqualFold(words[i-3], "queued") && i+1 < len(words): // "queued on host as X"
			return queueWord(words[i+1])
		case strings.HasPrefix(lower, "id="):
			return queueWord(w[3:])
		}
	}
	if n := len(words); n >= 4 && words[n-2] == "-" && words[n-1] == "gsmtp" {
		return queueWord(words[n-3])
	}
	if len(words) == 2 && strings.EqualFold(words[0], "ok") {
		return queueWord(words[1])
	}
	return ""
}

func queueWord(s string) string {
	s = strings.Trim(s, "<>,;.\"'()")
	if len(s) > 200 || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '@' }) {
		return ""
	}
	return s
}
