package readme

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/geo/osmgeo"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/valhallaroute"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/logsms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/tencentsms"
	"github.com/waybill-go/waybill/sms/twiliosms"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// nowhere is an address at which nobody listens: what gets as far as the network
// is supported.
const nowhere = "http://127.0.0.1:1"

// table returns the README's table whose header begins with the domain: the
// cells by row and column name.
func table(t *testing.T, domain string) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var header []string
	rows := map[string]map[string]string{}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case header == nil && cells[0] == domain && len(cells) > 1:
			header = cells
		case header == nil, strings.HasPrefix(cells[0], "---"):
		case len(cells) != len(header):
			return rows
		default:
			rows[cells[0]] = map[string]string{}
			for i, c := range cells[1:] {
				rows[cells[0]][header[i+1]] = c
			}
		}
	}
	return rows
}

// mark is a cell of what works without and with an option.
func mark(plain, option bool) string {
	switch {
	case plain:
		return "✓"
	case option:
		return "○"
	}
	return "–"
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func compare(t *testing.T, domain string, want map[string]map[string]string) {
	t.Helper()
	got := table(t, domain)
	for name, cells := range want {
		for column, cell := range cells {
			if got[name][column] != cell {
				t.Errorf("README, %s, %s: %q, but it is %q", name, column, got[name][column], cell)
			}
		}
	}
	dirs, err := filepath.Glob("../../" + domain + "/*" + domain)
	if err != nil {
		t.Fatal(err)
	}
	stores := table(t, "store")
	for _, dir := range dirs {
		name := filepath.Base(dir)
		rows := got
		if strings.HasPrefix(name, "redis") || strings.HasPrefix(name, "sql") {
			rows = stores // no adapter, but where a domain keeps something
		}
		if rows[name] == nil {
			t.Errorf("README has no row for %s", name)
		}
	}
	for name := range got {
		if _, err := os.Stat("../../" + domain + "/" + name); err != nil {
			t.Errorf("README has a row for %s, which is not there", name)
		}
	}
}

func TestGeoTable(t *testing.T) {
	want := map[string]map[string]string{}
	for _, p := range []waybill.Provider{must(amapgeo.New("key", nil)), must(baidugeo.New("key", nil)), must(googlegeo.New("AIzaKey", nil)),
		must(osmgeo.New(nowhere, "waybill-tests/1.0", nil))} {
		_, geocode := p.(geo.Geocoder)
		_, reverse := p.(geo.ReverseGeocoder)
		_, suggest := p.(geo.Suggester)
		_, search := p.(geo.Searcher)
		_, place := p.(geo.PlaceGetter)
		_, localize := p.(geo.Localizer)
		_, districts := p.(geo.DistrictFinder)
		option := false
		if c, ok := p.(waybill.Capable); ok { // what it lists without an option is all that it does
			option = suggest && !slices.Contains(c.Verbs(), geo.Suggest)
			suggest = suggest && !option
		}
		want[p.Name()] = map[string]string{
			"geocode": mark(geocode, false), "reverse geocode": mark(reverse, false), "suggest": mark(suggest, option), "search": mark(search, false),
			"place by id": mark(place, false), "localize": mark(localize, false), "districts": mark(districts, false),
		}
	}
	compare(t, "geo", want)
}

func TestRouteTable(t *testing.T) {
	mainland := []geo.Point{{Lat: 22.61, Lng: 114.0245}, {Lat: 22.5392, Lng: 113.9344}}
	abroad := []geo.Point{{Lat: 1.3592, Lng: 103.9894}, {Lat: 1.2931, Lng: 103.8522}}
	modes := []route.Mode{route.Car, route.Truck, route.Motorcycle, route.Bicycle, route.Walk}
	truck := route.Vehicle{Length: 7, Width: 2.4, Height: 3, Weight: 10, AxleLoad: 5, Axles: 2}
	can := func(r route.Router, m route.Mode, points []geo.Point) bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		req := route.Request{Points: points, Mode: m}
		if m == route.Truck {
			req.Vehicle = truck
		}
		_, err := r.Route(ctx, req)
		return !errors.Is(err, waybill.ErrUnsupported) && !errors.Is(err, waybill.ErrInvalidArgument)
	}
	// matrix asks for one pair, order for a way over two stops in any order.
	matrix := func(r route.Router, points []geo.Point) bool {
		m, ok := r.(route.Matrixer)
		if !ok {
			return false
		}
		_, err := m.Matrix(t.Context(), route.MatrixRequest{Origins: points[:1], Destinations: points[1:]})
		return !errors.Is(err, waybill.ErrUnsupported)
	}
	order := func(r route.Router, points []geo.Point) bool {
		_, err := r.Route(t.Context(), route.Request{Points: append(points[:2:2], points...), OptimizeStops: true})
		return !errors.Is(err, waybill.ErrUnsupported)
	}
	profiles := map[route.Mode]osrmroute.Profile{route.Truck: {}, route.Motorcycle: {}, route.Bicycle: {}, route.Walk: {}}
	want := map[string]map[string]string{}
	for _, c := range []struct {
		name          string
		plain, option route.Router
		points        []geo.Point
	}{
		{"amaproute", must(amaproute.New("key", &amaproute.Options{BaseURL: nowhere})), nil, mainland},
		{"baiduroute", must(baiduroute.New("key", &baiduroute.Options{BaseURL: nowhere})),
			must(baiduroute.New("key", &baiduroute.Options{BaseURL: nowhere, Opened: baiduroute.Opened{Truck: true, Motorcycle: true}})), mainland},
		{"googleroute", must(googleroute.New("AIzaKey", &googleroute.Options{BaseURL: nowhere})), nil, abroad},
		{"osrmroute", must(osrmroute.New(&osrmroute.Options{BaseURL: nowhere})), must(osrmroute.New(&osrmroute.Options{BaseURL: nowhere, Profiles: profiles})), abroad},
		{"valhallaroute", must(valhallaroute.New(&valhallaroute.Options{BaseURL: nowhere})), nil, abroad},
		{"lineroute", must(lineroute.New(nil)), nil, abroad},
	} {
		want[c.name] = map[string]string{"matrix": mark(matrix(c.plain, c.points), false), "stops in order": mark(order(c.plain, c.points), false)}
		for _, m := range modes {
			plain := can(c.plain, m, c.points)
			want[c.name][m.String()] = mark(plain, !plain && c.option != nil && can(c.option, m, c.points))
		}
	}
	compare(t, "route", want)
}

