package smtpmail

import (
	"slices"
	"strings"
	"unicode"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/wire"
)

// stage is the step of the dialogue to which a reply belongs.
type stage uint8

const (
	atConnect stage = iota
	atEHLO
	atSTARTTLS
	atAUTH
	atMAIL
	atRCPT
	atDATA
	atDot // the reply to the final dot
)

var stageNames = [...]string{"the connection", "EHLO", "STARTTLS", "AUTH", "the sender", "a recipient", "DATA", "the mail"}

// Vendor codes of failures that are no reply.
const (
	// CodeLost: the connection broke, or the relay closed it.
	CodeLost = "smtp_lost"
	// CodeTimeout: the relay let one of the time-outs run out.
	CodeTimeout = "smtp_timeout"
	// CodeReply: the relay answered with something that is no reply.
	CodeReply = "smtp_reply"
	// CodeBusy: all connections to the relay were in use.
	CodeBusy = "smtp_busy"
)

// verdict is a class of refusals.
type verdict struct {
	code  waybill.Code
	scope waybill.Scope
}

var (
	unavailable   = verdict{waybill.Unavailable, waybill.ScopeProvider}
	mailboxBusy   = verdict{waybill.Unavailable, waybill.ScopeRecipient}
	limited       = verdict{waybill.RateLimited, waybill.ScopeAccount}
	usedUp        = verdict{waybill.QuotaExhausted, waybill.ScopeAccount}
	senderBusy    = verdict{waybill.Unavailable, waybill.ScopeSender}
	mailboxFull   = verdict{waybill.RecipientLimited, waybill.ScopeRecipient}
	unregistered  = verdict{waybill.Unregistered, waybill.ScopeRecipient}
	badRecipient  = verdict{waybill.InvalidArgument, waybill.ScopeRecipient}
	badSender     = verdict{waybill.PermissionDenied, waybill.ScopeSender}
	badLogin      = verdict{waybill.Unauthenticated, waybill.ScopeAccount}
	hostRefused   = verdict{waybill.PermissionDenied, waybill.ScopeAccount}
	policy        = verdict{waybill.PermissionDenied, waybill.ScopeRequest}
	largeMail     = verdict{waybill.TooLarge, waybill.ScopeRequest}
	notOffered    = verdict{waybill.Unsupported, waybill.ScopeRequest}
	outOfProtocol = verdict{waybill.Internal, waybill.ScopeProvider}
	invalidMail   = verdict{waybill.InvalidArgument, waybill.ScopeRequest}
	unknown       = verdict{waybill.Unknown, waybill.ScopeRequest}
)

// classify is the one place where a refusal gets its class. A reply that refuses
// proves that nothing was accepted, so the outcome is NotSent, after the final
// dot too. Sources: RFC 5321, RFC 3463 with the IANA registry, RFC 4954, and the
// providers' own lists (see words).
func classify(at stage, p reply) verdict {
	text := p.words()
	switch at {
	case atAUTH:
		if saysQuota.in(text) {
			return usedUp
		}
		if p.code < 500 {
			return verdict{waybill.Unavailable, waybill.ScopeAccount}
		}
		return badLogin
	case atConnect:
		if p.code >= 500 {
			return hostRefused
		}
	case atEHLO:
		if p.code >= 500 && p.code != 550 && p.code != 554 {
			return notOffered
		}
		if p.code >= 500 {
			return hostRefused
		}
	case atSTARTTLS:
		return unavailable
	}
	if p.code < 500 {
		return classifyTemporary(at, p.code, p.detail(), text)
	}
	return classifyPermanent(at, p.code, p.detail(), text)
}

