package pushtest

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// call posts a body to a fake and returns the reply's members.
func call(t *testing.T, s Server, path, contentType, body string, header ...string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		return map[string]any{"code": "none", "result": "none"}
	}
	return v
}

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// edit replaces parts of a text in pairs; each must be there.
func edit(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("there is no %s in %s", pairs[i], text)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// huaweiAccess gets an access token.
func huaweiAccess(t *testing.T, f *Huawei) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {HuaweiAppID}, "client_secret": {HuaweiSecret}}
	token, _ := call(t, f, "/oauth2/v3/token", formType, form.Encode())["access_token"].(string)
	return "Bearer " + token
}

func TestHuaweiRefuses(t *testing.T) {
	f := NewHuawei()
	defer f.Close()
	bearer := huaweiAccess(t, f)
	good := `{"validate_only":false,"message":{"data":"{}","android":{"category":"EXPRESS","urgency":"NORMAL","ttl":"86400s","bi_tag":"k","notification":` +
		`{"title":"T","body":"B","click_action":{"type":3},"importance":"NORMAL","notify_id":1,"default_sound":true,"badge":{"set_num":0,"class":"Main"}}},"token":["a","b"]}}`
	path := "/v1/" + HuaweiAppID + "/messages:send"
	for name, c := range map[string]struct {
		edit []string
		code string
	}{
		"good":            {nil, "80000000"},
		"unknown field":   {[]string{`"bi_tag"`, `"biTag"`}, "80100003"},
		"no tokens":       {[]string{`["a","b"]`, `[]`}, "80300010"},
		"a token twice":   {[]string{`["a","b"]`, `["a","a"]`}, "80100001"},
		"no target":       {[]string{`,"token":["a","b"]`, ``}, "80100001"},
		"two targets":     {[]string{`"token":`, `"topic":"t","token":`}, "80100001"},
		"a life of ms":    {[]string{`86400s`, `86400000ms`}, "80100004"},
		"a long life":     {[]string{`86400s`, `1296001s`}, "80100004"},
		"high urgency":    {[]string{`"NORMAL","ttl"`, `"HIGH","ttl"`}, "80300011"},
		"low urgency":     {[]string{`"NORMAL","ttl"`, `"LOW","ttl"`}, "80100003"},
		"a category":      {[]string{`EXPRESS`, `EXPRES`}, "80100003"},
		"a spoken alert":  {[]string{`EXPRESS`, `PLAY_VOICE`}, "80100003"},
		"importance":      {[]string{`"importance":"NORMAL"`, `"importance":"HIGH"`}, "80100003"},
		"no click":        {[]string{`"click_action":{"type":3},`, ``}, "80100003"},
		"an http page":    {[]string{`{"type":3}`, `{"type":2,"url":"http://x.test"}`}, "80100003"},
		"no intent":       {[]string{`{"type":3}`, `{"type":1}`}, "80100003"},
		"rich media":      {[]string{`{"type":3}`, `{"type":4}`}, "80100003"},
		"no title":        {[]string{`"title":"T"`, `"title":""`}, "80100003"},
		"no sound":        {[]string{`"default_sound":true`, `"default_sound":false`}, "80100003"},
		"a sound's path":  {[]string{`"default_sound":true`, `"default_sound":false,"sound":"horn"`}, "80100003"},
		"lone arguments":  {[]string{`"title":"T"`, `"title":"T","title_loc_args":["a"]`}, "80100003"},
		"an http picture": {[]string{`"title":"T"`, `"title":"T","image":"http://x.test/i"`}, "80100003"},
		"a badge of 100":  {[]string{`"set_num":0`, `"set_num":100`}, "80100003"},
		"a badge alone":   {[]string{`,"class":"Main"`, ``}, "80100003"},
		"a long tag":      {[]string{`"bi_tag":"k"`, `"bi_tag":"` + strings.Repeat("k", 65) + `"`}, "80100003"},
		"test users":      {[]string{`"bi_tag"`, `"target_user_type":2,"bi_tag"`}, "80100003"},
		"collapse":        {[]string{`"bi_tag"`, `"collapse_key":101,"bi_tag"`}, "80100013"},
		"a large title":   {[]string{`"title":"T"`, `"title":"` + strings.Repeat("T", 4000) + `"`}, "80300008"},
		"large data":      {[]string{`"data":"{}"`, `"data":"` + strings.Repeat("d", 4000) + `"`}, "80300008"},
		"nothing":         {[]string{`"data":"{}",`, ``, `,"notification":{"title":"T","body":"B","click_action":{"type":3},"importance":"NORMAL","notify_id":1,"default_sound":true,"badge":{"set_num":0,"class":"Main"}}`, ``}, "80100003"},
		"a quick app":     {[]string{`"bi_tag"`, `"fast_app_target":2,"bi_tag"`}, "80100003"},
		"no JSON":         {[]string{`{"validate_only"`, `["validate_only"`}, "80100003"},
		"many tokens fit": {[]string{`["a","b"]`, `["` + strings.Join(strings.Fields(numbers(1000)), `","`) + `"]`}, "80000000"},
		"too many tokens": {[]string{`["a","b"]`, `["` + strings.Join(strings.Fields(numbers(1001)), `","`) + `"]`}, "80300010"},
		"a topic":         {[]string{`"token":["a","b"]`, `"topic":"t"`}, "80000000"},
	} {
		if got := call(t, f, path, jsonType, edit(t, good, c.edit...), "Authorization", bearer)["code"]; got != c.code {
			t.Errorf("%s: code %v, want %s", name, got, c.code)
		}
	}
	for data, want := range map[string]string{
		`{"pushtype":0,"pushbody":{"title":"T","description":"D","page":"/","params":{},"ringtone":{"vibration":"true"}}}`: "80000000",
		`{"pushtype":1,"pushbody":{"messageId":"1","data":"d"}}`:                                                           "80000000",
		`{"pushtype":0,"pushbody":{"title":"T"}}`:                                                                          "80100003", `{"pushtype":0,"pushbody":{"params":null}}`: "80100003",
		`{"pushtype":1,"pushbody":{"a":"b"}}`: "80100003", `{"pushtype":1,"pushbody":{"data":{}}}`: "80100003", `{"pushtype":3,"pushbody":{}}`: "80100003", `{}`: "80100003",
	} {
		body, _ := json.Marshal(map[string]any{"message": map[string]any{"data": data, "token": []string{"a"}, "android": map[string]any{"fast_app_target": 1, "ttl": "60s"}}})
		if got := call(t, f, path, jsonType, string(body), "Authorization", bearer)["code"]; got != want {
			t.Errorf("%s: code %v, want %s", data, got, want)
		}
	}
	for name, header := range map[string][]string{"no token": {"X", "y"}, "another token": {"Authorization", "Bearer x"}, "no bearer": {"Authorization", "x"}} {
		if got := call(t, f, path, jsonType, good, header...)["code"]; got != "80200001" && got != "80200003" {
			t.Errorf("%s: code %v", name, got)
		}
	}
	if got := call(t, f, path, formType, good, "Authorization", bearer)["code"]; got != "80100003" {
		t.Errorf("a form: code %v", got)
	}
	for name, form := range map[string]string{"secret": "grant_type=client_credentials&client_id=" + HuaweiAppID + "&client_secret=x", "grant": "grant_type=password&client_id=1&client_secret=x", "empty": ""} {
		if got := call(t, f, "/oauth2/v3/token", formType, form); got["access_token"] != nil {
			t.Errorf("a token for a wrong %s", name)
		}
	}
}

