// Package area says what a place is good for: in which service areas it lies, and what they allow there.
//
// Outside mainland China a city's name does not say whether it is served; operations draws polygons. This package holds
// them in memory, answers exactly and in under a microsecond, loads them from files and tables, and replaces them while
// it serves. In the mainland, where the city decides, [Cities] are the same kind of [Checker].
//
// # Using it
//
//	areas, err := area.New(ctx, area.File("areas.geojson", nil), geo.WGS84, &area.Options{Interval: time.Minute})
//	go areas.Run(ctx)
//	found, err := areas.Lookup("MUM", point, "intercity")
//	verdict, err := areas.CheckTrip("MUM", "intercity", []area.Stop{{Point: from}, {Point: to}})
//
// [New] loads a [Source] into a [Service]; [NewIndex] makes an [Index] of areas that are at hand. [NewHandler] serves
// the company's interface. [ReadGeoJSON], [ParseGeometry] and [Table] read areas, [Table.Save] and [WriteGeoJSON] write
// them.
//
// # What inside means
//
// An edge is a straight line in longitude and latitude, as RFC 7946 says, not a great circle. A point on a border is
// inside, on the border of a hole too; on a border that two areas share, both have it. The parts of an area may overlap.
// The sign of every comparison is that of exact arithmetic on the float64 numbers given, on every machine: there is no
// tolerance, and no rounding to a grid. Longitude 180 and -180 are one meridian.
//
// # Which areas hold
//
// A service type with areas of its own in a city uses only those, wherever the point lies; any other uses the city's
// default ones. Deny areas of the default set hold for every service type. Areas are ordered by priority, lower first,
// then by ID. The city code is the order's: a trip from Mumbai that may end in Pune has an area around Pune with
// Mumbai's code that allows the finish only.
//
// # Datums
//
// The datum of the areas is stated once, to NewIndex or New, and has no default. Queries may be in any datum and are
// converted.
//
// # Bad shapes
//
// One bad area never takes a load down. What can be mended without a guess is mended, the rest is left out, and each is
// reported as a [Problem] with the area, the ring and the [Reason].
//
// # Errors and concurrency
//
// Errors are *[waybill.Error], with provider "area"; nothing of it holds a position or an area's texts. Index, Cities,
// ByRegion and Service are safe for concurrent use, and lookups never wait.
package area
