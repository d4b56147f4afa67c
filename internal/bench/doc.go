// Package bench compares the engine with general resilience libraries. It is a
// module of its own, so that nobody who imports this library gets them.
package bench
