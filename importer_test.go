package waybill_test

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLightImporter builds a module that imports one light adapter, through a
// module proxy made of files that serves this module and nothing else. After
// tidy it must have two lines in its go.sum, and link nothing of third parties.
func TestLightImporter(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	goCmd, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not in PATH")
	}
	proxy, version := t.TempDir(), "v0.0.1"
	writeProxy(t, proxy, version)
	app := t.TempDir()
	write(t, filepath.Join(app, "go.mod"), "module example.com/app\n\ngo 1.26.0\n\nrequire "+module+" "+version+"\n")
	write(t, filepath.Join(app, "main.go"), `package main

import (
	"fmt"

	"`+module+`/geo"
	"`+module+`/geo/amapgeo"
)

func main() {
	a, err := amapgeo.New("key", nil)
	if err != nil {
		panic(err)
	}
	c, err := geo.New(geo.With(a, geo.In("CN")))
	fmt.Println(c.Verbs(), err)
}
`)
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), goCmd, args...)
		cmd.Dir = app
		cmd.Env = append(os.Environ(), "GOPROXY=file://"+filepath.ToSlash(proxy), "GOSUMDB=off", "GONOSUMDB=", "GONOPROXY=", "GOPRIVATE=",
			"GOFLAGS=-modcacherw", "GOWORK=off", "GO111MODULE=on", "GOMODCACHE="+filepath.Join(proxy, "cache"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run("mod", "tidy")
	sum, err := os.ReadFile(filepath.Join(app, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(sum)), "\n"); len(lines) != 2 {
		t.Errorf("go.sum has %d lines, want 2:\n%s", len(lines), sum)
	}
	for _, dep := range strings.Fields(run("list", "-deps", ".")) {
		if !isStandard(dep) && !strings.HasPrefix(dep, module) && !strings.HasPrefix(dep, "example.com/app") {
			t.Errorf("the importer links %s", dep)
		}
	}
	run("vet", ".")
}

// writeProxy lays out this module as the go command's proxy protocol wants it.
func writeProxy(t *testing.T, dir, version string) {
	t.Helper()
	at := filepath.Join(dir, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(at, "list"), version+"\n")
	write(t, filepath.Join(at, version+".info"), fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version))
	write(t, filepath.Join(at, version+".mod"), string(mod))
	f, err := os.Create(filepath.Join(at, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	err = filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(d.Name(), ".") || hasModule(p)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		w, err := z.Create(module + "@" + version + "/" + filepath.ToSlash(p))
		if err != nil {
			return err
		}
		in, err := os.Open(p)
		if err != nil {
			return err
		}
		defer in.Close()
		_, err = io.Copy(w, in)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
