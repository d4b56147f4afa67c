package s3storage

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/waybill-go/waybill/storage/internal/keyring"
)

// keyring returns New's keys, or those that Options.Credentials returns.
func (o *Options) keyring(accessKey, secretKey string) *keyring.Ring {
	var fetch func(context.Context) (keyring.Keys, error)
	if ask := o.Credentials; ask != nil {
		fetch = func(ctx context.Context) (keyring.Keys, error) {
			c, err := ask(ctx)
			return keyring.Keys{Access: c.AccessKey, Secret: c.SecretKey, Token: c.SessionToken, Expires: c.Expires}, err
		}
	}
	return keyring.New(keyring.Keys{Access: accessKey, Secret: secretKey, Token: o.SessionToken}, fetch)
}

// provider is the SDK's source of keys.
type provider struct{ ring *keyring.Ring }

// Retrieve implements aws.CredentialsProvider with the keys that the call got
// before it began.
func (p provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	k, err := keyring.For(ctx, p.ring)
	return aws.Credentials{AccessKeyID: k.Access, SecretAccessKey: k.Secret, SessionToken: k.Token, Source: name}, err
}

var _ aws.CredentialsProvider = provider{}
