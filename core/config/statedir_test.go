package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mockmd/mockmd/core/config"
)

const plainSource = "plugin \"identity\" {}\n"

func TestDefaultStateDir(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "metadata.hcl")
	if err := os.WriteFile(path, []byte(plainSource), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"nothing is set", nil, ""},
		{"home", map[string]string{"HOME": "/home/me"}, "/home/me/.local/state/mockmd"},
		{"XDG before home", map[string]string{"HOME": "/home/me", "XDG_STATE_HOME": "/var/me/"}, "/var/me/mockmd"},
		{"systemd before all", map[string]string{"HOME": "/home/me", "XDG_STATE_HOME": "/var/me", "STATE_DIRECTORY": "/var/lib/mockmd"}, "/var/lib/mockmd"},
		{"the first of several", map[string]string{"STATE_DIRECTORY": "/var/lib/first:/var/lib/second"}, "/var/lib/first"},
		{"empty ones", map[string]string{"HOME": "/home/me", "XDG_STATE_HOME": "", "STATE_DIRECTORY": ""}, "/home/me/.local/state/mockmd"},
		{"relative ones", map[string]string{"HOME": "me", "XDG_STATE_HOME": "state", "STATE_DIRECTORY": "mockmd"}, ""},
		{"what is no folder", map[string]string{"XDG_STATE_HOME": path}, path + "/mockmd"},
	} {
		f, _, diags := config.Load(path, config.Options{Builtins: builtins, LookupEnv: func(name string) (string, bool) {
			value, ok := tt.env[name]
			return value, ok
		}})
		if diags.HasErrors() || f.StateDir != tt.want {
			t.Errorf("%s: state in %q, want %q (%v)", tt.name, f.StateDir, tt.want, diags)
		}
	}
	f, _, diags := config.Load(path, config.Options{Builtins: builtins})
	if diags.HasErrors() || f.StateDir != "" {
		t.Errorf("no environment: state in %q (%v)", f.StateDir, diags)
	}
}

func TestStateDir(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for given, want := range map[string]string{
		`"folder"`:            filepath.Join(dir, "folder"),
		`"./absent/../state"`: filepath.Join(dir, "state"),
		`"/var/lib/none/"`:    "/var/lib/none",
		`null`:                "",
	} {
		f, printed := load(t, dir, "state_dir = "+given+"\n"+plainSource)
		if printed != "" || f.StateDir != want {
			t.Errorf("%s: state in %q, want %q; printed %q", given, f.StateDir, want, printed)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "state")); !os.IsNotExist(err) {
		t.Errorf("loading made the folder (%v)", err)
	}
}

// The folder of the file is absolute however the file is named.
func TestDir(t *testing.T) {
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "folder", "metadata.hcl"), []byte("state_dir = \"s\"\n"+plainSource), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	f, _, diags := config.Load("folder/metadata.hcl", config.Options{Builtins: builtins})
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(here, "folder")
	if diags.HasErrors() || f.Path != "folder/metadata.hcl" || f.Dir != want || f.StateDir != filepath.Join(want, "s") {
		t.Errorf("path %q in %q with state in %q, want it in %q (%v)", f.Path, f.Dir, f.StateDir, want, diags)
	}
}

func TestDefaultIPv6Address(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                                  "",
		"http_protocol_ipv6 = \"disabled\"": "",
		"http_protocol_ipv6 = \"enabled\"":  "[fd00:ec2::254]:80",
	} {
		for _, metadata := range []string{"", "metadata {}\n"} {
			f, printed := load(t, folder(t), metadata+"instance {\n  metadata_options {\n    "+source+"\n  }\n}\n"+plainSource)
			if printed != "" || f.Metadata.IPv6Address != want {
				t.Errorf("%s%s: address %q, want %q; printed %q", metadata, source, f.Metadata.IPv6Address, want, printed)
			}
		}
	}
}
