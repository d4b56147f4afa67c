package push

import (
	"reflect"

	"github.com/waybill-go/waybill"
)

// Override holds what only one vendor knows. Each adapter defines a struct of
// its own with this method on the value, such as fcmpush.Override, whose fields
// that are set win over what the notification maps to.
//
// An override cannot make an invalid notification valid, does not change whom it
// goes to, and counts towards the vendor's size limit. Other vendors do not see
// it.
type Override interface {
	// PushVendor is whose override it is.
	PushVendor() Vendor
}

// isNil reports whether an override is nil or a nil pointer, whose method would
// panic.
func isNil(o Override) bool {
	if o == nil {
		return true
	}
	v := reflect.ValueOf(o)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// checkOverrides says what is wrong with a list of overrides, or "".
func checkOverrides(list []Override) string {
	for i, o := range list {
		if isNil(o) {
			return "an override is nil"
		}
		v := o.PushVendor()
		if v == "" {
			return "an override names no vendor"
		}
		for _, other := range list[:i] {
			if other.PushVendor() == v {
				return "two overrides are for the same vendor"
			}
		}
	}
	return ""
}

// OverrideOf returns the notification's override for the vendor of T, which an
// adapter's override is a struct of, or the zero T when there is none. One for
// that vendor that is of another type is Unsupported: it was written for another
// adapter. A pointer to a T counts as a T.
func OverrideOf[T Override](n *Notification) (T, *waybill.Error) {
	var none T
	for _, o := range n.Overrides {
		if isNil(o) || o.PushVendor() != none.PushVendor() {
			continue
		}
		if v, ok := o.(T); ok {
			return v, nil
		}
		if p, ok := any(o).(*T); ok {
			return *p, nil
		}
		return none, waybill.NotSupported(string(Send), "the override for this vendor is of another adapter's type").With("", "", n.Key)
	}
	return none, nil
}
