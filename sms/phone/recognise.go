package phone

import _ "embed" // the automaton

//go:generate sh -c "go run ../../internal/phonetable > valid.bin"

// planTable is the table that internal/phonetable writes: ten successors of 16
// bits for each node, then one byte for each.
//
//go:embed valid.bin
var planTable string

const (
	rowBytes  = 20
	nodeBytes = rowBytes + 1
)

// recognition is what the automaton says of a text: 0 for all that it does not
// know, which may be valid all the same.
type recognition uint8

const (
	kindBits recognition = 15
	// changeable: parsing might take a national prefix away.
	changeable recognition = 16
	// impossibleLength: the library calls the length of this valid number
	// impossible, since it asks the main region of the calling code alone.
	impossibleLength recognition = 32
)

func (r recognition) valid() bool            { return r&kindBits != 0 }
func (r recognition) kind() Kind             { return Kind(r & kindBits) }
func (r recognition) has(b recognition) bool { return r&b != 0 }

// recognise reads a text that is canonical: a plus sign and digits. It allocates
// nothing.
func recognise(s string) recognition {
	if len(s) < 2 || len(s) > 1+e164Digits || s[0] != '+' {
		return 0
	}
	at := 1
	for i := 1; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0
		}
		p := at*rowBytes + 2*int(d)
		at = int(planTable[p]) | int(planTable[p+1])<<8
		if at == 0 {
			return 0
		}
	}
	return recognition(planTable[len(planTable)/nodeBytes*rowBytes+at])
}
