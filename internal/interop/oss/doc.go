// Package oss has the fake of OSS judged by OSS's own library.
package oss
