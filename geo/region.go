package geo

import "github.com/waybill-go/waybill/geo/internal/border"

// RegionOf returns the region in which p lies as an ISO 3166-1 alpha-2 code, and false when it lies in none, as on the
// open sea, or is no valid point. CN is mainland China only; HK, MO and TW are regions of their own. A point in another
// datum is taken to WGS-84 first.
//
// # How exact it is
//
// The lines between mainland China and its neighbours, Hong Kong and Macau among them, are good to about 100 m; Hong
// Kong's and Macau's to some 20 m. In remote mountains, where the neighbours themselves draw the line differently,
// China's drawing is taken, and the two differ by some hundred metres, at a few places by kilometres. Towards the sea a
// region goes as far as its territorial waters, 12 nautical miles as a rule, so ports, islands and ferries are inside.
// Between other countries the table is coarse, up to 1 km.
//
// The table's state is of the end of 2017. It follows OpenStreetMap, which as a rule draws who administers a place in fact,
// because that decides which map vendor serves there and in which datum; where two regions are drawn over one another,
// the smaller one counts. It says nothing about who should, and is not made to be shown: do not print its answers on a
// map. Kinmen, Matsu and Wuqiu are TW. Kosovo is XK, a code that ISO leaves to its users. The port of Macau on land that
// Hengqin lends it since 2020 is still CN.
//
// The first call decodes the table, some tens of milliseconds. After that a call takes well under a microsecond, does
// not allocate, and is safe for concurrent use. The table contains data © OpenStreetMap contributors, available under
// the Open Database License; see geo/internal/border/LICENSE-DATA.md.
func RegionOf(p Point) (region string, ok bool) {
	w := p.To(WGS84)
	return border.Lookup(w.Lat, w.Lng)
}
