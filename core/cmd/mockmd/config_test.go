package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runOnce runs mockmd with a configuration to its end.
func runOnce(t *testing.T, config string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "metadata.hcl"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command(t, dir, nil, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestShippedConfigurationIsValid(t *testing.T) {
	t.Parallel()
	shipped, err := os.ReadFile("../../../metadata.hcl")
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runOnce(t, string(shipped), "validate")
	if code != exitOK || !strings.Contains(stdout, "metadata.hcl is valid") || stderr != "" {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// broken has mistakes in the core's part and in those of three plugins.
const broken = `metadata {
  addrss = "127.0.0.1:0"
}
admin { address = "nowhere" }
log { level = "loud" }
instance {
  availability_zone = "eu-west-1z9"
  placement_partition_number = 3
  iam_instance_profile = "ap"
}
plugin "identity" {
  config { signed = true }
}
plugin "placment" {}
plugin "iam" {
  mount = ["/meta-data/iam"]
  config {
    role "app" {
      arn      = "arn:aws:iam::123456789012:rolle/app"
      duration = "1m"
    }
    role "web" {
      arn = upper(nothing)
    }
    sts {
      lifetime = "1h"
      endpiont = "http://127.0.0.1:1"
    }
  }
}
plugin "rack" { command = ["rack"] }
`

func TestEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	want := []struct{ line, text string }{
		{"2", `Did you mean "address"?`},
		{"4", `nowhere`},
		{"5", `loud`},
		{"7", `eu-west-1z9`},
		{"8", `placement_group`},
		{"9", `"app"`},
		{"12", `"signed" is not expected here`},
		{"14", `"placement"`},
		{"16", `/meta-data/iam`},
		{"19", `rolle`},
		{"20", `1m`},
		{"23", `nothing`},
		{"26", `simulated`},
		{"27", `Did you mean "endpoint"?`},
		{"31", `./rack`},
	}
	for _, args := range [][]string{{"validate"}, {}} {
		code, stdout, stderr := runOnce(t, broken, args...)
		if code != exitConfig || stdout != "" {
			t.Errorf("%v: exit code %d, want %d; stdout %q", args, code, exitConfig, stdout)
		}
		blocks := strings.Split(stderr, "Error: ")
		for _, w := range want {
			found := false
			for _, b := range blocks {
				found = found || (strings.Contains(b, "on metadata.hcl line "+w.line+",") && strings.Contains(b, w.text))
			}
			if !found {
				t.Errorf("%v: no diagnostic for line %s with %q", args, w.line, w.text)
			}
		}
		if n := len(blocks) - 1; n != len(want) {
			t.Errorf("%v: %d diagnostics, want %d", args, n, len(want))
		}
		if t.Failed() {
			t.Fatalf("printed:\n%s", stderr)
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args       []string
		code       int
		out, error string
	}{
		"version":         {[]string{"-version"}, exitOK, "mockmd ", ""},
		"help":            {[]string{"-h"}, exitOK, "", "usage: mockmd"},
		"unknown flag":    {[]string{"-confg", "x"}, exitUsage, "", "flag provided but not defined: -confg"},
		"argument":        {[]string{"metadata.hcl"}, exitUsage, "", `unexpected argument "metadata.hcl"`},
		"level":           {[]string{"-log-level", "loud"}, exitUsage, "", `-log-level "loud": want trace, debug, info, warn or error`},
		"format":          {[]string{"-log-format", "xml"}, exitUsage, "", `-log-format "xml": want text or json`},
		"missing file":    {[]string{"-config", "none.hcl"}, exitConfig, "", "none.hcl"},
		"serve unknown":   {[]string{"serve-plugin", "none"}, exitUsage, "", "name of a built-in"},
		"serve by hand":   {[]string{"serve-plugin", "iam"}, 1, "", "is a mockmd plugin and is started by mockmd"},
		"no such address": {[]string{"-config", "metadata.hcl"}, exitAddress, "", "This host does not have the address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := "metadata { address = \"192.0.2.1:80\" }\nadmin { address = \"127.0.0.1:0\" }\nplugin \"placement\" {}\n"
			code, stdout, stderr := runOnce(t, config, c.args...)
			if code != c.code || !strings.Contains(stdout, c.out) || !strings.Contains(stderr, c.error) {
				t.Errorf("exit code %d, want %d\nstdout %q, want %q\nstderr %q, want %q", code, c.code, stdout, c.out, stderr, c.error)
			}
		})
	}
}

// TestPluginsWithholdSecrets: a private key that was taken for a certificate
// appears nowhere.
func TestPluginsWithholdSecrets(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runOnce(t, preamble+`
plugin "instance" {
  config {
    managed_ssh_keys {
      signer_cert = <<-EOT
        -----BEGIN RSA PRIVATE KEY-----
        Q0FOQVJZ
        -----END RSA PRIVATE KEY-----
      EOT
    }
  }
}
`, "validate")
	if code != exitConfig || !strings.Contains(stderr, "signer_cert = (not shown)") || strings.Contains(stdout+stderr, "Q0FOQVJZ") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = runOnce(t, preamble+`
plugin "static" {
  config {
    values = { "user-data" = "CANARY1", "meta-data//x" = "" }
    value "meta-data/y" { content_base64 = "CANARY2!" }
  }
}
`, "validate")
	if code != exitConfig || strings.Count(stderr, "(not shown)") != 2 || strings.Contains(stdout+stderr, "CANARY") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// TestPointlessOmit: paths to omit that nobody serves are told, a conditional one is not.
func TestPointlessOmit(t *testing.T) {
	t.Parallel()
	code, _, stderr := runOnce(t, `
metadata {
  address = "127.0.0.1:0"
  omit    = ["meta-data/placemant", "meta-data/placement/host-id", "dynamic"]
}
plugin "placement" {}
`, "validate")
	const want = `No plugin serves anything at or around "meta-data/placemant". Correct the path, or leave it out.`
	if code == exitOK && strings.Contains(stderr, want) && strings.Contains(stderr, "line 4") && strings.Contains(stderr, "2 warnings") {
		return
	}
	t.Errorf("exit code %d\n%s", code, stderr)
}
