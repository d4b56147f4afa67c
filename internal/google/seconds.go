package google

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// maxSeconds bounds a duration to a hundred years: no route takes longer, and
// [time.Duration] would overflow at 292.
const maxSeconds = 100 * 365 * 24 * 3600

// ParseSeconds reads the JSON form of a google.protobuf.Duration: decimal
// seconds with the suffix "s", such as "165s" or "3.5s". Negative, absurd and
// otherwise written durations are refused.
func ParseSeconds(s string) (time.Duration, bool) {
	digits, ok := strings.CutSuffix(s, "s")
	if !ok || digits == "" {
		return 0, false
	}
	whole := 0
	for i := range len(digits) {
		c := digits[i]
		if c == '.' {
			return parseFraction(digits)
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		if whole = whole*10 + int(c-'0'); whole > maxSeconds {
			return 0, false
		}
	}
	return time.Duration(whole) * time.Second, true
}

func parseFraction(digits string) (time.Duration, bool) {
	if strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || !(f >= 0 && f <= maxSeconds) {
		return 0, false
	}
	return time.Duration(math.Round(f * float64(time.Second))), true
}
