package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
)

// TestLimitsOfPlugins: built-ins and other programs run under the limits of
// the configuration, a plugin's own before those of all.
func TestLimitsOfPlugins(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	memory := `memory = "192MiB"`
	if raceDetector {
		memory = ""
	}
	d := start(t, preamble+fmt.Sprintf(`
limits {
  open_files = 200
  %s
}
plugin "placement" {}
plugin "identity" {
  limits {
    open_files = 100
    nice       = 2
  }
}
plugin "bad" {
  command = [%q]
  mount   = ["test"]
  env     = { %s = "plain" }
  limits {
    open_files = 300
    processes  = 4000
    tree_nodes = 3
  }
}
`, memory, self, badplugin.Mode))
	d.waitLines("plugin ready", 2)
	d.waitAdmin("the tree is refused", "/readyz", func(status int, body string) bool {
		return status == http.StatusServiceUnavailable && strings.Contains(body, `plugin \"bad\" is degraded: tree refused: it has 4 nodes: limits.tree_nodes allows 3`)
	})
	pids := d.running()
	for name, want := range map[string][]string{
		"placement": {`Max open files +200 +200 `, `Max data size +201326592 +201326592 `},
		"identity":  {`Max open files +100 +100 `, `Max data size +201326592 +201326592 `, `Max core file size +0 +0 `},
		"bad":       {`Max open files +300 +300 `, `Max data size +201326592 +201326592 `, `Max processes +4000 +4000 `, `Max core file size +0 +0 `},
	} {
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pids[name]))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if raceDetector && strings.Contains(w, "data") {
				continue
			}
			if !regexp.MustCompile(w).Match(limits) {
				t.Errorf("%s: no %s in\n%s", name, w, limits)
			}
		}
	}
	if code, stdout, _ := d.ask("plugins"); code != exitOK || !strings.Contains(stdout, "tree refused: it has 4 nodes") {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
}
