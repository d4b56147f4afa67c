package pushtest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// jwt signs a provider token by hand.
func (k *APNsKey) jwt(t testing.TB, header, claims string) string {
	t.Helper()
	b64 := base64.RawURLEncoding
	input := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(claims))
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, k.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	var sig [64]byte
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return input + "." + b64.EncodeToString(sig[:])
}

func (k *APNsKey) header() string { return fmt.Sprintf(`{"alg":"ES256","kid":"%s"}`, k.KeyID) }

func (k *APNsKey) claims(at time.Time) string {
	return fmt.Sprintf(`{"iss":"%s","iat":%d}`, k.TeamID, at.Unix())
}

// apnsCall is one request by hand.
type apnsCall struct {
	method, path, body string
	header             map[string]string
}

// good is a request that a fake accepts.
func (f *APNs) good(t testing.TB) apnsCall {
	return apnsCall{http.MethodPost, devicePath + APNsToken(1), `{"aps":{"alert":"hello"}}`, map[string]string{
		"authorization": "bearer " + f.Key().jwt(t, f.Key().header(), f.Key().claims(time.Now())),
		"apns-topic":    APNsTopic, "apns-push-type": "alert", "apns-priority": "10", "apns-expiration": "0",
	}}
}

// do sends it and returns status and reason.
func (f *APNs) do(t testing.TB, c apnsCall) (int, string) {
	t.Helper()
	status, reason, err := f.try(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return status, reason
}

func (f *APNs) try(ctx context.Context, c apnsCall) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, c.method, f.URL()+c.path, bytes.NewReader([]byte(c.body)))
	if err != nil {
		return 0, "", err
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	r.GetBody = nil
	resp, err := f.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, "", err
	}
	var v struct {
		Reason    string
		Timestamp int64
	}
	if len(b) > 0 && json.Unmarshal(b, &v) != nil {
		return 0, "", fmt.Errorf("the body is %q", b)
	}
	if resp.Header.Get("apns-id") == "" {
		return 0, "", fmt.Errorf("no apns-id")
	}
	return resp.StatusCode, v.Reason, nil
}

func newTestAPNs(t testing.TB, o *APNsOptions) *APNs {
	t.Helper()
	f := NewAPNs(o)
	t.Cleanup(f.Close)
	return f
}

