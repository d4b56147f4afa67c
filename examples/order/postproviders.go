package main

import (
	"net"
	"net/http"
	"os"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// shelf is a bucket under the name that it has in its client.
type shelf struct {
	name   string
	bucket storage.Bucket
}

// addBuckets builds the buckets: S3, and behind it a folder of this machine that
// a small server makes reachable.
func (p *providers) addBuckets() {
	account := waybill.NewAccount("s3", waybill.Limits{})
	if name := p.getenv("S3_BUCKET"); name != "" {
		endpoint := p.getenv("S3_ENDPOINT")
		b, err := s3storage.New(name, p.getenv("S3_ACCESS_KEY"), p.getenv("S3_SECRET_KEY"), &s3storage.Options{
			BaseURL: endpoint, Region: p.getenv("S3_REGION"), PathStyle: endpoint != "", Account: account})
		p.buckets = append(p.buckets, shelf{"s3", must(p, b, err)})
		if endpoint == "" {
			endpoint = "https://s3.amazonaws.com"
		}
		p.real("storage", "s3", endpoint)
		return
	}
	f := storagetest.NewS3(&storagetest.S3Options{AccessKey: "FAKEACCESSKEY", SecretKey: "fake-s3-secret"})
	p.start("storage", "s3", speaksS3, f, isName)
	b, err := s3storage.New(f.Bucket(), "FAKEACCESSKEY", "fake-s3-secret", &s3storage.Options{
		BaseURL: f.URL(), HTTPClient: f.Client(), Region: f.Region(), PathStyle: true, Account: account})
	p.buckets = append(p.buckets, shelf{"s3", must(p, b, err)})
	p.addFolder()
}

// addFolder makes a bucket of a temporary folder, which is removed at the end.
func (p *providers) addFolder() {
	dir, err := os.MkdirTemp("", "order-*")
	if must(p, dir, err); err != nil {
		return
	}
	p.closers = append(p.closers, func() { os.RemoveAll(dir) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if must(p, listener, err); err != nil {
		return
	}
	url := "http://" + listener.Addr().String()
	b, err := filestorage.New(dir, &filestorage.Options{BaseURL: url, Secret: []byte("a secret of at least 16 bytes")})
	if must(p, b, err); err != nil {
		listener.Close()
		return
	}
	server := &http.Server{Handler: b.Handler()}
	go server.Serve(listener)
	p.closers = append(p.closers, func() { server.Close(); b.Close() })
	p.buckets = append(p.buckets, shelf{"files", b})
	p.list = append(p.list, endpoint{domain: "storage", name: "files", url: url, speaks: "a temporary folder on this machine", own: true})
}
