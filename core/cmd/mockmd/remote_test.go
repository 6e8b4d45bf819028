package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/admin"
)

// ask runs a command beside the daemon, with the daemon's configuration.
func (d *daemon) ask(args ...string) (code int, stdout, stderr string) {
	d.t.Helper()
	args = append(args, "-config", filepath.Join(d.dir, "metadata.hcl"), "-admin", strings.TrimPrefix(d.admin, "http://"))
	cmd := command(d.t, d.t.TempDir(), nil, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		d.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestReloadCommand(t *testing.T) {
	t.Parallel()
	d := start(t, preamble+"plugin \"placement\" {}\nplugin \"network\" {}\n")
	d.waitReady()
	d.configure(preamble + "plugin \"placement\" {\n  timeouts { stop = \"3s\" }\n}\nplugin \"network\" {}\nplugin \"identity\" {}\n")
	code, stdout, stderr := d.ask("reload")
	if want := "metadata.hcl is served now\n  kept      network\n  replaced  placement\n  added     identity\n"; code != exitOK || !strings.HasSuffix(stdout, want) || stderr != "" {
		t.Errorf("exit code %d, want %q:\n%s%s", code, want, stdout, stderr)
	}
	// The lines of source are those of the file that the caller reads.
	d.configure(preamble + "plugin \"placement\" {\n  config { zone = 1 }\n}\n")
	code, stdout, stderr = d.ask("reload")
	for _, want := range []string{
		"Error: Unsupported argument", "metadata.hcl line 6, in plugin \"placement\"", "   6:   config { zone = 1 }",
		"1 error, 0 warnings", "mockmd: the configuration is not taken in; all goes on as before",
	} {
		if code != exitConfig || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, want %q in:\n%s%s", code, want, stdout, stderr)
		}
	}
	code, stdout, _ = d.ask("reload", "-json")
	var told admin.Reload
	if err := json.Unmarshal([]byte(stdout), &told); err != nil || code != exitConfig || told.Reloaded || len(told.Diagnostics) != 1 || told.Diagnostics[0].Range.Start.Line != 6 {
		t.Errorf("exit code %d, %v: %s", code, err, stdout)
	}
	// A configuration that cannot be read says nothing of where to ask, -admin does.
	d.configure("plugin {")
	if code, _, stderr = d.ask("reload"); code != exitConfig || !strings.Contains(stderr, "Unclosed configuration block") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}

func TestPluginsCommand(t *testing.T) {
	t.Parallel()
	d := start(t, simulated)
	d.waitReady()
	code, stdout, stderr := d.ask("plugins")
	for _, want := range []string{
		`(?m)^metadata\.hcl, loaded \d{4}-`,
		`(?m)^PLUGIN +STATE +PID +UPTIME +RESTARTS +CPU +MEMORY +MOUNTS +ACTIONS$`,
		`(?m)^placement +ready +\d+ +\d+s +0 +\d+\.\d\ds +(-|(<=)?\d+\.\dMiB) +meta-data/placement *$`,
		`(?m)^iam +ready +\d+ +\d+s +0 +\S+ +\S+ +meta-data/iam,\S+ +POST /bootstrap/creds(,|$)`,
	} {
		if code != exitOK || stderr != "" || !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("exit code %d, want %s in:\n%s%s", code, want, stdout, stderr)
		}
	}
	d.reload(simulated + "plugin \"x\" {}\n")
	if _, stdout, _ = d.ask("plugins"); !regexp.MustCompile(`(?m)^the reload at \S+ \S+ failed: metadata.hcl:23,1: Plugin without a command$`).MatchString(stdout) {
		t.Errorf("after a reload that failed:\n%s", stdout)
	}
	code, stdout, _ = d.ask("plugins", "-json")
	var o admin.Overview
	if err := json.Unmarshal([]byte(stdout), &o); err != nil || code != exitOK || len(o.Plugins) != 3 || o.ReloadError == "" ||
		o.Plugins[0].Name != "identity" || !strings.HasPrefix(o.Plugins[0].SDK, "go ") || o.Plugins[2].Summary == "" {
		t.Errorf("exit code %d, %v: %s", code, err, stdout)
	}
}

