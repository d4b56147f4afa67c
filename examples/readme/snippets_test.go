package readme

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"path/filepath"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/area"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/routetest"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/phone"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// ctx stands for the context that your service has at hand.
var ctx = context.Background()

func Example_geo() {
	amapFake, googleFake := geotest.NewAmap(nil), geotest.NewGoogle(nil) // leave BaseURL out for the real ones
	amap, err1 := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: amapFake.URL()})
	google, err2 := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: googleFake.URL()})
	maps, err3 := geo.New(geo.With(amap, geo.In("CN", "HK", "MO")), geo.With(google, geo.Outside("CN")))
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	for region, query := range map[string]string{"CN": "深圳北站", "SG": "Raffles Place"} {
		res, err := maps.Geocode(ctx, geo.GeocodeRequest{Query: query, Region: region})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(region, res.Places[0].Point, "by", res.Provider) // WGS-84, whoever served
	}
	// Unordered output:
	// CN 22.610000,114.024500 by amapgeo
	// SG 1.284400,103.851100 by googlegeo
}

func Example_places() {
	fake := geotest.NewGoogle(nil)
	google, err1 := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL()})
	maps, err2 := geo.New(geo.With(google))
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	typed := geo.SuggestRequest{Query: "Marina Bay S", Region: "SG", Session: "a-new-one-for-each-search"}
	found, err := maps.Suggest(ctx, typed)
	if err != nil {
		log.Fatal(err)
	}
	chosen := found.Suggestions[0] // as JSON to the app and back, to any server
	res, err := maps.Resolve(ctx, geo.ResolveRequest{Suggestion: chosen})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Place.Name, res.Place.Point)
	// Output: Marina Bay Sands 1.283400,103.860700
}

func Example_area() {
	file := filepath.Join("..", "areas", "sample.geojson")
	areas, err := area.New(ctx, area.File(file, nil), geo.WGS84, &area.Options{Interval: time.Minute}) // go areas.Run(ctx) reloads
	if err != nil {
		log.Fatal(err)
	}
	fort, pune := geo.Point{Lat: 18.933, Lng: 72.8295}, geo.Point{Lat: 18.53, Lng: 73.85}
	for _, service := range []string{"intercity", "van"} { // the city code is the order's: Mumbai's
		verdict, err := areas.CheckTrip("MUM", service, []area.Stop{{Point: fort}, {Point: pune}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(service, verdict.Allowed, verdict.Stops[1].Rule)
	}
	// Output:
	// intercity true allowed
	// van false no_area
}

func Example_route() {
	amapFake, baiduFake := routetest.NewAmap(nil), routetest.NewBaidu(nil)
	amap, err1 := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: amapFake.URL()})
	baidu, err2 := baiduroute.New(routetest.BaiduKey, &baiduroute.Options{BaseURL: baiduFake.URL()})
	line, err3 := lineroute.New(nil) // an estimate without a network, when everybody else is down
	routes, err4 := route.New(route.With(amap), route.With(baidu), route.With(line))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		log.Fatal(err)
	}
	amapFake.FailCode("10021") // Amap says: too many requests a second
	from, to := geo.Point{Lat: 22.6100, Lng: 114.0245}, geo.Point{Lat: 22.5392, Lng: 113.9344}
	res, err := routes.Route(ctx, route.Request{Points: []geo.Point{from, to}, Pricing: true, Key: "order-1"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f km by %s after %d attempts\n", res.Paths[0].Distance/1000, res.Provider, res.Attempts)
	// Output: 16.2 km by baiduroute after 2 attempts
}

func Example_sms() {
	fake := smstest.NewNexmo(nil)
	nexmo, err1 := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: fake.URL(), From: "Waybill"})
	gateways, err2 := sms.New(sms.With(nexmo), sms.WithRegion(phone.Region),
		sms.WithTemplate("arrived", sms.Template{Texts: map[string]string{"en": "Your driver {name} is here."}}))
	to, err3 := phone.Parse("9123 4567", "HK") // as people write it; to is +85291234567
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	receipt, err := gateways.Send(ctx, sms.Message{To: to, Template: "arrived", Params: map[string]string{"name": "Mei"}, Key: "order-1"})
	switch {
	case err == nil:
		fmt.Println("accepted by", receipt.Provider, "in", len(receipt.Parts), "part")
	case waybill.DeliveryOf(err) == waybill.Ambiguous:
		fmt.Println("may have been sent, and is not sent again:", err)
	}
	// Output: accepted by nexmosms in 1 part
}

