package exchange

import "testing"

func TestErrorBody(t *testing.T) {
	for body, want := range map[string]Failure{
		`<?xml version="1.0"?><Error><Code> NoSuchKey </Code><Message>x</Message><EC>0026-00000001</EC></Error>`: {"NoSuchKey", "x", "0026-00000001"},
		`<Error><Code>NoSuchKey`:                              {},
		`<ListBucketResult><Code>x</Code></ListBucketResult>`: {},
		`<html>`: {}, "": {}, "{}": {},
	} {
		if got := ErrorBody([]byte(body)); got != want {
			t.Errorf("%q: %+v", body, got)
		}
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>x</Message></Error>`))
	f.Add([]byte(`<Error><Code>`))
	f.Add([]byte(`<html>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		code := ErrorBody(body).Code
		if code != "" && Root(body) != "Error" {
			t.Fatalf("a code %q in what is no error", code)
		}
	})
}
