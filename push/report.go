package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// Reporter is who reports a token.
type Reporter struct {
	// User is the caller's business id. Device is the device's, empty if the
	// caller knows one for each user only.
	User, Device string
	// App and Env are those of the token; see [Token].
	App, Env string
}

// ReportOptions are the settings of a [ReportHandler]. nil means all defaults.
type ReportOptions struct {
	// Types are the numbers of the vendors.
	Types TypeTable
	// MaxBody bounds a report in bytes. Default 16 KiB.
	MaxBody int64
	// OnError, when set, is told why a report was not taken: a *waybill.Error
	// for what the app did wrong, else the authenticator's or registry's error.
	OnError func(error)
	// Now replaces time.Now.
	Now func() time.Time
}

// ReportHandler takes an app's reports of its push token into a [Registry]. It
// is an http.Handler and safe for concurrent use.
//
// A report is a POST of a form or of a JSON object:
//
//	name      what it is                                                    needed
//	--------  ------------------------------------------------------------  ------
//	os        1 Android, 2 iOS                                              yes
//	cidType   whose token it is; see the constants TypeApple and following  yes
//	pushCid   the token; missing, null or empty takes the device's away     no
//	language  the user's language (BCP 47)                                  no
//
// Numbers may be written as strings in JSON. Other members are passed over, ids of
// users among them: who reports is the authenticator's word alone.
//
//	answer  when
//	------  -----------------------------------------------------------------
//	204     it was taken, or an older one changed nothing
//	400     os or cidType is missing, given twice, not assigned, or the two do
//	        not go together; the token is malformed; the body cannot be read
//	401     the authenticator refused
//	405     not POST
//	413     the body is too large
//	415     neither a form nor JSON
//	503     the registry failed
type ReportHandler struct {
	registry     Registry
	authenticate func(*http.Request) (Reporter, error)
	o            ReportOptions
}

// NewReportHandler returns a handler over a registry. authenticate says who sent
// a request, by its session or signature; it must not read the body. A nil
// registry or authenticator, and a table in which Honor has another's number, are
// InvalidArgument.
func NewReportHandler(registry Registry, authenticate func(*http.Request) (Reporter, error), o *ReportOptions) (*ReportHandler, error) {
	if registry == nil || authenticate == nil {
		return nil, waybill.Invalid("report", "the registry or the authenticator is nil").With("push", "", "")
	}
	h := &ReportHandler{registry: registry, authenticate: authenticate}
	if o != nil {
		h.o = *o
	}
	if err := h.o.Types.Validate(); err != nil {
		return nil, err
	}
	if h.o.MaxBody < 0 {
		return nil, waybill.Invalid("report", "MaxBody is negative").With("push", "", "")
	}
	if h.o.MaxBody == 0 {
		h.o.MaxBody = 16 << 10
	}
	if h.o.Now == nil {
		h.o.Now = time.Now
	}
	return h, nil
}

// ServeHTTP implements http.Handler.
func (h *ReportHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, http.StatusMethodNotAllowed, badReport("the method is not POST"))
		return
	}
	who, err := h.authenticate(r)
	if err != nil || who.User == "" {
		if err == nil {
			err = errors.New("push: the authenticator names no user")
		}
		h.refuse(w, http.StatusUnauthorized, err)
		return
	}
	at := h.o.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.o.MaxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		h.refuse(w, status, badReport("the body could not be read or is too large"))
		return
	}
	fields, status, err := readReport(r.Header.Get("Content-Type"), body)
	if err != nil {
		h.refuse(w, status, err)
		return
	}
	token, err := h.token(fields, who)
	if err == nil {
		report := Registration{User: who.User, Device: who.Device, Token: token, At: at}
		if err = report.Validate(); err == nil {
			h.save(w, r.Context(), report)
			return
		}
	}
	h.refuse(w, http.StatusBadRequest, err)
}

func (h *ReportHandler) save(w http.ResponseWriter, ctx context.Context, r Registration) {
	if err := h.registry.Report(ctx, r); err != nil {
		h.refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// token makes the token of a report's fields.
func (h *ReportHandler) token(f map[string]string, who Reporter) (Token, error) {
	if f["os"] == "" || f["cidType"] == "" {
		return Token{}, badReport("os or cidType is missing")
	}
	os, ok := parseOS(f["os"])
	if !ok {
		return Token{}, badReport("os is neither 1 (Android) nor 2 (iOS)")
	}
	number, err := strconv.Atoi(f["cidType"])
	if err != nil {
		return Token{}, badReport("cidType is no number")
	}
	vendor, err := h.o.Types.Vendor(number, os)
	if err != nil {
		return Token{}, err
	}
	language := strings.ReplaceAll(f["language"], "_", "-") // as Android's own locales have it
	if !validLanguage(language) {
		language = "" // a text in the default language is better than no token
	}
	return Token{Vendor: vendor, App: who.App, Env: who.Env, Value: strings.TrimSpace(f["pushCid"]), OS: os, Language: language}, nil
}

// refuse answers with a status, and with what is wrong where that is the app's
// fault; no message holds a value.
func (h *ReportHandler) refuse(w http.ResponseWriter, status int, err error) {
	text := http.StatusText(status)
	if e := (*waybill.Error)(nil); errors.As(err, &e) && status < 500 && status != http.StatusUnauthorized {
		text = e.Message
	}
	http.Error(w, text, status)
	if h.o.OnError != nil {
		h.o.OnError(err)
	}
}

func badReport(why string) error {
	return waybill.Invalid("report", why).With("push", "", "")
}

// reportFields are the members that are read.
var reportFields = []string{"os", "cidType", "pushCid", "language"}

// readReport reads a form or a JSON object.
func readReport(contentType string, body []byte) (map[string]string, int, error) {
	typ, _, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		return nil, http.StatusUnsupportedMediaType, badReport("the content type cannot be read")
	}
	switch {
	case typ == "application/json" || strings.HasSuffix(typ, "+json"):
		return readJSON(body)
	case typ == "application/x-www-form-urlencoded":
		return readForm(body)
	}
	return nil, http.StatusUnsupportedMediaType, badReport("the body is neither a form nor JSON")
}

func readForm(body []byte) (map[string]string, int, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, http.StatusBadRequest, badReport("the form cannot be read")
	}
	out := make(map[string]string, len(reportFields))
	for _, name := range reportFields {
		if len(values[name]) > 1 {
			return nil, http.StatusBadRequest, badReport(name + " is given twice")
		}
		out[name] = values.Get(name)
	}
	return out, 0, nil
}

func readJSON(body []byte) (map[string]string, int, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	var raw map[string]json.RawMessage
	if err := d.Decode(&raw); err != nil || raw == nil || d.Decode(new(any)) != io.EOF {
		return nil, http.StatusBadRequest, badReport("the body is no JSON object")
	}
	out := make(map[string]string, len(reportFields))
	for _, name := range reportFields {
		text, ok := scalar(raw[name], name == "os" || name == "cidType")
		if !ok {
			return nil, http.StatusBadRequest, badReport(name + " is of the wrong type")
		}
		out[name] = text
	}
	return out, 0, nil
}

// scalar reads a string, or a whole number where that is allowed. Missing and
// null are empty.
func scalar(raw json.RawMessage, number bool) (string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", true
	}
	if number && raw[0] != '"' {
		n, err := strconv.Atoi(string(raw))
		return strconv.Itoa(n), err == nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}
