package fcmpush

import (
	"context"
	"net/http"

	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// sdkVersion is the version of the SDK, which it tells the vendor.
const sdkVersion = "4.19.0"

// sdkConfig is the shape of the SDK's configuration. Its type lies in a package
// that only the SDK may name, and the public way to it, firebase.App, links
// Firestore and Cloud Storage; so the type is inferred from the constructor.
type sdkConfig interface {
	~struct {
		Opts      []option.ClientOption
		ProjectID string
		Version   string
	}
}

// newSDK makes the SDK's client on hc, which guards every exchange and puts in
// the authorization. It does not use the network.
func newSDK(hc *http.Client, endpoint, project string) (*messaging.Client, error) {
	return construct(messaging.NewClient, hc, endpoint, project)
}

func construct[C sdkConfig](newClient func(context.Context, *C) (*messaging.Client, error), hc *http.Client, endpoint, project string) (*messaging.Client, error) {
	return newClient(context.Background(), &C{
		Opts:      []option.ClientOption{option.WithHTTPClient(hc), option.WithEndpoint(endpoint)},
		ProjectID: project,
		Version:   sdkVersion,
	})
}
