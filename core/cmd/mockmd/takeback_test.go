package main

import (
	"strings"
	"testing"
	"time"
)

// TestActionDuringAReloadThatFails: an action is taken by the process that is
// to follow, which then comes to nothing. What the operator was told is done
// stays so.
func TestActionDuringAReloadThatFails(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	config := withSTS(s.url)
	d := start(t, config)
	d.bootstrap()
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	d.configure(strings.Replace(config, `plugin "iam" {`, "plugin \"iam\" {\n  timeouts { stop = \"3s\" }", 1) +
		"plugin \"fickle\" {\n  command = [\"" + build(t, fickle) + "\"]\n  timeouts { start = \"3s\" }\n  config {\n    mode = \"hangs\"\n  }\n}\n")
	ready := func(n int) { // the iam plugin's process is
		d.wait("iam is ready", func(lines []string) bool {
			have := 0
			for _, l := range lines {
				if strings.Contains(l, "plugin ready: ") && strings.Contains(l, "plugin=iam") {
					have++
				}
			}
			return have >= n
		})
	}
	d.hangUp()
	ready(2)
	d.act("/forget", "")
	d.waitLine("reload failed, all goes on as before")
	ready(3)
	if doc := d.role(); doc.Code == "Success" {
		t.Errorf("forgotten, and served again: %s", doc.AccessKeyID)
	}
}
