// Package mixed streams 100,000 tokens of five vendors through one client to the
// strict fakes of those vendors, which run in a process of their own.
package mixed
