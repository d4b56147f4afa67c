//go:build !race

package phone

const thinned = 1
