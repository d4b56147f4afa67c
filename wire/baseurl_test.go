package wire_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

func TestBaseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"":                          "https://api.example.com",
		"http://127.0.0.1:8080":     "http://127.0.0.1:8080",
		"https://example.com/a/b//": "https://example.com/a/b",
		"http://[::1]:80/":          "http://[::1]:80",
	} {
		if got, err := wire.BaseURL("p", raw, "https://api.example.com/"); err != nil || got != want {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"example.com", "/x", "ftp://example.com", "http://", "http://:80", "://", "http://a b",
		"http://secret@example.com", "http://u:secret@example.com", "http://example.com?key=secret", "http://example.com?", "http://example.com#secret", "http://example.com#", "\x7f"} {
		got, err := wire.BaseURL("p", raw, "")
		if !errors.Is(err, waybill.ErrInvalidArgument) || got != "" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}

func ExampleBaseURL() {
	base, err := wire.BaseURL("acmesms", "https://user:password@api.example.com", "https://api.acme.example")
	fmt.Printf("%q %v\n", base, err)
	// Output: "" acmesms: new: invalid argument (BaseURL carries a user, a query or a fragment)
}

func TestAbsolute(t *testing.T) {
	for s, want := range map[string]bool{
		"https://example.com/sms?x=1": true, "http://127.0.0.1:80": true, "": false, "example.com": false, "/sms": false, "ftp://example.com": false,
		"https://": false, "https://user@example.com": false, "https://example.com#a": false, "https://exa mple.com": false, "\x7f": false,
	} {
		if wire.Absolute(s) != want {
			t.Errorf("%q", s)
		}
	}
}

func ExampleAbsolute() {
	fmt.Println(wire.Absolute("https://example.com/reports"), wire.Absolute("/reports"))
	// Output: true false
}
