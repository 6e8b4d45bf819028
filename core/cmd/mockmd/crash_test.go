package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestKilledCoreLeavesNothing: no process, socket or directory stays behind.
func TestKilledCoreLeavesNothing(t *testing.T) {
	t.Parallel()
	tmp := shortDir(t)
	d := start(t, simulated, "TMPDIR="+tmp)
	pids := d.pids("identity", "placement", "iam")
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-d.exited
	gone(t, pids)
	left, err := filepath.Glob(filepath.Join(tmp, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q %v", left, err)
	}
}

// shortDir is a temporary directory for sockets: t.TempDir may be too long.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestStopsInOrder(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := shortDir(t)
			d := start(t, simulated, "TMPDIR="+tmp)
			pids := d.pids("identity", "placement", "iam")
			if err := d.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			<-d.exited
			if code := d.cmd.ProcessState.ExitCode(); code != exitOK {
				t.Errorf("exit code %d", code)
			}
			for name, pid := range pids {
				if alive(pid) {
					t.Errorf("process %d of %s outlives the core", pid, name)
				}
			}
			if left, err := filepath.Glob(filepath.Join(tmp, "*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %q %v", left, err)
			}
		})
	}
}

// TestCrashAmongMissingFiles: a plugin that dies while a file of its is away is
// back when the file is, and what it served before is served meanwhile.
func TestCrashAmongMissingFiles(t *testing.T) {
	t.Parallel()
	motd := filepath.Join(t.TempDir(), "motd")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(motd, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("before")
	d := start(t, preamble+"plugin \"static\" {\n  config {\n    file \"meta-data/motd\" { path = \""+motd+"\" }\n  }\n}\n")
	d.waitReady()
	if err := os.Remove(motd); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(d.pids("static")["static"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	d.waitLines("refuses the configuration that it had accepted", 1)
	if _, body := get(t, d.metadata+"/latest/meta-data/motd"); body != "before" {
		t.Errorf("meanwhile %q is served", body)
	}
	write("after")
	d.waitLines("plugin ready", 2)
	if _, body := get(t, d.metadata+"/latest/meta-data/motd"); body != "after" {
		t.Errorf("%q is served afterwards", body)
	}
}
