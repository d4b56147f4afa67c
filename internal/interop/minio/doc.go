// Package minio has the fake of S3 judged by a client of others, minio-go, which
// signs each chunk of what it sends.
package minio