func classifyTemporary(at stage, code int, detail, text string) verdict {
	mailbox := strings.HasPrefix(detail, "2.")
	rate := saysRate.in(text) || hasWord(text, "rate") || strings.Contains(text, "too many") && !saysRecipients.in(text)
	switch {
	case saysQuota.in(text) && !mailbox:
		return usedUp
	case code == 436, code == 440: // Aliyun: the sender is not the account's, for good
		return badSender
	case code == 421: // whatever else it says, nothing more goes over this connection
		if rate || detail == "7.28" {
			return limited
		}
		return unavailable
	case code == 455:
		return notOffered
	case at != atMAIL && (saysBusy.in(text) || detail == "2.1" && rate && !strings.Contains(text, "relay limit")):
		return mailboxFull
	case detail == "7.28", rate && detail != "2.2":
		return limited
	case detail == "1.7", detail == "1.8", saysSender.in(text): // its domain cannot be resolved now
		return senderBusy
	case at == atRCPT && mailbox:
		return mailboxBusy
	case at == atRCPT && code == 450 && (detail == "" || strings.HasPrefix(detail, "1.")):
		return mailboxBusy
	}
	return unavailable
}

func classifyPermanent(at stage, code int, detail, text string) verdict {
	if v, ok := byDetail(at, detail, text); ok {
		return v
	}
	switch {
	case saysAccount.in(text):
		return hostRefused
	case saysQuota.in(text):
		return usedUp
	case saysSender.in(text):
		return badSender
	case (detail == "" || detail == "7.0") && saysLogin.in(text):
		return badLogin
	case detail == "" && saysBusy.in(text) && at == atRCPT:
		return mailboxFull
	case detail == "" && saysRate.in(text):
		return limited
	case detail == "" && at == atRCPT && saysRecipients.in(text):
		return notOffered
	}
	switch code {
	case 530, 534, 535, 538:
		return badLogin
	case 521:
		if at == atRCPT {
			return unregistered
		}
		return hostRefused
	case 556: // DirectMail: too many recipients; with 5.1.10 it was a dead domain
		return notOffered
	case 557: // DirectMail: the mail is too large
		return largeMail
	case 559, 563: // DirectMail: the recipient is in a list of dead addresses
		if at != atMAIL {
			return unregistered
		}
	}
	switch {
	case strings.HasPrefix(detail, "7."):
		return policy
	case strings.HasPrefix(detail, "6."):
		return policy
	case code == 504 && at == atDot: // DirectMail: a header that it cannot read
		return invalidMail
	case code == 501 && at == atRCPT:
		return badRecipient
	case code == 501 && at == atMAIL && detail == "":
		return badSender
	case code == 502, code == 504, code == 555:
		return notOffered
	case code >= 500 && code <= 503:
		return outOfProtocol
	}
	return byCode(at, code, text)
}

// byDetail reads the enhanced codes that say enough.
func byDetail(at stage, detail, text string) (verdict, bool) {
	switch detail {
	case "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.1":
		if at == atMAIL {
			return badSender, true
		}
		if detail == "2.1" && saysBusy.in(text) { // Google: the mailbox is alive
			return mailboxFull, true
		}
		return unregistered, true
	case "1.7", "1.8", "2.252", "7.60":
		return badSender, true
	case "1.90", "4.5": // Microsoft, Google: the account's day
		return usedUp, true
	case "2.2":
		if at == atMAIL || strings.Contains(text, "submission quota") { // the sender's own
			return usedUp, true
		}
		return mailboxFull, true
	case "2.3", "3.4":
		return largeMail, true
	case "5.3", "6.7":
		return notOffered, true
	case "7.8", "7.9", "7.11", "7.57":
		return badLogin, true
	}
	return verdict{}, false
}

// byCode reads what has neither an enhanced code nor words that say enough.
func byCode(at stage, code int, text string) verdict {
	switch at {
	case atRCPT:
		switch code {
		case 542, 550, 551, 553:
			if saysPolicy.in(text) && !saysNobody.in(text) {
				return policy
			}
			return unregistered
		case 552:
			return mailboxFull
		case 554:
			if saysNobody.in(text) {
				return unregistered
			}
			return policy
		}
	case atMAIL:
		switch code {
		case 541, 550, 551, 553:
			return badSender
		case 552:
			return largeMail
		case 554:
			return policy
		}
	case atDATA, atDot:
		switch code {
		case 550, 551, 553, 554:
			return policy
		case 510: // Aliyun's enterprise mail
			return largeMail
		case 552:
			// A link in the place of a file would only evade the verdict.
			if saysContent.in(text) {
				return policy
			}
			if saysFull.in(text) {
				return mailboxFull
			}
			return largeMail
		}
	}
	return unknown
}

