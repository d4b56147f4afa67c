package push

import (
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
)

// Vendor names the push service that issued a token. The names are frozen.
type Vendor string

// The vendors.
const (
	FCM    Vendor = "fcm"
	APNs   Vendor = "apns"
	Huawei Vendor = "huawei"
	Honor  Vendor = "honor"
	Xiaomi Vendor = "xiaomi"
	OPPO   Vendor = "oppo"
	Vivo   Vendor = "vivo"
	Meizu  Vendor = "meizu"
	// HuaweiQuick is Huawei's service for quick apps: the same servers, tokens
	// and messages of their own.
	HuaweiQuick Vendor = "huawei_quick"
)

// Vendors returns the vendors of this package.
func Vendors() []Vendor {
	return []Vendor{FCM, APNs, Huawei, Honor, Xiaomi, OPPO, Vivo, Meizu, HuaweiQuick}
}

// known reports whether v is one of this package's vendors, whose names are no
// secret.
func (v Vendor) known() bool { return slices.Contains(Vendors(), v) }

// OS is a device's system. The numbers are those of the company's apps and are
// frozen.
type OS uint8

// The systems. The zero value says nothing.
const (
	OSUnknown OS = 0
	Android   OS = 1
	IOS       OS = 2
)

// String returns the system's frozen name.
func (o OS) String() string {
	switch o {
	case OSUnknown:
		return "unknown"
	case Android:
		return "android"
	case IOS:
		return "ios"
	}
	return "invalid"
}

// The environments of a token. Empty means Production.
const (
	Production = "production"
	Sandbox    = "sandbox"
)

// Token addresses one installation of one app. Value is personal data and a
// secret of the device: it stands in no error and no log.
type Token struct {
	// Vendor is whose token it is.
	Vendor Vendor
	// App is the application's id (bundle, package, project); empty means the
	// only one.
	App string
	// Env is [Production] (also when empty) or [Sandbox], which only APNs
	// knows.
	Env   string
	Value string
	// OS is the device's system where it is known. FCM's tokens do not show it,
	// and a data-only push is another thing on an iPhone; see
	// [Notification.CheckToken].
	OS OS
	// Language is the language (BCP 47, such as "zh-Hant-TW") of the token's
	// user; see [Notification.Texts]. Empty means the notification's own.
	Language string
}

// maxToken bounds a token's value, far above what any vendor issues.
const maxToken = 4096

// Validate checks what holds for the tokens of every vendor. The error is
// InvalidArgument with scope Recipient; nothing was sent.
func (t Token) Validate() error {
	msg := ""
	switch {
	case t.Vendor == "":
		msg = "the token names no vendor"
	case t.Value == "":
		msg = "the token is empty"
	case len(t.Value) > maxToken:
		msg = "the token is longer than 4096 bytes"
	case strings.ContainsFunc(t.Value, func(r rune) bool { return r <= ' ' || r > '~' }):
		msg = "the token holds characters that no vendor uses"
	case t.Env != "" && t.Env != Production && t.Env != Sandbox:
		msg = "the token's environment is unknown"
	case t.OS > IOS:
		msg = "the token's system is unknown"
	case t.Language != "" && !validLanguage(t.Language):
		msg = "the token's language is no language tag"
	}
	if msg == "" {
		return nil
	}
	return &waybill.Error{Code: waybill.InvalidArgument, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent,
		Provider: "push", Op: string(Send), Message: msg}
}

// Apple reports whether the token is known to be an Apple device's: one of
// [APNs], or of any vendor with OS [IOS].
func (t Token) Apple() bool { return t.Vendor == APNs || t.OS == IOS }

// same returns what makes a token itself, in one spelling, so that equal tokens
// compare equal.
func (t Token) same() Token {
	if t.Env == Production {
		t.Env = ""
	}
	t.OS, t.Language = OSUnknown, ""
	return t
}

// String masks the token's value.
func (t Token) String() string { return string(t.Vendor) + ":" + mask(t.Value) }

// GoString masks the token's value.
func (t Token) GoString() string { return t.String() }

func mask(v string) string {
	if len(v) <= 12 {
		return "…"
	}
	return v[:4] + "…"
}
