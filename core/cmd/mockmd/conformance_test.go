package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/conformance"
)

// conform runs the conformance rules on a plugin and wants all of them kept. It
// is patient, so that a busy machine breaks none.
func conform(t *testing.T, test app.PluginTest, environ ...string) *conformance.Report {
	t.Helper()
	o := app.Options{Version: version(), Stdout: t.Output(), Stderr: t.Output(), Environ: append(os.Environ(), environ...)}
	var err error
	if o.Builtins, o.Launcher, err = registered(); err != nil {
		t.Fatal(err)
	}
	self := programPath(t, nil)
	for i := range o.Builtins {
		o.Builtins[i].Command[0] = self
	}
	o.Launcher[0] = self
	test.Options = conformance.Options{Host: []string{self, conformanceHost}, Answer: time.Minute, Exit: time.Minute}
	r, err := app.TestPlugin(t.Context(), o, test)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteText(t.Output()); err != nil {
		t.Fatal(err)
	}
	if failed := r.Failed(); len(failed) > 0 {
		t.Errorf("it breaks %q", failed)
	}
	return r
}

// applies wants rules to have been kept, not left out.
func applies(t *testing.T, r *conformance.Report, rules ...string) {
	t.Helper()
	for _, v := range r.Verdicts {
		if slices.Contains(rules, v.Rule) && v.Outcome != conformance.Pass {
			t.Errorf("%s: %s, %s", v.Rule, v.Outcome, v.Detail)
		}
	}
}

// TestBuiltinsConform: every built-in keeps every rule, with the shipped
// configuration and with one that makes more rules apply.
func TestBuiltinsConform(t *testing.T) {
	t.Parallel()
	more := map[string]struct {
		config string   // what stands in the config block
		rules  []string // that apply then
	}{
		"events": {`autoscaling { target_lifecycle_state = "InService" }`, []string{"action-read-only"}},
		"iam": {`
			role "app" {
				arn          = "arn:aws:iam::123456789012:role/app"
				session_name = "conformance"
			}
			sts { simulated = true }`, []string{"checkpoint-restored"}},
		"identity":  {``, []string{"action-read-only", "live-concurrent", "live-cancelled"}},
		"instance":  {``, nil},
		"network":   {``, nil},
		"placement": {``, nil},
		"static":    {`values = { "meta-data/a" = "1", "meta-data/b/c" = "2" }`, nil},
	}
	text, err := os.ReadFile("../../../metadata.hcl")
	if err != nil {
		t.Fatal(err)
	}
	shipped := filepath.Join(t.TempDir(), "metadata.hcl")
	text = bytes.ReplaceAll(text, []byte("127.0.0.1:1339"), []byte("127.0.0.1:0")) // one that is free
	if err := os.WriteFile(shipped, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, b := range builtins() {
		with, ok := more[b.name]
		if !ok {
			t.Errorf("no configuration for %s", b.name)
		}
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			conform(t, app.PluginTest{Command: []string{b.name}, Config: shipped})
			applies(t, conform(t, app.PluginTest{Command: []string{b.name}, Config: "\n" + with.config}), with.rules...)
		})
	}
}

// TestExamplesConform: every example that is a plugin keeps every rule, with
// its own configuration, or with another one where that needs a file to be
// made first.
func TestExamplesConform(t *testing.T) {
	t.Parallel()
	configurations, err := filepath.Glob("../../../examples/*/metadata.hcl")
	if err != nil || len(configurations) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	token := filepath.Join(t.TempDir(), "token.txt")
	if err := os.WriteFile(token, []byte("a-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := map[string]string{ // nobody listens at port 1: it answers that it has no answer
		"vault-like": fmt.Sprintf("address = \"http://127.0.0.1:1\"\ntoken_file = %q", token),
	}
	for _, c := range configurations {
		dir := filepath.Dir(c)
		name := filepath.Base(dir)
		if programs, _ := filepath.Glob(filepath.Join(dir, "main.*")); len(programs) == 0 {
			continue // it is no plugin
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conform(t, app.PluginTest{Command: []string{dir}, Config: other[name]}, pythonWithGRPC(t, dir)...)
		})
	}
}

// pythonWithGRPC is the environment in which a plugin in Python finds the
// distribution's packages. Where they are missing the test is not run.
func pythonWithGRPC(t *testing.T, dir string) []string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "main.py")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return []string{"PATH=" + pythonPath(t)}
}

