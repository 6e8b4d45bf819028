package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// top is everything that may stand at the top besides dot-files.
var top = []string{"core", "plugins", "sdk", "examples", "metadata.hcl", "go.mod", "go.sum", "Makefile", "README.md"}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("../../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(top, e.Name()) {
			t.Errorf("%s does not belong at the top", e.Name())
		}
	}
}

// maxLines is the longest that a file may be before it holds two subjects.
const maxLines = 400

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		if name := path.Base(p.ImportPath); slices.Contains([]string{"util", "utils", "common", "types", "helper", "helpers", "misc"}, name) {
			t.Errorf("%s: the name says nothing", p.ImportPath)
		}
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		for _, f := range p.GoFiles {
			if strings.HasSuffix(f, ".pb.go") {
				continue
			}
			file := filepath.Join(p.Dir, f)
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), "\n"); n > maxLines {
				t.Errorf("%s has %d lines, at most %d", file, n, maxLines)
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s has an init function", file)
				}
			}
		}
	}
}

// transport are the types that an author must never meet.
var transport = regexp.MustCompile(`\b(pluginv1|grpc|proto|timestamppb|plugin)\.[A-Z]`)

func TestSDKShowsNoTransport(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "doc", "-all", "./sdk")
	cmd.Dir = "../../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if transport.MatchString(line) {
			t.Errorf("package sdk shows a type of the transport: %s", strings.TrimSpace(line))
		}
	}
}
