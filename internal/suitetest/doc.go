// Package suitetest is what the conformance suites of all domains have in
// common: geotest, routetest, smstest, pushtest, mailtest and storagetest each
// know their domain's requests and answers, and build on this package for the
// rest.
//
// # Subtests
//
// [T] is the part of *testing.T that a suite uses; [Of] makes one. A suite runs
// on a T, so that [Try] can run it on an adapter that is wrong and tell what it
// complained about. [Skips] are the subtests that a harness leaves out.
//
// # Errors
//
// [Error] checks what holds for every error of a call, [Class] what a vendor's
// code must become, [Expect] and [Transport] what a fault of the transport must
// become, [Ended] and [AttemptEnded] how the end of a context is told.
//
// # Secrets
//
// [Leaks] looks for secrets and personal data in texts and in every node of an
// error's tree.
//
// # Contract
//
// The functions complain to the T and never repeat the text that they complain
// about. They hold no state, and all may be used at the same time.
package suitetest
