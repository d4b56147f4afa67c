package smtpmail

import (
	"strconv"
	"strings"
	"time"
)

// Words decide only where codes do not: many providers have one code for
// everything, and say in words what it is. What is not listed here is told by its
// codes. Sources: the lists of replies of Google ("Gmail SMTP errors and codes"),
// Microsoft ("Non-delivery reports in Exchange Online"), Amazon SES ("SMTP
// response codes"), Aliyun (DirectMail and enterprise mail), Tencent (QQ mail) and
// NetEase (163.com, whose replies begin with a token such as MI:STC), and what
// users of SendGrid, Brevo, Zoho, iCloud, GMX and MailerSend report.
type words []string

var (
	// The account has used up its day or its month.
	saysQuota = words{"daily user sending", "daily smtp relay", "daily sending", "daily message quota", "daily limit", "sending quota",
		"message quota", "messages quota", "submission quota", "relay quota", "email quota", "credits exceeded", "messaging limits", "per 24 hours", "24-hour", "per day", "mi:stc"}
	// The account sends too much in a short time.
	saysRate = words{"frequency limited", "throttl", "too quickly", "too fast", "too much mail from", "rate limit", "ratelimit", "sending rate", "unusual rate",
		"relay limit exceeded", "concurrent connections", "hl:icc", "hl:ifc", "mi:sfq", "rp:qrc", "rp:trc", "mi:dmc", "rp:drc"}
	// So much that a connection may carry is carried.
	saysConnection = words{"this connection", "this session", "per connection", "per session", "mi:dmc", "rp:drc", "mi:ccl", "rp:ccl"}
	// The recipient gets too much, from whomever.
	saysBusy = words{"receiving mail too", "receiving mail at a rate", "receiving email too", "receiving email at a rate", "messages for this recipient",
		"exceeded for this recipient", "recipient thread limit", "mailbox unavailable or access denied"}
	// The transaction has too many recipients.
	saysRecipients = words{"too many recipients", "too many rcpt", "too much recipient", "total of rcpt", "number of rcpt", "rcpt number",
		"per transaction", "separate transaction", "rp:rcl"}
	// The mailbox is full.
	saysFull = words{"mailbox full", "is full", "storage full", "quota"}
	// What the mail contains is not wanted.
	saysContent = words{"virus", "spam", "malware", "illegal", "blocked", "not allowed", "dt:spm"}
	// The sender is not the login's.
	saysSender = words{"mail from must", "mail from address must", "must equal authorized", "same as authorization", "not owned by user",
		"sendasdenied", "address is not verified", "sender verify", "sender address rejected",
		"relaying disallowed as", "verified sender identity", "not one of your addresses", "sender is not allowed", "sender address is not allowed"}
	// The account may not send at all.
	saysAccount = words{"main account unavailable", "isn't allowed to send", "account is not yet activated", "ip address is not allowed to send"}
	// There was no login.
	saysLogin = words{"authentication is required", "authentication required", "auth first", "authenticate first", "not authenticated",
		"unauthenticated sender"}
	// There is no such recipient.
	saysNobody = words{"not exist", "n't exist", "no such", "user unknown", "unknown user", "user not found", "mailbox not found"}
	// It is the mail or its sender that is refused, with a code that stands for a
	// mailbox that is not there: such a recipient is not dead.
	saysPolicy = words{"relay", "spam", "black", "blocked", "denied", "prohibit", "policy", "not permitted", "reputation", "dmarc", "spf", "rbl"}
)

// in reports whether a text, in small letters, has one of the words.
func (w words) in(text string) bool {
	for _, s := range w {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// saysAgain comes with a time to wait, if one is told.
var saysAgain = words{"again", "retry", "come back", "greylist", "graylist", "wait"}

var units = map[string]time.Duration{"sec": time.Second, "second": time.Second, "m": time.Minute, "min": time.Minute,
	"minute": time.Minute, "h": time.Hour, "hour": time.Hour}

// waitOf reads how long a relay asks to wait ("try again in 5 minutes", "for 300
// seconds", "in 00:04:59"), 0 when it does not say.
func waitOf(text string) time.Duration {
	if !saysAgain.in(text) {
		return 0
	}
	all := strings.Fields(text)
	for i, w := range all[min(1, len(all)):] {
		if before := all[i]; before != "in" && before != "for" && before != "after" {
			continue
		}
		w = strings.Trim(w, ".,;:()[]")
		if at, err := time.Parse("15:04:05", w); err == nil {
			return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second
		}
		unit := strings.TrimLeft(w, "0123456789")
		n, err := strconv.Atoi(strings.TrimSuffix(w, unit))
		if unit == "" && i+2 < len(all) {
			unit = strings.Trim(all[i+2], ".,;:()[]")
		}
		if d := units[strings.TrimSuffix(unit, "s")]; err == nil && n <= 1<<20 && unit != "ms" && (d > 0 || unit == "s") {
			return time.Duration(n) * max(d, time.Second)
		}
	}
	return 0
}
