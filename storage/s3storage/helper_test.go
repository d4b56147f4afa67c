package s3storage_test

import "hash/crc32"

func crc(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }
