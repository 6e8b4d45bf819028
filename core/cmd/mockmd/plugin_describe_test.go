package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDescribeBuiltins: the tables of options in the READMEs are what the
// plugins say.
func TestDescribeBuiltins(t *testing.T) {
	t.Parallel()
	for _, b := range builtins() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, "", "plugin", "describe", b.name)
			if code != exitOK || stderr != "" || !strings.HasPrefix(stdout, "# "+b.name+"\n\n- version: ") {
				t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
			}
			_, options, _ := strings.Cut(stdout, "\n## Options\n\n")
			compareTable(t, "../../../plugins/"+b.name+"/README.md", "TestDescribeBuiltins", options)
		})
	}
}

// TestDescribeJSON reads as a program does.
func TestDescribeJSON(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runOnce(t, "", "plugin", "describe", "-json", "identity")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	var told struct {
		Name, SDK string
		Mounts    []string
		Actions   []struct{ Name, Method string }
		Options   []struct {
			Name, Type         string
			Labels             []string
			Required, Multiple bool
		}
	}
	if err := json.Unmarshal([]byte(stdout), &told); err != nil {
		t.Fatal(err)
	}
	if told.Name != "identity" || !strings.HasPrefix(told.SDK, "go ") || len(told.Mounts) != 1 || told.Mounts[0] != mountOfIdentity ||
		len(told.Actions) != 1 || told.Actions[0].Name != certificatesAction || told.Actions[0].Method != "GET" {
		t.Errorf("%+v", told)
	}
	key := told.Options[0]
	if key.Name != "key" || key.Type != "block" || key.Labels[0] != "kind" || !key.Multiple || key.Required {
		t.Errorf("%+v", key)
	}
	if file := told.Options[2]; file.Name != "key.certificate_file" || !file.Required {
		t.Errorf("%+v", file)
	}
}

const mountOfIdentity = "dynamic/instance-identity"

func TestDescribeMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho no plugin >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"nothing":    {nil, exitUsage, "mockmd plugin describe: name a built-in plugin, or the path of a program"},
		"no builtin": {[]string{"rack"}, exitUsage, `no built-in plugin is called "rack"; they are events, iam, identity, instance, network, placement, static. Any other is named by the path of its program, like ./rack`},
		"no file":    {[]string{"./none"}, exitFailed, "/none: no such file or directory"},
		"folder":     {[]string{dir}, exitFailed, "a folder is taken for that of the program of the same name; build it, or name another program"},
		"no plugin":  {[]string{broken}, exitFailed, `start plugin "broken": the process ended: exit status 3 before it shook hands as a mockmd plugin does (by sdk.Serve)`},
		"log level":  {[]string{"-log-level", "loud", "static"}, exitUsage, `-log-level "loud": want trace, debug, info, warn or error`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, "", append([]string{"plugin", "describe"}, c.args...)...)
			if code != c.code || stdout != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, want %d; stdout %q\n%s\nwant %s", code, c.code, stdout, stderr, c.want)
			}
		})
	}
}