// messages are our own words for the classes.
func (v verdict) message(at stage) string {
	switch v {
	case unavailable, mailboxBusy, senderBusy:
		return "the relay cannot take " + stageNames[at] + " now"
	case limited:
		return "the relay limits the rate"
	case usedUp:
		return "the account's quota at the relay is used up"
	case mailboxFull:
		return "the mailbox is full or limited"
	case unregistered:
		return "there is no such recipient"
	case badRecipient:
		return "the relay cannot read the recipient"
	case badSender:
		return "the relay does not accept the sender"
	case badLogin:
		return "the relay refuses the login"
	case hostRefused:
		return "the relay refuses this host"
	case policy:
		return "the relay refuses " + stageNames[at] + " by its policy"
	case largeMail:
		return "the mail is larger than the relay takes"
	}
	return "the relay refuses " + stageNames[at]
}

// refusal makes the error of a reply that refuses.
func (t *transfer) refusal(at stage, p reply) *waybill.Error {
	if p.code < 400 { // an answer to something else
		return t.broken(at, errMalformed, waybill.NotSent)
	}
	v := classify(at, p)
	e := t.error(v.code, v.scope, waybill.NotSent, v.message(at))
	e.VendorCode = p.vendorCode()
	if p.code < 500 {
		e.RetryAfter = waitOf(p.words())
	}
	if said := t.scrub(at, p.text()); said != "" {
		e.Message += ": " + said
	}
	e.Err = &ReplyError{Code: p.code, Enhanced: p.enhanced}
	return e
}

// scrub takes out of a relay's words what is private. Words that may hold a
// secret, or private values too short to be told from other text, are dropped
// whole.
func (t *transfer) scrub(at stage, text string) string {
	if at == atAUTH {
		return ""
	}
	private := t.private()
	for _, p := range private {
		if p != "" && len(p) < 4 && hasWord(text, p) {
			return ""
		}
	}
	return (*wire.Client)(nil).Scrub(text, private...)
}

// hasWord reports whether a short word stands alone in a text; one that is not
// ASCII need not.
func hasWord(text, word string) bool {
	if !isASCII(word) {
		return strings.Contains(text, word)
	}
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }),
		func(w string) bool { return strings.EqualFold(w, word) })
}

// ReplyError is a relay's refusal, to be found by errors.As. The relay's words
// are not kept, since they may name people.
type ReplyError struct {
	// Code is the reply's code, such as 550; Enhanced the code of RFC 3463 such
	// as "5.1.1", empty when there was none.
	Code     int
	Enhanced string
}

// Error returns the codes.
func (e *ReplyError) Error() string {
	return "smtp: " + reply{code: e.Code, enhanced: e.Enhanced}.vendorCode()
}

// private is what no error may repeat.
func (t *transfer) private() []string {
	p := []string{t.r.o.Username, t.r.o.Password, t.user, t.password}
	p = append(p, t.m.Subject, t.m.Text, t.m.HTML)
	for _, a := range append(t.m.Recipients(), t.m.From, t.m.ReplyTo) {
		local, _, _ := strings.Cut(a.Addr, "@")
		p = append(p, a.Addr, a.Name, local)
	}
	for _, a := range t.m.Attachments {
		p = append(p, a.Name)
	}
	return p
}

func (t *transfer) error(code waybill.Code, scope waybill.Scope, d waybill.Delivery, message string) *waybill.Error {
	return &waybill.Error{Code: code, Scope: scope, Delivery: d, Provider: name, Op: string(mail.Send), Ref: t.m.Key, Message: message}
}
