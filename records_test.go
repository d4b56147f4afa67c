package waybill_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
)

func TestMemoryRecordsForgetTheOldest(t *testing.T) {
	m := waybill.NewMemoryRecords(2)
	for i := range 3 {
		if err := m.Begin(t.Context(), []waybill.Record{{ID: fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	m.End(t.Context(), []waybill.Record{{ID: "0", Parts: 1}, {ID: "1", Parts: 1}}) // the first is long gone
	all := m.Records()
	if len(all) != 2 || all[0].ID != "1" || all[0].Parts != 1 || all[1].ID != "2" || all[1].Parts != 0 {
		t.Errorf("%+v", all)
	}
	all[0].ID = "changed"
	if m.Records()[0].ID != "1" {
		t.Error("what was returned is not a copy")
	}
	if err := m.Begin(t.Context(), []waybill.Record{{ID: "a"}, {ID: "b"}, {ID: "c"}}); err != nil || fmt.Sprint(m.Records()[0].ID, m.Records()[1].ID) != "bc" {
		t.Errorf("%v, %+v", err, m.Records())
	}
}

func TestMemoryRecordsHaveALimitAlways(t *testing.T) {
	for _, limit := range []int{0, -1} {
		m := waybill.NewMemoryRecords(limit)
		if len(m.Records()) != 0 {
			t.Error("a new one has records")
		}
		if err := m.Begin(t.Context(), make([]waybill.Record, 1001)); err != nil || len(m.Records()) != 1000 {
			t.Errorf("%v, %d records", err, len(m.Records()))
		}
	}
}

func TestMemoryRecordsAtTheSameTime(t *testing.T) {
	m := waybill.NewMemoryRecords(100)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			r := []waybill.Record{{ID: fmt.Sprint(i)}}
			if err := m.Begin(t.Context(), r); err != nil {
				t.Error(err)
			}
			r[0].Parts = 1
			m.End(t.Context(), r)
		})
	}
	wg.Wait()
	for _, r := range m.Records() {
		if r.Parts != 1 {
			t.Errorf("record %s was not ended", r.ID)
		}
	}
}

func ExampleNewMemoryRecords() {
	records := waybill.NewMemoryRecords(100)
	ctx := context.Background()
	r := waybill.Record{ID: "1", Domain: "push", Recipient: "fcm:abc…"}
	if err := records.Begin(ctx, []waybill.Record{r}); err != nil {
		fmt.Println(err)
	}
	r.Delivery, r.Provider = waybill.Sent, "fcmpush"
	records.End(ctx, []waybill.Record{r})
	for _, r := range records.Records() {
		fmt.Println(r.Domain, r.Delivery, r.Provider)
	}
	// Output: push sent fcmpush
}
