package mail

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// Temporary objects carry their end at the end of their key, since few buckets
// keep an expiry of their own and none tells it in a listing: "x", the seconds of
// Unix time as 7 digits in base 36, "-", 26 random letters.
const (
	temporaryDigits = 7
	temporaryLength = 1 + temporaryDigits + 1 + 26
)

// MetaMail is the metadata key under which an uploaded attachment names the
// Message-ID of its mail.
const MetaMail = "waybill-mail"

// TemporaryKey returns a key for an object that may be removed after expires,
// which [Sweep] understands: the prefix and a part that nobody can guess. It is for processes that put an
// attachment into the bucket, by Put or by a signed PUT, before the mail is
// sent.
func TemporaryKey(prefix string, expires time.Time) string {
	digits := strconv.FormatInt(min(max(expires.Unix(), 0), 1<<36-1), 36)
	return prefix + "x" + strings.Repeat("0", temporaryDigits-len(digits)) + digits + "-" + strings.ToLower(rand.Text())
}

// expiryOf reads the end of a temporary object from its key.
func expiryOf(key string) (time.Time, bool) {
	if len(key) < temporaryLength {
		return time.Time{}, false
	}
	last := key[len(key)-temporaryLength:]
	digits, random := last[1:1+temporaryDigits], last[2+temporaryDigits:]
	if last[0] != 'x' || last[1+temporaryDigits] != '-' ||
		strings.Trim(digits, "0123456789abcdefghijklmnopqrstuvwxyz") != "" || strings.Trim(random, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(digits, 36, 64)
	return time.Unix(n, 0), err == nil
}

// SweepOptions of [Sweep].
type SweepOptions struct {
	// Bucket is where the attachments were uploaded; Prefix is that of
	// [Offload.Prefix], empty meaning "mail/".
	Bucket storage.Bucket
	Prefix string
	// Final, when set, is asked whether the mail of this Message-ID has its
	// final outcome; its objects stay while it says no. It is for services that
	// repeat mails for longer than their links live. It is asked only about
	// objects after their end. Objects that name no mail are not asked about.
	Final func(ctx context.Context, messageID string) (bool, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// SweepResult counts what a sweep saw.
type SweepResult struct {
	// Removed objects were after their end, Kept ones not, or their mail had no
	// final outcome; Foreign ones have no key of [TemporaryKey] and are never
	// touched. Freed is the size of the removed ones in bytes.
	Removed, Kept, Foreign int
	Freed                  int64
}

// sweepBatch is how many objects are removed in one call.
const sweepBatch = 500

// Sweep removes the temporary objects whose end has come: those that a Client
// uploaded for links, and those under a [TemporaryKey]. The end is never before
// that of the link in the mail, plus a day for a download or a send that is
// still under way. Run it once a day or so; several at once do no harm.
//
// The objects of a mail that was certainly not sent need no sweep, the Client
// removes them at once; should that have failed, or the process have died, they
// go here. Those of an ambiguous mail stay until their end.
//
// It ends with the first error, and with the result so far; what is left is
// removed the next time.
func Sweep(ctx context.Context, o SweepOptions) (SweepResult, error) {
	var res SweepResult
	if o.Bucket == nil {
		return res, waybill.Invalid("sweep", "there is no bucket").With("mail", "", "")
	}
	if o.Prefix == "" {
		o.Prefix = defaultPrefix
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	now := o.Now()
	var keys []string
	var size int64
	flush := func() error {
		if len(keys) == 0 {
			return nil
		}
		err := o.Bucket.Delete(ctx, keys...)
		if err == nil {
			res.Removed += len(keys)
			res.Freed += size
		}
		keys, size = keys[:0], 0
		return err
	}
	for obj, err := range o.Bucket.List(ctx, storage.ListOptions{Prefix: o.Prefix}) {
		if err != nil {
			_ = flush()
			return res, err
		}
		end, ours := expiryOf(obj.Key)
		if !ours {
			res.Foreign++
			continue
		}
		may := now.After(end)
		if may {
			if may, err = o.final(ctx, obj.Key); err != nil {
				_ = flush()
				return res, err
			}
		}
		if !may {
			res.Kept++
			continue
		}
		keys, size = append(keys, obj.Key), size+obj.Size
		if len(keys) == sweepBatch {
			if err := flush(); err != nil {
				return res, err
			}
		}
	}
	return res, flush()
}

// final reports whether the object's mail has its final outcome.
func (o *SweepOptions) final(ctx context.Context, key string) (bool, error) {
	if o.Final == nil {
		return true, nil
	}
	obj, err := o.Bucket.Head(ctx, key)
	if err != nil {
		if waybill.CodeOf(err) == waybill.NotFound {
			return true, nil
		}
		return false, err
	}
	id := obj.Metadata[MetaMail]
	if id == "" {
		return true, nil
	}
	return o.Final(ctx, id)
}
