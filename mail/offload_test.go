package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

func unsigned(t testing.TB) storage.Bucket {
	t.Helper()
	b, err := memstorage.New("unsigned", nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var urlText = regexp.MustCompile(`https?://\S+`)

// TestLargeAttachmentsBecomeLinks follows a file from the mail to its link and
// back.
func TestLargeAttachmentsBecomeLinks(t *testing.T) {
	b, srv := bucket(t, nil)
	one := &relay{name: "one"}
	c := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 100_000}))
	m := note()
	inline := file("logo.png", 20_000)
	inline.Inline = "logo"
	m.Attachments = []mail.Attachment{file("small.pdf", 10_000), file("报告 <final>.pdf", 200_000), inline, file("middle.pdf", 30_000)}
	res, err := c.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	got := one.mails[0]
	var names []string
	for _, f := range got.Files {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"logo.png", "small.pdf", "middle.pdf"}) || got.Size > 100_000 {
		t.Errorf("the mail has %q and %d bytes", names, got.Size)
	}
	if len(res.Links) != 1 || len(m.Attachments) != 4 || m.Text != "Hello." {
		t.Fatalf("%v; the caller's message has %d attachments", res.Links, len(m.Attachments))
	}
	l := res.Links[0]
	if l.Name != "报告 <final>.pdf" || l.Size != 200_000 || !slices.Equal(objects(t, b), []string{l.Key}) || !strings.HasPrefix(l.Key, "mail/") || len(l.Key) < 25 {
		t.Errorf("%+v, objects %v", l, objects(t, b))
	}
	if d := time.Until(l.Expires); d < 7*24*time.Hour-time.Minute || d > 7*24*time.Hour {
		t.Errorf("the link lives %v", d)
	}
	until := l.Expires.UTC().Format("2 January 2006, 15:04 UTC")
	if !strings.Contains(got.Text, "报告 <final>.pdf (200.0 kB, available until "+until+")") || !strings.Contains(got.HTML, until) {
		t.Errorf("the text is %q", got.Text)
	}
	if !strings.Contains(got.HTML, "报告 &lt;final&gt;.pdf</a>") || strings.Contains(got.HTML, "<final>") || !strings.HasSuffix(got.HTML, "</div></body></html>") {
		t.Errorf("the page is %q", got.HTML)
	}
	url := urlText.FindString(got.Text)
	if url != l.URL || strings.Contains(l.String(), "http") {
		t.Errorf("the text has %q", url)
	}
	reply, err := srv.Client().Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	body, _ := io.ReadAll(reply.Body)
	if reply.StatusCode != http.StatusOK || !bytes.Equal(body, data(200_000)) || reply.Header.Get("Content-Type") != "application/pdf" ||
		!strings.Contains(reply.Header.Get("Content-Disposition"), "filename*=UTF-8''%E6%8A%A5%E5%91%8A%20%3Cfinal%3E.pdf") {
		t.Errorf("%d, %d bytes, %v", reply.StatusCode, len(body), reply.Header)
	}
}

// seekBucket looks whether it could read what it is given again.
type seekBucket struct {
	storage.Bucket
	can bool
}

func (b *seekBucket) Put(ctx context.Context, key string, body io.Reader, o storage.PutOptions) (storage.Object, error) {
	_, seeks := body.(io.Seeker)
	_, at := body.(io.ReaderAt)
	b.can = seeks && at
	return b.Bucket.Put(ctx, key, body, o)
}

// TestFilesStayFiles: a bucket may read a file where it lies, and again; what is
// no file is not made one.
func TestFilesStayFiles(t *testing.T) {
	local, _ := bucket(t, nil)
	b := &seekBucket{Bucket: local}
	c := client(t, mail.With(&relay{name: "one"}), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000}))
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, data(50_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, can := range []bool{true, false} {
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 50_000)}
		if can {
			m.Attachments[0].Open = func() (io.ReadCloser, error) { return os.Open(path) }
		}
		res, err := c.Send(t.Context(), m)
		if err != nil || len(res.Links) != 1 || b.can != can {
			t.Errorf("%v %v: it can be read again: %v", err, res.Links, b.can)
		}
		r, err := local.Get(t.Context(), res.Links[0].Key, storage.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data(50_000)) {
			t.Errorf("%v, %d bytes are stored", err, len(got))
		}
		_ = r.Close()
	}
}

