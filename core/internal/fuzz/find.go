package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// target is one fuzz target.
type target struct {
	dir  string // relative to the root of the module
	name string
}

var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// first are the targets that face what strangers send, in the order in which
// they run; the others follow.
var first = []string{
	"FuzzTarget", "FuzzRouter", "FuzzTokenCheck", "FuzzCrossing", "FuzzDecodeBody", "FuzzBootstrapBody", "FuzzPluginMessage", "FuzzLoad", "FuzzHandshakeLine",
}

// find returns the targets below a folder whose names match only.
func find(root, only string) ([]target, error) {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	var out []target
	files := os.DirFS(root)
	err = fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && strings.HasPrefix(d.Name(), "."), d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		for _, m := range declaration.FindAllSubmatch(source, -1) {
			if name := string(m[1]); wanted.MatchString(name) {
				out = append(out, target{path.Dir(file), name})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for fuzz targets: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no fuzz target matches %q", only)
	}
	slices.SortStableFunc(out, func(a, b target) int { return rank(a) - rank(b) })
	return out, nil
}

// rank is the place of a target in the order of running.
func rank(t target) int {
	if i := slices.Index(first, t.name); i >= 0 {
		return i
	}
	return len(first)
}
