package sms_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// numbers yields n messages.
func numbers(n int) iter.Seq2[sms.Message, error] {
	return func(yield func(sms.Message, error) bool) {
		for i := range n {
			if !yield(sms.Message{To: sms.Number(fmt.Sprintf("+4477009%05d", i)), Text: "Hello"}, nil) {
				return
			}
		}
	}
}

// sender is a Sender of one function.
type sender func(context.Context, sms.Message) (sms.Receipt, error)

func (s sender) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) { return s(ctx, m) }

func TestBulkCounts(t *testing.T) {
	errs := map[string]error{
		"b-1": &waybill.Error{Code: waybill.Unregistered, Delivery: waybill.NotSent},
		"b-2": &waybill.Error{Code: waybill.Unavailable},
		"b-3": &waybill.Error{Code: waybill.AlreadyExists, Delivery: waybill.NotSent},
		"b-4": &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.Sent},
		"b-6": errors.New("who knows"),
	}
	list := func(yield func(sms.Message, error) bool) {
		for m := range numbers(6) {
			if !yield(m, nil) {
				return
			}
		}
		yield(sms.Message{Key: "own"}, errors.New("a bad row"))
	}
	var mu sync.Mutex
	results := map[string]sms.BulkResult{}
	var last sms.BulkCounts
	counts, err := sms.Bulk(t.Context(), sender(func(_ context.Context, m sms.Message) (sms.Receipt, error) {
		return sms.Receipt{ID: "id-" + m.Key}, errs[m.Key]
	}), list, &sms.BulkOptions{KeyPrefix: "b-", Concurrency: 3,
		Result: func(r sms.BulkResult) {
			mu.Lock()
			defer mu.Unlock()
			results[r.Key] = r
		},
		Progress: func(c sms.BulkCounts) {
			if c.Done != last.Done+1 {
				t.Errorf("%d after %d", c.Done, last.Done)
			}
			last = c
		}})
	want := sms.BulkCounts{Done: 7, Sent: 2, NotSent: 1, Ambiguous: 2, Existing: 1, Unread: 1}
	if err != nil || counts != want || last != want {
		t.Errorf("%+v, %+v, %v", counts, last, err)
	}
	for key, o := range map[string]sms.BulkOutcome{"b-1": sms.BulkNotSent, "b-2": sms.BulkAmbiguous, "b-3": sms.BulkExisting, "b-4": sms.BulkSent, "b-5": sms.BulkSent, "b-6": sms.BulkAmbiguous, "own": sms.BulkUnread} {
		if r := results[key]; r.Outcome != o || r.Place == 0 || o == sms.BulkSent && r.Receipt.ID != "id-"+key || (r.Err == nil) != (key == "b-5") {
			t.Errorf("%s: %+v", key, r)
		}
	}
	names := map[string]bool{}
	for o := range sms.BulkUnread + 2 {
		names[o.String()] = true
	}
	if len(names) != 6 {
		t.Errorf("%v", names)
	}
}

// What certainly was not sent is tried again, after the wait that was asked for.
func TestBulkTriesAgain(t *testing.T) {
	for name, x := range map[string]struct {
		err   waybill.Error
		o     sms.BulkOptions
		tries int
		took  time.Duration
	}{
		"no word of waiting": {waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}, sms.BulkOptions{}, 3, 3 * time.Second},
		"a wait":             {waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent, RetryAfter: 7 * time.Second}, sms.BulkOptions{}, 3, 14 * time.Second},
		"too long a wait":    {waybill.Error{Code: waybill.QuotaExhausted, Delivery: waybill.NotSent, RetryAfter: time.Hour}, sms.BulkOptions{}, 1, 0},
		"no usable wait":     {waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent, RetryAfter: -1}, sms.BulkOptions{}, 1, 0},
		"a recipient's":      {waybill.Error{Code: waybill.RecipientLimited, Delivery: waybill.NotSent, RetryAfter: time.Second}, sms.BulkOptions{}, 1, 0},
		"for good":           {waybill.Error{Code: waybill.InvalidArgument, Delivery: waybill.NotSent}, sms.BulkOptions{}, 1, 0},
		"ambiguous":          {waybill.Error{Code: waybill.Unavailable}, sms.BulkOptions{}, 1, 0},
		"once":               {waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}, sms.BulkOptions{Tries: -1}, 1, 0},
		"five times":         {waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}, sms.BulkOptions{Tries: 5, Wait: time.Millisecond}, 5, 15 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, tries := time.Now(), 0
				counts, err := sms.Bulk(t.Context(), sender(func(context.Context, sms.Message) (sms.Receipt, error) {
					tries++
					return sms.Receipt{}, &x.err
				}), numbers(1), &x.o)
				if err != nil || counts.Done != 1 || tries != x.tries || time.Since(begun) != x.took {
					t.Errorf("%+v, %v: %d tries in %v", counts, err, tries, time.Since(begun))
				}
			})
		})
	}
}

func TestBulkKeepsRateAndConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int64
		begun := time.Now()
		counts, err := sms.Bulk(t.Context(), sender(func(context.Context, sms.Message) (sms.Receipt, error) {
			n := under.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			under.Add(-1)
			return sms.Receipt{}, nil
		}), numbers(101), &sms.BulkOptions{Concurrency: 20, Rate: 10})
		if err != nil || counts.Sent != 101 || most.Load() > 20 || most.Load() < 10 {
			t.Errorf("%+v, %v, %d at once", counts, err, most.Load())
		}
		if took := time.Since(begun); took != 11*time.Second { // the last begins after ten
			t.Errorf("took %v", took)
		}
	})
}

// An interruption begins nothing more and lets end what is under way.
func TestBulkIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second+time.Millisecond)
		defer cancel()
		counts, err := sms.Bulk(ctx, sender(func(ctx context.Context, _ sms.Message) (sms.Receipt, error) {
			time.Sleep(time.Second)
			return sms.Receipt{}, ctx.Err()
		}), numbers(1000), &sms.BulkOptions{Concurrency: 2})
		if counts != (sms.BulkCounts{Done: 8, Sent: 8}) || !errors.Is(err, context.DeadlineExceeded) || waybill.DeliveryOf(err) != waybill.Sent {
			t.Errorf("%+v, %v", counts, err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		counts, err = sms.Bulk(ctx, sender(nil), numbers(5), &sms.BulkOptions{Rate: 1})
		if counts.Done != 0 || !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%+v, %v", counts, err)
		}
		// While it waits for another try.
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		counts, err = sms.Bulk(ctx, sender(func(context.Context, sms.Message) (sms.Receipt, error) {
			return sms.Receipt{}, &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent, RetryAfter: time.Minute}
		}), numbers(1), nil)
		if counts != (sms.BulkCounts{Done: 1, NotSent: 1}) || err == nil {
			t.Errorf("%+v, %v", counts, err)
		}
	})
}

func TestBulkRaisesAPanic(t *testing.T) {
	defer func() {
		if v := recover(); v != "boom" {
			t.Errorf("recovered %v", v)
		}
	}()
	_, _ = sms.Bulk(t.Context(), sender(func(context.Context, sms.Message) (sms.Receipt, error) { panic("boom") }), numbers(100), nil)
	t.Error("it returned")
}

