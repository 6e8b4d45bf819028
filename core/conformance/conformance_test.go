//go:build unix

package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/config"
)

// subject is the test binary as a plugin in some mode.
func subject(t *testing.T, mode string) *Subject {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "metadata.hcl")
	text := `plugin "broken" { command = ["` + self + `", "` + bePlugin + `", "` + mode + `"] }`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, _, diags := config.Load(path, config.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s, err := NewSubject(file, &file.Plugins[0], os.Environ(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// options are patient where a plugin that keeps the rules is waited for, so
// that a busy machine breaks none.
func options(t *testing.T) Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Host: []string{self, beHost}, Answer: 5 * time.Minute, Exit: 5 * time.Minute}
}

func test(t *testing.T, mode string, o Options) *Report {
	t.Helper()
	r, err := Test(t.Context(), subject(t, mode), o)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	return r
}

// TestUnbroken: a plugin that keeps the rules passes each, so that none fails
// for nothing, and none is left out.
func TestUnbroken(t *testing.T) {
	t.Parallel()
	r := test(t, "", options(t))
	for _, v := range r.Verdicts {
		if v.Outcome != Pass {
			t.Errorf("%s: %s, %s", v.Rule, v.Outcome, v.Detail)
		}
	}
}

// TestBroken: for each rule there is a plugin that breaks it, and that rule
// alone.
func TestBroken(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // what the detail says, by mode: the rule, or the rule and a way to break it
		ruleStdout:                              `it wrote "hello from the plugin" before the handshake`,
		ruleHandshake:                           "no rack found",
		ruleHandshake + "/tcp":                  "it listens on a tcp address",
		ruleHealth:                              "the plugin says NOT_SERVING",
		ruleDescribe:                            "it has no name",
		ruleDescribe + "/action":                `action name "/broken/" has the segment ""`,
		ruleDescribeStable:                      "in two processes, it said",
		ruleConfigure:                           "it is refused: Nothing suits it",
		ruleConfigureStable:                     "one process said",
		ruleConfigureWrites:                     "it wrote ",
		ruleConfigureWrites + "/working-folder": "/work/cache",
		ruleConfigureStarts:                     "a tcp socket (0100007F:",
		ruleConfigureStarts + "/process":        "a child process sleep",
		ruleUnknownArgument:                     "an argument named conformance_unknown was accepted",
		ruleUnknownArgument + "/nowhere":        "was refused, but nothing says where it stands: Something is wrong",
		ruleUnknownBlock:                        "a block named conformance_unknown was accepted",
		ruleMounts:                              "begins with an API version",
		ruleMounts + "/none":                    "it claims no path, and its block names none",
		ruleReady:                               "no Ready within",
		ruleReady + "/early":                    "Ready came without a tree",
		ruleReady + "/twice":                    "Ready came 2 times",
		ruleTree:                                `"meta-data/elsewhere"`,
		ruleTree + "/nesting":                   `"meta-data/broken/live/value"`,
		ruleInstanceAdded:                       `no tree of instance "conformance"`,
		ruleInstanceChanged:                     "no tree of revision 17",
		ruleRevisions:                           `a tree of instance "" of revision 1 came after one of 2`,
		ruleRevisions + "/unsent":               `has the revision 1001, which was never sent`,
		ruleInstanceRemoved:                     `a tree of instance "conformance" came after it was removed`,
		ruleLiveConcurrent:                      "of 64 were not answered",
		ruleLiveCancelled:                       "after 64 requests that were called off, meta-data/broken/live did not answer",
		ruleActionUnknown:                       "conformance/unknown was carried out",
		ruleActionReadOnly:                      `broken/read answers what is not JSON: "all is well"`,
		ruleBounded:                             "a message on Run is larger",
		ruleBounded + "/checkpoint":             "a checkpoint has 65537 bytes",
		ruleBounded + "/action":                 "broken/read answers ",
		ruleCheckpointRestored:                  "with a checkpoint of 4 bytes: no Ready",
		ruleCheckpointForeign:                   "no idea what this checkpoint is",
		ruleEndInOrder:                          "the stream was still open after",
		ruleEndInOrder + "/error":               "I wanted to say more",
		ruleEndInOrder + "/process":             "but the process was still there after",
		ruleEndStreamBroken:                     "the process was still there after",
		ruleEndHostDead:                         "was still there ",
		ruleShutdown:                            "the process was still there after",
	}
	for _, rule := range Rules() {
		if _, ok := tests[rule.Name]; !ok {
			t.Errorf("no plugin breaks %s", rule.Name)
		}
	}
	for mode, want := range tests {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			rule, _, _ := strings.Cut(mode, "/")
			if slices.Contains(waits, mode) {
				o.hasty = map[string]time.Duration{rule: time.Second}
			}
			r := test(t, mode, o)
			if got := r.Failed(); !slices.Equal(got, []string{rule}) {
				t.Errorf("it fails %q, want %s alone", got, rule)
			}
			for _, v := range r.Verdicts {
				if v.Rule == rule && !strings.Contains(v.Detail, want) {
					t.Errorf("it says %q, want %q in it", v.Detail, want)
				}
				if v.Rule == rule && (v.Demand == "" || v.Mend == "") {
					t.Errorf("it says neither what is demanded nor how to mend it: %+v", v)
				}
			}
		})
	}
}

// waits are the modes in which something never comes, so that it does not
// matter for how long it is waited for.
var waits = []string{
	ruleReady, ruleInstanceAdded, ruleInstanceChanged, ruleLiveCancelled,
	ruleEndInOrder, ruleEndInOrder + "/process", ruleEndStreamBroken, ruleEndHostDead, ruleShutdown,
}
