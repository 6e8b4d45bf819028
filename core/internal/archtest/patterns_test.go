package archtest

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPatterns: every pattern that is compiled at its first use can be, so that
// nobody meets a wrong one while the program runs.
func TestPatterns(t *testing.T) {
	t.Parallel()
	const root, least = "../../..", 60
	found := 0
	for _, top := range []string{"core", "plugins", "sdk", "examples"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			n := checkPatterns(t, path)
			found += n
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < least { // else this test is blind
		t.Errorf("found %d patterns, there are at least %d", found, least)
	}
}

// checkPatterns compiles the patterns of the package in a folder.
func checkPatterns(t *testing.T, folder string) (found int) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset, consts := token.NewFileSet(), map[string]ast.Expr{}
	var calls []*ast.CallExpr
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i := range min(len(n.Names), len(n.Values)) {
					consts[n.Names[i].Name] = n.Values[i]
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "New" {
					if p, ok := s.X.(*ast.Ident); ok && p.Name == "lazyregexp" {
						calls = append(calls, n)
					}
				}
			}
			return true
		})
	}
	for _, call := range calls {
		pattern, ok := stringOf(call.Args[0], consts)
		if !ok {
			t.Errorf("%s: the pattern is not a constant string", fset.Position(call.Pos()))
		} else if _, err := regexp.Compile(pattern); err != nil {
			t.Errorf("%s: %v", fset.Position(call.Pos()), err)
		}
	}
	return len(calls)
}

// stringOf is the value of a constant string made of literals, names and sums.
func stringOf(e ast.Expr, consts map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		v := constant.MakeFromLiteral(e.Value, e.Kind, 0)
		return constant.StringVal(v), v.Kind() == constant.String
	case *ast.Ident:
		value, ok := consts[e.Name]
		if !ok {
			return "", false
		}
		return stringOf(value, consts)
	case *ast.BinaryExpr:
		x, okX := stringOf(e.X, consts)
		y, okY := stringOf(e.Y, consts)
		return x + y, okX && okY && e.Op == token.ADD
	}
	return "", false
}
