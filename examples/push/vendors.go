package main

import (
	"context"
	"fmt"
	"os"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// vendors are the adapters, real or on fakes, behind one client.
type vendors struct {
	client *push.Client
	fakes  []string
	ends   []func()
}

// newVendors makes the adapters. A vendor whose variable is set is the real one.
func newVendors(getenv func(string) string, batch int) (*vendors, error) {
	v := &vendors{}
	fcm, err := v.fcm(getenv("FCM_SERVICE_ACCOUNT"))
	if err != nil {
		return nil, err
	}
	// Further vendors are further lines here; a token goes to the one that takes
	// it.
	v.client, err = push.New(push.With(fcm), push.WithMaxBatch(batch))
	if err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *vendors) fcm(file string) (*fcmpush.Adapter, error) {
	if file == "" {
		fake := pushtest.NewFCM(nil)
		fake.Kill(pushtest.FCMToken(goneToken))
		v.fakes, v.ends = append(v.fakes, "FCM"), append(v.ends, fake.Close)
		return fcmpush.New(fake.Key(), &fcmpush.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("FCM_SERVICE_ACCOUNT: %w", err)
	}
	return fcmpush.New(key, nil)
}

func (v *vendors) close() {
	if v.client != nil {
		_ = v.client.Close(context.Background())
	}
	for _, end := range v.ends {
		end()
	}
}
