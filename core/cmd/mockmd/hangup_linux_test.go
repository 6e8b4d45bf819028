package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// pty opens a terminal.
func pty(t *testing.T) (window, terminal *os.File) {
	t.Helper()
	window, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = window.Close() })
	if err := unix.IoctlSetPointerInt(int(window.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(window.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return window, terminal
}

// TestClosedTerminal: in a terminal, SIGHUP reloads as everywhere; and when the
// window is closed, mockmd stops in order and does not keep the addresses.
func TestClosedTerminal(t *testing.T) {
	t.Parallel()
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("NOT RUN: SIGHUP is ignored here, as nohup has it, and then a terminal says nothing")
	}
	window, terminal := pty(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "metadata.hcl"), []byte(preamble+"plugin \"placement\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &daemon{t: t, dir: dir, cmd: command(t, dir, nil), exited: make(chan struct{}), change: make(chan struct{})}
	d.cmd.Stdin = terminal
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // of stdin
	d.run()
	d.admin = d.waitMatch(regexp.MustCompile(`^  admin     (http://\S+)`))
	d.waitReady()
	pids := d.running()
	d.hangUp()
	d.waitLines("configuration reloaded", 1)
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	if err := window.Close(); err != nil {
		t.Fatal(err)
	}
	<-d.exited
	if code := d.cmd.ProcessState.ExitCode(); code != exitOK || count(d.lines, "configuration reloaded") != 1 || count(d.lines, "stopped") != 1 {
		t.Errorf("exit code %d", code)
	}
	gone(t, pids)
}
