package border

import "testing"

func BenchmarkLookup(b *testing.B) {
	Lookup(0, 0)
	for _, v := range []struct {
		name     string
		lat, lng float64
	}{{"interior", 34.0, 110.0}, {"border cell", 22.543099, 114.057868}, {"sea", 0, -30}, {"mountains", 27.9, 88.0}} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Lookup(v.lat, v.lng)
			}
		})
	}
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Decode(embedded); err != nil {
				b.Fatal(err)
			}
		}
	})
}
