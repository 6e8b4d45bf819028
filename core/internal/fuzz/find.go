package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."), d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range declaration.FindAllSubmatch(source, -1) {
			if name := string(m[1]); wanted.MatchString(name) {
				dir, err := filepath.Rel(root, filepath.Dir(path))
				if err != nil {
					return err
				}
				out = append(out, target{filepath.ToSlash(dir), name})
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