func TestSMSTable(t *testing.T) {
	can := func(s sms.Sender, m sms.Message) bool {
		_, err := s.Send(t.Context(), m)
		return !errors.Is(err, waybill.ErrUnsupported)
	}
	abroad, home := sms.Message{To: "+85291234567", Text: "hello"}, sms.Message{To: "+8613800138000", Text: "hello"}
	templated := func(m sms.Message) sms.Message {
		m.Text = ""
		m.Gateway = sms.GatewayMessage{TemplateID: "SMS_1", Sign: "x", Params: []sms.Param{{Name: "code", Value: "1"}}}
		return m
	}
	const account = "AC0123456789abcdef0123456789abcdef"
	want := map[string]map[string]string{}
	for _, c := range []struct {
		name          string
		plain, option sms.Sender
	}{
		{"nexmosms", must(nexmosms.New("abcd1234", "secret", &nexmosms.Options{BaseURL: nowhere, From: "Waybill"})),
			must(nexmosms.New("abcd1234", "secret", &nexmosms.Options{BaseURL: nowhere, From: "Waybill", Mainland: true}))},
		{"aliyunsms", must(aliyunsms.New("id", "secret", &aliyunsms.Options{BaseURL: nowhere})), nil},
		{"twiliosms", must(twiliosms.New(account, "token", &twiliosms.Options{BaseURL: nowhere, From: "Waybill"})),
			must(twiliosms.New(account, "token", &twiliosms.Options{BaseURL: nowhere, From: "Waybill", Mainland: true}))},
		{"tencentsms", must(tencentsms.New("id", "secret", "1400006666", &tencentsms.Options{BaseURL: nowhere})), nil},
		{"logsms", must(logsms.New(slog.New(slog.DiscardHandler), nil)), nil},
	} {
		cell := func(m sms.Message) string {
			plain := can(c.plain, m)
			return mark(plain, !plain && c.option != nil && can(c.option, m))
		}
		_, batch := c.plain.(sms.BatchSender)
		_, lookUp := c.plain.(sms.Reconciler)
		_, approval := c.plain.(sms.TemplateChecker)
		_, webhooks := c.plain.(sms.Webhook)
		want[c.name] = map[string]string{
			"free text abroad": cell(abroad), "free text in the mainland": cell(home),
			"template abroad": cell(templated(abroad)), "template in the mainland": cell(templated(home)),
			"batch": mark(batch, false), "look-up": mark(lookUp, false), "approval": mark(approval, false), "webhooks": mark(webhooks, false),
		}
	}
	compare(t, "sms", want)
}

func TestStorageTable(t *testing.T) {
	secret := []byte("0123456789abcdef")
	want := map[string]map[string]string{}
	for _, c := range []struct {
		name          string
		plain, option storage.Bucket
	}{
		{"memstorage", must(memstorage.New("a", nil)), must(memstorage.New("a", &memstorage.Options{BaseURL: nowhere, Secret: secret}))},
		{"filestorage", must(filestorage.New(t.TempDir(), nil)), must(filestorage.New(t.TempDir(), &filestorage.Options{BaseURL: nowhere, Secret: secret}))},
		{"s3storage", must(s3storage.New("bucket", "key", "secret", nil)), nil},
		{"ossstorage", must(ossstorage.New("bucket", "key", "secret", nil)), nil},
	} {
		p, o := c.plain.Capabilities(), storage.Capabilities{}
		if c.option != nil {
			o = c.option.Capabilities()
		}
		want[c.name] = map[string]string{
			"if not exists": mark(p.IfNotExists, o.IfNotExists), "range": mark(p.Range, o.Range), "copy": mark(p.Copy, o.Copy),
			"signed GET": mark(p.SignedGet, o.SignedGet), "signed PUT": mark(p.SignedPut, o.SignedPut),
		}
	}
	compare(t, "storage", want)
}

