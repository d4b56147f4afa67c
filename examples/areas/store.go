package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo/area"
)

//go:embed sample.geojson
var sample []byte

// store keeps the areas with their versions, in memory and, if it has a path, in a file. It is the service's source. A
// service with a database has an area.Table in its place.
type store struct {
	path  string
	mu    sync.Mutex
	areas []area.Area
}

// openStore reads the file, or the built-in areas where there is none yet.
func openStore(ctx context.Context, path string) (*store, error) {
	content := sample
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil {
			content = b
		}
	}
	batch, err := area.ReadGeoJSON(ctx, bytes.NewReader(content), nil)
	if err != nil {
		return nil, err
	}
	if len(batch.Problems) > 0 {
		return nil, batch.Problems[0] // saving would lose what could not be read
	}
	return &store{path: path, areas: batch.Areas}, nil
}

// Load implements area.Source.
func (s *store) Load(context.Context) (area.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return area.Batch{Areas: slices.Clone(s.areas)}, nil
}

// save stores an area whose version is that of the stored one, or 0 for a new one.
func (s *store) save(a area.Area) (*area.Area, error) {
	good, problems := area.Check(&a)
	for _, p := range problems {
		if !p.Repaired {
			return nil, p
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := slices.Clone(s.areas)
	i, err := s.find(a.ID, a.Version)
	if err != nil {
		return nil, err
	}
	good.Version++
	if i < 0 {
		next = append(next, *good)
	} else {
		next[i] = *good
	}
	return good, s.keep(next)
}

func (s *store) remove(id string, version int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.find(id, version)
	if err != nil {
		return err
	}
	if i < 0 {
		return &waybill.Error{Code: waybill.NotFound, Op: "delete", Message: "there is no such area"}
	}
	return s.keep(slices.Delete(slices.Clone(s.areas), i, i+1))
}

// find returns the place of the area with this version, or -1 if there is none and the version is 0.
func (s *store) find(id string, version int64) (int, error) {
	i := slices.IndexFunc(s.areas, func(a area.Area) bool { return a.ID == id })
	switch {
	case i < 0 && version == 0, i >= 0 && s.areas[i].Version == version:
		return i, nil
	case i < 0:
		return i, &waybill.Error{Code: waybill.NotFound, Op: "save", Message: "the area was deleted by somebody else"}
	}
	return i, &waybill.Error{Code: waybill.FailedPrecondition, Op: "save", Message: "the area was changed by somebody else"}
}

// keep writes the file, whole or not at all, and takes the areas.
func (s *store) keep(areas []area.Area) error {
	if s.path != "" {
		all := make([]*area.Area, len(areas))
		for i := range areas {
			all[i] = &areas[i]
		}
		var b bytes.Buffer
		if err := area.WriteGeoJSON(&b, all); err != nil {
			return err
		}
		if err := os.WriteFile(s.path+".new", b.Bytes(), 0o644); err != nil {
			return err
		}
		if err := os.Rename(s.path+".new", s.path); err != nil {
			return err
		}
	}
	s.areas = areas
	return nil
}
