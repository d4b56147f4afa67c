package storagetest_test

import (
	"flag"
	"fmt"
	"net/http"
	"testing"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// A test of a bucket of your own looks like this.
func ExampleRun() {
	test := func(t *testing.T) { // func TestConformance(t *testing.T)
		bucket, err := memstorage.New("test", nil) // your own
		if err != nil {
			t.Fatal(err)
		}
		storagetest.Run(t, storagetest.Harness{
			New:  func(testing.TB) storage.Bucket { return bucket },
			Part: 256 << 10,
		})
	}
	defer quiet()()
	fmt.Println(testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "TestConformance", F: test}}))
	// Output: true
}

// The fake refuses what S3 refuses.
func ExampleNewS3() {
	server := storagetest.NewS3(&storagetest.S3Options{Bucket: "attachments"})
	defer server.Close()
	res, err := http.Get(server.URL() + "/attachments/report.pdf") // not signed
	if err != nil {
		fmt.Println("no answer")
		return
	}
	_ = res.Body.Close()
	fmt.Println(res.StatusCode, server.Stored("report.pdf"))
	// Output: 403 false
}

// The fake refuses what OSS refuses.
func ExampleNewOSS() {
	server := storagetest.NewOSS(&storagetest.OSSOptions{Bucket: "attachments"})
	defer server.Close()
	res, err := http.Get(server.URL() + "/attachments/report.pdf") // not signed
	if err != nil {
		fmt.Println("no answer")
		return
	}
	_ = res.Body.Close()
	fmt.Println(res.StatusCode, server.Stored("report.pdf"))
	// Output: 403 false
}

// quiet keeps go test -v from writing into an example's output.
func quiet() (restore func()) {
	was := fmt.Sprint(flag.Lookup("test.v").Value.(flag.Getter).Get())
	_ = flag.Set("test.v", "false")
	return func() { _ = flag.Set("test.v", was) }
}