func TestAPNsRefuses(t *testing.T) {
	f := newTestAPNs(t, &APNsOptions{Topics: []string{APNsTopic, "com.example.other"}})
	f.Kill(APNsToken(8))
	f.Bind("com.example.other", APNsToken(9))
	base := f.good(t)
	if status, reason := f.do(t, base); status != 200 || reason != "" {
		t.Fatalf("the good one: %d %s", status, reason)
	}
	header := func(pairs ...string) func(*apnsCall) {
		return func(c *apnsCall) {
			for i := 0; i < len(pairs); i += 2 {
				if c.header[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
					delete(c.header, pairs[i])
				}
			}
		}
	}
	path := func(p string) func(*apnsCall) { return func(c *apnsCall) { c.path = p } }
	payload := func(typ, suffix, priority, body string) func(*apnsCall) {
		return func(c *apnsCall) {
			header("apns-push-type", typ, "apns-topic", APNsTopic+suffix, "apns-priority", priority)(c)
			c.body = body
		}
	}
	live := `"timestamp":1,"content-state":{}`
	for name, c := range map[string]struct {
		change func(*apnsCall)
		status int
		reason string
	}{
		"get":                       {func(c *apnsCall) { c.method = http.MethodPut }, 405, "MethodNotAllowed"},
		"old path":                  {path("/2/device/" + APNsToken(1)), 404, "BadPath"},
		"query":                     {path(devicePath + APNsToken(1) + "?a=b"), 404, "BadPath"},
		"no token":                  {path(devicePath), 400, "MissingDeviceToken"},
		"short token":               {path(devicePath + "abcdef"), 400, "BadDeviceToken"},
		"capital token":             {path(devicePath + strings.ToUpper(APNsToken(1))), 400, "BadDeviceToken"},
		"token of the sandbox":      {path(devicePath + APNsSandboxToken(1)), 400, "BadDeviceToken"},
		"dead token":                {path(devicePath + APNsToken(8)), 410, "Unregistered"},
		"token of another topic":    {path(devicePath + APNsToken(9)), 400, "DeviceTokenNotForTopic"},
		"no credential":             {header("authorization", ""), 403, "MissingProviderToken"},
		"basic":                     {header("authorization", "basic eA=="), 403, "InvalidProviderToken"},
		"no token in it":            {header("authorization", "bearer x"), 403, "InvalidProviderToken"},
		"no topic":                  {header("apns-topic", ""), 400, "MissingTopic"},
		"another's topic":           {header("apns-topic", "com.example.third"), 400, "TopicDisallowed"},
		"topic without suffix":      {header("apns-push-type", "voip"), 400, "BadTopic"},
		"push type":                 {header("apns-push-type", "loud"), 400, "InvalidPushType"},
		"priority":                  {header("apns-priority", "7"), 400, "BadPriority"},
		"background at once":        {payload("background", "", "10", `{"aps":{"content-available":1}}`), 400, "BadPriority"},
		"background by default":     {payload("background", "", "", `{"aps":{"content-available":1}}`), 400, "BadPriority"},
		"expiration":                {header("apns-expiration", "soon"), 400, "BadExpirationDate"},
		"collapse id":               {header("apns-collapse-id", strings.Repeat("a", 65)), 400, "BadCollapseId"},
		"id":                        {header("apns-id", "7"), 400, "BadMessageId"},
		"capital id":                {header("apns-id", newUUID()), 400, "BadMessageId"},
		"nothing":                   {func(c *apnsCall) { c.body = "" }, 400, "PayloadEmpty"},
		"too much":                  {func(c *apnsCall) { c.body = `{"aps":{"alert":"` + strings.Repeat("a", 4096) + `"}}` }, 413, "PayloadTooLarge"},
		"no json":                   {func(c *apnsCall) { c.body = `hello` }, 400, badPayload},
		"no aps":                    {func(c *apnsCall) { c.body = `{"alert":"x"}` }, 400, badPayload},
		"aps is a text":             {func(c *apnsCall) { c.body = `{"aps":"x"}` }, 400, badPayload},
		"repeated member":           {func(c *apnsCall) { c.body = `{"aps":{"alert":"a"},"aps":{"alert":"b"}}` }, 400, badPayload},
		"unknown member":            {func(c *apnsCall) { c.body = `{"aps":{"alert":"a","subtitle":"b"}}` }, 400, badPayload},
		"unknown in alert":          {func(c *apnsCall) { c.body = `{"aps":{"alert":{"text":"a"}}}` }, 400, badPayload},
		"badge as a text":           {func(c *apnsCall) { c.body = `{"aps":{"badge":"3"}}` }, 400, badPayload},
		"negative badge":            {func(c *apnsCall) { c.body = `{"aps":{"badge":-3}}` }, 400, badPayload},
		"level":                     {func(c *apnsCall) { c.body = `{"aps":{"alert":"a","interruption-level":"loud"}}` }, 400, badPayload},
		"relevance":                 {func(c *apnsCall) { c.body = `{"aps":{"alert":"a","relevance-score":2}}` }, 400, badPayload},
		"critical sound":            {func(c *apnsCall) { c.body = `{"aps":{"alert":"a","sound":{"critical":1,"name":"x"}}}` }, 400, badPayload},
		"an alert of nothing":       {func(c *apnsCall) { c.body = `{"aps":{"content-available":1}}` }, 400, badPayload},
		"background that shows":     {payload("background", "", "5", `{"aps":{"content-available":1,"badge":1}}`), 400, badPayload},
		"background of nothing":     {payload("background", "", "5", `{"aps":{}}`), 400, badPayload},
		"background":                {payload("background", "", "5", `{"aps":{"content-available":1},"k":"v"}`), 200, ""},
		"voip":                      {payload("voip", ".voip", "10", `{"aps":{},"k":"`+strings.Repeat("a", 5000)+`"}`), 200, ""},
		"location":                  {payload("location", ".location-query", "10", `{"aps":{}}`), 200, ""},
		"location that shows":       {payload("location", ".location-query", "10", `{"aps":{"alert":"x"}}`), 400, badPayload},
		"live activity":             {payload("liveactivity", ".push-type.liveactivity", "10", `{"aps":{`+live+`,"event":"update"}}`), 200, ""},
		"live activity of no event": {payload("liveactivity", ".push-type.liveactivity", "10", `{"aps":{`+live+`}}`), 400, badPayload},
		"start without attributes":  {payload("liveactivity", ".push-type.liveactivity", "10", `{"aps":{`+live+`,"event":"start"}}`), 400, badPayload},
		"start":                     {payload("liveactivity", ".push-type.liveactivity", "10", `{"aps":{`+live+`,"event":"start","attributes-type":"A","attributes":{}}}`), 200, ""},
		"dismissal of an update":    {payload("liveactivity", ".push-type.liveactivity", "10", `{"aps":{`+live+`,"event":"update","dismissal-date":7}}`), 400, badPayload},
		"live activity as an alert": {func(c *apnsCall) { c.body = `{"aps":{"alert":"a",` + live + `,"event":"update"}}` }, 400, badPayload},
		"without push type":         {header("apns-push-type", ""), 200, ""},
		"alert in full": {func(c *apnsCall) {
			c.body = `{"aps":{"alert":{"title-loc-key":"K","title-loc-args":["a"],"body":"b"},"badge":0,"sound":{"critical":1,"name":"x","volume":0.5},"interruption-level":"critical"}}`
		}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			call := apnsCall{base.method, base.path, base.body, map[string]string{}}
			for k, v := range base.header {
				call.header[k] = v
			}
			c.change(&call)
			if status, reason := f.do(t, call); status != c.status || reason != c.reason {
				t.Errorf("got %d %q, want %d %q", status, reason, c.status, c.reason)
			}
		})
	}
}

