package body

import "io"

// Section is a part of a body that is read where it lies, so that it need not be
// held in memory. A failure is the body's, whatever a transport makes of it: see
// Source.Fail.
type Section struct {
	*io.SectionReader
	src *Source
}

// Section returns n bytes of r, which is what the Source reads, from an offset
// within the body.
func (s *Source) Section(r io.ReaderAt, from, n int64) *Section {
	return &Section{io.NewSectionReader(r, s.start+from, n), s}
}

// At returns r if the body can be read where it lies: it says so, and its length
// is what was promised, if anything was.
func (s *Source) At(r io.Reader, promised int64) (io.ReaderAt, bool) {
	at, ok := r.(io.ReaderAt)
	return at, ok && s.Seekable() && (promised <= 0 || promised == s.size)
}

// Read implements io.Reader.
func (s *Section) Read(p []byte) (int, error) {
	n, err := s.SectionReader.Read(p)
	if err == io.EOF {
		if at, _ := s.Seek(0, io.SeekCurrent); at < s.Size() {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil && err != io.EOF {
		s.src.Fail(err)
	}
	return n, err
}
