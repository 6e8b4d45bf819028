package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user that each system has and that owns nothing.
const nobody = 65534

// asNobody is a configuration under which root becomes nobody.
func asNobody(dir string) string {
	return fmt.Sprintf(`user = "nobody"
state_dir = %q
metadata { address = "127.0.0.1:0" }
admin {
  address    = "127.0.0.1:0"
  socket     = %q
  token_file = %q
}
plugin "placement" {}
plugin "iam" {
  config {
    state_file = "credentials.json"
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts { simulated = true }
  }
}
`, filepath.Join(dir, "kept", "state"), filepath.Join(dir, "admin.sock"), filepath.Join(dir, "token"))
}

// startAsNobody starts it, in a folder that is root's but that others may look
// into, and the configuration is nobody's to read.
func startAsNobody(t *testing.T) *daemon {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("NOT RUN: not root, so it cannot become another user")
	}
	dir := shortDir(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "token"), "0123456789abcdef0123456789abcdef")
	if err := os.Chown(filepath.Join(dir, "token"), nobody, nobody); err != nil {
		t.Fatal(err)
	}
	return startIn(t, dir, asNobody(dir), "STATE_DIRECTORY=", "HOME=/root")
}

// status is a field of /proc/PID/status.
func procStatus(t testing.TB, pid int, field string) []string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.Fields(rest)
		}
	}
	t.Fatalf("no %s of process %d", field, pid)
	return nil
}

// TestBecomesUser: started as root, mockmd is another user before any plugin is
// started, with no way back, and keeps what was opened as root.
func TestBecomesUser(t *testing.T) {
	t.Parallel()
	d := startAsNobody(t)
	d.waitReady()
	d.waitMatch(regexp.MustCompile(`(privileges given up): .*uid=65534`))
	pids := d.pids("placement", "iam")
	pids["mockmd"] = d.cmd.Process.Pid
	for name, pid := range pids {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		if err != nil || len(tasks) == 0 {
			t.Fatalf("threads of %s: %v", name, err)
		}
		for _, task := range tasks {
			tid, _ := strconv.Atoi(filepath.Base(task))
			for _, field := range []string{"Uid", "Gid"} {
				if got := procStatus(t, tid, field); strings.Join(got, " ") != "65534 65534 65534 65534" {
					t.Errorf("%s, thread %d: %s %v", name, tid, field, got)
				}
			}
			for _, field := range []string{"CapEff", "CapPrm", "CapAmb"} {
				if got := procStatus(t, tid, field); strings.Trim(got[0], "0") != "" {
					t.Errorf("%s, thread %d: %s %v", name, tid, field, got)
				}
			}
			if got := procStatus(t, tid, "Groups"); strings.Join(got, " ") != "65534" {
				t.Errorf("%s, thread %d: groups %v", name, tid, got)
			}
		}
	}
	// Not dumpable: what /proc has of it is root's, not nobody's.
	if info, err := os.Stat(fmt.Sprintf("/proc/%d/environ", d.cmd.Process.Pid)); err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
		t.Errorf("others of the user can look into mockmd: %v", err)
	}
	for path, mode := range map[string]os.FileMode{"kept/state": 0o700, "kept/state/iam/credentials.json": 0o600, "admin.sock": 0o600} {
		path := filepath.Join(d.dir, path)
		poll(t, path+" is there", func() bool { _, err := os.Lstat(path); return err == nil })
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if s := info.Sys().(*syscall.Stat_t); s.Uid != nobody || s.Gid != nobody || info.Mode().Perm() != mode {
			t.Errorf("%s: user %d, group %d, mode %o", path, s.Uid, s.Gid, info.Mode().Perm())
		}
	}
	// The sockets are the user's, or a reload could open none on a part of their addresses.
	sockets, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{d.metadata, d.admin} {
		port, _ := strconv.Atoi(url[strings.LastIndex(url, ":")+1:])
		listens := regexp.MustCompile(fmt.Sprintf(`(?m)^ *\d+: 0100007F:%04X \S+ 0A \S+ \S+ \S+ +(\d+) `, port))
		if m := listens.FindSubmatch(sockets); m == nil || string(m[1]) != "65534" {
			t.Errorf("the socket of %s: %q", url, m)
		}
	}
	if status, body := overUnix(t, filepath.Join(d.dir, "admin.sock"), "/status"); status != http.StatusOK || body != "true" {
		t.Errorf("over the Unix socket: %d %q", status, body)
	}
	// Whoever kills mockmd ends its plugins, after the change of the user too.
	delete(pids, "mockmd")
	_ = d.cmd.Process.Kill()
	<-d.exited
	gone(t, pids)
}