// numbers are n different words.
func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "t%d ", i)
	}
	return b.String()
}

func TestHuaweiSceneRefuses(t *testing.T) {
	f := NewHuawei()
	defer f.Close()
	path := "/v3/" + HuaweiProjectID + "/messages:send"
	good := `{"payload":{"notification":{"category":"EXPRESS","title":"T","body":"B","clickAction":{"actionType":0}}},"target":{"token":["a"]},"pushOptions":{"ttl":60,"biTag":"k"}}`
	background := `{"payload":{"extraData":"d"},"target":{"token":["a"]}}`
	// Without a signature nothing else is looked at.
	if got := call(t, f, path, jsonType, good, "Authorization", huaweiAccess(t, f), "push-type", "0")["code"]; got != "80200001" {
		t.Errorf("an access token of OAuth: %v", got)
	}
	for _, token := range []string{"a.b.c", "eyJ.eyJ.x", ".."} {
		if got := call(t, f, path, jsonType, good, "Authorization", "Bearer "+token)["code"]; got != "80200001" {
			t.Errorf("%s: %v", token, got)
		}
	}
	check := func(name, kind, body, want string) {
		t.Helper()
		s := HuaweiScene{PushType: kind}
		got := "80100003"
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", jsonType)
		if size, ok := readSized(r, &s, "target", "token"); ok {
			got = s.problem(size)
		}
		if got != want {
			t.Errorf("%s: code %q, want %q", name, got, want)
		}
	}
	check("good", "0", good, "")
	check("background", "6", background, "")
	check("another type", "7", good, "80100003")
	check("a background that shows", "6", good, "80100003")
	for name, c := range map[string]struct {
		edit []string
		code string
	}{
		"unknown field":  {[]string{`biTag`, `bi_tag`}, "80100003"},
		"a text for ttl": {[]string{`"ttl":60`, `"ttl":"60s"`}, "80100003"},
		"no life":        {[]string{`"ttl":60`, `"ttl":0`}, "80100004"},
		"no category":    {[]string{`"category":"EXPRESS",`, ``}, "80100003"},
		"no click":       {[]string{`,"clickAction":{"actionType":0}`, ``}, "80100003"},
		"a page's name":  {[]string{`"actionType":0`, `"actionType":1`}, "80100003"},
		"a page":         {[]string{`"actionType":0`, `"actionType":1,"uri":"app://x"`}, ""},
		"clearing":       {[]string{`"actionType":0`, `"actionType":3`}, "80100003"},
		"no tokens":      {[]string{`["a"]`, `[]`}, "80300010"},
		"test to eleven": {[]string{`["a"]`, `["` + strings.Join(strings.Fields(numbers(11)), `","`) + `"]`, `"ttl"`, `"testMessage":true,"ttl"`}, "80300030"},
		"an id":          {[]string{`"title"`, `"appMessageId":"a;b","title"`}, "80100003"},
		"a badge":        {[]string{`"title"`, `"badge":{"addNum":0},"title"`}, "80100003"},
		"large":          {[]string{`"title":"T"`, `"title":"` + strings.Repeat("T", 4000) + `"`}, "80300008"},
	} {
		check(name, "0", edit(t, good, c.edit...), c.code)
	}
}

