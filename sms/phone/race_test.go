//go:build race

package phone

// thinned is how many comparisons with the library stand for one: the race
// detector makes them ten times as slow, and nothing here runs at once.
const thinned = 16
