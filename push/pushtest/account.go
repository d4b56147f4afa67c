package pushtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"sync"
)

// ServiceAccount is a throw-away Google service account. Its key is made at run
// time and belongs to nobody.
type ServiceAccount struct {
	// ProjectID, Email and KeyID are what the key's JSON says of them.
	ProjectID, Email, KeyID string
	key                     *rsa.PrivateKey
}

// NewServiceAccount makes a service account of a project. It panics when there
// is no randomness.
func NewServiceAccount(project string) *ServiceAccount {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("pushtest: " + err.Error())
	}
	id := make([]byte, 20)
	_, _ = rand.Read(id)
	return &ServiceAccount{
		ProjectID: project, Email: "firebase-adminsdk@" + project + ".iam.gserviceaccount.com",
		KeyID: hex.EncodeToString(id), key: key,
	}
}

// JSON returns the key as the Firebase console would give it out, for access
// tokens from tokenURI.
func (a *ServiceAccount) JSON(tokenURI string) []byte {
	b, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": a.ProjectID, "private_key_id": a.KeyID,
		"private_key": a.PrivateKey(), "client_email": a.Email, "token_uri": tokenURI,
	}, "", "  ")
	if err != nil {
		panic("pushtest: " + err.Error())
	}
	return b
}

// PrivateKey returns the private key as PEM (PKCS #8), for checks that it shows
// nowhere.
func (a *ServiceAccount) PrivateKey() string {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		panic("pushtest: " + err.Error())
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// shared makes one account for all that need any: keys are slow to make.
var shared = sync.OnceValue(func() *ServiceAccount { return NewServiceAccount("waybill-demo") })
