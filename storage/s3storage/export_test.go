package s3storage

// Cut makes the bucket upload in parts of so many bytes, smaller than S3 allows,
// what is longer than three of them, so that tests of many parts are quick.
func Cut(b *Bucket, part int64) {
	b.manager.PartSizeBytes, b.single = part, 3*part
}
