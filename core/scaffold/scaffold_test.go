package scaffold_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/scaffold"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	taken := []string{"iam"}
	for _, good := range []string{"a", "rack", "my-rack2", "iam2", strings.Repeat("a", 64)} {
		if err := scaffold.CheckName(good, taken); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	const rule = " is no name for a plugin: it is made of lower-case letters, digits and single dashes, begins with a letter and has at most 64 of them"
	for bad, want := range map[string]string{
		"":                      `""` + rule,
		".":                     `"."` + rule,
		"Rack":                  `"Rack"` + rule + `, such as "rack"`,
		"my_rack.go":            `"my_rack.go"` + rule + `, such as "my-rack-go"`,
		"2nd":                   `"2nd"` + rule + `, such as "nd"`,
		"a--b":                  `"a--b"` + rule + `, such as "a-b"`,
		"-":                     `"-"` + rule,
		"ä\n":                   `"ä\n"` + rule,
		strings.Repeat("a", 65): `"` + strings.Repeat("a", 65) + `"` + rule,
		"iam":                   `"iam" is the name of a built-in plugin: choose another one, such as "my-iam"`,
	} {
		if err := scaffold.CheckName(bad, taken); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
}

// build is what the toolchain records of a build.
func build(version, sum string) *debug.BuildInfo {
	return &debug.BuildInfo{Main: debug.Module{Path: "github.com/mockmd/mockmd", Version: version, Sum: sum}}
}

func TestFindSDK(t *testing.T) {
	t.Parallel()
	checkout, other := t.TempDir(), t.TempDir()
	write(t, filepath.Join(checkout, "go.mod"), "// comment\nmodule github.com/mockmd/mockmd\n\ngo 1.26\n")
	write(t, filepath.Join(other, "go.mod"), "module github.com/mockmd/mockmd2\n")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		checkout string
		build    *debug.BuildInfo
		want     scaffold.SDK
		err      string
	}{
		"installed release":       {"", build("v1.2.3", "h1:x"), scaffold.SDK{Version: "v1.2.3"}, ""},
		"installed commit":        {"", build("v0.0.0-20260102030405-0123456789ab", "h1:x"), scaffold.SDK{Version: "v0.0.0-20260102030405-0123456789ab"}, ""},
		"packaged release":        {"", build("v1.2.3", ""), scaffold.SDK{Version: "v1.2.3"}, ""},
		"packaged candidate":      {"", build("v1.2.3-rc.1", ""), scaffold.SDK{Version: "v1.2.3-rc.1"}, ""},
		"development":             {"", build("(devel)", ""), scaffold.SDK{Version: "v0.0.0", Checkout: root}, ""},
		"development of a commit": {"", build("v1.2.4-0.20260102030405-0123456789ab", ""), scaffold.SDK{Version: "v0.0.0", Checkout: root}, ""},
		"changed release":         {"", build("v1.2.3+dirty", ""), scaffold.SDK{Version: "v0.0.0", Checkout: root}, ""},
		"no build information":    {"", nil, scaffold.SDK{Version: "v0.0.0", Checkout: root}, ""},
		"named":                   {checkout, build("v1.2.3", "h1:x"), scaffold.SDK{Version: "v0.0.0", Checkout: checkout}, ""},
		"named wrongly":           {other, nil, scaffold.SDK{}, other + " is no checkout of github.com/mockmd/mockmd: its go.mod is missing or of another module"},
	} {
		got, err := scaffold.FindSDK(c.checkout, c.build, "", "relative", other, filepath.Join(root, "core", "scaffold"))
		if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: %+v %v, want %+v %s", name, got, err, c.want, c.err)
		}
	}
}

// TestFindSDKInVain: a development build far from its source says what to do.
func TestFindSDKInVain(t *testing.T) {
	t.Parallel()
	_, err := scaffold.FindSDK("", build("(devel)", ""), "", "relative", t.TempDir())
	if want := "this mockmd was built from a checkout and does not know where that is: name the folder with -sdk DIR"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if dir := scaffold.SourceDir(); dir != "" && filepath.Base(dir) != "scaffold" {
		t.Errorf("the source is said to be in %q", dir)
	}
}

func TestWriteGo(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	dir := filepath.Join(above, "my-rack")
	p := scaffold.Plugin{Name: "my-rack", Dir: dir, SDK: scaffold.SDK{Version: "v1.2.3"}}
	if err := scaffold.Write(dir, "go", p); err != nil {
		t.Fatal(err)
	}
	want := []string{".gitignore", "README.md", "go.mod", "main.go", "main_test.go", "metadata.hcl", "testdata/tree.golden"}
	if got := files(t, dir); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	for _, f := range want {
		if body := read(t, filepath.Join(dir, f)); strings.Contains(body, "{{") || strings.Contains(body, "<no value>") || !strings.HasSuffix(body, "\n") {
			t.Errorf("%s:\n%s", f, body)
		}
	}
	if mod := read(t, filepath.Join(dir, "go.mod")); !strings.HasPrefix(mod, "module example.com/my-rack\n") ||
		!strings.HasSuffix(mod, "require github.com/mockmd/mockmd v1.2.3\n") {
		t.Errorf("go.mod of a release:\n%s", mod)
	}
	next, err := scaffold.Next("go", p)
	if err != nil || !strings.Contains(next, "mockmd -config "+dir+"/metadata.hcl") {
		t.Errorf("%s %v", next, err)
	}
	if got := files(t, above); len(got) != len(want) {
		t.Errorf("something was left beside the folder: %q", got)
	}
}

// TestGoVersion: a new module asks for the Go that the SDK needs.
func TestGoVersion(t *testing.T) {
	t.Parallel()
	line := regexp.MustCompile(`(?m)^go .+$`)
	want := line.FindString(read(t, "../../go.mod"))
	if got := line.FindString(read(t, "templates/go/go.mod.tmpl")); got != want {
		t.Errorf("the template of go.mod has %q, want %q", got, want)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	taken := filepath.Join(above, "taken")
	write(t, taken, "mine")
	for dir, want := range map[string]string{
		taken:                               taken + " exists already: choose another name, or remove it",
		above:                               above + " exists already: choose another name, or remove it",
		filepath.Join(above, "no", "rack"):  "there is no folder " + filepath.Join(above, "no") + " to write the plugin to: make it first",
		filepath.Join(taken, "rack"):        "there is no folder " + taken + " to write the plugin to: make it first",
		filepath.Join(above, "perl-plugin"): `write plugin "rack": open templates/perl: file does not exist`,
	} {
		language := "go"
		if strings.HasSuffix(dir, "perl-plugin") {
			language = "perl"
		}
		if err := scaffold.Write(dir, language, scaffold.Plugin{Name: "rack"}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", dir, err, want)
		}
	}
	if got := files(t, above); !slices.Equal(got, []string{"taken"}) || read(t, taken) != "mine" {
		t.Errorf("left behind: %q", got)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			out = append(out, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
