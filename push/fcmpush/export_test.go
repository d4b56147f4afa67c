package fcmpush

import (
	"context"

	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// NewSDK makes the SDK's client with options of its own, as the other side of
// comparisons.
func NewSDK(endpoint, project string, o ...option.ClientOption) (*messaging.Client, error) {
	return plain(messaging.NewClient, endpoint, project, o)
}

func plain[C sdkConfig](newClient func(context.Context, *C) (*messaging.Client, error), endpoint, project string, o []option.ClientOption) (*messaging.Client, error) {
	return newClient(context.Background(), &C{Opts: append(o, option.WithEndpoint(endpoint)), ProjectID: project, Version: sdkVersion})
}
