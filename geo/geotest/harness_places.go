package geotest

import "github.com/waybill-go/waybill/geo"

// SuggestCase is the beginning of a place's name with the place. A suggestion
// without a point is looked up by the adapter's own PlaceGetter, in the session.
type SuggestCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.SuggestRequest
	// Contains is a part of the right suggestion's Text, such as the place's
	// name. The right one may stand anywhere in the list.
	Contains string
	// Want is where the place must lie, in any datum, and Within how far off it
	// may be, in metres; 0 means 20.
	Want   geo.Point
	Within float64
	// Datum is the one that the vendor speaks there.
	Datum geo.Datum
}

// SearchCase is a search with a place that must be found.
type SearchCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.SearchRequest
	// Want is where one of the places must lie, in any datum, and Within how
	// far off it may be, in metres; 0 means 20.
	Want   geo.Point
	Within float64
	// Datum is the one that the vendor speaks there, Region the place's region.
	Datum  geo.Datum
	Region string
	// Total is the least number of places on all pages, and Pages the least
	// number of pages; 0 means 1. A vendor without pages sets Pages to 1 and
	// Total to Request.Limit.
	Total, Pages int
}

// PlaceCase is an id with its place.
type PlaceCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.PlaceRequest
	// Gone says that the vendor does not know the id, no more or not yet: the
	// answer must be NotFound. The first case must be a place that is there.
	Gone bool
	// Want is where the place must lie, in any datum, and Within how far off it
	// may be, in metres; 0 means 20.
	Want   geo.Point
	Within float64
	// Datum is the one that the vendor speaks there, Region the place's region.
	Datum  geo.Datum
	Region string
}

// LocalizeCase is a place with its names in several languages.
type LocalizeCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.LocalizeRequest
	// Contains has, for each of the languages asked for, a part of the place's
	// name or formatted address in it.
	Contains []string
	// Want is where the place must lie, in any datum, and Within how far off it
	// may be, in metres; 0 means 20.
	Want   geo.Point
	Within float64
	// Datum is the one that the vendor speaks there, Region the place's region.
	Datum  geo.Datum
	Region string
}

// DistrictCase is a name or code with its administrative division.
type DistrictCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.DistrictRequest
	// Division is what one of the divisions found must be. Of it Name, Adcode,
	// Level, Region and Center are looked at where they are set.
	Division geo.District
	// Within is how far off the centre may be, in metres; 0 means 20.
	Within float64
	// Child is the adcode or name of a division within, "" for none.
	Child string
	// Datum is the one that the vendor speaks there.
	Datum geo.Datum
}