func TestAPNsVerifiesProviderTokens(t *testing.T) {
	one, two, stranger := NewAPNsKey(), NewAPNsKey(), NewAPNsKey()
	now := time.Now()
	for name, c := range map[string]struct {
		jwt    func() string
		reason string
	}{
		"good":              {func() string { return one.jwt(t, one.header(), one.claims(now)) }, ""},
		"with typ":          {func() string { return one.jwt(t, `{"typ":"JWT","alg":"ES256","kid":"`+one.KeyID+`"}`, one.claims(now)) }, ""},
		"old":               {func() string { return one.jwt(t, one.header(), one.claims(now.Add(-59*time.Minute))) }, ""},
		"too old":           {func() string { return one.jwt(t, one.header(), one.claims(now.Add(-61*time.Minute))) }, "ExpiredProviderToken"},
		"of the future":     {func() string { return one.jwt(t, one.header(), one.claims(now.Add(10*time.Minute))) }, "InvalidProviderToken"},
		"unknown key":       {func() string { return stranger.jwt(t, stranger.header(), stranger.claims(now)) }, "InvalidProviderToken"},
		"another's kid":     {func() string { return one.jwt(t, two.header(), one.claims(now)) }, "InvalidProviderToken"},
		"another's team":    {func() string { return one.jwt(t, one.header(), two.claims(now)) }, "InvalidProviderToken"},
		"another algorithm": {func() string { return one.jwt(t, `{"alg":"HS256","kid":"`+one.KeyID+`"}`, one.claims(now)) }, "InvalidProviderToken"},
		"iat as a text": {func() string {
			return one.jwt(t, one.header(), `{"iss":"`+one.TeamID+`","iat":"`+strconv.FormatInt(now.Unix(), 10)+`"}`)
		}, "InvalidProviderToken"},
		"more claims": {func() string { return one.jwt(t, one.header(), `{"iss":"`+one.TeamID+`","iat":1,"exp":2}`) }, "InvalidProviderToken"},
		"asn.1":       {func() string { return asn1JWT(t, one, now) }, "InvalidProviderToken"},
		"cut":         {func() string { return strings.TrimRight(one.jwt(t, one.header(), one.claims(now)), ".")[:80] }, "InvalidProviderToken"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTestAPNs(t, &APNsOptions{Keys: []*APNsKey{one, two}})
			call := f.good(t)
			call.header["authorization"] = "bearer " + c.jwt()
			if _, reason := f.do(t, call); reason != c.reason {
				t.Errorf("got %q, want %q", reason, c.reason)
			}
		})
	}
}

// asn1JWT is signed as most libraries sign by default.
func asn1JWT(t testing.TB, k *APNsKey, at time.Time) string {
	t.Helper()
	b64 := base64.RawURLEncoding
	input := b64.EncodeToString([]byte(k.header())) + "." + b64.EncodeToString([]byte(k.claims(at)))
	sum := sha256.Sum256([]byte(input))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + b64.EncodeToString(sig)
}

