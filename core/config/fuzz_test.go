package config_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk/wire"
)

// fuzzSecret is in the environment of FuzzLoad, and in no file.
const fuzzSecret = "hunter2-of-the-environment"

// FuzzLoad says that whatever the file holds, loading ends; that each mistake is
// told with a place that lies in the file and always in the same words; that the
// user data of an instance is told to nobody; and that what may be served is
// complete and of a kind that the core can serve and hand to its plugins.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(goodSource))
	goldens, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, golden := range goldens {
		text, err := os.ReadFile(golden)
		if err != nil {
			f.Fatal(err)
		}
		source, _, _ := strings.Cut(string(text), goldenMark)
		f.Add([]byte(source))
	}
	for _, seed := range []string{
		`user_data = env("SECRET")`, `user_data = "${env("SECRET")}${none}"`, `user_data_base64 = env("SECRET")`, `user_datas = env("SECRET")`, `user_data = [env("SECRET")]`,
		"user_data = <<-EOT\n      ${env(\"SECRET\")}\n      ${upper(none)}\n    EOT", `user_data = base64decode(env("SECRET"))`, `user_data = jsondecode(env("SECRET"))`,
		`tags = { for k, v in { a = 1 } : k => v + none }`, `tags = { "é" = "\u0000" }`, `region = "eu-central-1" # 𝔘`,
	} {
		f.Add([]byte("instance {\n  " + seed + "\n}\nplugin \"identity\" {}\n"))
	}
	for _, seed := range []string{
		"instance {\n  user_data = env(\"SECRET\")\n}\nmetadata {\n  address = instance.user_data + 1\n}\nplugin \"iam\" {}",
		"\ufeffplugin \"iam\" {}", "plugin \"iam\" {\r\n}\r\n", "plugin iam {}", "plugin \"iam\" { mount = [\"a\", \"a/b\"] }", "plugin \"x\" {\n command = [\"./rack\"]\n mount = [\"meta-data/x\"]\n}",
		"plugin \"iam\" {\n config {\n  a = 0.1\n  b \"l\" { c = [null, {}] }\n }\n}", "metadata {\n omit = [\"meta-data/mac\"]\n}\nplugin \"iam\" {}", "\xff", "a = \"", "}", "plugin \"iam\" {", "instance {}\ninstance {}", "instance \"a\" {}\ninstance \"a\" {}\nplugin \"iam\" {}",
	} {
		f.Add([]byte(seed))
	}
	path := filepath.Join(f.TempDir(), "metadata.hcl")
	// HCL itself takes minutes to write out a number with such an exponent,
	// and files of the machine make bad test data.
	dear := regexp.MustCompile(`[eE][+-]?\d{4}|file|pow|range`)
	f.Fuzz(func(t *testing.T, source []byte) {
		if dear.Match(source) {
			t.Skip("dear to evaluate")
		}
		if err := os.WriteFile(path, source, 0o600); err != nil {
			t.Fatal(err)
		}
		load := func() (*config.File, hcl.Diagnostics, string) {
			file, sources, diags := config.Load(path, config.Options{Builtins: builtins, LookupEnv: fuzzEnv})
			var b bytes.Buffer
			if err := sources.Write(&b, diags, false, 80); err != nil {
				t.Fatal(err)
			}
			return file, diags, b.String()
		}
		file, diags, printed := load()
		if _, _, again := load(); printed != again {
			t.Errorf("the same file gives\n%s\nand then\n%s", printed, again)
		}
		for _, d := range diags {
			if at := d.Subject; at != nil && (at.Filename != path || at.Start.Line < 1 || at.Start.Byte < 0 || at.End.Byte < at.Start.Byte || at.End.Byte > len(source)) {
				t.Errorf("%q of %q lies at %v, and the file has %d bytes", d.Summary, source, at, len(source))
			}
		}
		if strings.Contains(printed, fuzzSecret) && onlyUserData.Match(source) && !bytes.Contains(source, []byte(fuzzSecret)) {
			t.Errorf("user data is printed:\n%s", printed)
		}
		switch {
		case diags.HasErrors():
		case file == nil:
			t.Error("no file and no error")
		case file.Instances.Size() == 0 || file.Dir == "" || len(file.Plugins) == 0:
			t.Errorf("incomplete: %+v", file)
		default:
			checkServable(t, file)
		}
	})
}

// onlyUserData is a file that has the secret for user data alone.
var onlyUserData = regexp.MustCompile(`^[^$(]*user_data(?:_base64)? = (?:[a-z0-9]+\()?env\("SECRET"\)\)?\n[^$(]*$`)

func fuzzEnv(name string) (string, bool) {
	if name == "SECRET" {
		return fuzzSecret, true
	}
	return lookupEnv(name)
}

// checkServable says that the core can serve a file that was accepted: its
// addresses are addresses, its mounts mounts, and the plugins' own bodies cross
// to them.
func checkServable(t *testing.T, file *config.File) {
	t.Helper()
	for _, address := range []string{file.Metadata.Address, file.Admin.Address} {
		if address == "" && file.Admin.Socket != "" {
			continue // the socket is served alone
		}
		if _, _, err := net.SplitHostPort(address); err != nil {
			t.Errorf("address %q: %v", address, err)
		}
	}
	for _, path := range file.Metadata.Omit {
		if err := router.CheckOmit(path); err != nil {
			t.Errorf("omit: %v", err)
		}
	}
	for _, p := range file.Plugins {
		if p.Name == "" || p.Timeouts.Start <= 0 || p.Timeouts.Act <= 0 {
			t.Errorf("plugin incomplete: %+v", p)
		}
		for _, mount := range p.Mounts {
			if err := router.CheckMount(mount); err != nil {
				t.Errorf("plugin %q: %v", p.Name, err)
			}
		}
		if _, err := wire.DecodeBody(p.Config); err != nil {
			t.Errorf("plugin %q cannot read its configuration: %v", p.Name, err)
		}
	}
}
