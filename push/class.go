package push

import (
	"maps"

	"github.com/waybill-go/waybill"
)

// Kinds returns the kinds that a notification can have, in the order of their
// numbers.
func Kinds() []Kind { return []Kind{KindOrder, KindStatus, KindCoupon, KindMarketing} }

// CheckClasses checks an adapter's table of its vendor's classes (channel,
// category, level, importance) by kind, and returns a copy of it. Every kind must
// have a row: a kind that the table forgets is a mistake that must show when the
// program starts, and is never taken for marketing. A row of an unknown kind is
// refused too. check, when not nil, says what is wrong with a row, or "".
//
// Every adapter with classes has them as Options.Classes, a map[push.Kind]Class
// of its own struct, and calls this in New. Only a vendor that lets an app name
// its channels freely has a default table; one whose classes are applied for has
// none. The error is InvalidArgument.
func CheckClasses[C any](provider string, classes map[Kind]C, check func(Kind, C) string) (map[Kind]C, error) {
	bad := func(why string) error { return waybill.Invalid("new", "Classes: "+why).With(provider, "", "") }
	for _, k := range Kinds() {
		row, ok := classes[k]
		if !ok {
			return nil, bad("there is no row for kind " + k.String())
		}
		if check == nil {
			continue
		}
		if why := check(k, row); why != "" {
			return nil, bad("kind " + k.String() + ": " + why)
		}
	}
	if len(classes) != len(Kinds()) {
		return nil, bad("there is a row for an unknown kind")
	}
	return maps.Clone(classes), nil
}
