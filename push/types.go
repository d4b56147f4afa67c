package push

import (
	"strconv"

	"github.com/waybill-go/waybill"
)

// The numbers by which the company's apps and servers name the service of a
// token. They are frozen; what has no name here is unassigned.
const (
	TypeApple       = 3
	TypeXiaomi      = 4
	TypeHuawei      = 5
	TypeMeizu       = 6
	TypeOPPO        = 7
	TypeVivo        = 8
	TypeHuaweiQuick = 10
	TypeFCM         = 13
)

// vendorOf are the assigned numbers. Honor's is a TypeTable's.
var vendorOf = map[int]Vendor{
	TypeApple: APNs, TypeXiaomi: Xiaomi, TypeHuawei: Huawei, TypeMeizu: Meizu, TypeOPPO: OPPO, TypeVivo: Vivo,
	TypeHuaweiQuick: HuaweiQuick, TypeFCM: FCM,
}

// TypeTable converts between numbers and vendors. The zero value knows the
// assigned numbers; it is safe for concurrent use.
type TypeTable struct {
	// Honor is the number of Honor's tokens. None is assigned, so 0, the
	// default, means that there are none: a token of Honor then has no number,
	// and is never sent to Huawei under Huawei's.
	Honor int
}

// Validate fails with InvalidArgument when Honor's number is that of another
// vendor, or negative.
func (t TypeTable) Validate() error {
	if _, taken := vendorOf[t.Honor]; taken || t.Honor < 0 {
		return waybill.Invalid("new", "Honor's number is negative or another vendor's").With("push", "", "")
	}
	return nil
}

// Vendor returns the vendor of a number on a system. [FCM] is on both, [APNs] on
// iOS alone, the phone makers on Android alone; what does not go together, and a
// number that is not assigned, are InvalidArgument.
func (t TypeTable) Vendor(number int, os OS) (Vendor, error) {
	bad := func(why string) (Vendor, error) {
		return "", waybill.Invalid("report", why).With("push", "", "")
	}
	if os != Android && os != IOS {
		return bad("os is neither 1 (Android) nor 2 (iOS)")
	}
	v, ok := vendorOf[number]
	if !ok && number > 0 && number == t.Honor {
		v, ok = Honor, true
	}
	switch {
	case !ok:
		return bad("the token type is not assigned")
	case v == APNs && os != IOS:
		return bad("a token of Apple's is reported by another system than iOS")
	case v != APNs && v != FCM && os == IOS:
		return bad("a token of a phone maker is reported by iOS")
	}
	return v, nil
}

// Number returns the number of a vendor, and whether it has one.
func (t TypeTable) Number(v Vendor) (int, bool) {
	if v == Honor {
		return t.Honor, t.Honor > 0
	}
	for number, vendor := range vendorOf {
		if vendor == v {
			return number, true
		}
	}
	return 0, false
}

// parseOS reads a system's number.
func parseOS(s string) (OS, bool) {
	n, err := strconv.Atoi(s)
	return OS(n), err == nil && (n == int(Android) || n == int(IOS))
}
