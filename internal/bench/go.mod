module github.com/waybill-go/waybill/internal/bench

go 1.26.0

require (
	github.com/failsafe-go/failsafe-go v0.9.8
	github.com/sony/gobreaker/v2 v2.4.0
	github.com/tidwall/rtree v1.10.0
	github.com/waybill-go/waybill v0.0.0-00010101000000-000000000000
)

require (
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
	github.com/tidwall/geoindex v1.7.0 // indirect
)

replace github.com/waybill-go/waybill => ../..
