package storage_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/storage"
)

func TestLogsShowNoSignedURL(t *testing.T) {
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", storage.Link{URL: "https://example.com/zebrafish"})
	if strings.Contains(b.String(), "zebrafish") {
		t.Error(b.String())
	}
}
