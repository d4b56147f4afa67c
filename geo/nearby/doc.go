// Package nearby keeps the latest position of everything that moves, and finds
// the nearest: a dispatcher's drivers, a million of them, each reporting every few
// seconds.
//
// # Using it
//
// An [Index] lives in memory, in one process. Give it positions in batches with
// [Index.Update] and ask [Index.Nearest]. Its ids are strings or integers; with
// 32-bit ids it needs about 70 bytes a driver. [Memory] is an index of strings
// behind [Store], the interface that geo/nearby/redisnearby implements for
// several processes.
//
// # Positions
//
// A position has the device's time, in milliseconds. One that is not newer than
// what is stored is dropped, because apps send cached batches again. One from
// further in the future than Options.MaxAhead is refused, since it would keep out
// everything that comes after it.
//
// Who has been silent for longer than Options.MaxAge (30 seconds) is not found,
// and is kept until [Index.Sweep].
//
// # Attributes
//
// An [Attr] is a set of up to 32 bits whose meaning is the application's: free,
// vehicle class, takes cash. A query asks for drivers that have all of some bits
// and none of others. [Index.Mark] changes bits between positions.
//
// # Exactness
//
// Distances are those of [geo.Distance]: great circles on the sphere. An answer
// holds exactly those that a comparison of all drivers would give, in the order of
// distance and, where that is equal, of id, at the poles and across the
// antimeridian too. Coordinates are kept as they came. Points in another datum
// than WGS-84 are taken to WGS-84, and answers come in the query's datum.
//
// # Concurrency
//
// An index is safe for concurrent use. A query sees all positions as they were at
// one moment. Updates are taken over in small groups, so that queries wait for
// microseconds at most. Nothing runs in the background.
//
// # Errors
//
// Errors are a *[waybill.Error] with code InvalidArgument, or NotFound of a
// [Store]. No position and no id stands in them.
package nearby
