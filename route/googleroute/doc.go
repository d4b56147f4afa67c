// Package googleroute plans routes with Google's Routes API, or, for projects
// that still have it, with the legacy Directions API.
//
// The pages that it follows:
// https://developers.google.com/maps/documentation/routes/compute_route_directions
// https://developers.google.com/maps/documentation/routes/choose_fields
// https://developers.google.com/maps/documentation/routes/compute_route_matrix
// https://developers.google.com/maps/documentation/directions/get-directions (legacy)
// https://developers.google.com/maps/documentation/distance-matrix/distance-matrix (legacy)
//
// # Modes
//
// Car is DRIVE, Motorcycle TWO_WHEELER, Bicycle BICYCLE, Walk WALK. Google knows
// no lorries: Truck is Unsupported, or with AllowCarForTruck a car's route marked
// Substituted. The legacy API has no motorcycles either. A request may have 27
// points.
//
// # Traffic and prices
//
// Without a departure a request is TRAFFIC_UNAWARE: no traffic of the moment is
// in the distance, the way or the time. With one it is TRAFFIC_AWARE, and a
// departure that has passed counts as now, which is the earliest that Google
// takes. When Google had to fall back to a way without traffic, the path's
// Traffic is false.
//
// # What is paid for
//
// Google bills a request by the fields asked for and by some of its features.
// This adapter asks for distance, duration, legs and warnings, and for geometry
// and steps only when the request does. A departure, more than ten stops, and
// motorcycles are billed at a higher rate; tolls at the highest, so they are left
// out unless Options.Tolls is set.
//
// # Regions and datums
//
// Google speaks WGS-84, but in mainland China it is taken to speak GCJ-02
// (reported by users, not documented). A client asks this adapter outside CN
// only, unless Options.Mainland is set or the client's With says otherwise. All
// points of a way within one region are in the datum of that region. Along a way
// over the mainland's border each point is read by itself, and in a band as wide
// as the shift it may be read wrongly; see [geo.DatumTable.In].
//
// # Tables
//
// A table may have 625 pairs and is billed by the pair. Its elements come in any
// order and are placed by their indices.
//
// # The legacy APIs
//
// New projects cannot enable Directions and Distance Matrix. Options.Legacy selects
// them for those that have them, through googlemaps.github.io/maps; client ids with
// signing secrets work there and not with the Routes API. Directions tells the
// traffic only for trips without stops.
//
// # Errors
//
// The Routes API answers with google.rpc.Status; VendorCode is its ErrorInfo's
// reason, or the status. An empty reply is NotFound. Texts are this module's:
// Google's may repeat the request.
package googleroute
