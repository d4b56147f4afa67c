// Package body is what the adapters of package storage share about the bytes
// that go in and out: the body of a Put with its length, its errors and the
// means to read it again ([Source]), the arithmetic of ranges ([Span]), and the
// verified reader of a stored object ([Verify]).
//
// It knows nothing of package storage, so that this may use it too.
//
// # Concurrency
//
// A Source and a verified reader serve one call.
package body
