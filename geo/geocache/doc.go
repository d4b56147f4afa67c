// Package geocache answers questions of package geo from memory, and asks each
// question once at a time.
//
// # Using it
//
// [New] takes any provider of package geo, best a whole [geo.Client], and returns
// one that offers the same verbs:
//
//	maps, err := geo.New(geo.With(amap, geo.In("CN")), geo.With(google, geo.Outside("CN")))
//	cached, err := geocache.New(maps, nil)
//	res, err := cached.Geocode(ctx, geo.GeocodeRequest{Query: "深圳北站"})
//
// What a client makes of the verbs, such as [geo.Client.Resolve], is there again
// with a client around the cache: geo.New(geo.With(cached)).
//
// Put around a single adapter, behind a client, it works too; but then what it
// answers still counts against the adapter's [waybill.Account].
//
// # What is kept, and for how long
//
// The least recently used answers go first, each at the latest after its verb's
// time (see [Options]) and after what the vendor's terms allow ([Terms]), counted
// by the provider that gave it. Google allows points to be kept for 30 days, ids
// without limit, and texts not at all: its answers are kept without names and
// addresses, marked Reduced, and those that would be nothing without texts are not
// kept. [Fresh] makes a call pass the memory by.
//
// A reverse geocoding is kept for its cell of about 20 m; its distances are
// measured anew for each point. That nothing was found is kept, too, for a shorter
// time. Suggestions are kept within their session only, and a call that closes a
// session is always made. Keys are made of the requests' own fields, never of a
// vendor's URL, and hold the tenant and the lane: what one tenant may not ask is not
// told by the memory.
//
// # When nobody can serve
//
// An answer past its time, as far as terms and Options.Stale allow, is better than
// none: it is returned, marked [geo.Freshness] Stale with its Age.
//
// # One flight
//
// Callers that ask the same at the same time share one call. It goes on as long as
// one of them waits: a caller's cancellation ends only its own waiting, and the
// call only when nobody waits any more. Everybody has a copy of the answer.
//
// # Concurrency
//
// A [Cache] is safe for concurrent use. Beside the calls that are shared it starts
// no goroutine.
package geocache
