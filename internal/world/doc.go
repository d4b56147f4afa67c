// Package world is the little world behind the fake providers: some sixty real places in ten cities, with their true
// WGS-84 coordinates, their names and addresses in the local languages and in English, and a road network. All fakes
// share it, so that whichever vendor answers, it speaks of the same place, and a suite or an example can say in metres
// how far two vendors are apart.
//
// # What is real
//
// Names, addresses, postcodes, administrative codes and coordinates are those of the real places, the coordinates good
// to some hundred metres (a landmark's centre or entrance). House numbers are left out where a place has none. The
// vendors' identifiers have the right shape but are invented, and so are the roads: distances are great circles
// lengthened by a detour typical of the region.
//
// # What is promised
//
// Everything is deterministic: the same question has the same answer, in the same order, in every run. Nothing in a
// [World] changes after [Default] has built it, so it is safe for concurrent use; callers must not change the places
// they are handed.
package world