// A new token within 20 minutes of another is refused, the old one is not; and a
// connection keeps its key.
func TestAPNsCountsProviderTokens(t *testing.T) {
	one, two := NewAPNsKey(), NewAPNsKey()
	f := newTestAPNs(t, &APNsOptions{Keys: []*APNsKey{one, two}})
	ask := func(k *APNsKey, at time.Time, want string) string {
		t.Helper()
		call := f.good(t)
		jwt := k.jwt(t, k.header(), k.claims(at))
		call.header["authorization"] = "bearer " + jwt
		if _, reason := f.do(t, call); reason != want {
			t.Errorf("got %q, want %q", reason, want)
		}
		return jwt
	}
	now := time.Now()
	first := ask(one, now.Add(-time.Minute), "")
	ask(one, now, "TooManyProviderTokenUpdates")
	call := f.good(t)
	call.header["authorization"] = "bearer " + first
	if _, reason := f.do(t, call); reason != "" {
		t.Errorf("the old token: %s", reason)
	}
	ask(two, now, "UnrelatedKeyIdInToken")
	f.ExpireTokens()
	if _, reason := f.do(t, call); reason != "ExpiredProviderToken" {
		t.Errorf("the expired token: %q", reason)
	}
	ask(one, now, "")
	if n := f.Tokens(); n != 2 {
		t.Errorf("%d tokens", n)
	}
	restricted := newTestAPNs(t, &APNsOptions{KeyEnvironment: "sandbox"})
	if _, reason := restricted.do(t, restricted.good(t)); reason != "BadEnvironmentKeyIdInToken" {
		t.Errorf("got %q", reason)
	}
}

// Of two requests at once on a new connection the second is beyond the limit;
// later it is not.
func TestAPNsLimitsStreams(t *testing.T) {
	f := newTestAPNs(t, nil)
	call := f.good(t)
	if status, _ := f.do(t, call); status != 200 {
		t.Fatal(status)
	}
	if n := f.TooManyStreams(); n != 0 {
		t.Errorf("%d streams beyond the limit", n)
	}
	f.RefuseStreams(1)
	if _, _, err := f.try(t.Context(), call); err == nil || !strings.Contains(err.Error(), "REFUSED_STREAM") {
		t.Errorf("got %v", err)
	}
	f.GoAway()
	status, _, err := f.try(t.Context(), call)
	if err != nil { // it crossed the GOAWAY
		status, _ = f.do(t, call)
	}
	if status != 200 || f.Conns() != 2 {
		t.Errorf("%d over connection %d", status, f.Conns())
	}
	f.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := f.try(ctx, call); err == nil {
		t.Error("a frozen connection answers")
	}
}

func TestAPNsSpeaksHTTP2Only(t *testing.T) {
	f := newTestAPNs(t, nil)
	transport := f.Client().Transport.(*http.Transport).Clone()
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	transport.ForceAttemptHTTP2 = false
	if resp, err := (&http.Client{Transport: transport}).Get(f.URL()); err == nil {
		_ = resp.Body.Close()
		t.Errorf("got %d", resp.StatusCode)
	}
}

func TestAPNsReasons(t *testing.T) {
	f := newTestAPNs(t, nil)
	call := f.good(t)
	for _, reason := range APNsReasons() {
		f.FailCode(reason)
		if status, got := f.do(t, call); got != reason || status != apnsReasons[reason] {
			t.Errorf("%s: got %d %s", reason, status, got)
		}
	}
	f.Heal()
	f.FailToken(APNsToken(1), APNsReply("ExpiredToken", time.UnixMilli(5)))
	if status, got := f.do(t, call); got != "ExpiredToken" || status != 410 {
		t.Errorf("got %d %s", status, got)
	}
	call.path = devicePath + APNsToken(2)
	if status, got := f.do(t, call); status != 200 {
		t.Errorf("another token: %d %s", status, got)
	}
	if n, ok := f.Notification(APNsToken(2)); !ok || n.Aps["alert"] == nil || n.Text("aps") != "" {
		t.Errorf("what arrived: %+v", n)
	}
}

func ExampleNewAPNs() {
	apns := NewAPNs(&APNsOptions{Topics: []string{"com.example.driver"}})
	defer apns.Close()
	apns.Kill(APNsToken(3)) // uninstalled
	fmt.Println(len(APNsToken(3)), apns.Conns())
	// Output: 64 0
}
