package area

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/waybill-go/waybill"
)

// GeoJSONOptions of [ReadGeoJSON]. Nil means the defaults.
type GeoJSONOptions struct {
	// Names says how a file names what it has, ours to theirs: {"cityCode": "city_code"}. What is not in it has the
	// names of the company's interface: id, name, cityCode, serviceType, allowStart, allowMiddle, allowFinish, deny,
	// priority, remarks, extField and version.
	Names map[string]string
	// Lines says that every line is a Feature of its own. It is found out by looking at the first line, and needed only
	// where that line may be broken.
	Lines bool
}

// ReadGeoJSON reads areas from GeoJSON (RFC 7946): a FeatureCollection, one Feature, Features one on a line, or a sequence
// of them with the record separators of RFC 8142. It streams: a collection of any size is read feature by feature.
//
// A feature's geometry is a Polygon, a MultiPolygon or a GeometryCollection of them; positions are longitude, latitude,
// further numbers are dropped, and the winding does not matter. Its properties are those of an [Area], see
// GeoJSONOptions; true, 1 and "true" are true; a missing ID is taken from the feature's id; extField and every property
// not named become Ext. A geometry that is no polygon, a property of the wrong type, or a broken line is a Problem with
// the record's number; the rest is read. Python's NaN and Infinity, which are no JSON, are read as a position that is
// not finite.
//
// Shapes are not checked here but by [NewIndex] and [Check]. The error is InvalidArgument for a document that is no
// GeoJSON or is cut, Unavailable when reading fails, or the end of ctx, which is looked at between features.
func ReadGeoJSON(ctx context.Context, r io.Reader, opts *GeoJSONOptions) (Batch, error) {
	f := &featureReader{ctx: ctx}
	if opts != nil {
		f.names = opts.Names
	}
	raw := bufio.NewReader(r)
	if b, _ := raw.Peek(3); bytes.Equal(b, []byte("\xEF\xBB\xBF")) {
		_, _ = raw.Discard(3)
	}
	in := bufio.NewReaderSize(&finiteReader{in: raw}, 64<<10)
	var err error
	switch first := firstByte(in); {
	case first == separator:
		err = f.records(in, separator)
	case opts != nil && opts.Lines:
		err = f.records(in, '\n')
	default:
		err = f.document(in)
	}
	if err != nil {
		return Batch{}, err
	}
	return f.batch, nil
}

type featureReader struct {
	ctx   context.Context
	names map[string]string
	batch Batch
	count int // of records
}

const (
	opGeoJSON = "read_geojson"
	separator = 0x1E // of RFC 8142
)

// firstByte skips white space and looks at what follows; 0 when nothing does.
func firstByte(in *bufio.Reader) byte {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0
		}
		if !space(b) {
			_ = in.UnreadByte()
			return b
		}
	}
}

func space(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// records reads features that stand alone, in lines or after separators; a broken one is a problem of its own.
func (f *featureReader) records(in *bufio.Reader, end byte) error {
	for {
		if err := f.ctx.Err(); err != nil {
			return readError(opGeoJSON, err, "")
		}
		record, err := in.ReadBytes(end)
		if record = bytes.Trim(record, "\x1E \t\r\n"); len(record) > 0 {
			f.feature(record)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return readError(opGeoJSON, err, "")
		}
	}
}

// document reads one object: a collection, whose features are read one by one, or a feature, which others may follow.
func (f *featureReader) document(in io.Reader) error {
	d := json.NewDecoder(in)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return readError(opGeoJSON, err, "the document is no object of GeoJSON")
	}
	members := map[string]json.RawMessage{}
	list := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return readError(opGeoJSON, err, "the document is broken")
		}
		if key == "features" {
			if t, err := d.Token(); err != nil || t != json.Delim('[') {
				return readError(opGeoJSON, err, "features is no list")
			}
			for list = true; d.More(); {
				if err := f.ctx.Err(); err != nil {
					return readError(opGeoJSON, err, "")
				}
				var raw json.RawMessage
				if err := d.Decode(&raw); err != nil {
					return readError(opGeoJSON, err, "the document is broken after some features")
				}
				f.feature(raw)
			}
			if _, err := d.Token(); err != nil {
				return readError(opGeoJSON, err, "the list of features is cut")
			}
			continue
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return readError(opGeoJSON, err, "the document is broken")
		}
		members[key.(string)] = raw
	}
	if _, err := d.Token(); err != nil {
		return readError(opGeoJSON, err, "the document is cut")
	}
	switch typ := string(members["type"]); {
	case list && typ == `"FeatureCollection"`:
		if _, err := d.Token(); err != io.EOF {
			return readError(opGeoJSON, err, "something follows the document")
		}
		return nil
	case !list && typ == `"Feature"`:
		f.take(members)
		return f.records(bufio.NewReader(io.MultiReader(d.Buffered(), in)), '\n')
	}
	return invalid(opGeoJSON, "the document is neither a FeatureCollection nor a Feature")
}

