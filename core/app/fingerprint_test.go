package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// prints takes the fingerprints of a configuration's plugins, by their names.
func prints(t *testing.T, dir, text string) map[string]fingerprint {
	t.Helper()
	path := filepath.Join(dir, "metadata.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := &Options{
		ConfigPath: path, Environ: []string{"PATH=/bin", "RACK=7"},
		Builtins: []Builtin{{Name: "iam", Command: []string{"/bin/sh"}}, {Name: "static", Command: []string{"/bin/sh"}}},
	}
	file, r := read(o)
	if r.diags.HasErrors() {
		t.Fatal(r.diags)
	}
	instance, err := file.Instance.Proto(1)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]fingerprint{}
	for i := range file.Plugins {
		c := &file.Plugins[i]
		print, err := newFingerprint(spec(o, c, level(o, file.Log)), request(file, c, []*pluginv1.Instance{instance}))
		if err != nil {
			t.Fatal(err)
		}
		out[c.Name] = print
	}
	return out
}

// TestFingerprint changes one thing of a configuration and looks whether the
// plugins would keep their processes.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	const text = `state_dir = "/state"
instance {
  tags = { Name = "web" }
}
plugin "iam" {
  config {
    region = "a"
    role "app" {
      arn  = "b"
      name = "c"
    }
    role "web" {}
  }
}
plugin "rack" {
  command = ["./rack", "-v"]
  mount   = ["meta-data/rack"]
  env     = { ROW = "7" }
  config { motd = file("motd") }
}
`
	replace := func(old, by string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, by, 1) }
	}
	for name, c := range map[string]struct {
		change  func(string) string
		changed string // the plugins that do
	}{
		"nothing":                {replace("", ""), ""},
		"a comment above":        {replace("instance {", "# more\n\n\ninstance {"), ""},
		"space":                  {replace(`region = "a"`, `region   =   "a"`), ""},
		"order of arguments":     {replace("arn  = \"b\"\n      name = \"c\"", "name = \"c\"\n      arn = \"b\""), ""},
		"another plugin":         {func(s string) string { return s + "plugin \"static\" {}\n" }, "static"},
		"metadata":               {func(s string) string { return "metadata { keep_alive = true }\n" + s }, ""},
		"admin":                  {func(s string) string { return "admin { address = \":1\" }\n" + s }, ""},
		"format of the log":      {func(s string) string { return "log { format = \"json\" }\n" + s }, ""},
		"level of the log":       {func(s string) string { return "log { level = \"debug\" }\n" + s }, "iam rack"}, // it is in their environment
		"an argument":            {replace(`region = "a"`, `region = "z"`), "iam"},
		"an argument in a block": {replace(`name = "c"`, `name = "z"`), "iam"},
		"a label":                {replace(`role "app"`, `role "apq"`), "iam"},
		"a block more":           {replace(`role "web" {}`, "role \"web\" {}\n    role \"x\" {}"), "iam"},
		"order of blocks": {func(s string) string {
			return strings.NewReplacer("\"app\"", "\"web\"", "\"web\"", "\"app\"").Replace(s)
		}, "iam rack"}, // and a tag
		"mount":                       {replace(`"meta-data/rack"`, `"meta-data/rock"`), "rack"},
		"mount where none was":        {replace("plugin \"iam\" {", "plugin \"iam\" {\n  mount = [\"meta-data/iam\"]"), "iam"},
		"env":                         {replace(`ROW = "7"`, `ROW = "8"`), "rack"},
		"pass_env":                    {replace("env     =", "pass_env = [\"RACK\"]\n  env ="), "rack"},
		"pass_env of what is not set": {replace("env     =", "pass_env = [\"NONE\"]\n  env ="), ""},
		"argument of the program":     {replace(`"-v"`, `"-q"`), "rack"},
		"pin":                         {replace("env     =", "sha256 = \""+strings.Repeat("0", 64)+"\"\n  env ="), "rack"},
		"mtls":                        {replace("env     =", "mtls = true\n  env ="), "rack"},
		"timeouts":                    {func(s string) string { return s + "timeouts { act = \"7s\" }\n" }, "iam rack"},
		"timeouts of one":             {replace("env     =", "timeouts { stop = \"7s\" }\n  env ="), "rack"},
		"facts":                       {replace(`"web"`, `"app"`), "iam rack"},
		"state_dir":                   {replace(`"/state"`, `"/other"`), "iam rack"},
		"a file it is given": {func(s string) string {
			return strings.Replace(s, `file("motd")`, `file("other")`, 1)
		}, "rack"},
		"a file of the same": {replace(`file("motd")`, `file("same")`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, content := range map[string]string{"rack": "#!/bin/sh\n", "motd": "hello", "same": "hello", "other": "bye"} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			before, after := prints(t, dir, text), prints(t, dir, c.change(text))
			for plugin, print := range after {
				if changed := strings.Contains(" "+c.changed+" ", " "+plugin+" "); changed != (before[plugin] != print) {
					t.Errorf("%s: changed %v, want %v", plugin, before[plugin] != print, changed)
				}
			}
		})
	}
}

// TestFingerprintOfTheProgram: a program in the place of another is a change,
// even with the same name and size.
func TestFingerprintOfTheProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "rack")
	const text = "plugin \"rack\" {\n  command = [\"./rack\"]\n}\n"
	if err := os.WriteFile(path, []byte("#!/bin/sh\n#1"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := prints(t, dir, text)["rack"]
	if prints(t, dir, text)["rack"] != before {
		t.Error("the same program gives another fingerprint")
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	touched := prints(t, dir, text)["rack"]
	if touched == before {
		t.Error("a program written anew gives the same fingerprint")
	}
	if err := os.WriteFile(path+".new", []byte("#!/bin/sh\n#2"), 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path+".new", time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if prints(t, dir, text)["rack"] == touched {
		t.Error("another file in its place gives the same fingerprint")
	}
}
