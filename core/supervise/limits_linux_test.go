package supervise

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/internal/confine"
)

// TestLimitsHold: a process has the limits that its plugin is given, pinned or
// not, and its environment says nothing of them.
func TestLimitsHold(t *testing.T) {
	t.Parallel()
	for _, pinned := range []bool{false, true} {
		t.Run(fmt.Sprintf("pinned %v", pinned), func(t *testing.T) {
			t.Parallel()
			spec := testSpec("plain")
			if pinned {
				spec.SHA256 = sumOf(t, spec.Command[0])
			}
			spec.Limits.Process = confine.Limits{OpenFiles: 99, Processes: 5432, Nice: 3}
			if !raceDetector {
				spec.Limits.Process.Memory = 1 << 30
			}
			p, sink, _ := start(t, spec, testOptions(t))
			limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.Snapshot().PID))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`Max open files +99 +99 `, `Max processes +5432 +5432 `, `Max data size +1073741824 +1073741824 `} {
				if raceDetector && strings.Contains(want, "data") {
					continue
				}
				if !regexp.MustCompile(want).Match(limits) {
					t.Errorf("no %s in\n%s", want, limits)
				}
			}
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Snapshot().PID))
			if err != nil {
				t.Fatal(err)
			}
			_, after, _ := strings.Cut(string(stat), ") ")
			if nice := strings.Fields(after)[16]; nice != "3" {
				t.Errorf("nice is %s, want 3", nice)
			}
			env := sink.get("test/env")
			if strings.Contains(env, confine.Variable) || strings.Contains(env, "GOMEMLIMIT=536870912") == raceDetector {
				t.Errorf("environment:\n%s", env)
			}
		})
	}
}

// TestMemoryHog: a plugin that takes more memory than it may have ends, with
// the reason in the log, and is started again.
func TestMemoryHog(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("the race detector needs more memory than any limit")
	}
	out := &awaited{wrote: make(chan struct{}, 1000)}
	o := testOptions(t)
	o.Log = hclog.New(&hclog.LoggerOptions{Output: io.MultiWriter(out, t.Output())})
	spec := testSpec("takes memory")
	spec.Limits.Process.Memory = 256 << 20
	p, _, _ := startBare(t, spec, o)
	waitFor(t, p, func(s Snapshot) bool { return s.Restarts > 0 })
	out.wait("[ERROR] plugin.test: fatal error: runtime: ")
}
