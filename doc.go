// Package waybill holds the vocabulary of the module: errors that say what
// happened, accounts and their limits, policies, hooks and records. The domains
// (geo, route, sms, push, mail, storage) build on it; so can your own adapter.
//
// # Writing an application
//
// An application builds adapters from credentials, puts them behind a domain's
// client and calls the client's verbs:
//
//	amap, err := amapgeo.New(key, nil)
//	google, err := googlegeo.New(otherKey, nil)
//	maps, err := geo.New(
//		geo.With(amap, geo.In("CN")),
//		geo.With(google, geo.Outside("CN")),
//	)
//	places, err := maps.Geocode(ctx, geo.GeocodeRequest{Query: "深圳北站", Region: "CN"})
//
// When a provider is down, limited or wrong, the client asks the next one that
// may serve the request. A send is repeated only when it is proven not to have
// happened.
//
// # Errors
//
// Every failed call returns one verdict, an [*Error]. It says what it is
// ([Code]), whose fault ([Scope]), whether it happened ([Delivery]) and how long
// to wait. [Attempts] lists what was tried; errors.Is compares with the
// sentinels such as [ErrNotFound]; errors.As finds the vendor's own error.
//
// # Concurrency
//
// Everything exported by this module is safe for concurrent use unless its
// comment says otherwise. Options and requests are read, never changed.
//
// # Dependencies
//
// This package, wire and the domains need only the standard library. An adapter
// that is built on a vendor's library brings that library and nothing more.
package waybill
