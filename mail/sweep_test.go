package mail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// TestSweep holds that nothing goes before its end, everything after it, and
// nothing that is not ours.
func TestSweep(t *testing.T) {
	b, _ := bucket(t, nil)
	refuse := fails(waybill.PermissionDenied, waybill.ScopeRequest, waybill.NotSent)
	steps := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{nil, ambiguous, refuse}}
	c := client(t, mail.With(steps), mail.WithOffload(mail.Offload{Bucket: b, Limit: 1000, Prefix: "tmp-", Expires: 48 * time.Hour}))
	var ids []string
	for range 3 { // sent, ambiguous, certainly not sent
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 5000)}
		res, _ := c.Send(t.Context(), m)
		ids = append(ids, res.MessageID)
	}
	for _, k := range []string{"tmp-list.csv", "tmp-x0000001-short", "other/" + mail.TemporaryKey("", time.Unix(5, 0)), mail.TemporaryKey("tmp-up/", time.Now().Add(-time.Hour))} {
		if _, err := b.Put(t.Context(), k, strings.NewReader("12345"), storage.PutOptions{Size: 5}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(objects(t, b)); n != 6 { // the mail that was not sent has none
		t.Fatalf("%d objects", n)
	}
	sweep := func(after time.Duration, final func(context.Context, string) (bool, error)) mail.SweepResult {
		t.Helper()
		res, err := mail.Sweep(t.Context(), mail.SweepOptions{Bucket: b, Prefix: "tmp-", Final: final, Now: func() time.Time { return time.Now().Add(after) }})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if res := sweep(0, nil); res != (mail.SweepResult{Removed: 1, Kept: 2, Foreign: 2, Freed: 5}) {
		t.Errorf("now: %+v", res)
	}
	if res := sweep(71*time.Hour, nil); res.Removed != 0 || res.Kept != 2 {
		t.Errorf("after the links' end, within the day of grace: %+v", res)
	}
	var asked []string
	if res := sweep(73*time.Hour, func(_ context.Context, id string) (bool, error) { asked = append(asked, id); return false, nil }); res.Removed != 0 || res.Kept != 2 {
		t.Errorf("without a final outcome: %+v", res)
	}
	if len(asked) != 2 || !slices.Contains(ids, asked[0]) {
		t.Errorf("asked about %v", asked)
	}
	if res := sweep(73*time.Hour, func(context.Context, string) (bool, error) { return true, nil }); res != (mail.SweepResult{Removed: 2, Foreign: 2, Freed: 10_000}) {
		t.Errorf("after the end: %+v", res)
	}
	if left := objects(t, b); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
}

// stuck is a bucket of which something fails.
type stuck struct {
	storage.Bucket
	head, del error
}

func (s stuck) Head(ctx context.Context, key string) (storage.Object, error) {
	if s.head != nil {
		return storage.Object{}, s.head
	}
	return s.Bucket.Head(ctx, key)
}

func (s stuck) Delete(ctx context.Context, keys ...string) error {
	if s.del != nil {
		return s.del
	}
	return s.Bucket.Delete(ctx, keys...)
}

func TestSweepFails(t *testing.T) {
	if _, err := mail.Sweep(t.Context(), mail.SweepOptions{}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("no bucket: %v", err)
	}
	b, _ := bucket(t, nil)
	for range 3 {
		_, _ = b.Put(t.Context(), mail.TemporaryKey("mail/", time.Unix(1, 0)), strings.NewReader("x"), storage.PutOptions{Size: 1})
	}
	down := &waybill.Error{Code: waybill.Unavailable}
	yes := func(context.Context, string) (bool, error) { return true, nil }
	for name, c := range map[string]struct {
		b     stuck
		final func(context.Context, string) (bool, error)
		code  waybill.Code
		left  int
	}{
		"delete": {stuck{b, nil, down}, nil, waybill.Unavailable, 3},
		"head":   {stuck{b, down, nil}, yes, waybill.Unavailable, 3},
	} {
		res, err := mail.Sweep(t.Context(), mail.SweepOptions{Bucket: c.b, Final: c.final})
		if waybill.CodeOf(err) != c.code || res.Removed != 0 || len(objects(t, b)) != c.left {
			t.Errorf("%s: %+v %v", name, res, err)
		}
	}
	undecided := errors.New("undecided")
	_, err := mail.Sweep(t.Context(), mail.SweepOptions{Bucket: b, Final: func(context.Context, string) (bool, error) { return false, undecided }})
	if err != nil {
		t.Errorf("objects that name no mail are not asked about: %v", err)
	}
	for range 3 {
		_, _ = b.Put(t.Context(), mail.TemporaryKey("mail/", time.Unix(1, 0)), strings.NewReader("x"), storage.PutOptions{Size: 1, Metadata: map[string]string{mail.MetaMail: "1@x.example"}})
	}
	_, err = mail.Sweep(t.Context(), mail.SweepOptions{Bucket: b, Final: func(context.Context, string) (bool, error) { return false, undecided }})
	if !errors.Is(err, undecided) || len(objects(t, b)) != 3 {
		t.Errorf("%v, %v", err, objects(t, b))
	}
	// An object that somebody else removed meanwhile is no failure.
	var res mail.SweepResult
	res, err = mail.Sweep(t.Context(), mail.SweepOptions{Bucket: stuck{b, &waybill.Error{Code: waybill.NotFound}, nil}, Final: yes})
	if err != nil || res.Removed != 3 {
		t.Errorf("%+v %v", res, err)
	}
}

func ExampleSweep() {
	bucket, err := memstorage.New("attachments", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for _, end := range []time.Time{time.Now().Add(-time.Hour), time.Now().Add(time.Hour)} {
		_, _ = bucket.Put(ctx, mail.TemporaryKey("mail/", end), strings.NewReader("%PDF"), storage.PutOptions{Size: 4})
	}
	res, err := mail.Sweep(ctx, mail.SweepOptions{Bucket: bucket})
	fmt.Println(res.Removed, res.Kept, err)
	// Output: 1 1 <nil>
}
