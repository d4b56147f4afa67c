package storage

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	osscredentials "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// side is one client: put stores a body, get reads an object and throws it away.
type side struct {
	put func(ctx context.Context, key string, body io.Reader) error
	get func(ctx context.Context, key string) error
	// upload stores what is long.
	upload func(ctx context.Context, key string, body io.Reader) error
}

const (
	access = "key-of-the-benchmark"
	secret = "secret-of-the-benchmark"
)

func transport() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

func drain(r io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	_ = r.Close()
	return err
}

// ours is a bucket of this module.
func ours(b storage.Bucket, err error) (side, error) {
	put := func(ctx context.Context, key string, body io.Reader) error {
		_, err := b.Put(ctx, key, body, storage.PutOptions{ContentType: "application/pdf"})
		return err
	}
	return side{put: put, upload: put, get: func(ctx context.Context, key string) error {
		r, err := b.Get(ctx, key, storage.GetOptions{})
		if err != nil {
			return err
		}
		return drain(r, nil)
	}}, err
}

// rawS3 is the bare SDK with its transfer manager, set up alike, or as it comes.
func rawS3(url string, o transfermanager.Options) side {
	c := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &url, UsePathStyle: true, HTTPClient: transport(),
		Credentials:                credentials.NewStaticCredentialsProvider(access, secret, ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired})
	m := transfermanager.New(c, func(to *transfermanager.Options) {
		to.PartSizeBytes, to.Concurrency, to.RequestChecksumCalculation = o.PartSizeBytes, o.Concurrency, aws.RequestChecksumCalculationWhenRequired
	})
	bucket, kind := aws.String("bench"), aws.String("application/pdf")
	return side{
		put: func(ctx context.Context, key string, body io.Reader) error {
			_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: body, ContentType: kind})
			return err
		},
		upload: func(ctx context.Context, key string, body io.Reader) error {
			_, err := m.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: bucket, Key: &key, Body: body, ContentType: kind})
			return err
		},
		get: func(ctx context.Context, key string) error {
			out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key})
			if err != nil {
				return err
			}
			return drain(out.Body, nil)
		},
	}
}

// rawOSS is the bare library with its uploader.
func rawOSS(url string, parts ...func(*oss.UploaderOptions)) side {
	c := oss.NewClient(&oss.Config{Region: oss.Ptr("cn-hangzhou"), Endpoint: &url, HttpClient: transport(),
		CredentialsProvider: osscredentials.NewStaticCredentialsProvider(access, secret)})
	bucket, kind := oss.Ptr("bench"), oss.Ptr("application/pdf")
	return side{
		put: func(ctx context.Context, key string, body io.Reader) error {
			_, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: &key, Body: body, ContentType: kind})
			return err
		},
		upload: func(ctx context.Context, key string, body io.Reader) error {
			_, err := c.NewUploader(parts...).UploadFrom(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: &key, ContentType: kind}, body)
			return err
		},
		get: func(ctx context.Context, key string) error {
			out, err := c.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: &key})
			if err != nil {
				return err
			}
			return drain(out.Body, nil)
		},
	}
}

// sideOf makes a side by its name.
func sideOf(name, url string) (side, error) {
	switch name {
	case "s3storage":
		return ours(s3storage.New("bench", access, secret, &s3storage.Options{BaseURL: url, PathStyle: true, HTTPClient: transport()}))
	case "s3 as it comes":
		return rawS3(url, transfermanager.Options{}), nil
	case "s3 alike":
		return rawS3(url, transfermanager.Options{PartSizeBytes: s3storage.DefaultPartSize, Concurrency: s3storage.DefaultConcurrency}), nil
	case "ossstorage":
		return ours(ossstorage.New("bench", access, secret, &ossstorage.Options{BaseURL: url, HTTPClient: transport()}))
	case "oss as it comes":
		return rawOSS(url), nil
	}
	return rawOSS(url, func(o *oss.UploaderOptions) {
		o.PartSize, o.ParallelNum = ossstorage.DefaultPartSize, ossstorage.DefaultConcurrency
	}), nil
}

// work is what a process measures.
func (s side) work(ctx context.Context, what string) error {
	switch what {
	case "put":
		return s.put(ctx, "a/b", bytes.NewReader(make([]byte, small)))
	case "get":
		return s.get(ctx, "a/b")
	case "get large":
		return s.get(ctx, "large")
	case "put stream":
		return s.upload(ctx, "large", io.LimitReader(zeros{}, large))
	}
	f, err := os.Open(os.Getenv("WAYBILL_BENCH_FILE"))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return s.upload(ctx, "large", f)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
