// Package storage keeps attachments and other objects in whichever bucket lies
// best: one contract, [Bucket], for stores in the cloud, in a folder and in
// memory, and two clients over several of them: [Failover] keeps an object in the
// bucket that takes it, [Mirror] in all of them.
//
// # Usage
//
//	obj, err := bucket.Put(ctx, "invoices/2024/0815.pdf", file, storage.PutOptions{ContentType: "application/pdf"})
//	link, err := bucket.SignedURL(ctx, obj.Key, storage.SignOptions{Expires: 24 * time.Hour})
//
// # Buckets
//
// storage/s3storage speaks to Amazon S3 and what is compatible with it,
// storage/ossstorage to Alibaba Cloud OSS, storage/filestorage keeps a folder,
// storage/memstorage the process's memory.
//
// A bucket of your own implements [Bucket] and proves itself with
// storage/storagetest. Its methods begin with [ValidateKey] and the Validate of
// their options. [PutBody] holds what is written to the contract, GetOptions.Span
// and [Verify] what is read, ListOptions.Folded what is listed.
//
// # Errors
//
// Every failing call returns a *waybill.Error. A missing object is NotFound, a
// condition of the request that does not hold AlreadyExists or
// FailedPrecondition. Delivery says of a Put whether the object may be there
// although the call failed: NotSent means that it is not.
//
// # Several buckets
//
// [NewFailover] puts buckets in an order, each with the regions whose files it
// may hold:
//
//	files, err := storage.NewFailover(
//		storage.With(oss, storage.As("oss"), storage.In("CN")),
//		storage.With(s3, storage.As("s3"), storage.Outside("CN")),
//		storage.WithDefaultRegion("CN"),
//	)
//
// What it returns are keys with the bucket's name before them, "oss:invoices/1",
// and those are what to keep: they say where the object lies. See [Failover].
//
// [NewMirror] writes every object to all of them, and acknowledges it when a
// quorum has it. See [Mirror] for what happens when one dies, and [Mirror.Sync].
//
// # Concurrency
//
// Buckets and clients are safe for concurrent use. A [Reader] is one
// goroutine's.
package storage
