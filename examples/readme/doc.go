// Package readme holds the README's snippets as runnable examples, and tests
// that the README says the same and that its table of providers is true.
package readme
