package config_test

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

const goodSource = `
seed = "other"
metadata {
  address         = "127.0.0.1:1338"
  ipv6_address    = "[::1]:1338"
  omit            = ["meta-data/public-ipv4", "dynamic"]
  allowed_hosts   = ["imds.example.internal"]
  allowed_clients = ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "fd00::1"]
  keep_alive      = true
  instance_cache {
    max_count = 12
    max_bytes = 34
  }
}
metadata "further" {
  address  = "127.0.0.1:1339"
  instance = "web"
}
admin {
  address         = "127.0.0.1:0"
  allowed_hosts   = ["admin"]
  allowed_clients = ["192.0.2.8"]
  token_file      = "token"
}
log {
  level  = "debug"
  format = "json"
}
timeouts {
  act = "1m"
}
instance {
  region = "eu-central-1"
  metadata_options {
    http_protocol_ipv6 = "enabled"
  }
}
instance "web" {
  match  = ["10.0.0.0/24", "fd00::1"]
  region = instance.region
}
state_dir = "state/of/${instance.region}"
plugin "iam" {
  mount = ["meta-data/iam"]
  timeouts {
    stop = "500ms"
  }
  config {
    region = instance.region
    role "app" {
      arn = "arn:aws:iam::${instance.account_id}:role/${env("ROLE")}"
    }
  }
}
plugin "rack" {
  command  = ["./rack", "-v"]
  sha256   = "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  mtls     = true
  env      = { A = "1", B = 2 }
  pass_env = ["AWS_*", "TERM"]
  limits {
    tree_bytes           = "64KiB"
    memory               = "1GiB"
    open_files           = 64
    processes            = 2000
    nice                 = 5
    log_lines_per_second = 10
  }
}
plugin "identity" {
  mount = null
}
limits {
  tree_nodes = 5000
}
`

func TestEveryArgumentIsTaken(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	f, printed := load(t, dir, goodSource)
	if printed != "" {
		t.Fatal(printed)
	}
	ignore := cmp.Options{
		cmpopts.IgnoreFields(config.Metadata{}, "AddressRange", "IPv6AddressRange", "OmitRange"),
		cmpopts.IgnoreFields(config.Listener{}, "AddressRange", "Instance"),
		cmpopts.IgnoreFields(config.Admin{}, "AddressRange", "SocketRange", "TokenFileRange"),
		cmpopts.IgnoreFields(config.TLS{}, "CertificateRange", "KeyRange"),
		cmpopts.IgnoreFields(config.User{}, "Range", "GroupRange"),
		cmpopts.IgnoreFields(config.Plugin{}, "Config", "Range", "MountRange", "CommandRange"),
		cmpopts.IgnoreFields(config.File{}, "Instance", "Instances", "StateDirRange"),
		cmpopts.EquateComparable(netip.Prefix{}),
	}
	sum := []byte("\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55")
	global := config.Timeouts{Start: 10 * time.Second, Resolve: time.Second, Act: time.Minute, Stop: 2 * time.Second}
	short := global
	short.Stop = 500 * time.Millisecond
	limits := config.Limits{TreeBytes: 16 << 20, TreeNodes: 5000, OpenFiles: 1024, LogLinesPerSecond: 100}
	tight := config.Limits{TreeBytes: 64 << 10, TreeNodes: 5000, Memory: 1 << 30, OpenFiles: 64, Processes: 2000, Nice: 5, LogLinesPerSecond: 10}
	want := &config.File{
		Path: filepath.Join(dir, "metadata.hcl"),
		Dir:  dir, StateDir: filepath.Join(dir, "state", "of", "eu-central-1"),
		Seed: "other",
		Metadata: config.Metadata{
			Address: "127.0.0.1:1338", IPv6Address: "[::1]:1338", Omit: []string{"meta-data/public-ipv4", "dynamic"},
			AllowedHosts: []string{"imds.example.internal"}, KeepAlive: true,
			AllowedClients: []netip.Prefix{
				netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"),
				netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("fd00::1/128"),
			},
			Listeners: []config.Listener{{Name: "further", Address: "127.0.0.1:1339"}},
			Cache:     config.Cache{Count: 12, Bytes: 34},
		},
		Admin: config.Admin{
			Address: "127.0.0.1:0", AllowedHosts: []string{"admin"}, TokenFile: filepath.Join(dir, "token"),
			AllowedClients: []netip.Prefix{netip.MustParsePrefix("192.0.2.8/32")},
		},
		Log: config.Log{Level: "debug", Format: "json"},
		Plugins: []config.Plugin{
			{Name: "iam", Mounts: []string{"meta-data/iam"}, Env: map[string]string{}, Timeouts: short, Limits: limits},
			{
				Name: "rack", Command: []string{filepath.Join(dir, "rack"), "-v"}, SHA256: sum, MTLS: true,
				Env: map[string]string{"A": "1", "B": "2"}, PassEnv: []string{"AWS_*", "TERM"}, Timeouts: global, Limits: tight,
			},
			{Name: "identity", Env: map[string]string{}, Timeouts: global, Limits: limits},
		},
	}
	if d := cmp.Diff(want, f, ignore); d != "" {
		t.Errorf("configuration (-want +got):\n%s", d)
	}
	if f.Instance.Facts.Region != "eu-central-1" {
		t.Errorf("region of the instance is %q", f.Instance.Facts.Region)
	}
	for name, at := range map[string]struct {
		got  hcl.Range
		line int
	}{
		"address": {f.Metadata.AddressRange, 4}, "ipv6_address": {f.Metadata.IPv6AddressRange, 5}, "token_file": {f.Admin.TokenFileRange, 23},
		"plugin": {f.Plugins[0].Range, 43}, "mount": {f.Plugins[0].MountRange, 44}, "command": {f.Plugins[1].CommandRange, 56},
	} {
		if at.got.Start.Line != at.line {
			t.Errorf("%s is in line %d, want %d", name, at.got.Start.Line, at.line)
		}
	}
}

