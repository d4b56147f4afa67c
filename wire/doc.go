// Package wire is the guarded HTTP client through which every adapter speaks to
// its vendor, a vendor's own library included.
package wire