func TestHonorRefuses(t *testing.T) {
	f := NewHonor()
	defer f.Close()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {HonorClientID}, "client_secret": {HonorSecret}}
	access, _ := call(t, f, "/auth/token", formType, form.Encode())["access_token"].(string)
	path, now := "/api/v1/"+HonorAppID+"/sendMessage", strconv.FormatInt(time.Now().UnixMilli(), 10)
	good := `{"data":"{}","android":{"ttl":"86400s","biTag":"k","notification":{"title":"T","body":"B","clickAction":{"type":3},"importance":"NORMAL","notifyId":1,"badge":{"badgeClass":"M","setNum":0}}},"token":["a"]}`
	for name, c := range map[string]struct {
		edit []string
		code float64
	}{
		"good":               {nil, 200},
		"a snake":            {[]string{`biTag`, `bi_tag`}, 80100003},
		"no tokens":          {[]string{`["a"]`, `[]`}, 10300},
		"a token twice":      {[]string{`["a"]`, `["a","a"]`}, 80300006},
		"a long life":        {[]string{`86400s`, `1296001s`}, 80100003},
		"no importance":      {[]string{`"importance":"NORMAL",`, ``}, 80100003},
		"a picture of an ad": {[]string{`"NORMAL"`, `"LOW","image":"https://x.test/i"`}, 80200050},
		"a picture":          {[]string{`"NORMAL"`, `"NORMAL","image":"https://x.test/i"`}, 200},
		"an http page":       {[]string{`{"type":3}`, `{"type":2,"url":"http://x.test"}`}, 80100003},
		"a badge":            {[]string{`"setNum":0`, `"setNum":100`}, 80100003},
		"a large body":       {[]string{`"body":"B"`, `"body":"` + strings.Repeat("B", 4000) + `"`}, 80300008},
		"big text of none":   {[]string{`"title":"T"`, `"title":"T","style":1`}, 80100003},
	} {
		if got := call(t, f, path, jsonType, edit(t, good, c.edit...), "Authorization", "Bearer "+access, "timestamp", now)["code"]; got != c.code {
			t.Errorf("%s: code %v, want %v", name, got, c.code)
		}
	}
	for name, c := range map[string]struct {
		code   float64
		header []string
	}{
		"no time": {10001, []string{"Authorization", "Bearer " + access}}, "an old time": {10207, []string{"Authorization", "Bearer " + access, "timestamp", "1563105451261"}},
		"no token": {80200003, []string{"timestamp", now}},
	} {
		if got := call(t, f, path, jsonType, good, c.header...)["code"]; got != c.code {
			t.Errorf("%s: code %v, want %v", name, got, c.code)
		}
	}
}