func TestNothingIsOffloadedWithoutNeed(t *testing.T) {
	b, _ := bucket(t, nil)
	one := &relay{name: "one"}
	for _, c := range []*mail.Client{client(t, mail.With(one)), client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b})),
		client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: -1}))} {
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 500_000), file("b.pdf", 0), once("c.pdf", 100, -1)}
		res, err := c.Send(t.Context(), m)
		if err != nil || len(res.Links) != 0 || len(objects(t, b)) != 0 || len(one.mails[len(one.mails)-1].Files) != 3 {
			t.Errorf("%v %v", err, res.Links)
		}
	}
}

// TestWhatTheRelayTakes: its size is learnt from it, before or by its refusal.
func TestWhatTheRelayTakes(t *testing.T) {
	b, _ := bucket(t, nil)
	t.Run("announced", func(t *testing.T) {
		one := &relay{name: "one", max: 150_000}
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 60_000), file("b.pdf", 70_000)}
		res, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: -1})).Send(t.Context(), m)
		if err != nil || len(res.Links) != 1 || res.Links[0].Name != "b.pdf" || one.calls != 1 {
			t.Errorf("%v %v, %d calls", err, res.Links, one.calls)
		}
	})
	t.Run("by its refusal", func(t *testing.T) {
		one := &relay{name: "one"}
		one.steps = []func(context.Context, *mail.Message) error{one.reads(waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent), nil}
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 60_000), file("b.pdf", 70_000)}
		res, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: -1})).Send(t.Context(), m)
		if err != nil || len(res.Links) != 2 || one.calls != 2 || res.Attempts != 1 {
			t.Errorf("%v %v, %d calls", err, res.Links, one.calls)
		}
	})
	t.Run("without a bucket the next relay is asked", func(t *testing.T) {
		one, two := &relay{name: "one", max: 1000}, &relay{name: "two", max: 1_000_000}
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 60_000)}
		c := client(t, mail.With(one), mail.With(two))
		if res, err := c.Send(t.Context(), m); err != nil || res.Provider != "two" || one.calls != 0 {
			t.Errorf("%v %v", err, res.Provider)
		}
		who, err := c.Explain(m)
		if err != nil || !strings.Contains(who[1].Reason, "1000 bytes") {
			t.Errorf("%v %+v", err, who)
		}
	})
	t.Run("too large for all", func(t *testing.T) {
		one, two := &relay{name: "one", max: 1000}, &relay{name: "two", steps: []func(context.Context, *mail.Message) error{tooLarge}}
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 60_000)}
		_, err := client(t, mail.With(one), mail.With(two)).Send(t.Context(), m)
		want(t, err, waybill.TooLarge, waybill.NotSent)
	})
	t.Run("a one-shot source that was read", func(t *testing.T) {
		one := &relay{name: "one"}
		one.steps = []func(context.Context, *mail.Message) error{one.reads(waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)}
		m := note()
		m.Attachments = []mail.Attachment{once("a.pdf", 60_000, 60_000)}
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: -1})).Send(t.Context(), m)
		want(t, err, waybill.FailedPrecondition, waybill.NotSent)
	})
}

func TestSizesThatAreNotKnown(t *testing.T) {
	b, _ := bucket(t, nil)
	one := &relay{name: "one"}
	c := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b}))
	m := note()
	m.Attachments = []mail.Attachment{once("short.txt", 1000, -1), once("long.bin", 300_000, 0), once("empty", 0, -1)}
	res, err := c.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	got := one.mails[0]
	if len(res.Links) != 1 || res.Links[0].Name != "long.bin" || res.Links[0].Size != 300_000 || len(got.Files) != 2 || len(got.Files[0].Data) != 1000 {
		t.Errorf("%v, %d files", res.Links, len(got.Files))
	}
	o, err := b.Get(t.Context(), res.Links[0].Key, storage.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(o); !bytes.Equal(body, data(300_000)) {
		t.Errorf("%d bytes arrived in the bucket", len(body))
	}
	// What was read ahead serves the next relay, too.
	first := &relay{name: "first"}
	first.steps = []func(context.Context, *mail.Message) error{first.reads(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)}
	m.Attachments = []mail.Attachment{once("short.txt", 1000, -1)}
	if res, err := client(t, mail.With(first), mail.With(one), mail.WithOffload(mail.Offload{Bucket: b})).Send(t.Context(), m); err != nil || res.Provider != "one" {
		t.Errorf("%v", err)
	}
}