// TestPluginTestCommand: what the command prints, and its exit code.
func TestPluginTestCommand(t *testing.T) {
	t.Parallel()
	const placement = "plugin \"placement\" {}\n"
	t.Run("text", func(t *testing.T) {
		t.Parallel()
		code, stdout, stderr := runOnce(t, placement, "plugin", "test", "-patience", "1m", "placement")
		if code != exitOK || !strings.Contains(stdout, "pass  handshake ") || !strings.Contains(stdout, `plugin "placement": 29 rules, 25 passed, 0 failed, 4 not applicable`) {
			t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
		}
	})
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		code, stdout, stderr := runOnce(t, placement, "plugin", "test", "-patience", "1m", "-json", "-config", "metadata.hcl", "placement")
		var r conformance.Report
		if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != exitOK || r.Plugin != "placement" || len(r.Verdicts) != len(conformance.Rules()) {
			t.Errorf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
		}
	})
	for name, c := range map[string]struct {
		args []string
		code int
		want string // on stdout or stderr
	}{
		"a broken rule": {
			[]string{"-config", "row = 7", "placement"},
			exitFailed,
			"FAIL  configure                 it is refused: Unsupported argument: An argument named \"row\" is not expected here.\n" +
				"      demanded: Configure accepts the configuration that the test is run with.\n" +
				"      mend:     Run the test with a configuration that the plugin accepts: -config FILE, or -config 'ARGUMENT = VALUE'.\n",
		},
		"its exit message":     {[]string{"-config", "row = 7", "placement"}, exitFailed, "mockmd: plugin \"placement\" breaks configure\n"},
		"not reached":          {[]string{"-config", "row = 7", "placement"}, exitFailed, "n/a   shutdown                  not reached: configure failed before\n"},
		"a wrong mount":        {[]string{"-mount", "meta-data/rack", "placement"}, exitFailed, `Nothing to serve at a mount: The plugin has nothing at or below "meta-data/rack".`},
		"no duration":          {[]string{"-patience", "long", "placement"}, exitUsage, `invalid value "long" for flag -patience: want a duration, such as 1m`},
		"the rules":            {[]string{"-rules"}, exitOK, "handshake                 The program shakes hands as go-plugin does: "},
		"no plugin":            {nil, exitUsage, "mockmd plugin test: name a built-in plugin, or the path of a program or of its folder\n\nusage: mockmd plugin test "},
		"no such built-in":     {[]string{"rack"}, exitUsage, `mockmd plugin test: no built-in plugin is called "rack"`},
		"no such path":         {[]string{"./rack"}, exitFailed, "mockmd: find the plugin's program: stat "},
		"no plugin in it":      {[]string{"."}, exitFailed, "looked for sources in Go, for main.py, and for a program called "},
		"no such file":         {[]string{"-config", "nowhere.hcl", "placement"}, exitFailed, "mockmd: -config nowhere.hcl: there is no such file, and it is not what stands in a config block, like 'row = 7'\n"},
		"wrong HCL":            {[]string{"-config", "row = nine", "placement"}, exitConfig, `There is no variable named "nine"`},
		"no block in the file": {[]string{"-config", "metadata.hcl", "static"}, exitFailed, `mockmd: metadata.hcl has no block for plugin "static", only for placement: name the block with -plugin` + "\n"},
		"no plugin at all":     {[]string{"./metadata.hcl"}, exitFailed, "FAIL  handshake "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, placement, append([]string{"plugin", "test", "-patience", "1m"}, c.args...)...)
			if code != c.code || !strings.Contains(stdout+stderr, c.want) {
				t.Errorf("exit code %d, want %d and %q in\n%s%s", code, c.code, c.want, stdout, stderr)
			}
		})
	}
}

// TestPluginTestWrongFile: a configuration that is refused is told with its
// places.
func TestPluginTestWrongFile(t *testing.T) {
	t.Parallel()
	code, _, stderr := runOnce(t, "plugin \"placement\" { mont = [] }\n", "plugin", "test", "-config", "metadata.hcl", "placement")
	if code != exitConfig || !strings.Contains(stderr, "on metadata.hcl line 1") || !strings.Contains(stderr, `Did you mean "mount"?`) {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}