// oppoAuth gets an auth token.
func oppoAuth(t *testing.T, f *OPPO, at time.Time, secret string) (string, any) {
	t.Helper()
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	sum := sha256.Sum256([]byte(OPPOKey + ms + secret))
	v := call(t, f, "/server/v1/auth", formType, url.Values{"app_key": {OPPOKey}, "timestamp": {ms}, "sign": {hex.EncodeToString(sum[:])}}.Encode())
	data, _ := v["data"].(map[string]any)
	token, _ := data["auth_token"].(string)
	return token, v["code"]
}

func TestOPPORefuses(t *testing.T) {
	f := NewOPPO()
	defer f.Close()
	access, _ := oppoAuth(t, f, time.Now(), OPPOSecret)
	if _, code := oppoAuth(t, f, time.Now(), "x"); code != 17.0 {
		t.Errorf("a wrong signature: %v", code)
	}
	if _, code := oppoAuth(t, f, time.Now().Add(-11*time.Minute), OPPOSecret); code != 19.0 {
		t.Errorf("an old time: %v", code)
	}
	good := `{"target_type":2,"target_value":"` + OPPOToken(1) + `","verify_registration_id":false,"notification":{"style":1,"title":"T","content":"B","click_action_type":0,"off_line":true,"off_line_ttl":3600,"category":"ORDER","notify_level":2}}`
	send := func(message string) any {
		return call(t, f, "/server/v1/message/notification/unicast", formType, url.Values{"auth_token": {access}, "message": {message}}.Encode())["code"]
	}
	long := func(n int) string { return strings.Repeat("字", n) }
	for name, c := range map[string]struct {
		edit []string
		code float64
	}{
		"good":               {nil, 0},
		"unknown field":      {[]string{`"off_line"`, `"offLine"`}, 41},
		"a form of a token":  {[]string{OPPOToken(1), "x"}, 10000},
		"everybody":          {[]string{`"target_type":2`, `"target_type":1`}, 41},
		"a long title":       {[]string{`"title":"T"`, `"title":"` + long(51) + `"`}, 41},
		"a long text":        {[]string{`"content":"B"`, `"content":"` + long(51) + `"`}, 41},
		"long style":         {[]string{`"style":1`, `"style":2`, `"content":"B"`, `"content":"` + long(128) + `"`}, 0},
		"too long for it":    {[]string{`"style":1`, `"style":2`, `"content":"B"`, `"content":"` + long(129) + `"`}, 41},
		"a picture to one":   {[]string{`"style":1`, `"style":3,"big_picture_id":"p"`}, 41},
		"a link of none":     {[]string{`"click_action_type":0`, `"click_action_type":2`}, 41},
		"no action":          {[]string{`"click_action_type":0`, `"click_action_type":4`}, 41},
		"parameters":         {[]string{`"style"`, `"action_parameters":"x","style"`}, 41},
		"11 days":            {[]string{`3600`, `864001`}, 41},
		"a level of no kind": {[]string{`"category":"ORDER",`, ``}, 41},
		"level 3":            {[]string{`"notify_level":2`, `"notify_level":3`}, 41},
		"two days":           {[]string{`"style"`, `"show_ttl":172800,"style"`}, 41},
	} {
		if got := send(edit(t, good, c.edit...)); got != c.code {
			t.Errorf("%s: code %v, want %v", name, got, c.code)
		}
	}
	for name, c := range map[string]struct {
		verb, form string
		code       float64
	}{
		"broadcast of nothing": {"broadcast", "message_id=x&target_type=1", 31},
		"no target":            {"broadcast", "message_id=x", 40},
		"unknown parameter":    {"save_message_content", "title=T&content=B&style=1&off_line=true&off_line_ttl=60&x=1", 40},
		"a text for a number":  {"save_message_content", "title=T&content=B&style=one&off_line=true&off_line_ttl=60", 41},
		"no text":              {"save_message_content", "title=T&style=1", 40},
		"good":                 {"save_message_content", "title=T&content=B&style=1&off_line=true&off_line_ttl=60", 0},
	} {
		if got := call(t, f, "/server/v1/message/notification/"+c.verb, formType, c.form+"&auth_token="+access)["code"]; got != c.code {
			t.Errorf("%s: code %v, want %v", name, got, c.code)
		}
	}
	f.Revoke()
	if got := send(good); got != 11.0 {
		t.Errorf("a revoked token: %v", got)
	}
}