func Example_push() {
	account := pushtest.NewServiceAccount("demo")
	fake := pushtest.NewFCM(&pushtest.FCMOptions{Account: account})
	fcm, err1 := fcmpush.New(account.JSON(fake.URL()+"/token"), &fcmpush.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	pushes, err2 := push.New(push.With(fcm))
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	tokens := []push.Token{{Vendor: push.FCM, Value: pushtest.FCMToken(1)}, {Vendor: push.FCM, Value: pushtest.FCMToken(2)}}
	n := &push.Notification{Kind: push.KindOrder, Title: "New order", Body: "Pick up in 10 minutes", TTL: time.Hour}
	for _, r := range pushes.Send(ctx, n, tokens) { // one result per token, in order
		fmt.Println(r.Provider, r.Err == nil, r.Dead)
	}
	// Output:
	// fcmpush true false
	// fcmpush true false
}

func Example_mail() {
	fake := mailtest.NewSMTP(nil)
	relay, err1 := smtpmail.New(fake.Addr(), &smtpmail.Options{TLSConfig: fake.TLSConfig()})
	bucket, err2 := memstorage.New("attachments", &memstorage.Options{BaseURL: "https://files.example.com", Secret: []byte("at least 16 bytes")})
	mails, err3 := mail.New(mail.With(relay), mail.WithOffload(mail.Offload{Bucket: bucket, Limit: 1 << 20}))
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	report := make([]byte, 3<<20) // too large for the mail, so it becomes a link
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(report)), nil }
	receipt, err := mails.Send(ctx, &mail.Message{
		From: mail.Address{Addr: "orders@example.com"}, To: []mail.Address{{Name: "Mei", Addr: "mei@example.com"}},
		Subject: "Your order", Text: "Thank you.", Key: "order-1",
		Attachments: []mail.Attachment{{Name: "report.pdf", Type: "application/pdf", Size: int64(len(report)), Open: open}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.Provider, len(receipt.Links), receipt.Links[0].Name, time.Until(receipt.Links[0].Expires) > time.Hour)
	// Output: smtpmail 1 report.pdf true
}

func Example_storage() {
	fake := storagetest.NewS3(nil)
	access, secret, _ := fake.Keys()
	s3, err1 := s3storage.New(fake.Bucket(), access, secret, &s3storage.Options{BaseURL: fake.URL(), PathStyle: true})
	local, err2 := memstorage.New("local", nil)
	files, err3 := storage.NewFailover(storage.With(s3, storage.As("s3")), storage.With(local, storage.As("local")))
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	fake.Fail(storagetest.Refusal("SlowDown")) // S3 wants a pause; the next bucket takes it
	object, err := files.Put(ctx, "invoices/1.pdf", strings.NewReader("an invoice"), storage.PutOptions{ContentType: "application/pdf"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(object.Key, object.Size, "bytes") // the key says where it lies; Get, Head and SignedURL take it
	// Output: local:invoices/1.pdf 10 bytes
}

func Example_errors() {
	amapFake, baiduFake := geotest.NewAmap(nil), geotest.NewBaidu(nil)
	amap, err1 := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: amapFake.URL()})
	baidu, err2 := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: baiduFake.URL()})
	maps, err3 := geo.New(geo.With(amap), geo.With(baidu), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	amapFake.FailCode("10021") // too many requests a second
	baiduFake.FailCode("302")  // the day's quota is used up
	_, err := maps.Geocode(ctx, geo.GeocodeRequest{Query: "深圳北站"})
	fmt.Println(waybill.CodeOf(err), errors.Is(err, waybill.ErrRateLimited), waybill.RetryAfterOf(err) <= time.Second)
	for _, a := range waybill.Attempts(err) {
		fmt.Println(a.Provider, a.Err.Code, a.Err.Scope, a.Err.Delivery, a.Err.VendorCode)
	}
	// Output:
	// rate_limited true true
	// amapgeo rate_limited service not_sent 10021
	// baidugeo quota_exhausted service not_sent 302
}
