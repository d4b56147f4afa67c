module github.com/waybill-go/waybill/internal/bench

go 1.26.0

require (
	github.com/failsafe-go/failsafe-go v0.9.8
	github.com/sideshow/apns2 v0.25.0
	github.com/sony/gobreaker/v2 v2.4.0
	github.com/tidwall/rtree v1.10.0
	github.com/waybill-go/waybill v0.0.0-00010101000000-000000000000
	golang.org/x/net v0.42.0
)

require (
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
<<<<<<< HEAD
	github.com/golang-jwt/jwt/v4 v4.4.1 // indirect
	golang.org/x/text v0.27.0 // indirect
=======
	github.com/tidwall/geoindex v1.7.0 // indirect
>>>>>>> refs/heads/push
)

replace github.com/waybill-go/waybill => ../..
