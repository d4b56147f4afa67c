//go:build !linux

package googleroute

import "time"

var began = time.Now()

// threadTime is the time of the clock, where a thread's own cannot be had with
// the standard library.
func threadTime() time.Duration { return time.Since(began) }
