package shelf

import (
	"sync"
	"time"
)

// Keys are what a fake accepts.
type Keys struct {
	Access, Secret, Token string
	// Expired makes them refused as a session token that has ended.
	Expired bool
}

// Inner is what a fake holds: objects of type O and open uploads of type U.
type Inner[O, U any] struct {
	// Mu guards all of it: Objects by key, Open uploads by id.
	Mu      sync.Mutex
	Objects map[string]*O // see Mu
	Open    map[string]*U // see Mu
	offset  time.Duration
	keys    Keys
	corrupt map[string]bool
}

// Now is the fake's clock.
func (in *Inner[O, U]) Now() time.Time {
	in.Mu.Lock()
	defer in.Mu.Unlock()
	return time.Now().Add(in.offset)
}

// Accepted are the keys that are accepted.
func (in *Inner[O, U]) Accepted() Keys {
	in.Mu.Lock()
	defer in.Mu.Unlock()
	return in.keys
}

// Lookup finds an object, and whether it comes back changed.
func (in *Inner[O, U]) Lookup(key string) (o *O, corrupt bool) {
	in.Mu.Lock()
	defer in.Mu.Unlock()
	return in.Objects[key], in.corrupt[key]
}

// Remove takes an object away.
func (in *Inner[O, U]) Remove(key string) {
	in.Mu.Lock()
	defer in.Mu.Unlock()
	delete(in.Objects, key)
}

// State is the part of a fake that its users may look at and change.
type State[O, U any] struct{ in *Inner[O, U] }

// NewState returns an empty state.
func NewState[O, U any](keys Keys) (State[O, U], *Inner[O, U]) {
	in := &Inner[O, U]{Objects: map[string]*O{}, Open: map[string]*U{}, keys: keys, corrupt: map[string]bool{}}
	return State[O, U]{in}, in
}

// Keys returns the access key, secret key and session token that are accepted.
func (s State[O, U]) Keys() (access, secret, token string) {
	k := s.in.Accepted()
	return k.Access, k.Secret, k.Token
}

// SetKeys replaces the accepted keys, as a rotation does.
func (s State[O, U]) SetKeys(access, secret, token string) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	s.in.keys = Keys{Access: access, Secret: secret, Token: token}
}

// ExpireToken makes requests with the present keys refused as expired, until
// SetKeys.
func (s State[O, U]) ExpireToken() {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	s.in.keys.Expired = true
}

// Advance makes time pass for the server's checks.
func (s State[O, U]) Advance(d time.Duration) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	s.in.offset += d
}

// Stored reports whether an object is visible.
func (s State[O, U]) Stored(key string) bool {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	return s.in.Objects[key] != nil
}

// Uploads returns how many multipart uploads are open: parts that are paid for
// and seen by nobody.
func (s State[O, U]) Uploads() int {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	return len(s.in.Open)
}

// Corrupt makes the object's content come back with a flipped bit.
func (s State[O, U]) Corrupt(key string) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	s.in.corrupt[key] = true
}