// TestMailTable tries each column on a server that refuses what was not agreed.
func TestMailTable(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	users := map[string]string{"dispatch": "secret"}
	const auth = "AUTH"
	columns := []struct {
		name   string
		server mailtest.SMTPOptions
		change func(*smtpmail.Options) // the option that it may need
		m      func(*mail.Message)
		holds  func(mail.Receipt, error, *mailtest.SMTP) bool
	}{
		{"STARTTLS", mailtest.SMTPOptions{}, nil, nil, func(_ mail.Receipt, err error, s *mailtest.SMTP) bool { return err == nil && s.Mails()[0].TLS }},
		{"TLS", mailtest.SMTPOptions{ImplicitTLS: true}, func(o *smtpmail.Options) { o.TLS = smtpmail.ImplicitTLS }, nil,
			func(_ mail.Receipt, err error, s *mailtest.SMTP) bool { return err == nil && s.Mails()[0].TLS }},
		{auth, mailtest.SMTPOptions{Users: users, Mechanisms: []string{"PLAIN"}}, func(o *smtpmail.Options) { o.Username, o.Password = "dispatch", "secret" }, nil, nil},
		{auth, mailtest.SMTPOptions{Users: users, Mechanisms: []string{"LOGIN"}}, func(o *smtpmail.Options) { o.Username, o.Password = "dispatch", "secret" }, nil, nil},
		{"XOAUTH2", mailtest.SMTPOptions{Users: users, Mechanisms: []string{"XOAUTH2"}}, func(o *smtpmail.Options) {
			o.Username, o.Token = "dispatch", func(context.Context, string) (string, error) { return "secret", nil }
		}, nil, nil},
		{"SMTPUTF8", mailtest.SMTPOptions{}, nil, func(m *mail.Message) { m.To[0].Addr = "张三@receiver.example" }, nil},
		{"SIZE", mailtest.SMTPOptions{}, nil, nil, func(res mail.Receipt, err error, s *mailtest.SMTP) bool {
			return err == nil && slices.ContainsFunc(s.Log(), func(l string) bool { return strings.HasSuffix(l, " SIZE="+strconv.FormatInt(res.Size, 10)) })
		}},
		{"per-recipient results", mailtest.SMTPOptions{Refuse: map[string]string{"b@receiver.example": "550 5.1.1 no such user"}}, nil, nil,
			func(res mail.Receipt, err error, _ *mailtest.SMTP) bool {
				return waybill.DeliveryOf(err) == waybill.Sent && res.Recipients[0].Err == nil && res.Recipients[1].Err != nil
			}},
		{"DKIM", mailtest.SMTPOptions{}, func(o *smtpmail.Options) {
			o.DKIM = []*mail.Signer{must(mail.NewSigner("sender.example", "s", key, nil))}
		}, nil,
			func(_ mail.Receipt, err error, s *mailtest.SMTP) bool {
				return err == nil && s.Mails()[0].Header.Get("DKIM-Signature") != ""
			}},
	}
	cells := map[string]string{}
	for _, c := range columns {
		try := func(change func(*smtpmail.Options)) bool {
			s := mailtest.NewSMTP(&c.server)
			defer s.Close()
			o := &smtpmail.Options{TLSConfig: s.TLSConfig(), CommandTimeout: 5 * time.Second}
			if change != nil {
				change(o)
			}
			r := must(smtpmail.New(s.Addr(), o))
			defer func() { _ = r.Close() }()
			m := &mail.Message{From: mail.Address{Addr: "dispatch@sender.example"}, Text: "x",
				To: []mail.Address{{Addr: "a@receiver.example"}, {Addr: "b@receiver.example"}}}
			if c.m != nil {
				c.m(m)
			}
			res, err := r.Send(t.Context(), m)
			if c.holds != nil {
				return c.holds(res, err, s)
			}
			return err == nil
		}
		plain := c.name != "TLS" && try(nil) // without TLS at once it waits for a greeting
		got := mark(plain, !plain && c.change != nil && try(c.change))
		if before, again := cells[c.name]; again && before != got {
			got = "–"
		}
		cells[c.name] = got
	}
	compare(t, "mail", map[string]map[string]string{"smtpmail": cells})
	for column := range table(t, "mail")["smtpmail"] {
		if cells[column] == "" {
			t.Errorf("README, mail: nothing tries the column %q", column)
		}
	}
}