func TestBulkRefuses(t *testing.T) {
	ok := sender(func(context.Context, sms.Message) (sms.Receipt, error) { return sms.Receipt{}, nil })
	for name, o := range map[string]sms.BulkOptions{
		"concurrency": {Concurrency: -1}, "rate": {Rate: -1}, "wait": {Wait: -1}, "longest wait": {MaxWait: -1},
		"long prefix": {KeyPrefix: strings.Repeat("x", 31)}, "prefix": {KeyPrefix: "号"},
	} {
		if _, err := sms.Bulk(t.Context(), ok, numbers(1), &o); waybill.CodeOf(errOr(err)) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sms.Bulk(t.Context(), nil, numbers(1), nil); waybill.CodeOf(errOr(err)) != waybill.InvalidArgument {
		t.Errorf("no sender: %v", err)
	}
}

// However many messages there are, Bulk takes no more memory than for a few.
func TestBulkMemory(t *testing.T) {
	n := 200000
	if testing.Short() {
		n = 20000
	}
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := live(), uint64(0)
	counts, err := sms.Bulk(t.Context(), sender(func(context.Context, sms.Message) (sms.Receipt, error) { return sms.Receipt{}, nil }), numbers(n),
		&sms.BulkOptions{Progress: func(c sms.BulkCounts) {
			if c.Done%(n/10) == 0 {
				most = max(most, live())
			}
		}})
	if err != nil || counts.Sent != n {
		t.Fatalf("%+v, %v", counts, err)
	}
	if most > before+(2<<20) {
		t.Errorf("the heap grew by %d KiB", (most-before)>>10)
	}
}

func TestCSV(t *testing.T) {
	parse := func(raw string) (sms.Number, error) { return sms.ParseNumber(strings.ReplaceAll(raw, " ", "")) }
	for name, x := range map[string]struct {
		file string
		o    *sms.CSVOptions
		want string
	}{
		"numbers alone":      {"to\n+447700900123\n+85261234567\n", nil, "+447700900123||| map[]; +85261234567||| map[]"},
		"all columns":        {"Key,TO,text,tenant,language\nk,+447700900123,Hello,acme,en\n", nil, "+447700900123|k|Hello|acmeen map[]"},
		"parameters":         {"to,name,orderNo\n+447700900123,Mei,A-17\n", &sms.CSVOptions{Message: sms.Message{Params: map[string]string{"shop": "x"}}}, "+447700900123||| map[name:Mei orderNo:A-17 shop:x]"},
		"common and own":     {"to,text\n+447700900123,\n+447700900124,own\n", &sms.CSVOptions{Message: sms.Message{Text: "all"}}, "+447700900123||all| map[]; +447700900124||own| map[]"},
		"a mark, semicolons": {"\ufeffto;text\n+447700900123;\"a;b\"\"c\nd\"\n", &sms.CSVOptions{Comma: ';'}, "+447700900123||a;b\"c\nd| map[]"},
		"a mark, quotes":     {"\ufeff\"to\",\"key\"\n\"+447700900123\",\"k\"\n", nil, "+447700900123|k|| map[]"},
		"bad rows":           {"to,text\n12,secret\n+447700900123,ok\n,x\n+447700900123\n\"a\"b,c\n+85261234567,ok\n", nil, "!line 2: the number cannot be read; +447700900123||ok| map[]; !line 4: the row has no number; !line 5: the row is no CSV, or has another number of columns than the header; !line 6: the row is no CSV, or has another number of columns than the header; +85261234567||ok| map[]"},
		"as people write":    {"to\n+44 7700 900123\n", &sms.CSVOptions{Number: parse}, "+447700900123||| map[]"},
		"no column":          {"number\n+447700900123\n", nil, "!line 1: the header has no column \"to\""},
		"empty":              {"", nil, "!line 1: the header cannot be read"},
		"a header alone":     {"to\n", nil, ""},
		"a quote never ends": {"to\n\"" + strings.Repeat("x\n", 1<<18), nil, "!a row is longer than 256 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for m, err := range sms.CSV(strings.NewReader(x.file), x.o) {
				if err != nil {
					if waybill.CodeOf(err) != waybill.InvalidArgument || strings.Contains(err.Error(), "secret") {
						t.Error(err)
					}
					got = append(got, "!"+waybill.AsError(err).Message)
					continue
				}
				got = append(got, fmt.Sprintf("%s|%s|%s|%s%s %v", m.To, m.Key, m.Text, m.Tenant, m.Language, m.Params))
			}
			if all := strings.Join(got, "; "); all != x.want {
				t.Errorf("got  %s\nwant %s", all, x.want)
			}
		})
	}
	broken := iotest.DataErrReader(iotest.TimeoutReader(strings.NewReader("to\n" + strings.Repeat("+447700900123\n", 1000))))
	n, last := 0, error(nil)
	for _, err := range sms.CSV(broken, nil) {
		n, last = n+1, err
	}
	if n < 2 || last == nil {
		t.Errorf("%d rows, %v", n, last)
	}
	for range sms.CSV(strings.NewReader("to\n1\n2\n3\n"), nil) { // may be left at any place
		break
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("to,text\n+447700900123,hello\n")
	f.Add("to\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		rows := 0
		for m, err := range sms.CSV(strings.NewReader(file), nil) {
			if err == nil && m.To.Validate() != nil {
				t.Error("a message without a number")
			}
			if rows++; rows > len(file)+1 {
				t.Fatal("more rows than bytes")
			}
		}
	})
}

func ExampleBulk() {
	file := strings.NewReader("to,name\n+447700900123,Mei\n12,Ken\n+447700900124,Ada\n")
	client, err := sms.New(sms.With(printer{name: "gateway"}),
		sms.WithTemplate("arrived", sms.Template{Texts: map[string]string{"en": "{name}, your driver is here."}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	counts, err := sms.Bulk(context.Background(), client, sms.CSV(file, &sms.CSVOptions{Message: sms.Message{Template: "arrived"}}),
		&sms.BulkOptions{Concurrency: 1, KeyPrefix: "tuesday-"})
	fmt.Println(counts.Done, counts.Sent, counts.Unread, err)
	// Output:
	// gateway to +44****0123 from "": Mei, your driver is here.
	// gateway to +44****0124 from "": Ada, your driver is here.
	// 3 2 1 <nil>
}
