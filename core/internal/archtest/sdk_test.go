package archtest

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withoutExample are exported names of the SDK that have no example, with the
// reason.
var withoutExample = map[string]string{
	"ServeOn": "it is for the SDK's own test kit, and every example of the others runs on it",
}

// sdkDoc is the documentation of package sdk, and sdkTests are its test files.
func sdkDoc(t *testing.T) (pkg *doc.Package, tests []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob("../../../sdk/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no source of the SDK: %v", err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		if strings.HasSuffix(path, "_test.go") {
			tests = append(tests, f)
		}
	}
	if pkg, err = doc.NewFromFiles(fset, files, module+"sdk"); err != nil {
		t.Fatal(err)
	}
	return pkg, tests
}

// sdkName is an exported name of package sdk.
type sdkName struct {
	name, doc string
	example   bool
}

// sdkNames lists the exported names: a constant or variable has an example when
// an example uses it, the others when one is called after them.
func sdkNames(pkg *doc.Package, tests []*ast.File) []sdkName {
	used := usedInExamples(tests)
	var out []sdkName
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, name := range v.Names {
				if ast.IsExported(name) {
					out = append(out, sdkName{name, v.Doc, used[name]})
				}
			}
		}
	}
	functions := func(owner string, list []*doc.Func) {
		for _, f := range list {
			if ast.IsExported(f.Name) {
				out = append(out, sdkName{owner + f.Name, f.Doc, len(f.Examples) > 0})
			}
		}
	}
	values(pkg.Consts)
	values(pkg.Vars)
	functions("", pkg.Funcs)
	for _, t := range pkg.Types {
		out = append(out, sdkName{t.Name, t.Doc, len(t.Examples) > 0})
		values(t.Consts)
		values(t.Vars)
		functions("", t.Funcs)
		functions(t.Name+".", t.Methods)
		for _, spec := range t.Decl.Specs {
			spec, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if i, ok := spec.Type.(*ast.InterfaceType); ok {
				for _, m := range i.Methods.List {
					for _, name := range m.Names {
						if name.IsExported() { // the interface has the example
							out = append(out, sdkName{t.Name + "." + name.Name, m.Doc.Text(), true})
						}
					}
				}
			}
		}
	}
	return out
}

// usedInExamples are the names of package sdk that stand in an example.
func usedInExamples(tests []*ast.File) map[string]bool {
	used := map[string]bool{}
	for _, f := range tests {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(fn.Name.Name, "Example") {
				continue
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == "sdk" {
						used[s.Sel.Name] = true
					}
				}
				return true
			})
		}
	}
	return used
}

// TestSDKIsDocumented: each exported name of the SDK says what it is, and an
// example shows it at work.
func TestSDKIsDocumented(t *testing.T) {
	t.Parallel()
	names := sdkNames(sdkDoc(t))
	listed := map[string]bool{}
	examples := 0
	for _, n := range names {
		if strings.TrimSpace(n.doc) == "" {
			t.Errorf("sdk.%s has no comment", n.name)
		}
		_, excused := withoutExample[n.name]
		listed[n.name] = true
		switch {
		case n.example && excused:
			t.Errorf("sdk.%s has an example: take it off the list of those that have none", n.name)
		case n.example:
			examples++
		case !excused:
			t.Errorf("sdk.%s has no example: write Example%s, or list it with the reason", n.name, strings.ReplaceAll(n.name, ".", "_"))
		}
	}
	for name := range withoutExample {
		if !listed[name] {
			t.Errorf("sdk.%s is on the list of those without an example and does not exist", name)
		}
	}
	t.Logf("%d exported names of package sdk: %d with an example, %d with a reason", len(names), examples, len(withoutExample))
}

// TestStoryIsCode: each piece of code in the SDK's package comment stands, line
// by line, in an example that is compiled and run.
func TestStoryIsCode(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, pattern := range []string{"../../../sdk/example*_test.go", "../../../examples/*/main.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("nothing is %s: %v", pattern, err)
		}
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			code.WriteString(trimmed(string(source)))
		}
	}
	pkg, _ := sdkDoc(t)
	var p comment.Parser
	pieces := 0
	for _, block := range p.Parse(pkg.Doc).Content {
		c, ok := block.(*comment.Code)
		if !ok {
			continue
		}
		// What is apart in the story by an empty line may be apart by more in
		// the example.
		for piece := range strings.SplitSeq(c.Text, "\n\n") {
			pieces++
			if !strings.Contains(code.String(), trimmed(piece)) {
				t.Errorf("the package comment of sdk has code that no example has:\n%s", piece)
			}
		}
	}
	if pieces < 10 {
		t.Errorf("%d pieces of code in the package comment", pieces)
	}
}

// trimmed leaves the indentation out.
func trimmed(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}
