package smtpmail

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// TestForeignReplies reads replies as providers list or give them. | stands for
// the border of lines.
func TestForeignReplies(t *testing.T) {
	throttled := verdict{waybill.Unavailable, waybill.ScopeAccount} // at the login
	for who, replies := range map[string][]struct {
		at    stage
		reply string
		want  verdict
	}{
		"Google": {
			{atConnect, "421 4.3.0 Temporary System Problem. Try again later (10). a1-2b3c.7 - gsmtp", unavailable},
			{atConnect, "421 4.7.0 Try again later, closing connection. (EHLO) a1-2b3c.7 - gsmtp", unavailable},
			{atMAIL, "421 4.4.5 Server busy, try again later. a1-2b3c.7 - gsmtp", unavailable},
			{atDot, "421-4.7.28 Our system has detected an unusual rate of unsolicited mail|421-4.7.28 originating from your IP address. For more information, go to|421 4.7.28 https://support.google.com/mail/?p=UnsolicitedRateLimitError a1-2b3c.7 - gsmtp", limited},
			{atMAIL, "421-4.7.0 Our system has detected an unusual rate of|421 4.7.0 unsolicited mail originating from your IP address. a1 - gsmtp", limited},
			{atRCPT, "450-4.2.1 The user you are trying to contact is receiving mail too quickly.|450-4.2.1 Please resend your message at a later time.|450 4.2.1 https://support.google.com/mail/?p=ReceivingRate a1 - gsmtp", mailboxFull},
			{atRCPT, "450-4.2.1 The user you are trying to contact is receiving mail at a rate that|450 4.2.1 prevents additional messages from being delivered. a1 - gsmtp", mailboxFull},
			{atRCPT, "550-5.2.1 The user you are trying to contact is receiving mail at a rate that|550-5.2.1 prevents additional messages from being delivered. For more|550 5.2.1 information, go to https://support.google.com/mail/?p=ReceivingRatePerm a1 - gsmtp", mailboxFull},
			{atDot, "550 5.2.1 The user you are trying to contact is receiving email too quickly. a1 - gsmtp", mailboxFull},
			{atMAIL, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error. a1 - gsmtp", limited},
			{atRCPT, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error. a1 - gsmtp", limited},
			{atDATA, "451 4.3.0 Mail server temporarily rejected message. a1 - gsmtp", unavailable},
			{atDATA, "451 4.4.2 Timeout - closing connection. a1 - gsmtp", unavailable},
			{atRCPT, "452-4.2.2 The recipient's inbox is out of storage space.|452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp a1 - gsmtp", mailboxBusy},
			{atAUTH, "454 4.7.0 Too many login attempts, please try again later. a1 - gsmtp", throttled},
			{atMAIL, "530-5.5.1 Authentication Required. For more information, go to|530 5.5.1 https://support.google.com/mail/?p=WantAuthError a1 - gsmtp", badLogin},
			{atMAIL, "530 5.7.0 Must issue a STARTTLS command first. a1 - gsmtp", badLogin},
			{atAUTH, "535-5.7.8 Username and Password not accepted. For more information, go to|535 5.7.8 https://support.google.com/mail/?p=BadCredentials a1 - gsmtp", badLogin},
			{atAUTH, "534-5.7.9 Application-specific password required. Learn more at|534 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor a1 - gsmtp", badLogin},
			{atRCPT, "550-5.1.1 The email account that you tried to reach does not exist. Please try|550-5.1.1 double-checking the recipient's email address for typos or|550-5.1.1 unnecessary spaces. For more information, go to|550 5.1.1 https://support.google.com/mail/?p=NoSuchUser a1 - gsmtp", unregistered},
			{atRCPT, "550 5.2.1 The email account that you tried to reach is inactive. a1 - gsmtp", unregistered},
			{atDot, "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail|550-5.4.5 sending limits go to|550 5.4.5 https://support.google.com/a/answer/1 a1 - gsmtp", usedUp},
			{atRCPT, "550 5.4.5 Daily SMTP relay sending limit exceeded for user. a1 - gsmtp", usedUp},
			{atRCPT, "550 5.7.1 Daily SMTP relay limit exceeded for customer. a1 - gsmtp", usedUp},
			{atRCPT, "550 5.7.1 Email quota exceeded. a1 - gsmtp", usedUp},
			{atDot, "550-5.7.26 Your email has been blocked because the sender is unauthenticated.|550 5.7.26 https://support.google.com/mail/answer/1 a1 - gsmtp", policy},
			{atDot, "552-5.2.3 Your message exceeded Google's message size limits. Please visit|552 5.2.3 https://support.google.com/mail/?p=MaxSizeError a1 - gsmtp", largeMail},
			{atMAIL, "552 5.3.4 Your message exceeded Google's message size limits. a1 - gsmtp", largeMail},
			{atDot, "552-5.7.0 This message was blocked because its content presents a potential|552 5.7.0 security issue. a1 - gsmtp", policy},
			{atRCPT, "553-5.1.3 The recipient address <x> is not a valid RFC 5321 address.|553 5.1.3 https://support.google.com/a/answer/1 a1 - gsmtp", unregistered},
			{atRCPT, "550-5.1.2 We weren't able to find the recipient domain. a1|550 5.1.2 gsmtp", unregistered},
			{atMAIL, "555 5.5.2 Syntax error, cannot decode response. a1 - gsmtp", notOffered},
		},
		"Microsoft": {
			{atConnect, "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel", limited},
			{atMAIL, "421 4.3.2 Service not available", unavailable},
			{atRCPT, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712345) [X.eurprd01.prod.outlook.com]", unavailable},
			{atDot, "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.", limited},
			{atDot, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", mailboxFull},
			{atMAIL, "530 5.7.57 Client not authenticated to send mail. [X.eurprd01.prod.outlook.com]", badLogin},
			{atMAIL, "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", badLogin},
			{atAUTH, "535 5.7.3 Authentication unsuccessful [X.eurprd01.prod.outlook.com]", badLogin},
			{atAUTH, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", badLogin},
			{atDot, "550 5.1.8 Access denied, bad outbound sender AS(42004)", badSender},
			{atDot, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", usedUp},
			{atRCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", unregistered},
			{atRCPT, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [X.prod.protection.outlook.com]", unregistered},
			{atDot, "550 5.2.2 The sender's submission quota was exceeded", usedUp},
			{atDot, "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception", badSender},
			{atDot, "554 5.2.252 SendAsDenied; a not allowed to send as b", badSender},
			{atDot, "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message", policy},
			{atMAIL, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", badSender},
			{atRCPT, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. (AS16012609)", policy},
			{atDot, "550 5.7.515 Access denied, sending domain a.example does not meet the required authentication level.", policy},
			{atDot, "552 5.3.4 Message size exceeds fixed maximum message size", largeMail},
		},
		"Amazon SES": {
			{atConnect, "421 Too many concurrent SMTP connections", limited},
			{atDot, "454 Throttling failure: Maximum sending rate exceeded.", limited},
			{atDot, "454 Throttling failure: Daily message quota exceeded.", usedUp},
			{atMAIL, "451 Temporary service failure", unavailable},
			{atDot, "451 Timeout waiting for data from client.", unavailable},
			{atAUTH, "535 Authentication Credentials Invalid", badLogin},
			{atMAIL, "530 Authentication required", badLogin},
			{atDot, "552 Message is too long.", largeMail},
			{atDot, "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: a.example", badSender},
			{atDot, "554 Transaction failed: Missing final '@domain'", policy},
		},
		"QQ": {
			{atRCPT, "550 Domain frequency limited. http://service.mail.qq.com/detail/122/72", limited},
			{atRCPT, "550 Sender frequency limited. https://service.mail.qq.com/detail/0/72", limited},
			{atConnect, "550 Ip frequency limited [abc IP: 192.0.2.1]. https://open.work.weixin.qq.com/help2/pc/20049", hostRefused},
			{atRCPT, "550 Connection frequency limited. https://open.work.weixin.qq.com/help2/pc/20049", limited},
			{atRCPT, "550 Mailbox unavailable or access denied [abc IP: 192.0.2.1].", mailboxFull},
			{atRCPT, "550 Mailbox not found. https://open.work.weixin.qq.com/help2/pc/20049", unregistered},
			{atDot, "550 Mail content denied. https://open.work.weixin.qq.com/help2/pc/20049", policy},
			{atRCPT, "550 Suspected spam sender.", policy},
			{atDot, "550 DMARC check failed [abc IP: 192.0.2.1].", policy},
			{atMAIL, "501 Mail from address must be same as authorization user.", badSender},
			{atMAIL, "502 Mail from must equal authorized user", badSender},
			{atMAIL, "503 Error: need EHLO and AUTH first !", badLogin},
			{atAUTH, "535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.", badLogin},
			{atRCPT, "501 Bad address syntax. http://service.mail.qq.com/cgi-bin/help?no=1", badRecipient},
		},
		"NetEase": {
			{atConnect, "421 HL:REP 163 smtp1,abc 1700000000", unavailable},
			{atConnect, "421 HL:ICC 163 smtp1,abc 1700000000", limited},
			{atMAIL, "421 HL:IFC 163 smtp1,abc 1700000000", limited},
			{atMAIL, "450 MI:DMC 163 smtp1,abc 1700000000", limited},
			{atRCPT, "450 RP:DRC 163 smtp1,abc 1700000000", limited},
			{atMAIL, "451 MI:SFQ 163 smtp1,abc 1700000000", limited},
			{atRCPT, "451 RP:QRC 163 smtp1,abc 1700000000", limited},
			{atRCPT, "550 RP:TRC 163 smtp1,abc 1700000000", limited},
			{atMAIL, "554 MI:STC 163 smtp1,abc 1700000000", usedUp},
			{atDot, "451 DT:SPM 163 smtp1,abc 1700000000,please try again", unavailable},
			{atDot, "554 DT:SPM 163 smtp1,abc 1700000000 http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1", policy},
			{atMAIL, "553 Mail from must equal authorized user", badSender},
			{atMAIL, "553 authentication is required,smtp1,abc", badLogin},
			{atMAIL, "553 Requested action not taken: NULL sender is not allowed", badSender},
			{atRCPT, "550 User not found: x", unregistered},
			{atRCPT, "550 Invalid User", unregistered},
			{atRCPT, "550 User suspended", unregistered},
			{atDot, "552 Illegal Attachment", policy},
			{atDot, "552 Requested mail action aborted: exceeded mailsize limit", largeMail},
			{atConnect, "554 IP is rejected, smtp auth error limit exceed", hostRefused},
			{atConnect, "554 HL:IHU 163 smtp1,abc 1700000000", hostRefused},
		},
		"Aliyun": {
			{atMAIL, "436 \"MAIL FROM\" doesn't conform with authentication (Auth Account:a|Mail Account:b)", badSender},
			{atMAIL, "440 mail from account doesn't conform with authentication", badSender},
			{atAUTH, "526 Authentication failure[0]", badLogin},
			{atRCPT, "554 RCPT (a) dosn't exist", unregistered},
			{atMAIL, "501 \"MAIL FROM\" is non-local account", badSender},
			{atRCPT, "553 \"RCPT TO\" mailbox unavailable", unregistered},
			{atRCPT, "552 mailbox is full", mailboxFull},
			{atDot, "510 The length of DATA content is achieved the maximum threshold", largeMail},
			{atMAIL, "541 This account isn't allowed to send email", hostRefused},
			{atRCPT, "542 This account isn't allowed to receive email", unregistered},
			{atDot, "551 virus infected mail rejected", policy},
			{atDot, "554 Reject by behaviour spam", policy},
			{atDot, "454 Transient reject by behaviour spam", unavailable},
			{atRCPT, "552 Daily sending quota exceeded", usedUp},
			{atDot, "552 Monthly sending quota exceeded", usedUp},
			{atMAIL, "552 Not enough sending quota", usedUp},
			{atMAIL, "551 Main account unavailable", hostRefused},
			{atRCPT, "556 The number of RCPTs is over size", notOffered},
			{atDot, "557 The length of DATA content is achieved the maximum threshold", largeMail},
			{atRCPT, "559 Invalid rcptto", unregistered},
		},
		"other providers": {
			{atDot, "553 Relaying disallowed as a@b.example", badSender},
			{atDot, "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.", badSender},
			{atMAIL, "550 Unauthenticated senders not allowed", badLogin},
			{atAUTH, "451 Authentication failed: Maximum credits exceeded", usedUp},
			{atMAIL, "451 You've exceeded your messaging limits", usedUp},
			{atDot, "450 Your account reached its email quota limit. Contact support to increase it. #MS42204", usedUp},
			{atDot, "451 4.7.1 Ratelimit \"user\" exceeded", limited},
			{atRCPT, "450 4.7.1 SASL login name rejected: You are sending too many emails too fast.", limited},
			{atConnect, "451 4.7.651 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.", limited},
			{atDot, "550 5.7.0 From address is not one of your addresses", badSender},
			{atDot, "550 5.1.0 Sender is not allowed to send from gmail.example (R2)", badSender},
			{atMAIL, "550-Requested action not taken: mailbox unavailable|550 Sender address is not allowed.", badSender},
			{atDot, "554-Transaction failed|554-Reject due to policy restrictions.|554 For explanation visit https://postmaster.example/error?c=hi", policy},
			{atMAIL, "502 5.7.0 Your SMTP account is not yet activated", hostRefused},
			{atMAIL, "502 5.7.0 Please authenticate first", badLogin},
			{atMAIL, "550 that IP address is not allowed to send", hostRefused},
			{atDot, "550-5.7.1 The IP you're using to send mail is not authorized to|550-5.7.1 send email directly to our servers. Please use the SMTP relay at your|550 5.7.1 service provider instead.", policy},
		},
		"Postfix, Exim, Sendmail and others": {
			{atRCPT, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", policy},
			{atRCPT, "550 sorry, no mailbox here by that name (#5.1.1)", unregistered},
			{atDot, "552 sorry, that message size exceeds my databytes limit (#5.3.4)", largeMail},
			{atDot, "451 qq temporary problem (#4.3.0)", unavailable},
			{atRCPT, "550 (#not.a.code) and (#5.1.1) in the middle", unregistered},
			{atRCPT, "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user c", badSender},
			{atRCPT, "550 5.1.8 <a@b.example>: Sender address rejected: Domain not found", badSender},
			{atRCPT, "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found", senderBusy},
			{atRCPT, "450 4.1.1 <a@b.example>: Recipient address rejected: unverified address", mailboxBusy},
			{atRCPT, "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see http://postgrey.example/help/b.html", mailboxBusy},
			{atRCPT, "454 4.7.1 <a@b.example>: Relay access denied", unavailable},
			{atRCPT, "554 5.7.1 <a@b.example>: Relay access denied", policy},
			{atRCPT, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example", policy},
			{atRCPT, "550 relay not permitted", policy},
			{atRCPT, "550 Relaying denied for this recipient", policy},
			{atRCPT, "451 4.3.0 Temporary lookup failure for this recipient", unavailable},
			{atRCPT, "450 This host is not receiving mail at present", mailboxBusy},
			{atRCPT, "450 4.7.1 Too many messages for this recipient", mailboxFull},
			{atRCPT, "550 Sender verify failed", badSender},
			{atRCPT, "550-JunkMail rejected - a.example [192.0.2.1]|550 is in an RBL", policy},
			{atRCPT, "550 Administrative prohibition", policy},
			{atRCPT, "550 Mailbox <spam.relay@marble.example> is unavailable, see https://relay.example/policy", unregistered},
			{atRCPT, "550 No such user, and this is no open relay", unregistered},
			{atDot, "552 quota@receiver.example: too long", largeMail},
			{atRCPT, "550 Unrouteable address", unregistered},
			{atMAIL, "421 localhost: too many messages in this connection", limited},
			{atRCPT, "421 4.2.1 closing", unavailable},
			{atMAIL, "450 4.2.1 sending at too high a rate", limited},
			{atMAIL, "552 5.2.2 over quota", usedUp},
			{atRCPT, "421 4.1.1 closing", unavailable},
			{atDot, "552 5.2.2 Message would take you over your relay quota of 500", mailboxFull},
			{atDot, "552 abc123 Message would take you over your relay quota of 500", usedUp},
			{atDATA, "550 5.7.1 <DATA>: Data command rejected: limit of 400 rcpts per 24 hours for client a reached", usedUp},
			{atDot, "552 Virus found", policy},
			{atDot, "552 Error: Too much mail data", largeMail},
			{atMAIL, "450 4.7.1 Error: too much mail from 192.0.2.1", limited},
			{atDot, "552 mailbox is full", mailboxFull},
			{atRCPT, "550 #5.1.0 Address rejected.", unregistered},
			{atRCPT, "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.", policy},
			{atRCPT, "550-5.1.1 no|554 5.1.1 such user", unregistered},
			{atMAIL, "450 4.7.1 the corporate gateway has generated this; we operate moderate filters", unavailable},
		},
	} {
		for _, c := range replies {
			wire := strings.ReplaceAll(c.reply, "|5", "\r\n5")
			wire = strings.ReplaceAll(wire, "|4", "\r\n4")
			p, err := readReply(bufio.NewReaderSize(strings.NewReader(wire+"\r\n"), maxLine))
			if err != nil {
				t.Fatalf("%s: %q: %v", who, c.reply, err)
			}
			if got := classify(c.at, p); got != c.want {
				t.Errorf("%s, %s: %q: got %v, want %v", who, stageNames[c.at], c.reply, got, c.want)
			}
		}
	}
	// No refusal of the sender is a recipient's, whatever it says: no other
	// transaction would be tried, nor another relay.
	for _, code := range []string{"421", "432", "450", "451", "452", "454", "500", "501", "521", "541", "542", "550", "551", "552", "553", "554", "556", "559", "563"} {
		for _, detail := range []string{"", "1.1", "1.8", "2.0", "2.1", "2.2", "2.3", "4.1", "5.3", "7.1", "7.28"} {
			for _, words := range []string{"", "too many", "rate", "mailbox full", "receiving mail too quickly", "no such user", "mailbox unavailable or access denied"} {
				wire := code + " "
				if detail != "" {
					wire += code[:1] + "." + detail + " "
				}
				p, err := readReply(bufio.NewReader(strings.NewReader(wire + words + "\r\n")))
				if err != nil {
					t.Fatal(err)
				}
				if v := classify(atMAIL, p); v.scope == waybill.ScopeRecipient {
					t.Errorf("%q at MAIL: %v", wire+words, v)
				}
			}
		}
	}
	for text, want := range map[string]bool{
		"452 4.5.3 Your message has too many recipients. - gsmtp": true, "452 4.5.3 Domain policy size per transaction exceeded, please try this recipient in a separate transaction.": true,
		"451 4.3.0 Multiple destination domains per transaction is unsupported. Please try again.": true, "550 5.5.3 Too many recipients": true, "452 Too many recipients": true,
		"550 RP:RCL 163 smtp1,abc 1700000000": true, "505 the total of RCPTs is achieved the maximum threshold": true, "451 out of allow RCPT numbers.": true,
		"550 5.1.1 no such user": false, "452 4.2.2 over quota": false,
	} {
		p, err := readReply(bufio.NewReader(strings.NewReader(text + "\r\n")))
		if err != nil || tooMany(p) != want {
			t.Errorf("%q: too many recipients: %v, %v", text, tooMany(p), err)
		}
	}
}

// TestTimesToWait reads how long relays ask to wait.
func TestTimesToWait(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"4.7.1 greylisted for 300 seconds":                    5 * time.Minute,
		"greylisting in action, please come back in 00:04:59": 299 * time.Second,
		"temporarily deferred, try again in 5 minutes.":       5 * time.Minute,
		"rate limit, retry after 1 hour":                      time.Hour,
		"please retry in 60s":                                 time.Minute,
		"please wait for 1 minute, then try again":            time.Minute,
		"try again later":                                     0,
		"timeout after 300 seconds":                           0,
		"please try again in 99999999999999999999 seconds":    0,
		"please try again in a while":                         0,
		"try again in":                                        0,
		"":                                                    0, "in": 0, "again in 5": 0, "try again in 500ms": 0, "again for 5 recipients": 0, "in 00:04": 0,
	} {
		if got := waitOf(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
