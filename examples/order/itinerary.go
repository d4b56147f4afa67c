package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/waybill-go/waybill/geo"
)

// trackPoints is how many points an itinerary has: enough for several megabytes.
const trackPoints = 36000

// itinerary is the way of an order as a GPX track, made while it is read. GPX
// wants WGS-84, which is what clients return.
type itinerary struct {
	title string
	line  []geo.Point // the way as the vendor drew it
	along []float64   // metres from the beginning, for each point of line
	took  time.Duration
	total int // track points

	next    int // track point
	segment int
	buf     bytes.Buffer
}

// itineraryOf prepares the track of an order, of so many points.
func itineraryOf(r *result, points int) *itinerary {
	t := &itinerary{title: "Order " + r.ID, line: r.path.Polyline, took: r.path.Duration, total: points}
	if len(t.line) < 2 { // the vendor drew nothing
		t.line = []geo.Point{r.pickup.Point, r.dropoff.Point}
	}
	t.along = make([]float64, len(t.line))
	for i := 1; i < len(t.line); i++ {
		t.along[i] = t.along[i-1] + geo.Distance(t.line[i-1], t.line[i])
	}
	return t
}

// open returns a reader at the beginning; any number may be open.
func (t *itinerary) open() (io.ReadCloser, error) {
	fresh := *t
	fresh.buf = bytes.Buffer{}
	fresh.next, fresh.segment = 0, 0
	fmt.Fprintf(&fresh.buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"order\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><name>%s</name><trkseg>\n", t.title)
	return io.NopCloser(&fresh), nil
}

// size reads the track through once and counts.
func (t *itinerary) size() int64 {
	r, err := t.open()
	if err != nil {
		return -1
	}
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return -1
	}
	return n
}

// Read makes as many points as p has room for.
func (t *itinerary) Read(p []byte) (int, error) {
	for t.buf.Len() < len(p) && t.next < t.total {
		t.point(float64(t.next) / float64(t.total-1))
		if t.next++; t.next == t.total {
			t.buf.WriteString("</trkseg></trk></gpx>\n")
		}
	}
	return t.buf.Read(p)
}

// point writes the point at a share of the way.
func (t *itinerary) point(share float64) {
	last := len(t.line) - 1
	at := share * t.along[last]
	for t.segment < last-1 && t.along[t.segment+1] <= at {
		t.segment++
	}
	a, b := t.line[t.segment], t.line[t.segment+1]
	f := 0.0
	if length := t.along[t.segment+1] - t.along[t.segment]; length > 0 {
		f = (at - t.along[t.segment]) / length
	}
	line := t.buf.AvailableBuffer()
	line = append(line, "<trkpt lat=\""...)
	line = strconv.AppendFloat(line, a.Lat+f*(b.Lat-a.Lat), 'f', 6, 64)
	line = append(line, "\" lon=\""...)
	line = strconv.AppendFloat(line, a.Lng+f*(b.Lng-a.Lng), 'f', 6, 64)
	line = append(line, "\"><cmt>"...)
	line = strconv.AppendFloat(line, at, 'f', 1, 64)
	line = append(line, " m, "...)
	line = strconv.AppendFloat(line, share*t.took.Seconds(), 'f', 1, 64)
	t.buf.Write(append(line, " s</cmt></trkpt>\n"...))
}
