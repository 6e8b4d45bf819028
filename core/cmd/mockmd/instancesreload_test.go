package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// reloaded is a configuration of many instances with a name each, and of other
// plugins.
func reloaded(name, further string) string {
	return fmt.Sprintf(`
metadata { address = "127.0.0.1:0" }
admin { address = "127.0.0.1:0" }
instance { tags = { Name = "nobody" } }
instance "web" {
  for_each = cidrhosts("127.2.0.0/24")
  match    = [each.key]
  tags     = { Name = %s }
  metadata_options { instance_metadata_tags = "enabled" }
}
plugin "instance" {}
plugin "placement" {}
%s
`, name, further)
}

// TestReloadOfInstances changes the configuration around instances that are in
// use, while they are read: no read fails, plugins that the change does not
// concern are kept, and each instance is what the configuration says.
func TestReloadOfInstances(t *testing.T) {
	t.Parallel()
	d := start(t, reloaded("each.key", ""))
	const clients = 8
	name := func(i int) string {
		return plainGet(t, d.metadata, fmt.Sprintf("127.2.0.%d", i), "/latest/meta-data/tags/instance/Name")
	}
	expect := func(when string, want func(i int) string) {
		t.Helper()
		for i := range clients {
			if got := name(i); got != want(i) {
				t.Errorf("%s: client %d is %q, want %q", when, i, got, want(i))
			}
		}
	}
	address := func(i int) string { return fmt.Sprintf("127.2.0.%d", i) }
	expect("at first", address)

	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var reads atomic.Int64
	for i := range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				if plainGet(t, d.metadata, address(i), "/latest/meta-data/placement/availability-zone") != "us-east-1a" || name(i) == "" {
					t.Errorf("client %d: a read failed", i)
					return
				}
				reads.Add(1)
			}
		})
	}

	before := d.running()
	d.taken(reloaded("each.key", `
plugin "static" {
  config { values = { "meta-data/hello" = "world" } }
}`))
	expect("with another plugin", address)
	if got := plainGet(t, d.metadata, address(1), "/latest/meta-data/hello"); got != "world" {
		t.Errorf("the new plugin says %q", got)
	}
	// One that is not the first, so no plugin is configured with it.
	special := func(i int) string {
		if i == 5 {
			return "special"
		}
		return address(i)
	}
	d.taken(reloaded(`each.key == "127.2.0.5" ? "special" : each.key`, ""))
	expect("with one changed", special)
	if now := d.running(); !maps.Equal(before, now) {
		t.Errorf("plugins were not kept: %v, %v", before, now)
	}
	d.taken(reloaded(`"all"`, ""))
	expect("with all changed", func(int) string { return "all" })
	if told := d.reload(reloaded("each.wrong", "")); told.Reloaded {
		t.Error("a mistake in the first of a for_each is taken in")
	}
	expect("after a mistake", func(int) string { return "all" })
	cancel()
	wg.Wait()
	t.Logf("%d reads meanwhile", reads.Load())

	d.taken(`
metadata { address = "127.0.0.1:0" }
admin { address = "127.0.0.1:0" }
plugin "placement" {}
`)
	for i := range clients {
		if status, _ := ask(t, from(t, address(i)), http.MethodGet, d.metadata+"/latest/meta-data/tags/instance/Name"); status != http.StatusNotFound {
			t.Errorf("client %d of an instance that is gone: %d", i, status)
		}
		if zone := plainGet(t, d.metadata, address(i), "/latest/meta-data/placement/region"); zone != "us-east-1" {
			t.Errorf("client %d is in %q", i, zone)
		}
	}
}

// TestFailedReloadForgetsNoInstance: the instances that a configuration has no
// room for go on to be served, by plugins too, when it is not taken in.
func TestFailedReloadForgetsNoInstance(t *testing.T) {
	t.Parallel()
	program := build(t, fickle)
	config := func(cache, mode string) string {
		return fmt.Sprintf(`
metadata {
  address = "127.0.0.1:0"
  %s
}
admin { address = "127.0.0.1:0" }
instance "web" {
  for_each             = cidrhosts("127.2.0.0/24")
  match                = [each.key]
  iam_instance_profile = "app"
}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts { simulated = true }
  }
}
plugin "fickle" {
  command = [%q]
  config { mode = %q }
}
`, cache, program, mode)
	}
	d := start(t, config("", "good"))
	clients := []string{"127.2.0.1", "127.2.0.2", "127.2.0.3"}
	for _, client := range clients {
		if got := plainGet(t, d.metadata, client, "/latest/meta-data/iam/security-credentials/"); got != "app" {
			t.Errorf("%s has the role %q", client, got)
		}
	}
	before := d.running()
	if told := d.reload(config("instance_cache { max_bytes = 1 }", "dies")); told.Reloaded {
		t.Error("a plugin that dies is taken in")
	}
	if now := d.running(); now["iam"] != before["iam"] {
		t.Errorf("iam was not kept: %v, %v", before, now)
	}
	_, credentials := get(t, d.admin+"/credentials")
	for _, client := range clients {
		if !strings.Contains(credentials, client) {
			t.Errorf("the plugin does not know the instance of %s any more: %s", client, credentials)
		}
	}
}
