package waybill_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/waybill-go/waybill"

// domains are the public domain packages, each with the domains it may import.
var domains = map[string][]string{
	"geo": nil, "route": {"geo"}, "sms": nil, "push": nil, "mail": {"storage"}, "storage": nil,
}

// heavy are the packages that are built on other people's libraries. All others
// need the standard library and this module only, their tests included.
var heavy = []string{
	"geo/googlegeo", "geo/nearby/redisnearby", "route/googleroute", "internal/google", "sms/phone", "sms/nexmosms", "push/fcmpush", "push/redispush",
	"mail/smtpmail", "storage/s3storage", "storage/ossstorage", "otelwaybill", "sms/redissms", "internal/phonetable",
}

// file is one source file's folder and imports, both relative to the module
// where they are in it.
type file struct {
	dir, name string
	imports   []string
}

func sources(t *testing.T) []file {
	t.Helper()
	var files []file
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
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		for _, c := range f.Comments {
			if c.Pos() < f.Package && strings.Contains(c.List[0].Text, "//go:build ignore") {
				return nil
			}
		}
		one := file{dir: filepath.ToSlash(filepath.Dir(p)), name: d.Name()}
		for _, i := range f.Imports {
			one.imports = append(one.imports, strings.Trim(i.Path.Value, `"`))
		}
		files = append(files, one)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// inModule returns the import's folder within this module.
func inModule(imp string) (string, bool) {
	if imp == module {
		return ".", true
	}
	return strings.CutPrefix(imp, module+"/")
}

func isStandard(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".")
}

// TestImportsRunOneWay holds the house's rule: adapters import their domain,
// domains the root, and nothing runs back or sideways.
func TestImportsRunOneWay(t *testing.T) {
	for _, f := range sources(t) {
		for _, imp := range f.imports {
			to, ours := inModule(imp)
			if !ours {
				continue
			}
			if why := forbidden(f, to); why != "" {
				t.Errorf("%s/%s imports %s: %s", f.dir, f.name, to, why)
			}
		}
	}
}

func forbidden(f file, to string) string {
	isTest := strings.HasSuffix(f.name, "_test.go")
	top, _, _ := strings.Cut(f.dir, "/")
	toTop, toRest, toDeep := strings.Cut(to, "/")
	_, fromDomain := domains[f.dir]
	_, toDomainTop := domains[toTop]
	if path.Dir(f.dir) == "examples" || f.dir == "examples" {
		return ""
	}
	if !isTest && isTestPackage(to) && !isTestPackage(f.dir) {
		return "only tests and examples import test packages"
	}
	if isTest || isTestPackage(f.dir) {
		return ""
	}
	switch {
	case f.dir == ".":
		return "the root imports the standard library only"
	case f.dir == "wire", f.dir == "internal/failover", f.dir == "otelwaybill":
		if to != "." {
			return "only the root may be imported here"
		}
	case fromDomain:
		if to == "." || to == "internal/failover" || slices.Contains(domains[f.dir], to) || strings.HasPrefix(to, f.dir+"/internal/") {
			return ""
		}
		return "a domain imports the root, the engine and " + strings.Join(domains[f.dir], ", ")
	case top == "internal":
		return ""
	default:
		if _, adapter := domains[top]; !adapter {
			return ""
		}
		if to == "." || to == "wire" || toTop == "internal" || to == top || toTop == top && toDeep {
			return ""
		}
		if toDomainTop && slices.Contains(domains[top], toTop) && toRest == "" {
			return ""
		}
		return "an adapter imports its own domain, the root and wire"
	}
	return ""
}

func isTestPackage(dir string) bool {
	base := path.Base(dir)
	return strings.HasSuffix(base, "test") || strings.HasPrefix(base, "fake") || base == "world"
}

// TestLightPackagesNeedNothing holds that root, wire, domains and light
// adapters, their tests included, import the standard library and this module
// only: else an importer of one would get the others' libraries into its go.sum.
func TestLightPackagesNeedNothing(t *testing.T) {
	for _, f := range sources(t) {
		if slices.Contains(heavy, f.dir) || strings.HasPrefix(f.dir, "examples") || f.dir == "internal/interop" {
			continue
		}
		for _, imp := range f.imports {
			to, ours := inModule(imp)
			switch {
			case ours && slices.Contains(heavy, to):
				t.Errorf("%s/%s imports %s, which is built on another library", f.dir, f.name, to)
			case !ours && !isStandard(imp):
				t.Errorf("%s/%s imports %s", f.dir, f.name, imp)
			}
		}
	}
}

// TestEveryAdapterHasAnExample holds that each adapter's folder shows how it is
// used.
func TestEveryAdapterHasAnExample(t *testing.T) {
	examples := map[string]bool{}
	for _, f := range sources(t) {
		if f.name == "example_test.go" {
			examples[f.dir] = true
		}
	}
	for _, f := range sources(t) {
		top, rest, deep := strings.Cut(f.dir, "/")
		if _, ok := domains[top]; !ok || !deep || isTestPackage(f.dir) || strings.Contains(rest, "internal") || strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		if !examples[f.dir] {
			t.Errorf("%s has no example_test.go", f.dir)
			examples[f.dir] = true
		}
	}
}
