//go:build race

package nearby_test

const raceEnabled = true
