package waybill_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretField is how fields are named that hold a secret.
var secretField = regexp.MustCompile(`(?i)(secrets?|password|privatekey|hashkey|secretkey|keysecret|serviceaccount|securitytoken|sessiontoken)$|^SK$`)

// holdsText reports whether a field's type can hold a secret.
func holdsText(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "string" || x.Name == "byte"
	case *ast.ArrayType:
		return holdsText(x.Elt)
	}
	return false
}

// A struct of settings or credentials that holds a secret must not show it when
// somebody prints or logs it.
func TestSettingsHideTheirSecrets(t *testing.T) {
	found := 0
	dirs := map[string]bool{}
	for _, f := range sources(t) {
		dirs[f.dir] = true
	}
	for dir := range dirs {
		if strings.HasPrefix(dir, "examples") || isTestPackage(dir) || strings.Contains(dir, "internal/") {
			continue
		}
		holders, methods := map[string]string{}, map[string]bool{}
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			if strings.HasSuffix(p, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.TypeSpec:
					if field := secretOf(n); field != "" {
						holders[n.Name.Name] = field
					}
				case *ast.FuncDecl:
					if n.Recv != nil {
						if id, ok := n.Recv.List[0].Type.(*ast.Ident); ok {
							methods[id.Name+"."+n.Name.Name] = true
						}
					}
				}
				return true
			})
		}
		for name, field := range holders {
			found++
			if !methods[name+".Format"] && (!methods[name+".String"] || !methods[name+".GoString"]) {
				t.Errorf("%s.%s.%s is shown when the struct is printed: give it a Format method", dir, name, field)
			}
			if !methods[name+".LogValue"] {
				t.Errorf("%s.%s.%s is shown when the struct is logged: give it a LogValue method", dir, name, field)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d structs with secrets were found", found)
	}
}

// secretOf returns the name of a field with a secret of an exported struct of
// settings or credentials, or "".
func secretOf(n *ast.TypeSpec) string {
	s, ok := n.Type.(*ast.StructType)
	if !ok || !n.Name.IsExported() || !strings.HasSuffix(n.Name.Name, "Options") && !strings.HasSuffix(n.Name.Name, "Credentials") {
		return ""
	}
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			if secretField.MatchString(name.Name) && holdsText(f.Type) {
				return name.Name
			}
		}
	}
	return ""
}