// TestReloadAsUser: what needs root is told by a reload, and all goes on.
func TestReloadAsUser(t *testing.T) {
	t.Parallel()
	d := startAsNobody(t)
	d.waitReady()
	good := asNobody(d.dir)
	refused := func(config string, want ...string) {
		t.Helper()
		if config != "" {
			d.configure(config)
			giveToNobody(t, filepath.Join(d.dir, "metadata.hcl"))
		}
		code, stdout, stderr := d.askIn("reload", "-admin", "unix://"+filepath.Join(d.dir, "admin.sock"))
		if code != exitConfig {
			t.Errorf("exit code %d, want %d: %s%s", code, exitConfig, stdout, stderr)
		}
		for _, w := range want {
			if !strings.Contains(stderr, w) {
				t.Errorf("%q is not in:\n%s", w, stderr)
			}
		}
	}
	refused("", "permission denied (as user 65534)") // the configuration itself is root's
	refused(strings.Replace(good, `"127.0.0.1:0"`, `"127.0.0.1:80"`, 1), "Address cannot be listened on", "127.0.0.1:80", "permission denied", "restart mockmd")
	refused(strings.Replace(good, `"nobody"`, `"daemon"`, 1), `on metadata.hcl line 1`, "User cannot change while mockmd runs", "Restart it to run as user daemon")
	refused(strings.Replace(good, `user = "nobody"`, ``, 1), "User cannot change while mockmd runs", "has no way back")
	if err := os.Chown(filepath.Join(d.dir, "token"), 0, 0); err != nil {
		t.Fatal(err)
	}
	refused(good, "Invalid token file", "permission denied (as user 65534): make it readable for the user of mockmd")
	giveToNobody(t, filepath.Join(d.dir, "token"))
	if code, stdout, stderr := d.ask("reload"); code != exitOK {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	d.waitStatus("true")
}

func giveToNobody(t testing.TB, path string) {
	t.Helper()
	if err := os.Chown(path, nobody, nobody); err != nil {
		t.Fatal(err)
	}
}

// TestUserRefused: a user that cannot be taken on is told with its place, and
// no plugin is started as root instead.
func TestUserRefused(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("NOT RUN: not root, so it cannot become another user")
	}
	full := t.TempDir()
	writeFile(t, filepath.Join(full, "file"), "root's")
	for name, c := range map[string]struct {
		head string
		as   uint32
		want []string
	}{
		"unknown user":   {`user = "no-such-user"`, 0, []string{"metadata.hcl line 1", "Unknown user", `useradd --system --user-group no-such-user`}},
		"unknown number": {`user = "54321"`, 0, []string{"metadata.hcl line 1", "no user with the number 54321: say in which group"}},
		"unknown group":  {"user = \"nobody\"\ngroup = \"no-such-group\"", 0, []string{"metadata.hcl line 2", "Unknown group", "groupadd --system no-such-group"}},
		"group alone":    {`group = "nogroup"`, 0, []string{"metadata.hcl line 1", "Group without a user", "Add user"}},
		"group of root":  {"user = \"root\"\ngroup = \"nogroup\"", 0, []string{"metadata.hcl line 2", "Group of root", "Name another user, or remove group"}},
		"not root":       {`user = "daemon"`, nobody, []string{"metadata.hcl line 1", "Only root can become another user", "runs as user 65534", "become user daemon (1)"}},
		"state of root":  {fmt.Sprintf("user = \"nobody\"\nstate_dir = %q", full), 0, []string{"metadata.hcl line 2", "Invalid state folder", "it belongs to root and is not empty", "chown -R 65534:65534 " + full}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := shortDir(t)
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			witness := filepath.Join(dir, "started")
			writeFile(t, filepath.Join(dir, "plugin.sh"), "#!/bin/sh\nid -u > "+witness+"\n")
			if err := os.Chmod(filepath.Join(dir, "plugin.sh"), 0o755); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(dir, "metadata.hcl"), c.head+preamble+"plugin \"p\" {\n  command = [\"./plugin.sh\"]\n}\n")
			cmd := command(t, dir, []string{"STATE_DIRECTORY="}, "-config", "metadata.hcl")
			if c.as != 0 {
				giveToNobody(t, filepath.Join(dir, "metadata.hcl"))
				cmd = asUser(t, cmd, c.as)
			}
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != exitConfig {
				t.Errorf("exit code %d, want %d", code, exitConfig)
			}
			for _, want := range c.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
			if as, _ := os.ReadFile(witness); strings.TrimSpace(string(as)) == "0" {
				t.Errorf("a plugin was started as user %s", as)
			}
		})
	}
}

// asUser has a command of the test's own program run as another user, who need
// not be able to reach the program by its path.
func asUser(t testing.TB, cmd *exec.Cmd, uid uint32) *exec.Cmd {
	t.Helper()
	cmd.Path = "/proc/self/exe"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	return cmd
}
