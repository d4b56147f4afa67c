package world

import "strings"

// houseNumber writes a house number as the language does.
func houseNumber(number, lang string) string {
	if number == "" {
		return ""
	}
	switch lang {
	case Chinese:
		return strings.ReplaceAll(number, "-", "之") + "号"
	case Traditional:
		return strings.ReplaceAll(number, "-", "之") + "號"
	}
	return number
}

// oneLine writes an address in one line, in the order usual for the language and region.
func oneLine(a Address, lang, region string) string {
	switch {
	case lang == Chinese || lang == Traditional:
		return join("", a.Province, differing(a.City, a.Province), a.District, a.Town, a.Street, a.Number)
	case lang == Thai:
		return join(" ", a.Number, a.Street, a.Town, a.District, a.City, a.Postcode)
	case region == "BR":
		// São Paulo is the state of SP, whichever town of it.
		return join(", ", join(" - ", join(", ", a.Street, a.Number), a.District), join(" - ", a.City, "SP"), a.Postcode, a.Country)
	case lang == Portuguese:
		return join(", ", join(", ", a.Street, a.Number), a.District, a.City)
	}
	street := join(" ", a.Number, a.Street)
	last := join(", ", differing(a.Province, a.City), differing(a.Country, a.City))
	switch region {
	case "SG":
		return join(", ", street, join(" ", a.City, a.Postcode))
	case "HK", "MO":
		return join(", ", street, a.District, a.City)
	case "TW":
		return join(", ", strings.TrimSpace(numbered(a)), a.District, join(" ", a.City, a.Postcode), a.Country)
	case "TH":
		return join(", ", street, a.Town, a.District, join(" ", a.City, a.Postcode), a.Country)
	case "IN":
		return join(", ", street, a.Town, a.City, join(" ", a.Province, a.Postcode), a.Country)
	}
	return join(", ", street, a.District, a.City, last, a.Postcode)
}

// numbered writes street and number as Taiwan does in English.
func numbered(a Address) string {
	if a.Number == "" {
		return a.Street
	}
	return "No. " + a.Number + ", " + a.Street
}

// differing returns a, or "" if it is the same as b.
func differing(a, b string) string {
	if a == b {
		return ""
	}
	return a
}

// join joins what is not empty.
func join(sep string, parts ...string) string {
	kept := make([]string, 0, len(parts))
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, sep)
}