// TestRemoteCommandsWithoutDaemon: what cannot be asked is told with the mend.
func TestRemoteCommandsWithoutDaemon(t *testing.T) {
	t.Parallel()
	const free = "metadata { address = \"127.0.0.1:0\" }\nadmin { address = \"127.0.0.1:1\" }\n"
	for name, c := range map[string]struct {
		config string
		code   int
		want   []string
	}{
		"nobody":            {free + "plugin \"placement\" {}\n", exitFailed, []string{"nobody listens on 127.0.0.1:1: start mockmd with this configuration first"}},
		"nobody, and wrong": {free + "plugin \"placment\" {}\n", exitFailed, []string{"nobody listens on 127.0.0.1:1", `Did you mean "placement"?`}},
		"free port":         {preamble + "plugin \"placement\" {}\n", exitFailed, []string{"the admin listener is on a free port (127.0.0.1:0)", "-admin"}},
	} {
		for _, word := range []string{"reload", "plugins"} {
			code, _, stderr := runOnce(t, c.config, word)
			for _, want := range c.want {
				if code != c.code || !strings.Contains(stderr, want) {
					t.Errorf("%s, %s: exit code %d, want %q in:\n%s", name, word, code, want, stderr)
				}
			}
		}
	}
	if code, _, stderr := runOnce(t, "", "reload", "-config", "none.hcl"); code != exitConfig || !strings.Contains(stderr, "none.hcl") {
		t.Errorf("no file: exit code %d\n%s", code, stderr)
	}
}

func TestValidateJSON(t *testing.T) {
	t.Parallel()
	type document struct {
		Valid       bool
		Errors      int `json:"error_count"`
		Warnings    int `json:"warning_count"`
		Diagnostics []struct {
			Severity, Summary, Detail string
			Withheld                  bool
			Range                     *struct {
				Filename   string
				Start, End struct{ Line, Column, Byte int }
			}
			Snippet *struct {
				StartLine int `json:"start_line"`
				Code      string
			}
		}
	}
	read := func(config string, wantCode int) (doc document, text string) {
		t.Helper()
		code, stdout, stderr := runOnce(t, config, "validate", "-json")
		if err := json.Unmarshal([]byte(stdout), &doc); err != nil || code != wantCode || stderr != "" {
			t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
		}
		return doc, stdout
	}
	doc, _ := read(preamble+"plugin \"placement\" {}\n", exitOK)
	if !doc.Valid || doc.Errors+doc.Warnings != 0 || doc.Diagnostics == nil || len(doc.Diagnostics) != 0 {
		t.Errorf("a valid one: %+v", doc)
	}
	doc, text := read(preamble+`plugin "static" {
  config {
    values = { "user-data" = "CANARY1", "meta-data//x" = "" }
    valu "meta-data/y" {}
  }
}
`, exitConfig)
	if doc.Valid || doc.Errors != len(doc.Diagnostics) || doc.Errors < 2 || strings.Contains(text, "CANARY") {
		t.Fatalf("%s", text)
	}
	d := doc.Diagnostics[0]
	if d.Severity != "error" || d.Range == nil || d.Range.Filename != "metadata.hcl" || d.Range.Start.Line != 7 || d.Range.End.Column <= d.Range.Start.Column ||
		d.Snippet == nil || d.Snippet.StartLine != 7 || d.Snippet.Code != "    values = (not shown)" || !d.Withheld {
		t.Errorf("the first: %s", text)
	}
	if d = doc.Diagnostics[len(doc.Diagnostics)-1]; d.Snippet == nil || d.Snippet.Code != `    valu "meta-data/y" {}` || d.Withheld || !strings.Contains(d.Detail, `"value"`) {
		t.Errorf("the last: %s", text)
	}
	if doc, text = read("", exitConfig); doc.Errors != 1 || doc.Diagnostics[0].Summary != "No plugin" {
		t.Errorf("nothing: %s", text)
	}
}
