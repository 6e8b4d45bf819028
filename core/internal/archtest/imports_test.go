package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mockmd/mockmd/"

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath                                        string
	Dir, Doc                                          string
	Imports, TestImports, XTestImports, Deps, GoFiles []string
}

// list asks the go command about packages of this module.
func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Dir,Doc,Imports,TestImports,XTestImports,Deps,GoFiles"}, args...)...)
	cmd.Dir = "../../.."
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return list
		case err != nil:
			t.Fatalf("read go list: %v", err)
		}
		list = append(list, p)
	}
}

// rule says what the packages below a folder may import of this module.
type rule struct {
	folder string
	may    []string // folders; a package may always import its own plugin's or example's folder
	tests  []string // beyond that, what their tests may import
}

var rules = []rule{
	{folder: "sdk", may: []string{"sdk"}},
	{folder: "plugins", may: []string{"sdk"}, tests: []string{"sdk"}},
	{folder: "examples", may: []string{"sdk"}, tests: []string{"sdk", "examples/internal"}},
	{folder: "core/internal/soak", may: []string{"core/internal/program"}}, // it meets the program from outside
	{folder: "core/cmd", may: []string{"core", "plugins", "sdk"}},
	{folder: "core", may: []string{"core", "sdk"}},
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		path := strings.TrimPrefix(p.ImportPath, module)
		i := slices.IndexFunc(rules, func(r rule) bool { return below(path, r.folder) })
		if i < 0 {
			t.Errorf("%s is in no folder of the layout", path)
			continue
		}
		r := rules[i]
		check := func(imports, may []string) {
			for _, imp := range imports {
				name, ours := strings.CutPrefix(imp, module)
				if ours && !below(name, own(path)) && !slices.ContainsFunc(may, func(f string) bool { return below(name, f) }) {
					t.Errorf("%s imports %s; packages of %s may import %v only", path, name, r.folder, may)
				}
			}
		}
		check(p.Imports, r.may)
		check(slices.Concat(p.TestImports, p.XTestImports), slices.Concat(r.may, r.tests))
	}
}

// own is the folder that belongs to one plugin or example.
func own(path string) string {
	parts := strings.Split(path, "/")
	if (parts[0] == "plugins" || parts[0] == "examples") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return path
}

func below(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func TestBuiltinsAreKnownToTheCommandOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./core/...") {
		if p.ImportPath == module+"core/cmd/mockmd" {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, module+"plugins/") {
				t.Errorf("%s depends on %s", p.ImportPath, d)
			}
		}
	}
}

func TestOnlyIAMKnowsAWS(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./core/...", "./sdk/...", "./plugins/...", "./examples/...") {
		// The soak is a client: it reads credentials as programs on AWS do.
		if strings.HasPrefix(p.ImportPath, module+"plugins/iam") || p.ImportPath == module+"core/cmd/mockmd" || p.ImportPath == module+"core/internal/soak" {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, "github.com/aws/") {
				t.Errorf("%s depends on %s", p.ImportPath, d)
			}
		}
	}
}
