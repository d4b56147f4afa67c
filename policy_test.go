package waybill_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// filled returns a policy whose every field is n.
func filled(t *testing.T, n int) waybill.Policy {
	t.Helper()
	var p waybill.Policy
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Int, reflect.Int64, reflect.Int8:
			f.SetInt(int64(n))
		case reflect.Float64:
			f.SetFloat(float64(n))
		case reflect.Func:
			p.Classify = func(e *waybill.Error) *waybill.Error { return e.With("classified", "", "") }
		default:
			t.Fatalf("field %s is a %v: say here how it is merged", v.Type().Field(i).Name, f.Kind())
		}
	}
	return p
}

// TestPolicyOr: field by field, what is zero comes from the other; a negative
// value is a setting. A field that is added and not merged fails here.
func TestPolicyOr(t *testing.T) {
	full, off := filled(t, 7), filled(t, -1)
	for what, c := range map[string]struct{ p, d, want waybill.Policy }{
		"all from the default": {waybill.Policy{}, full, full},
		"none":                 {full, off, full},
		"off stays off":        {off, full, off},
		"nothing":              {waybill.Policy{}, waybill.Policy{}, waybill.Policy{}},
	} {
		got, want := reflect.ValueOf(c.p.Or(c.d)), reflect.ValueOf(c.want)
		for i := range got.NumField() {
			name, g, w := got.Type().Field(i).Name, got.Field(i), want.Field(i)
			if g.Kind() == reflect.Func {
				if g.IsNil() != w.IsNil() {
					t.Errorf("%s: %s is lost", what, name)
				}
				continue
			}
			if !g.Equal(w) {
				t.Errorf("%s: %s is %v, want %v", what, name, g, w)
			}
		}
	}
	mixed := waybill.Policy{Tries: 3}.Or(waybill.Policy{Tries: 9, Hedge: time.Second})
	if mixed.Tries != 3 || mixed.Hedge != time.Second {
		t.Errorf("%+v", mixed)
	}
}

// TestDefaultPolicy: every field has a default, but for those that a verb has,
// and the field's comment names it.
func TestDefaultPolicy(t *testing.T) {
	comments := fieldComments(t, "policy.go", "Policy")
	documented := map[string]string{
		"MinAttempt": "500 ms", "TriesPerProvider": "default 2", "Tries": "default 5", "Backoff": "100 ms", "RetryTokens": "Default 10",
		"ConsecutiveFailures": "Defaults 5 and 3", "LocalFailures": "Defaults 5 and 3", "FailureShare": "0.5, 20 and 30 s",
		"FailureSample": "0.5, 20 and 30 s", "FailureWindow": "0.5, 20 and 30 s", "Ejection": "10 s and 300 s", "EjectionMax": "10 s and 300 s",
		"EjectShare": "Default 0.5", "CoolDown": "2 minutes", "SenderCoolDown": "10 minutes", "Concurrency": "Default 256", "HedgeShare": "Default 0.05",
	}
	verbs := map[string]bool{"AttemptTimeout": true, "Hedge": true, "NextOnNotFound": true, "Classify": true}
	v := reflect.ValueOf(waybill.DefaultPolicy())
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() != verbs[name] {
			t.Errorf("%s has the default %v", name, v.Field(i))
		}
		if comment := strings.Join(strings.Fields(comments[name]), " "); !strings.Contains(comment, documented[name]) {
			t.Errorf("the comment of %s does not say %q", name, documented[name])
		}
	}
	want := waybill.Policy{MinAttempt: 500 * time.Millisecond, TriesPerProvider: 2, Tries: 5, Backoff: 100 * time.Millisecond, RetryTokens: 10,
		ConsecutiveFailures: 5, LocalFailures: 3, FailureShare: 0.5, FailureSample: 20, FailureWindow: 30 * time.Second,
		Ejection: 10 * time.Second, EjectionMax: 300 * time.Second, EjectShare: 0.5, CoolDown: 2 * time.Minute,
		SenderCoolDown: 10 * time.Minute, Concurrency: 256, HedgeShare: 0.05}
	if !reflect.DeepEqual(waybill.DefaultPolicy(), want) {
		t.Errorf("%+v", waybill.DefaultPolicy())
	}
}

// fieldComments returns the comments of a struct's fields; one comment serves
// the fields that follow it without their own.
func fieldComments(t *testing.T, file, name string) map[string]string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.TypeSpec)
		if !ok || s.Name.Name != name {
			return true
		}
		comment := ""
		for _, field := range s.Type.(*ast.StructType).Fields.List {
			if field.Doc != nil {
				comment = field.Doc.Text()
			}
			for _, id := range field.Names {
				out[id.Name] = comment
			}
		}
		return false
	})
	return out
}