// feature reads one feature, into areas or into problems.
func (f *featureReader) feature(raw []byte) {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(raw, &members) // what is no object has no members
	f.take(members)
}

func (f *featureReader) take(members map[string]json.RawMessage) {
	f.count++
	a, err := f.area(members)
	if err != nil {
		p := wholeArea(&a, ReasonFormat)
		p.Record, p.Detail = f.count, waybill.AsError(err).Message
		f.batch.Problems = append(f.batch.Problems, p)
		return
	}
	f.batch.Areas = append(f.batch.Areas, a)
}

// area takes the members of a feature. Their names are exact, as everywhere in GeoJSON; others are foreign.
func (f *featureReader) area(members map[string]json.RawMessage) (Area, error) {
	var a Area
	if members == nil {
		return a, invalid(opGeoJSON, "it is no object of GeoJSON")
	}
	if typ, _ := scalar(members["type"]); typ != "Feature" {
		return a, invalid(opGeoJSON, "its type is not Feature")
	}
	properties := map[string]json.RawMessage{}
	if raw := members["properties"]; !absent(raw) && json.Unmarshal(raw, &properties) != nil {
		return a, invalid(opGeoJSON, "its properties are no object")
	}
	if id := f.name("id"); absent(properties[id]) {
		properties[id] = members["id"]
	}
	if err := setProperties(&a, properties, f.name); err != nil {
		return a, err
	}
	if absent(members["geometry"]) {
		return a, invalid(opGeoJSON, "it has no geometry")
	}
	var err error
	a.Polygons, err = parseGeoJSONGeometry(members["geometry"], 0)
	return a, err
}

// name returns what the file calls one of our properties.
func (f *featureReader) name(ours string) string {
	if theirs := f.names[ours]; theirs != "" {
		return theirs
	}
	return ours
}

// finiteReader turns the words NaN and Infinity outside of strings into a number that is too large, so that what is
// otherwise JSON can be read.
type finiteReader struct {
	in      io.Reader
	buf     [4096]byte
	pending []byte
	quoted  bool
	escaped bool
	word    bool // within a word that was replaced
	err     error
}

// Read implements [io.Reader].
func (r *finiteReader) Read(p []byte) (int, error) {
	for len(r.pending) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		n, err := r.in.Read(r.buf[:])
		r.err = err
		r.pending = r.clean(r.pending[:0], r.buf[:n])
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

func (r *finiteReader) clean(dst, src []byte) []byte {
	for _, c := range src {
		switch {
		case c == '\n' || c == separator: // no string goes on here, though one may be cut
			r.quoted, r.escaped = false, false
		case r.quoted:
			r.quoted = c != '"' || r.escaped
			r.escaped = c == '\\' && !r.escaped
		case c == '"':
			r.quoted = true
		case c == 'N' || c == 'I':
			if !r.word {
				dst = append(dst, "1e999"...)
			}
			r.word = true
			continue
		case r.word && c >= 'a' && c <= 'z':
			continue
		}
		r.word = false
		dst = append(dst, c)
	}
	return dst
}