func TestConfigBlockIsEvaluated(t *testing.T) {
	t.Parallel()
	f, _ := load(t, folder(t), goodSource)
	c := f.Plugins[0].Config
	role := c.GetBlocks()[0]
	want := `"arn:aws:iam::` + f.Instance.Facts.AccountID + `:role/app"`
	if got := string(role.GetBody().GetAttributes()[0].GetJson()); got != want {
		t.Errorf("arn is %s, want %s", got, want)
	}
	if got := string(c.GetAttributes()[0].GetJson()); got != `"eu-central-1"` {
		t.Errorf("region is %s", got)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	f, printed := load(t, folder(t), "plugin \"identity\" {}\n")
	if printed != "" {
		t.Fatal(printed)
	}
	if f.Metadata.IPv6Address != "" || f.Metadata.Omit != nil || f.StateDir != "" {
		t.Errorf("without any of them: IPv6 %q, omitted %v, state in %q", f.Metadata.IPv6Address, f.Metadata.Omit, f.StateDir)
	}
	if f.Metadata.Address != "169.254.169.254:80" || f.Admin.Address != ":8998" || f.Log != (config.Log{Level: "info", Format: "text"}) || f.Seed != "mockmd" {
		t.Errorf("defaults: %+v", f)
	}
	p := f.Plugins[0]
	if p.Command != nil || p.Mounts != nil || p.SHA256 != nil || p.MTLS {
		t.Errorf("plugin: %+v", p)
	}
	if want := (config.Timeouts{Start: 10 * time.Second, Resolve: time.Second, Act: 30 * time.Second, Stop: 2 * time.Second}); p.Timeouts != want {
		t.Errorf("timeouts %+v, want %+v", p.Timeouts, want)
	}
	if want := (config.Limits{TreeBytes: 16 << 20, TreeNodes: 65536, OpenFiles: 1024, LogLinesPerSecond: 100}); p.Limits != want {
		t.Errorf("limits %+v, want %+v", p.Limits, want)
	}
	if p.Config == nil || p.Config.GetRange().GetStart().GetLine() != 1 || len(p.Config.GetAttributes()) != 0 {
		t.Errorf("config of a plugin without the block: %v", p.Config)
	}
}

// A plugin that may not be what the user means is not in the list of those to
// start; one that is only configured wrongly is, so that it can be asked.
func TestPluginsThatCanBeStarted(t *testing.T) {
	t.Parallel()
	f, _ := load(t, folder(t), `
plugin "identity" {
  mount = ["/wrong"]
  config {
    a = nobody
  }
}
plugin "unpinned" {
  command = ["./rack"]
  sha256  = "abc"
}
plugin "absent" {
  command = ["./absent"]
}
plugin "secret" {
  command = ["./rack"]
  env     = { A = env("ABSENT") }
}
plugin "torn" {
  command = ["./rack"]
  config {
    a =
  }
}
plugin "placement" {}
plugin "placement" {}
`)
	var names []string
	for _, p := range f.Plugins {
		names = append(names, p.Name)
	}
	if d := cmp.Diff([]string{"identity", "placement"}, names); d != "" {
		t.Errorf("plugins (-want +got):\n%s", d)
	}
	if m := f.Plugins[0].Mounts; m == nil || len(m) != 0 {
		t.Errorf("mounts %#v: a wrong one must not become the plugin's own", m)
	}
}

func TestAnotherProgramMayReplaceABuiltIn(t *testing.T) {
	t.Parallel()
	f, printed := load(t, folder(t), "plugin \"iam\" {\n  command = [\"./rack\"]\n}\n")
	if printed != "" || len(f.Plugins[0].Command) != 1 {
		t.Errorf("printed %q, plugins %+v", printed, f.Plugins)
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	large := filepath.Join(dir, "large.hcl")
	if err := os.WriteFile(large, bytes.Repeat([]byte("#\n"), 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	latin := filepath.Join(dir, "latin.hcl")
	if err := os.WriteFile(latin, []byte("# one\nseed = \"\u00fc\xfc\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, path, want string }{
		{"absent", "absent.hcl", "Error: Configuration file not found\n\nThere is no file $DIR/absent.hcl. Name the configuration with -config.\n\n1 error, 0 warnings\n"},
		{"directory", "folder", "Error: Configuration is a directory\n\n$DIR/folder is a directory. Name the configuration file in it with -config.\n\n1 error, 0 warnings\n"},
		{"below a file", "rack/metadata.hcl", "Error: Configuration file cannot be read\n\nReading $DIR/rack/metadata.hcl failed: not a directory.\n\n1 error, 0 warnings\n"},
		{"large", "large.hcl", "Error: Configuration file cannot be read\n\nReading $DIR/large.hcl failed: it has more than 4194304 bytes.\n\n1 error, 0 warnings\n"},
		{"not UTF-8", "latin.hcl", "Error: Configuration file is not UTF-8\n\n  on $DIR/latin.hcl line 2:\n  (source code not available)\n\n" +
			"$DIR/latin.hcl has a byte in line 2 that is no UTF-8. Save the file in this encoding, and keep binary data in files of their own, which filebase64 reads.\n\n1 error, 0 warnings\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, sources, diags := config.Load(filepath.Join(dir, tt.path), config.Options{})
			if f != nil {
				t.Error("a file was returned")
			}
			var b bytes.Buffer
			if err := sources.Write(&b, diags, false, 0); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, strings.ReplaceAll(b.String(), dir, "$DIR")); d != "" {
				t.Errorf("printed (-want +got):\n%s", d)
			}
			if tt.name == "not UTF-8" && diags[0].Subject.Start != (hcl.Pos{Line: 2, Column: 10, Byte: 16}) {
				t.Errorf("position %+v", diags[0].Subject.Start)
			}
		})
	}
}

func TestFilterDropsWhatFollowsFromTheCoresErrors(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	path := filepath.Join(dir, "metadata.hcl")
	source := "plugin \"iam\" {\n  config {\n    good = \"x\"\n    bad  = \"${nobody}-x\"\n    role \"app\" {\n      arn = env(\"ABSENT\")\n    }\n  }\n}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	f, _, core := config.Load(path, config.Options{Builtins: builtins})
	if len(core) != 2 {
		t.Fatalf("diagnostics of the core: %v", core)
	}
	c := f.Plugins[0].Config
	value := func(a *pluginv1.Attribute) *hcl.Diagnostic {
		r := a.GetValueRange()
		return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: a.GetName(), Subject: &hcl.Range{
			Filename: r.GetFilename(),
			Start:    hcl.Pos{Line: int(r.GetStart().GetLine()), Column: int(r.GetStart().GetColumn()), Byte: int(r.GetStart().GetByte())},
			End:      hcl.Pos{Line: int(r.GetEnd().GetLine()), Column: int(r.GetEnd().GetColumn()), Byte: int(r.GetEnd().GetByte())},
		}}
	}
	header := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "header", Subject: &f.Plugins[0].Range}
	plugin := hcl.Diagnostics{
		value(c.GetAttributes()[0]),
		value(c.GetAttributes()[1]),
		value(c.GetBlocks()[0].GetBody().GetAttributes()[0]),
		header,
		{Severity: hcl.DiagError, Summary: "nowhere"},
	}
	var left []string
	for _, d := range config.Filter(core, plugin) {
		left = append(left, d.Summary)
	}
	if d := cmp.Diff([]string{"good", "header", "nowhere"}, left); d != "" {
		t.Errorf("left (-want +got):\n%s", d)
	}
}
