package world

// city is a row of the table of cities. Texts in several languages are joined with "|", in the order of langs.
type city struct {
	key      string
	region   string
	langs    string // joined with "|"
	country  string
	province string
	name     string // as part of an address
	adcode   string
	telcode  string
	lat, lng float64 // of the city hall or the usual centre
	places   []row
}

// row is a row of the table of places, its texts as in city.
type row struct {
	id       string // behind the city's key
	kind     Kind
	lat, lng float64
	name     string
	adcode   string
	district string
	town     string
	street   string
	number   string // the bare number; "" where there is none
	postcode string
	// province and city override those of the city, for places outside it.
	province, city string
}

// cities returns the whole table.
func cities() []city {
	return []city{shenzhen(), guangzhou(), hongKong(), macau(), taipei(), singapore(), bangkok(), mumbai(), pune(), saoPaulo()}
}