// TestObjectsOfAFailedMail: removed when nothing was sent, kept when something
// may have been.
func TestObjectsOfAFailedMail(t *testing.T) {
	sent := fails(waybill.Unregistered, waybill.ScopeRecipient, waybill.Sent)
	for name, c := range map[string]struct {
		step func(context.Context, *mail.Message) error
		kept int
		d    waybill.Delivery
	}{"not sent": {down, 0, waybill.NotSent}, "ambiguous": {ambiguous, 1, waybill.Ambiguous}, "in part": {sent, 1, waybill.Sent}} {
		t.Run(name, func(t *testing.T) {
			b, _ := bucket(t, nil)
			one := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{c.step}}
			m := note()
			m.Attachments = []mail.Attachment{file("a.pdf", 200_000)}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.d == waybill.NotSent { // the caller's context does not keep it from being removed
				one.steps[0] = func(ctx context.Context, m *mail.Message) error { cancel(); return c.step(ctx, m) }
			}
			_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 1000})).Send(ctx, m)
			if waybill.DeliveryOf(err) != c.d || len(objects(t, b)) != c.kept {
				t.Errorf("%v, %d objects", err, len(objects(t, b)))
			}
		})
	}
	t.Run("nobody may carry it", func(t *testing.T) {
		b, _ := bucket(t, nil)
		puts := &counting{Bucket: b}
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 200_000)}
		_, err := client(t, mail.With(&relay{name: "one"}, mail.In("CN")), mail.WithOffload(mail.Offload{Bucket: puts, Limit: 1000})).Send(t.Context(), m)
		want(t, err, waybill.InvalidArgument, waybill.NotSent)
		if puts.puts != 0 {
			t.Error("it was uploaded for nobody")
		}
	})
}

// counting counts and spoils what a bucket is asked for.
type counting struct {
	storage.Bucket
	puts   int
	last   storage.PutOptions
	put    error
	signed func(storage.Link) (storage.Link, error)
}

func (c *counting) Put(ctx context.Context, key string, body io.Reader, o storage.PutOptions) (storage.Object, error) {
	c.puts++
	c.last = o
	if c.put != nil && c.puts > 1 {
		return storage.Object{}, c.put
	}
	return c.Bucket.Put(ctx, key, body, o)
}

func (c *counting) SignedURL(ctx context.Context, key string, o storage.SignOptions) (storage.Link, error) {
	l, err := c.Bucket.SignedURL(ctx, key, o)
	if c.signed != nil {
		return c.signed(l)
	}
	return l, err
}

