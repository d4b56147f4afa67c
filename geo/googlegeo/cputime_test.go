//go:build !linux

package googlegeo_test

import "time"

var began = time.Now()

// processTime is the time of the clock, where the CPU's cannot be had with the
// standard library.
func processTime() time.Duration { return time.Since(began) }
