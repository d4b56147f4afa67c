// Package osmgeo finds addresses and places in OpenStreetMap: with Nominatim, and
// what somebody types with Photon.
//
// # Servers
//
// The base URLs have no defaults. Production needs servers of one's own or of a
// company that rents them: the public ones are paid for by donations, promise
// nothing and refuse who asks much. Nominatim's policy
// (https://operations.osmfoundation.org/policies/nominatim/) allows one request a
// second for a whole application, an identifying User-Agent, no autocompletion and
// no bulk; Photon's public server allows fair use. An adapter on the public
// Nominatim comes with an Account of one call a second, to which Suggest counts too,
// and answers nothing that needs several requests at once.
//
// Nominatim's verbs are documented at https://nominatim.org/release-docs/latest/api/Overview/,
// Photon's at https://github.com/komoot/photon/blob/master/docs/api-v1.md. Nominatim
// has no autocompletion, so Suggest is there only with Options.PhotonURL; then
// Photon names the places around a pin, too.
//
// # Regions and datums
//
// OpenStreetMap is in WGS-84 everywhere and knows the whole world. It counts Hong
// Kong and Macau as China; the adapter tells them apart by the division's ISO code
// or the point.
//
// # Language
//
// Nominatim translates names one by one, so that an address may mix languages;
// without a language names are local. Address.Language stays empty, since the
// servers do not say. Photon has English, German, French and Italian unless
// Options.PhotonLanguages says otherwise, and no Chinese, Hindi or Thai: other
// languages get local names.
//
// # Ids
//
// A place's id is the letter of its OpenStreetMap type and its number, such as
// osm:N240109189. Ids change when mappers redraw a place; give a hint with them.
//
// # Licence
//
// The data are © OpenStreetMap contributors under the Open Database License: show
// that to whoever sees a result. See https://www.openstreetmap.org/copyright.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package osmgeo
