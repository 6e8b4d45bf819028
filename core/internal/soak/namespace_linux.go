package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// insideEnv tells the program that it runs in namespaces of its own.
const insideEnv = "MOCKMD_SOAK_INSIDE"

// namespaced runs the program again in a network and a mount namespace, which
// root may make, and returns how that ended. It says that the program is
// inside, or as far as it can get, when the caller is to go on itself.
func namespaced() (inside bool, code int, err error) {
	if os.Getenv(insideEnv) != "" {
		return true, 0, errors.Join(
			unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
			command("ip", "link", "set", "lo", "up"))
	}
	if _, err := exec.LookPath("ip"); os.Getuid() != 0 || err != nil {
		return true, 0, nil
	}
	self, err := os.Executable()
	if err != nil {
		return false, 0, err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env = append(os.Environ(), insideEnv+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGTERM}
	runtime.LockOSThread() // the signal at the parent's death is one at its thread's
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); errors.Is(err, syscall.EPERM) {
		return true, 0, nil // the machine forbids namespaces
	} else if err != nil {
		return false, 0, err
	}
	ends := make(chan os.Signal, 1) // the terminal's come to both; others are passed on
	signal.Notify(ends, syscall.SIGTERM, os.Interrupt)
	go func() {
		for s := range ends {
			if s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err = cmd.Wait()
	signal.Stop(ends)
	close(ends)
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return false, 0, err
	}
	return false, cmd.ProcessState.ExitCode(), nil
}

// namespaces tells whether the program has a network and a mount namespace of
// its own.
func namespaces() bool { return os.Getenv(insideEnv) != "" }

// command runs a program of the system.
func command(args ...string) error {
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// limit sets how much of a resource a process may have and returns what undoes
// it.
func limit(pid, resource int, most uint64) (undo func() error, err error) {
	var old unix.Rlimit
	if err := unix.Prlimit(pid, resource, nil, &old); err != nil {
		return nil, err
	}
	if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: old.Max}, nil); err != nil {
		return nil, err
	}
	return func() error {
		err := unix.Prlimit(pid, resource, &old, nil)
		if errors.Is(err, unix.ESRCH) {
			return nil
		}
		return err
	}, nil
}

const (
	openFiles = unix.RLIMIT_NOFILE
	dataSize  = unix.RLIMIT_DATA
)
