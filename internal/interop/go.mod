module github.com/waybill-go/waybill/internal/interop

go 1.26.0

require github.com/waybill-go/waybill v0.0.0

require (
	github.com/emersion/go-msgauth v0.7.0
	golang.org/x/crypto v0.40.0 // indirect
	golang.org/x/net v0.42.0 // indirect
	golang.org/x/text v0.27.0 // indirect
)

replace github.com/waybill-go/waybill => ../..
