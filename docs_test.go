package waybill_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fewFields is how many lines of fields a struct's own comment can serve.
const fewFields = 3

// TestEverythingIsDocumented holds that every package has a comment, and every
// exported name of it, method and field group too. A block's comment serves its
// constants and variables, an interface's its only method, a struct's its fields
// when they are few; else a comment serves the fields that follow it. A vendor's
// own format, in the fakes and below internal, is described by the vendor: its
// tagged fields need none.
func TestEverythingIsDocumented(t *testing.T) {
	fset := token.NewFileSet()
	dirs := map[string][]*ast.File{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || hasModule(p)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if !ignored(f) {
			dir := filepath.ToSlash(filepath.Dir(p))
			dirs[dir] = append(dirs[dir], f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, files := range dirs {
		if !slices.ContainsFunc(files, func(f *ast.File) bool { return f.Doc != nil }) {
			t.Errorf("%s: the package has no comment", dir)
		}
		if files[0].Name.Name == "main" {
			continue
		}
		for _, f := range files {
			for _, miss := range undocumented(f, isTestPackage(dir) || strings.Contains(dir, "internal")) {
				t.Errorf("%s: %s is not documented", fset.Position(miss.pos), miss.name)
			}
		}
	}
}

func ignored(f *ast.File) bool {
	return slices.ContainsFunc(f.Comments, func(c *ast.CommentGroup) bool {
		return c.Pos() < f.Package && strings.Contains(c.List[0].Text, "//go:build ignore")
	})
}

// miss is an exported name without a comment.
type miss struct {
	name string
	pos  token.Pos
}

func undocumented(f *ast.File, formats bool) []miss {
	var out []miss
	add := func(id *ast.Ident, prefix string, docs ...*ast.CommentGroup) {
		if id.IsExported() && !slices.ContainsFunc(docs, func(c *ast.CommentGroup) bool { return c != nil }) {
			out = append(out, miss{prefix + id.Name, id.Pos()})
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if recv := receiver(d); recv == "" || ast.IsExported(recv) {
				add(d.Name, recv+".", d.Doc)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(s.Name, "", s.Doc, d.Doc)
					if s.Name.IsExported() {
						out = append(out, members(s, formats)...)
					}
				case *ast.ValueSpec:
					for _, id := range s.Names {
						add(id, "", s.Doc, s.Comment, d.Doc)
					}
				}
			}
		}
	}
	return out
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.Name
		default:
			return fmt.Sprintf("%T", x)
		}
	}
}

// members are the undocumented exported fields of a struct and methods of an
// interface; formats passes tagged fields over.
func members(s *ast.TypeSpec, formats bool) []miss {
	var list *ast.FieldList
	group := false // a comment above serves what follows
	switch x := s.Type.(type) {
	case *ast.StructType:
		list, group = x.Fields, len(x.Fields.List) <= fewFields
	case *ast.InterfaceType:
		if len(x.Methods.List) == 1 {
			return nil
		}
		list = x.Methods
	default:
		return nil
	}
	_, isStruct := s.Type.(*ast.StructType)
	var out []miss
	for _, f := range list.List {
		if f.Doc != nil || f.Comment != nil || formats && f.Tag != nil {
			group = group || isStruct
			continue
		}
		for _, id := range f.Names {
			if id.IsExported() && !group {
				out = append(out, miss{s.Name.Name + "." + id.Name, id.Pos()})
			}
		}
	}
	return out
}
