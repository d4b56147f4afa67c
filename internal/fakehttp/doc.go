// Package fakehttp is what every fake provider server is made of: a listening HTTP server on the loopback interface
// that can be told to fail at any stage, remembers what it was asked, counts what it accepted and checks parameters
// strictly. The public <domain>test packages build their fake vendors on it, and so do the runnable examples, so it
// needs no testing.TB and nothing but the standard library.
//
// # Server
//
// [New] starts a server for a handler, which speaks the vendor's protocol and knows nothing of faults, logs and
// counts. It speaks HTTP/1.1, and with [TLS] HTTPS with HTTP/1.1 and HTTP/2. [Server.Client] returns a client that
// trusts it. [Server.Close] ends every hang and leaves no goroutine.
//
// # Faults
//
// A [Fault] is what the client sees going wrong. Each comes in up to two flavours: before processing (the handler
// never saw the request: nothing was accepted) and after processing (the handler ran and counted it, and then the
// reply went wrong; made with [After]). The difference is the one that decides whether a message may be sent again.
// [Server.Fail], [Server.FailNext], [Server.FailWhen], [Server.FailAfter] and the general [Server.Script] install
// faults, [Server.Heal] takes them away. [AllFaults] lists them all, for suites that try each.
//
// # What the fake saw
//
// [Server.Log] returns the last exchanges with the secrets masked, [Server.Count] how often a path was asked for, and
// a [Ledger] what was accepted how often, from which [TallyOf] works out duplicates and losses at the fake, where they
// cannot be argued away.
//
// # Strictness
//
// [Params] checks a query or a form, [DecodeJSON] a JSON body: what is unknown, missing, repeated or malformed comes
// back as a [ParamError] that the fake turns into the vendor's own refusal.
//
// # Concurrency
//
// Servers and ledgers are safe for concurrent use. Options, faults and rules are values that are not changed once
// handed over.
package fakehttp
