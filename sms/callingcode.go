package sms

// CallingCode returns the country calling code of the number without "+", such
// as "86" or "852": the code of the ITU's list that the digits begin with. No
// code is the beginning of another, so that the answer is certain. It returns
// "" for a number that is not canonical. Several regions share a code ("1",
// "7", "44" ...): see [Number.Region].
func (n Number) CallingCode() string {
	if n.fault() != "" {
		return ""
	}
	return string(n[1 : 1+callingCodeLen(string(n[1:]))])
}

// callingCodeLen returns how many of the leading digits of d are an assigned
// country calling code (ITU-T E.164.D), or 0. The digits are ASCII.
func callingCodeLen(d string) int {
	if d == "" {
		return 0
	}
	if d[0] == '1' || d[0] == '7' {
		return 1
	}
	if len(d) < 2 {
		return 0
	}
	switch d[:2] {
	case "20", "27",
		"30", "31", "32", "33", "34", "36", "39",
		"40", "41", "43", "44", "45", "46", "47", "48", "49",
		"51", "52", "53", "54", "55", "56", "57", "58",
		"60", "61", "62", "63", "64", "65", "66",
		"81", "82", "84", "86",
		"90", "91", "92", "93", "94", "95", "98":
		return 2
	}
	if len(d) < 3 {
		return 0
	}
	assigned := ""
	switch d[:2] {
	case "22", "23", "24", "26", "35", "50", "59":
		assigned = "0123456789"
	case "21":
		assigned = "12368"
	case "25":
		assigned = "012345678"
	case "29":
		assigned = "01789"
	case "37":
		assigned = "012345678"
	case "38":
		assigned = "01235679"
	case "42":
		assigned = "013"
	case "67":
		assigned = "023456789"
	case "68":
		assigned = "012356789"
	case "69":
		assigned = "012"
	case "80":
		assigned = "08"
	case "85":
		assigned = "02356"
	case "87":
		assigned = "08"
	case "88":
		assigned = "012368"
	case "96":
		assigned = "012345678"
	case "97":
		assigned = "012345679"
	case "99":
		assigned = "234568"
	}
	for i := range len(assigned) {
		if assigned[i] == d[2] {
			return 3
		}
	}
	return 0
}
