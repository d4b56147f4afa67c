// Package storage compares s3storage and ossstorage with the vendors' own
// libraries, each in a process of its own, so that what is counted is the
// client's alone.
package storage
