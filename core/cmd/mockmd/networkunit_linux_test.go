package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestNetworkUnit runs what the systemd unit runs, with the one capability that
// it has, in a network namespace of its own.
func TestNetworkUnit(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		need(t, "setpriv")
		inNamespace(t)
		return
	}
	if out, err := exec.CommandContext(t.Context(), "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	unit, err := os.Open("../../../examples/systemd/mockmd-network.service")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unit.Close() }()
	lines := map[string]string{}
	for s := bufio.NewScanner(unit); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), "="); ok && !strings.HasPrefix(name, "#") {
			lines[name] = value
		}
	}
	if lines["AmbientCapabilities"] != "CAP_NET_ADMIN" || lines["CapabilityBoundingSet"] != "CAP_NET_ADMIN" {
		t.Errorf("the unit has other capabilities: %v", lines)
	}
	for _, c := range []struct {
		line   string
		status int // afterwards
	}{{"ExecStart", exitOK}, {"ExecReload", exitOK}, {"ExecStop", exitFailed}} {
		args, ok := strings.CutPrefix(lines[c.line], "/usr/local/bin/mockmd ")
		if !ok {
			t.Fatalf("%s=%s", c.line, lines[c.line])
		}
		words := strings.Fields(args)
		if words[len(words)-1] == "up" {
			words = append(words, "-force") // a test machine may be in a cloud
		}
		cmd := command(t, t.TempDir(), nil, words...)
		setpriv, err := exec.LookPath("setpriv")
		if err != nil {
			t.Fatal(err)
		}
		cmd.Args = append([]string{"setpriv", "--no-new-privs", "--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin", "--bounding-set=-all,+net_admin", cmd.Path}, words...)
		cmd.Path = setpriv
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c.line, err, out)
		}
		networked(t, c.status, "status")
	}
}