func TestBucketsThatFail(t *testing.T) {
	limited := &waybill.Error{Code: waybill.RateLimited, Provider: "memstorage", RetryAfter: time.Second}
	b, _ := bucket(t, nil)
	one := &relay{name: "one"}
	two := func() *mail.Message {
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 200_000), file("b.pdf", 300_000)}
		return m
	}
	t.Run("the second upload", func(t *testing.T) {
		spoiled := &counting{Bucket: b, put: limited}
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: spoiled, Limit: 1000})).Send(t.Context(), two())
		e := want(t, err, waybill.RateLimited, waybill.NotSent)
		if e.RetryAfter != time.Second || e.Ref != "order-17" || len(objects(t, b)) != 0 {
			t.Errorf("%+v, objects %v", e, objects(t, b))
		}
	})
	t.Run("in an attempt", func(t *testing.T) {
		spoiled := &counting{Bucket: b, put: limited}
		small := &relay{name: "small", max: 10_000}
		_, err := client(t, mail.With(small), mail.With(one), mail.WithOffload(mail.Offload{Bucket: spoiled, Limit: -1})).Send(t.Context(), two())
		want(t, err, waybill.RateLimited, waybill.NotSent)
		if small.calls+one.calls != 0 || len(objects(t, b)) != 0 {
			t.Errorf("%d calls, objects %v", small.calls+one.calls, objects(t, b))
		}
	})
	t.Run("the signing", func(t *testing.T) {
		spoiled := &counting{Bucket: b, signed: func(storage.Link) (storage.Link, error) { return storage.Link{}, limited }}
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: spoiled, Limit: 1000})).Send(t.Context(), two())
		want(t, err, waybill.RateLimited, waybill.NotSent)
		if len(objects(t, b)) != 0 {
			t.Errorf("objects %v", objects(t, b))
		}
	})
	t.Run("the source", func(t *testing.T) {
		m := two()
		m.Attachments[1] = mail.Attachment{Name: "b.pdf", Size: 300_000, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(data(100_000)), failing{})), nil
		}}
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 1000})).Send(t.Context(), m)
		want(t, err, waybill.FailedPrecondition, waybill.NotSent)
		m.Attachments[1] = once("b.pdf", 200_000, 300_000)
		_, err = client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 1000})).Send(t.Context(), m)
		if waybill.DeliveryOf(err) != waybill.NotSent || len(objects(t, b)) != 0 {
			t.Errorf("%v, objects %v", err, objects(t, b))
		}
	})
	if len(one.mails) != 0 {
		t.Errorf("%d mails were sent", len(one.mails))
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the source failed") }

// TestPromises: the mail says until when its links truly work, or is not sent.
func TestPromises(t *testing.T) {
	b, _ := bucket(t, nil)
	at := func(d time.Duration) time.Time { return time.Now().Add(d) }
	link := func(url string, d time.Duration) func(context.Context, storage.Object) (string, time.Time, error) {
		return func(_ context.Context, o storage.Object) (string, time.Time, error) { return url + o.Key, at(d), nil }
	}
	for name, c := range map[string]struct {
		o     mail.Offload
		life  time.Duration
		fails bool
	}{
		"asked for less than could be":     {mail.Offload{Bucket: b, Expires: 24 * time.Hour}, 24 * time.Hour, false},
		"the credential lives shorter":     {mail.Offload{Bucket: shortLived(b, 6*time.Hour)}, 6 * time.Hour, false},
		"the credential lives too short":   {mail.Offload{Bucket: shortLived(b, 10*time.Minute)}, 0, true},
		"an own floor":                     {mail.Offload{Bucket: shortLived(b, 6*time.Hour), MinLife: 12 * time.Hour}, 0, true},
		"links of our own, longer":         {mail.Offload{Bucket: b, Expires: 30 * 24 * time.Hour, Link: link("https://files.example/", 30*24*time.Hour)}, 30 * 24 * time.Hour, false},
		"links of our own, than asked":     {mail.Offload{Bucket: b, Expires: 2 * time.Hour, Link: link("https://files.example/", 30*24*time.Hour)}, 2 * time.Hour, false},
		"links of our own, dead":           {mail.Offload{Bucket: b, Link: link("https://files.example/", -time.Second)}, 0, true},
		"links of our own, no URL":         {mail.Offload{Bucket: b, Link: link("files/", time.Hour*24)}, 0, true},
		"links of our own, another scheme": {mail.Offload{Bucket: b, Link: link("javascript:", time.Hour*24)}, 0, true},
		"links of our own, markup":         {mail.Offload{Bucket: b, Link: link("https://files.example/\"><script>", time.Hour*24)}, 0, true},
		"a bucket that cannot sign":        {mail.Offload{Bucket: unsigned(t), Link: link("https://files.example/", 24*time.Hour)}, 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			one := &relay{name: "one"}
			c.o.Limit = 1000
			m := note()
			m.Attachments = []mail.Attachment{file("a.pdf", 200_000)}
			res, err := client(t, mail.With(one), mail.WithOffload(c.o)).Send(t.Context(), m)
			if c.fails {
				want(t, err, waybill.FailedPrecondition, waybill.NotSent)
				if one.calls != 0 {
					t.Error("it was sent")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := time.Until(res.Links[0].Expires) - c.life; d > 0 || d < -time.Minute {
				t.Errorf("the link lives %v, want %v", time.Until(res.Links[0].Expires), c.life)
			}
		})
	}
}

func shortLived(b storage.Bucket, d time.Duration) storage.Bucket {
	return &counting{Bucket: b, signed: func(l storage.Link) (storage.Link, error) {
		l.Expires = time.Now().Add(d)
		return l, nil
	}}
}

// TestTheDataBoundary: a file goes only to a bucket for its region, and expires
// there.
func TestTheDataBoundary(t *testing.T) {
	home, _ := bucket(t, nil)
	abroad, _ := bucket(t, nil)
	seen := &counting{Bucket: home}
	one := &relay{name: "one"}
	c := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: seen, Limit: 1000, KeyFunc: func(m *mail.Message, a *mail.Attachment) string {
		return "tenant-" + m.Tenant
	}}, mail.In("CN")), mail.WithOffload(mail.Offload{Bucket: abroad, Limit: 1000}, mail.In("HK", "SG")))
	for region, where := range map[string][2]int{"CN": {1, 0}, "SG": {1, 1}, "BR": {1, 1}, "": {1, 1}} {
		_ = where
		m := note()
		m.Region, m.Tenant = region, "acme"
		m.Attachments = []mail.Attachment{file("a.pdf", 200_000)}
		res, err := c.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		switch region {
		case "CN":
			if len(res.Links) != 1 || !slices.Contains(objects(t, home), res.Links[0].Key) || !strings.HasPrefix(res.Links[0].Key, "mail/tenant-acme/") {
				t.Errorf("CN: %v", res.Links)
			}
			if seen.last.Region != "CN" || seen.last.Ref != "order-17" || time.Until(seen.last.Expires) < 7*24*time.Hour || seen.last.Size != 200_000 || seen.last.IfNotExists {
				t.Errorf("put with %+v", seen.last)
			}
		case "SG":
			if len(res.Links) != 1 || !slices.Contains(objects(t, abroad), res.Links[0].Key) {
				t.Errorf("SG: %v", res.Links)
			}
		default:
			if len(res.Links) != 0 {
				t.Errorf("%q: %v", region, res.Links)
			}
		}
	}
}

