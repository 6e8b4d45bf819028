package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// offline is the environment of go commands that must find everything that
// they need on this machine.
func offline() []string { return []string{"GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off"} }

// goCommand runs the go command in a folder.
func goCommand(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), offline()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// pluginIn runs a plugin command in a folder to its end.
func pluginIn(t *testing.T, dir string, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := command(t, dir, append(offline(), env...), append([]string{"plugin"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// TestPluginNewGo: in a fresh folder, one command writes a plugin that is
// built, and another one serves it. Its own tests are green, its code is
// formatted, and nothing is asked of the network.
func TestPluginNewGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, stdout, stderr := pluginIn(t, dir, nil, "new", "my-rack")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	const want = `my-rack is a plugin, built and ready. Serve it:

  mockmd -config my-rack/metadata.hcl
  curl http://127.0.0.1:1338/latest/meta-data/my-rack/greeting
`
	if !strings.HasPrefix(stdout, want) {
		t.Errorf("printed\n%s\nwant\n%s", stdout, want)
	}
	made := filepath.Join(dir, "my-rack")
	for file, mode := range map[string]os.FileMode{".": 0o755, "main.go": 0o644, "go.sum": 0o644, "my-rack": 0o755} {
		info, err := os.Stat(filepath.Join(made, file))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != mode&^umask(t) {
			t.Errorf("mode of %s is %o, want %o", file, got, mode&^umask(t))
		}
	}

	config, err := os.ReadFile(filepath.Join(made, "metadata.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	program := strings.NewReplacer(
		"127.0.0.1:1338", "127.0.0.1:0", "127.0.0.1:8998", "127.0.0.1:0", `"./my-rack"`, `"`+filepath.Join(made, "my-rack")+`"`)
	d := start(t, program.Replace(string(config)))
	d.waitReady()
	status, greeting := get(t, d.metadata+"/latest/meta-data/my-rack/greeting")
	if status != http.StatusOK || !strings.HasPrefix(greeting, "hello, i-") {
		t.Errorf("greeting: %d %q", status, greeting)
	}
	if _, list := get(t, d.metadata+"/latest/meta-data/my-rack/"); list != "greeting\nzone" {
		t.Errorf("listing %q", list)
	}

	goCommand(t, made, "build", "./...") // go.mod and go.sum are complete
	goCommand(t, made, "vet", "./...")
	goCommand(t, made, "test", "./...")
	unformatted, err := exec.CommandContext(t.Context(), "gofmt", "-l", made).CombinedOutput()
	if err != nil || len(unformatted) > 0 {
		t.Errorf("gofmt: %s %v", unformatted, err)
	}
}

func TestPluginNewMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		env  []string
		code int
		want string
	}{
		"no name":       {nil, nil, exitUsage, "mockmd plugin new: 0 names given, want one"},
		"two names":     {[]string{"a", "b"}, nil, exitUsage, "mockmd plugin new: 2 names given, want one"},
		"language":      {[]string{"a", "-lang", "perl"}, nil, exitUsage, `mockmd plugin new: -lang "perl": want `},
		"unknown flag":  {[]string{"a", "--language", "go"}, nil, exitUsage, "flag provided but not defined: -language"},
		"bad name":      {[]string{"Rack"}, nil, exitFailed, `"Rack" is no name for a plugin`},
		"built-in":      {[]string{"sub/iam"}, nil, exitFailed, `"iam" is the name of a built-in plugin`},
		"taken":         {[]string{"--lang=go", "taken"}, nil, exitFailed, "taken exists already: choose another name, or remove it"},
		"no folder":     {[]string{"sub/rack"}, nil, exitFailed, "there is no folder sub to write the plugin to: make it first"},
		"no checkout":   {[]string{"-sdk", "taken", "rack"}, nil, exitFailed, "taken is no checkout of github.com/mockmd/mockmd"},
		"no go command": {[]string{"unbuilt"}, []string{"PATH=/nowhere"}, exitFailed, "unbuilt is written but not built, for there is no go command on the PATH: install Go, then run `go mod tidy && go build` there"},
		"go fails":      {[]string{"failed"}, []string{"GOFLAGS=-nonsense"}, exitFailed, "failed is written but not built, for `go list` failed (exit status 1): mend that, then run `go mod tidy && go build` there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := pluginIn(t, dir, c.env, append([]string{"new"}, c.args...)...)
			if code != c.code || stdout != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, want %d; stdout %q\n%s\nwant %s", code, c.code, stdout, stderr, c.want)
			}
		})
	}
}

// umask is what this process takes from the modes of the files that it makes.
func umask(t *testing.T) os.FileMode {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o777); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return 0o777 &^ info.Mode().Perm()
}
