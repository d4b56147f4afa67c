package storagetest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// strangeServer is what a stranger's bucket speaks to.
type strangeServer struct {
	mu      sync.Mutex
	objects map[string]strangeObject
}

type strangeObject struct {
	data       []byte
	attributes storage.Object
}

func (s *strangeServer) stored(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.objects[key]
	return ok
}

func (s *strangeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+strangerKey {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/list" {
		list := []storage.Object{}
		for key, o := range s.objects {
			if strings.HasPrefix(key, r.URL.Query().Get("prefix")) {
				list = append(list, o.attributes)
			}
		}
		slices.SortFunc(list, func(a, b storage.Object) int { return strings.Compare(a.Key, b.Key) })
		_ = json.NewEncoder(w).Encode(map[string]any{"objects": list})
		return
	}
	key := strings.TrimPrefix(r.URL.Path, "/o/")
	old, have := s.objects[key]
	switch {
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPut && have && r.Header.Get("If-None-Match") != "":
		w.Header().Set("X-Code", "exists")
		w.WriteHeader(http.StatusPreconditionFailed)
	case r.Method == http.MethodPut:
		o := strangeObject{data: body}
		text, err := url.QueryUnescape(r.Header.Get("X-Attributes"))
		if err != nil || json.Unmarshal([]byte(text), &o.attributes) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.keep(w, key, o)
	case !have:
		w.Header().Set("X-Code", "no_object")
		w.WriteHeader(http.StatusNotFound)
	case r.Method == "COPY":
		to, err := url.PathUnescape(r.Header.Get("Destination"))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.keep(w, to, old)
	case r.Header.Get("If-Match") != "" && r.Header.Get("If-Match") != old.attributes.ETag:
		w.WriteHeader(http.StatusPreconditionFailed)
	default:
		s.describe(w, old)
		r.Header.Del("If-Match") // which ServeContent would take for its own
		w.Header().Set("Content-Type", old.attributes.ContentType)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(old.data))
	}
}

func (s *strangeServer) keep(w http.ResponseWriter, key string, o strangeObject) {
	o.attributes.Key, o.attributes.Modified = key, time.Now().UTC()
	s.objects[key] = o
	s.describe(w, o)
	w.WriteHeader(http.StatusCreated)
}

func (s *strangeServer) describe(w http.ResponseWriter, o strangeObject) {
	text, err := json.Marshal(o.attributes)
	if err != nil {
		panic(err)
	}
	w.Header().Set("X-Attributes", url.QueryEscape(string(text)))
}

func newStrangeServer() *storagetest.HandlerServer {
	s := &strangeServer{objects: map[string]strangeObject{}}
	return storagetest.NewServer(storagetest.ServerOptions{Name: "strange", Handler: s, Stored: s.stored,
		Refuse: func(w http.ResponseWriter, _ *http.Request, code string) {
			w.Header().Set("X-Code", code)
			w.WriteHeader(map[string]int{"full": http.StatusInsufficientStorage, "slow": http.StatusTooManyRequests}[code])
		}})
}

// A bucket that is made of what is public alone passes the suite, on a server
// that is made so, too.
func TestAStrangersBucket(t *testing.T) {
	s := newStrangeServer()
	t.Cleanup(s.Close)
	storagetest.Run(t, storagetest.Harness{
		New: func(t testing.TB) storage.Bucket {
			b, err := newStranger(s.URL(), s.Client())
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
		Part: 256 << 10, Big: 4 << 20,
		Secrets: []string{strangerKey},
		Wire: &storagetest.Wire{
			New:    func(base string, hc *http.Client) (storage.Bucket, error) { return newStranger(base, hc) },
			Server: func(testing.TB) storagetest.Server { return newStrangeServer() },
			Codes: []storagetest.CodeCase{
				{Code: "full", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
				{Code: "slow", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
			},
		},
	})
}

// A reader that goes on behind the end of the object is found at once.
func TestABucketThatHandsOutWhateverComes(t *testing.T) {
	found := suitetest.Try(t, "wire/get/endless_processed", func(t suitetest.T) {
		storagetest.RunOn(t, storagetest.Harness{Wire: &storagetest.Wire{
			New: func(base string, hc *http.Client) (storage.Bucket, error) {
				b, err := newStranger(base, hc)
				if err == nil {
					b.naive = true
				}
				return b, err
			},
			Server: func(testing.TB) storagetest.Server { return newStrangeServer() },
		}})
	})
	if len(found) == 0 || !strings.Contains(found[0].Text, "behind the end") {
		t.Errorf("found %v", found)
	}
}
