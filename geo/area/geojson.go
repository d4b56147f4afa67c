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

// ReadGeoJSON reads areas from GeoJSON (RFC 7946): a FeatureCollection, one Feature, or newline-delimited Features with
// or without the record separators of RFC 8142. It streams: a collection of any size is read feature by feature.
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
	in := bufio.NewReaderSize(r, 64<<10)
	if b, _ := in.Peek(3); bytes.Equal(b, []byte("\xEF\xBB\xBF")) {
		_, _ = in.Discard(3)
	}
	var err error
	if opts != nil && opts.Lines {
		err = f.lines(in)
	} else {
		err = f.sniff(in)
	}
	if err != nil {
		return Batch{}, err
	}
	return f.batch, nil
}

type featureReader struct {
	ctx     context.Context
	names   map[string]string
	batch   Batch
	records int
}

const opGeoJSON = "read_geojson"

// sniff looks whether the first line is a Feature of its own.
func (f *featureReader) sniff(in *bufio.Reader) error {
	var first []byte
	for len(bytes.TrimSpace(first)) == 0 {
		line, err := in.ReadBytes('\n')
		if first = append(first, line...); err != nil {
			if err != io.EOF {
				return readError(opGeoJSON, err, "")
			}
			break
		}
	}
	separated := bytes.IndexByte(first, 0x1E) >= 0
	var head struct {
		Type string `json:"type"`
	}
	all := io.MultiReader(bytes.NewReader(first), in)
	if separated || json.Unmarshal(bytes.TrimSpace(first), &head) == nil && head.Type == "Feature" {
		return f.lines(bufio.NewReader(all))
	}
	return f.document(all)
}

// lines reads features that stand alone; a broken one is a problem of its own.
func (f *featureReader) lines(in *bufio.Reader) error {
	for {
		if err := f.ctx.Err(); err != nil {
			return readError(opGeoJSON, err, "")
		}
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimSpace(bytes.Trim(line, "\x1E \t\r\n")); len(line) > 0 {
			clean, _ := io.ReadAll(&finiteReader{in: bytes.NewReader(line)})
			f.feature(clean)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return readError(opGeoJSON, err, "")
		}
	}
}

// document reads one object: a collection, whose features are read one by one, or a feature.
func (f *featureReader) document(in io.Reader) error {
	d := json.NewDecoder(&finiteReader{in: in})
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
	if _, err := d.Token(); err != io.EOF {
		return readError(opGeoJSON, err, "something follows the document")
	}
	switch typ := string(members["type"]); {
	case list && typ == `"FeatureCollection"`:
	case !list && typ == `"Feature"`:
		raw, err := json.Marshal(members)
		if err != nil {
			return invalid(opGeoJSON, "the document is broken")
		}
		f.feature(raw)
	default:
		return invalid(opGeoJSON, "the document is neither a FeatureCollection nor a Feature")
	}
	return nil
}

// feature reads one feature, into areas or into problems.
func (f *featureReader) feature(raw []byte) {
	f.records++
	a, err := f.area(raw)
	if err != nil {
		p := wholeArea(&a, ReasonFormat)
		p.Record, p.Detail = f.records, waybill.AsError(err).Message
		f.batch.Problems = append(f.batch.Problems, p)
		return
	}
	f.batch.Areas = append(f.batch.Areas, a)
}

func (f *featureReader) area(raw []byte) (Area, error) {
	var feature struct {
		Type       string                     `json:"type"`
		ID         json.RawMessage            `json:"id"`
		Geometry   json.RawMessage            `json:"geometry"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var a Area
	if json.Unmarshal(raw, &feature) != nil {
		return a, invalid(opGeoJSON, "it is no object of GeoJSON")
	}
	if feature.Type != "Feature" {
		return a, invalid(opGeoJSON, "its type is not Feature")
	}
	if _, ok := feature.Properties[f.name("id")]; !ok && len(feature.ID) > 0 {
		if feature.Properties == nil {
			feature.Properties = map[string]json.RawMessage{}
		}
		feature.Properties[f.name("id")] = feature.ID
	}
	if err := setProperties(&a, feature.Properties, f.name); err != nil {
		return a, err
	}
	if len(feature.Geometry) == 0 || string(feature.Geometry) == "null" {
		return a, invalid(opGeoJSON, "it has no geometry")
	}
	var err error
	a.Polygons, err = parseGeoJSONGeometry(feature.Geometry, 0)
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