func TestWordsOfTheLinkBlock(t *testing.T) {
	b, _ := bucket(t, nil)
	send := func(o mail.Offload, change func(*mail.Message)) string {
		one := &relay{name: "one"}
		o.Bucket, o.Limit = b, 1000
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 200_000)}
		change(m)
		if _, err := client(t, mail.With(one), mail.WithOffload(o)).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		return one.mails[0].Text + "|" + one.mails[0].HTML
	}
	for language, words := range map[string]string{"": "for download", "en-GB": "for download", "fr": "for download",
		"zh": "请通过以下链接下载", "zh-CN": "有效期至", "zh_TW": "請從下列連結下載", "zh-Hant-HK": "連結"} {
		got := send(mail.Offload{}, func(m *mail.Message) { m.Language = language })
		if text, page, _ := strings.Cut(got, "|"); !strings.Contains(text, words) || !strings.Contains(page, words) {
			t.Errorf("%q: %q", language, got)
		}
	}
	if got := send(mail.Offload{Zone: time.FixedZone("HKT", 8*3600)}, func(m *mail.Message) { m.HTML = "" }); !strings.Contains(got, " HKT") || !strings.HasSuffix(got, "|") {
		t.Errorf("%q", got)
	}
	if got := send(mail.Offload{}, func(m *mail.Message) { m.Text, m.HTML = "", "<p>no end" }); !strings.HasPrefix(got, "|<p>no end<div") {
		t.Errorf("%q", got)
	}
	own := func(language string, links []mail.Link) (string, string) {
		return language + ":" + links[0].Name, "<i>" + links[0].Name + "</i>"
	}
	if got := send(mail.Offload{Block: own}, func(m *mail.Message) { m.Language = "pt" }); got != "Hello.\r\n\r\npt:a.pdf|<html><body><p>Hello.</p><i>a.pdf</i></body></html>" {
		t.Errorf("%q", got)
	}
}

// TestLongLinks: links that take more room than was thought make more links.
func TestLongLinks(t *testing.T) {
	b, _ := bucket(t, nil)
	one := &relay{name: "one"}
	c := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 28_000, Link: func(_ context.Context, o storage.Object) (string, time.Time, error) {
		return "https://files.example/" + o.Key + "?token=" + strings.Repeat("x", 6000), time.Now().Add(48 * time.Hour), nil
	}}))
	m := note()
	m.Attachments = []mail.Attachment{file("a.pdf", 30_000), file("b.pdf", 14_000)}
	res, err := c.Send(t.Context(), m)
	if err != nil || len(res.Links) != 2 || one.mails[0].Size > 28_000 {
		t.Errorf("%v: %d links, %d bytes", err, len(res.Links), one.mails[0].Size)
	}
}

// TestRandomMailsFit: whatever the sizes, what is sent is within the limit and
// nothing is lost.
func TestRandomMailsFit(t *testing.T) {
	b, _ := bucket(t, nil)
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		one := &relay{name: "one", max: 200_000}
		c := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: int64(50_000 + r.IntN(400_000))}))
		m := note()
		m.Key = ""
		for range r.IntN(6) {
			size := r.IntN(150_000)
			a := file("a.pdf", size)
			if r.IntN(3) == 0 {
				a = once("b.pdf", size, -1)
			}
			m.Attachments = append(m.Attachments, a)
		}
		res, err := c.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if got := one.mails[0]; len(got.Files)+len(res.Links) != len(m.Attachments) || got.Size > 200_000 {
			t.Errorf("%d of %d attachments, %d bytes", len(got.Files)+len(res.Links), len(m.Attachments), got.Size)
		}
	}
}
