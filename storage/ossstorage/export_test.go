package ossstorage

// Cut makes the bucket upload in parts of so many bytes what is longer than
// three of them, so that tests of many parts are quick.
func Cut(b *Bucket, part int64) { b.partSize, b.single = part, 3*part }
