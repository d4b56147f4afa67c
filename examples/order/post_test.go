package main

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill/storage/storagetest"
)

// lookAtFiles holds at the buckets themselves that every attachment lies on its
// own side of the mainland's border, and nowhere else.
func lookAtFiles(t *testing.T, a *app, _ string) {
	home := []*storagetest.OSS{fakeOf[*storagetest.OSS](t, a, "oss"), fakeOf[*storagetest.OSS](t, a, "oss-b")}
	s3 := fakeOf[*storagetest.S3](t, a, "s3")
	for _, r := range a.results {
		for _, l := range r.mailed.receipt.Links {
			bucket, key, _ := strings.Cut(l.Key, ":")
			inside := home[0].Stored(key) || home[1].Stored(key)
			if mainland := r.pickup.Address.Region == "CN"; inside != mainland || s3.Stored(key) && mainland {
				t.Errorf("%s: in %s, and in the mainland %v, in S3 %v", r.ID, bucket, inside, s3.Stored(key))
			}
			if r.mailed.fault != nil || r.mailed.fetched != l.Size {
				t.Errorf("%s: %d of %d bytes were fetched, %v", r.ID, r.mailed.fetched, l.Size, r.mailed.fault)
			}
		}
	}
}

// TestNoBucketLeft takes every bucket of the mainland down: its files do not go
// abroad for that, and the mail says so.
func TestNoBucketLeft(t *testing.T) {
	t.Parallel()
	code, out, _ := start(t, "", "-outage", "oss,oss-b")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "✗ order 9 (GZ-SZ-09): mail: ", "SMS aliyun ✓")
	wantAll(t, orderBlock(t, out, "TH-10"), "in s3   fetched: whole")
	wantTally(t, out, "files, mainland", "2 2 0 0 0 0")
	wantTally(t, out, stepMail, "12 10 0 2 0 0")
}

// TestRealOSS takes the mainland's bucket from the environment, alone: then it
// holds all files.
func TestRealOSS(t *testing.T) {
	t.Parallel()
	oss := storagetest.NewOSS(nil)
	defer oss.Close()
	access, secret, _ := oss.Keys()
	env := map[string]string{"OSS_BUCKET": oss.Bucket(), "OSS_REGION": oss.Region(), "OSS_ENDPOINT": oss.URL(), "OSS_ACCESS_KEY": access, "OSS_SECRET_KEY": secret}
	code, out, errs := startIn(t, env)
	if code != exitOK {
		t.Errorf("exit %d: %s", code, errs)
	}
	wantAll(t, out, "oss       REAL  "+oss.URL(), "in oss   fetched: whole", "files, mainland (real services)")
	if strings.Contains(out, " s3 ") || strings.Contains(out, secret) {
		t.Error(out)
	}
}
