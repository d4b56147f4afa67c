// Package storagetest proves that a storage.Bucket keeps its contract, and has
// strict fakes of S3 and OSS to try buckets and services against.
//
// # Conformance
//
// [Run] tries every sentence of the contract on any bucket, a stranger's too:
//
//	func TestConformance(t *testing.T) {
//		storagetest.Run(t, storagetest.Harness{
//			New: func(t testing.TB) storage.Bucket { return mybucket.New(…) },
//		})
//	}
//
// What a store is documented not to do is passed over with its reason in
// [Harness].Skip. A bucket that speaks HTTP also gives [Harness].Wire, and is
// then tried with every fault of the transport; [NewServer] makes a server for
// that of any handler that speaks the store's protocol.
//
// # The fake S3 server
//
// [NewS3] starts a server on the loopback interface that verifies Signature
// Version 4 in headers and in links, checksums, part sizes and conditions,
// refuses what S3 refuses, answers in its shapes and codes, and can be told to
// fail at any stage. Objects are in memory, large ones in temporary files.
//
// # The fake OSS server
//
// [NewOSS] does the same for Alibaba Cloud OSS: the signatures V4 and V1, CRC-64,
// the ban on overwriting, and OSS's own way with ranges.
//
// # Concurrency
//
// The suite's subtests run one after the other or in parallel, as the harness
// says. Servers are safe for concurrent use.
package storagetest