func TestVivoRefuses(t *testing.T) {
	f := NewVivo()
	defer f.Close()
	login := func(at time.Time, secret string) (string, any) {
		ms := strconv.FormatInt(at.UnixMilli(), 10)
		sum := md5.Sum([]byte(strconv.Itoa(VivoID) + VivoKey + ms + secret))
		v := call(t, f, "/message/auth", jsonType, fmt.Sprintf(`{"appId":%d,"appKey":%q,"timestamp":%s,"sign":%q}`, VivoID, VivoKey, ms, hex.EncodeToString(sum[:])))
		token, _ := v["authToken"].(string)
		return token, v["result"]
	}
	if _, code := login(time.Now(), "x"); code != 10203.0 {
		t.Errorf("a wrong signature: %v", code)
	}
	if _, code := login(time.Now().Add(-11*time.Minute), VivoSecret); code != 10204.0 {
		t.Errorf("an old time: %v", code)
	}
	access, _ := login(time.Now(), VivoSecret)
	good := fmt.Sprintf(`{"appId":%d,"regId":"r","notifyType":4,"title":"Title","content":"Body","timeToLive":3600,"skipType":1,"networkType":-1,"classification":1,"category":"ORDER","requestId":"k","pushMode":0}`, VivoID)
	for name, c := range map[string]struct {
		path string
		edit []string
		code float64
	}{
		"good":              {"/message/send", nil, 0},
		"unknown field":     {"/message/send", []string{`"regId"`, `"regid"`}, 10050},
		"no regId":          {"/message/send", []string{`"regId":"r",`, ``}, 10302},
		"a long title":      {"/message/send", []string{`Title`, strings.Repeat("字", 41)}, 10052},
		"a long text":       {"/message/send", []string{`Body`, strings.Repeat("字", 101)}, 10053},
		"digits":            {"/message/send", []string{`Title`, `12 34`}, 10085},
		"a test":            {"/message/send", []string{`Title`, `测试`}, 10104},
		"a minute less":     {"/message/send", []string{`3600`, `59`}, 10054},
		"two days":          {"/message/send", []string{`3600`, `172800`}, 10054},
		"a class":           {"/message/send", []string{`"classification":1`, `"classification":0`}, 10097},
		"a link of none":    {"/message/send", []string{`"skipType":1`, `"skipType":2`}, 10055},
		"no request's id":   {"/message/send", []string{`"requestId":"k"`, `"requestId":""`}, 10058},
		"another app":       {"/message/send", []string{strconv.Itoa(VivoID), `7`}, 10094},
		"a tag to one":      {"/message/send", []string{`"regId"`, `"tagExpression":{"orTags":["a"]},"regId"`}, 10050},
		"a list with one":   {"/message/saveListPayload", nil, 10050},
		"all with one":      {"/message/all", nil, 10050},
		"all":               {"/message/all", []string{`"regId":"r",`, ``}, 0},
		"a tag of none":     {"/message/tagPush", []string{`"regId":"r",`, ``}, 10050},
		"an empty tag":      {"/message/tagPush", []string{`"regId":"r"`, `"tagExpression":{}`}, 10155},
		"a tag":             {"/message/tagPush", []string{`"regId":"r"`, `"tagExpression":{"orTags":["a"]}`}, 0},
		"all, with a tag":   {"/message/all", []string{`"regId":"r"`, `"tagExpression":{"orTags":["a"]}`}, 10050},
		"members of no tag": {"/tag/addMembers", []string{good, `{"name":"","type":1,"ids":["a"]}`}, 10050},
		"members":           {"/tag/addMembers", []string{good, `{"name":"a","type":1,"ids":["a"]}`}, 0},
	} {
		if got := call(t, f, c.path, jsonType, edit(t, good, c.edit...), "authToken", access)["result"]; got != c.code {
			t.Errorf("%s: result %v, want %v", name, got, c.code)
		}
	}
	if got := call(t, f, "/message/send", jsonType, good)["result"]; got != 10000.0 {
		t.Errorf("no auth token: %v", got)
	}
}
