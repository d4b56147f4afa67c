package main

import (
	"context"
	"net"
	"net/http"
	"os"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// side is whose files a bucket may hold.
type side uint8

const (
	everywhere side = iota // the only bucket that there is
	mainland
	abroad
)

// shelf is a bucket under the name that it has in its client.
type shelf struct {
	name   string
	bucket storage.Bucket
	side   side
	// has asks the fake itself whether an object is visible; nil for real ones.
	has func(ctx context.Context, key string) bool
}

// holds reports whether files of the mainland, or else of abroad, may lie there.
func (s shelf) holds(home bool) bool {
	return s.side == everywhere || (s.side == mainland) == home
}

// addBuckets builds the buckets: OSS at home, with a second bucket in another
// region of the mainland; S3 abroad, and behind it a folder of this machine that
// a small server makes reachable. If only one of the two is real, it holds all
// files.
func (p *providers) addBuckets() {
	oss, s3 := p.getenv("OSS_BUCKET"), p.getenv("S3_BUCKET")
	if oss+s3 == "" {
		p.addFakeOSS("oss", "cn-shenzhen")
		p.addFakeOSS("oss-b", "cn-shanghai")
		p.addFakeS3()
		p.addFolder()
		return
	}
	if oss != "" {
		p.addOSS(oss, s3 == "")
	}
	if s3 != "" {
		p.addS3(s3, oss == "")
	}
}

func (p *providers) addOSS(name string, alone bool) {
	s := shelf{name: "oss", side: mainland}
	if alone {
		s.side = everywhere
	}
	b, err := ossstorage.New(name, p.getenv("OSS_ACCESS_KEY"), p.getenv("OSS_SECRET_KEY"), &ossstorage.Options{
		Region: p.getenv("OSS_REGION"), BaseURL: p.getenv("OSS_ENDPOINT"), LinkURL: p.getenv("OSS_LINK_URL"), Account: waybill.NewAccount("oss", waybill.Limits{})})
	s.bucket = must(p, b, err)
	p.buckets = append(p.buckets, s)
	p.real("storage", "oss", firstOf(p.getenv("OSS_ENDPOINT"), "https://oss-"+firstOf(p.getenv("OSS_REGION"), ossstorage.DefaultRegion)+".aliyuncs.com"))
}

func (p *providers) addS3(name string, alone bool) {
	s := shelf{name: "s3", side: abroad}
	if alone {
		s.side = everywhere
	}
	endpoint := p.getenv("S3_ENDPOINT")
	b, err := s3storage.New(name, p.getenv("S3_ACCESS_KEY"), p.getenv("S3_SECRET_KEY"), &s3storage.Options{
		BaseURL: endpoint, Region: p.getenv("S3_REGION"), PathStyle: endpoint != "", Account: waybill.NewAccount("s3", waybill.Limits{})})
	s.bucket = must(p, b, err)
	p.buckets = append(p.buckets, s)
	p.real("storage", "s3", firstOf(endpoint, "https://s3.amazonaws.com"))
}

func (p *providers) addFakeOSS(name, region string) {
	f := storagetest.NewOSS(&storagetest.OSSOptions{Region: region, AccessKey: "FAKEOSSKEY", SecretKey: "fake-oss-secret-of-" + name})
	p.start("storage", name, speaksOSS, f, isName)
	b, err := ossstorage.New(f.Bucket(), "FAKEOSSKEY", "fake-oss-secret-of-"+name, &ossstorage.Options{
		BaseURL: f.URL(), HTTPClient: f.Client(), Region: region, Account: waybill.NewAccount(name, waybill.Limits{})})
	p.buckets = append(p.buckets, shelf{name, must(p, b, err), mainland, func(_ context.Context, key string) bool { return f.Stored(key) }})
}

func (p *providers) addFakeS3() {
	f := storagetest.NewS3(&storagetest.S3Options{AccessKey: "FAKEACCESSKEY", SecretKey: "fake-s3-secret"})
	p.start("storage", "s3", speaksS3, f, isName)
	b, err := s3storage.New(f.Bucket(), "FAKEACCESSKEY", "fake-s3-secret", &s3storage.Options{
		BaseURL: f.URL(), HTTPClient: f.Client(), Region: f.Region(), PathStyle: true, Account: waybill.NewAccount("s3", waybill.Limits{})})
	p.buckets = append(p.buckets, shelf{"s3", must(p, b, err), abroad, func(_ context.Context, key string) bool { return f.Stored(key) }})
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
	p.buckets = append(p.buckets, shelf{"files", b, abroad, func(ctx context.Context, key string) bool {
		_, err := b.Head(ctx, key)
		return err == nil
	}})
	p.list = append(p.list, endpoint{domain: "storage", name: "files", url: url, speaks: "a temporary folder on this machine", own: true})
}
