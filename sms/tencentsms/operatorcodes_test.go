package tencentsms

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill/sms"
)

// A code stands in the table once, and none is a word of SMPP's.
func TestOperatorCodesAreUnique(t *testing.T) {
	seen := make(map[string]bool)
	for _, class := range operatorCodes {
		for code := range strings.FieldsSeq(class.codes) {
			if _, word := sms.StatusOfSMPP(code); seen[code] || word {
				t.Errorf("%s stands in the table twice, or is a word of SMPP's", code)
			}
			seen[code] = true
		}
	}
	if len(seen) < 1850 {
		t.Errorf("%d codes", len(seen))
	}
}
