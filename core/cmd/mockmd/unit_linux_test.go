package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// units is the folder of the shipped units.
const units = "../../../examples/systemd"

// underFilter puts itself under the filters that systemd makes of a unit's
// SystemCallFilter=, RestrictAddressFamilies=, RestrictNamespaces=,
// RestrictRealtime=, RestrictSUIDSGID= and MemoryDenyWriteExecute=, where what
// is not allowed ends the process, and then becomes the program that follows.
const underFilter = `
import errno, os, subprocess, sys
import seccomp

def group(name):
    out = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True).stdout
    names = set()
    for line in out.splitlines()[1:]:
        word = line.strip().split(" ")[0]
        if word.startswith("@"):
            names |= group(word)
        elif word and not word.startswith("#"):
            names.add(word)
    return names

allowed, families = group("@default"), []
for line in open(sys.argv[1]):
    key, _, value = line.strip().partition("=")
    if key == "SystemCallFilter":
        for word in value.lstrip("~").split():
            if value.startswith("~"):
                allowed -= group(word) - group("@default")
            else:
                allowed |= group(word)
    elif key == "RestrictAddressFamilies":
        families = [{"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}[f] for f in value.split()]

f = seccomp.SyscallFilter(seccomp.KILL_PROCESS)
eperm = seccomp.ERRNO(errno.EPERM)
special = {"socket", "mmap", "mprotect"}
for name in sorted(allowed - special):
    try:
        f.add_rule(seccomp.ALLOW, name)
    except RuntimeError:
        pass # none of this machine's
for family in families:
    f.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, family))
WRITE, EXEC = 2, 4
for prot in (0, WRITE, EXEC):
    f.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, WRITE | EXEC, prot))
f.add_rule(seccomp.ALLOW, "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, EXEC, 0))
f.load()
os.execv(sys.argv[2], sys.argv[2:])
`

// TestUnderSystemCallFilter: all that mockmd and its plugins do is allowed by
// the filters of the shipped unit: start, limits, renewals, reload, the end of
// what a plugin has left, and stop.
func TestUnderSystemCallFilter(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3" // Debian's, which has the module
	if err := exec.CommandContext(t.Context(), python, "-c", "import seccomp").Run(); err != nil {
		t.Skipf("NOT RUN: no Python with libseccomp (python3-seccomp): %v", err)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("NOT RUN: no systemd-analyze (systemd)")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "mockmd") // without the race detector, which asks for more
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	unit, err := filepath.Abs(filepath.Join(units, "mockmd.service"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "filter.py"), underFilter)
	config := preamble + `
limits {
  memory     = "2GiB"
  open_files = 256
  nice       = 3
}
plugin "placement" {}
plugin "network" {}
plugin "identity" {}
plugin "iam" {
  config {
    state_file = "credentials.json"
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts {
      simulated = true
      lifetime  = "1m"
    }
  }
}
`
	writeFile(t, filepath.Join(dir, "metadata.hcl"), config)
	d := &daemon{t: t, dir: dir, cmd: command(t, dir, nil), exited: make(chan struct{}), change: make(chan struct{})}
	d.cmd.Path, d.cmd.Args = python, []string{python, "filter.py", unit, program, "-config", "metadata.hcl"}
	d.run()
	d.metadata = d.waitMatch(regexp.MustCompile(`^  metadata  (http://\S+)`))
	d.admin = d.waitMatch(regexp.MustCompile(`^  admin     (http://\S+)`))
	d.waitReady()
	if got := procStatus(t, d.cmd.Process.Pid, "Seccomp"); got[0] != "2" {
		t.Fatalf("no filter is in force: %v", got)
	}
	for _, path := range []string{"placement/region", "mac", "iam/security-credentials/app"} {
		if status, body := get(t, d.metadata+"/latest/meta-data/"+path); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	d.taken(strings.Replace(config, "nice       = 3", "nice       = 4", 1))
	old := d.running()["placement"]
	if p, err := os.FindProcess(old); err == nil {
		_ = p.Kill() // it is started again
	}
	poll(t, "another process is there", func() bool { now := d.running()["placement"]; return now != 0 && now != old })
	d.stop()
	if !d.cmd.ProcessState.Success() {
		t.Errorf("%v", d.cmd.ProcessState)
	}
}

// TestUnitConfiguration: the configuration beside the units is valid.
func TestUnitConfiguration(t *testing.T) {
	t.Parallel()
	if out, err := command(t, units, nil, "validate", "-log-level", "error").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSocketActivate serves a socket of systemd's own tool.
func TestSocketActivate(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("systemd-socket-activate")
	if err != nil {
		t.Skip("NOT RUN: no systemd-socket-activate (systemd)")
	}
	dir, at := t.TempDir(), ownAddress(t)
	writeFile(t, filepath.Join(dir, "metadata.hcl"), preamble+`plugin "placement" {}`)
	d := &daemon{t: t, dir: dir, cmd: command(t, dir, nil, "-config", "metadata.hcl"), exited: make(chan struct{}), change: make(chan struct{})}
	d.cmd.Args = append([]string{tool, "--listen=" + at, "--fdname=metadata", "--setenv=" + beEnv, "--setenv=STATE_DIRECTORY", d.cmd.Path}, d.cmd.Args[1:]...)
	d.cmd.Path = tool
	d.run()
	// It starts mockmd for the first client, who waits for it.
	d.waitLines("Listening on "+at, 1)
	if status, body := get(t, "http://"+at+"/latest/meta-data/placement/region"); status != http.StatusOK || body != "us-east-1" {
		t.Errorf("%d %q", status, body)
	}
	d.waitLines("  metadata  http://"+at, 1)
}

// ownAddress is one that no other run of these tests uses.
func ownAddress(t testing.TB) string {
	t.Helper()
	return "127.77.9.1:" + itoa(ownPort())
}
