package readme

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the snippets into the README")

// snippets returns the bodies of this package's examples by name, without their
// indentation and their output.
func snippets(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"snippets_test.go", "provider_test.go"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			example, ok := strings.CutPrefix(fn.Name.Name, "Example_")
			if !ok {
				if fn.Name.Name == "TestAcme" {
					example, ok = "provider", true
				}
			}
			if !ok {
				continue
			}
			body := string(src[set.Position(fn.Body.Lbrace).Offset+1 : set.Position(fn.Body.Rbrace).Offset])
			body, _, _ = strings.Cut(body, "\t// Output:")
			body, _, _ = strings.Cut(body, "\t// Unordered output:")
			var lines []string
			for line := range strings.SplitSeq(strings.Trim(body, "\n"), "\n") {
				lines = append(lines, strings.TrimPrefix(line, "\t"))
			}
			found[example] = strings.Join(lines, "\n")
		}
	}
	return found
}

var block = regexp.MustCompile("(?s)<!-- snippet: ([a-z]+) -->\n```go\n(.*?)```")

// TestREADME holds that every snippet of the README is one of the examples here,
// which are compiled and run, and that each domain has one of about 15 lines.
func TestREADME(t *testing.T) {
	const file = "../../README.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, have := string(b), snippets(t)
	if *update {
		text = block.ReplaceAllStringFunc(text, func(s string) string {
			m := block.FindStringSubmatch(s)
			return "<!-- snippet: " + m[1] + " -->\n```go\n" + have[m[1]] + "\n```"
		})
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if n, m := strings.Count(text, "```go"), len(block.FindAllString(text, -1)); n != m {
		t.Errorf("%d blocks of Go, %d of them are snippets", n, m)
	}
	shown := map[string]bool{}
	for _, m := range block.FindAllStringSubmatch(text, -1) {
		name, code := m[1], strings.TrimSuffix(m[2], "\n")
		shown[name] = true
		if code != have[name] {
			t.Errorf("the README's snippet %q differs from the example; run go test ./examples/readme -update", name)
		}
		if n := strings.Count(code, "\n") + 1; n > 22 {
			t.Errorf("snippet %q has %d lines", name, n)
		}
	}
	for name := range have {
		if !shown[name] {
			t.Errorf("the README does not show %q", name)
		}
	}
	for _, domain := range []string{"geo", "route", "sms", "push", "mail", "storage"} {
		if !shown[domain] {
			t.Errorf("the README has no snippet of %s", domain)
		}
	}
}
