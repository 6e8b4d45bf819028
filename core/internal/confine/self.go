//go:build unix

package confine

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// CannotRun is the exit code of a process that was to become a program and
// could not; it has said why on stderr.
const CannotRun = 126

// Self puts the calling process, and so all that it starts, under the limits
// that its environment names, and takes the variable out of the environment.
// Without the variable it does nothing. The error says what could not be set;
// the rest has been.
func Self() error {
	value, ok := os.LookupEnv(Variable)
	if !ok {
		return nil
	}
	l, err := parse(value)
	return errors.Join(err, os.Unsetenv(Variable), l.apply())
}

// Become puts the calling process under the limits that its environment names
// and replaces it with a program: argv is its arguments, the first of which is
// the name that it goes by. It returns only when that fails.
func Become(path string, argv []string) error {
	err := Self()
	if err == nil {
		err = adopt()
	}
	if err != nil {
		return fmt.Errorf("limit %s: %w", argv[0], err)
	}
	if err := syscall.Exec(path, argv, os.Environ()); err != nil {
		return fmt.Errorf("run %s: %w", argv[0], err)
	}
	return nil
}

// apply sets the limits. None is set above what the process may have already.
func (l Limits) apply() error {
	var errs []error
	for _, r := range []struct {
		name     string
		resource int
		most     uint64
	}{
		{"memory", unix.RLIMIT_DATA, l.Memory},
		{"open files", unix.RLIMIT_NOFILE, l.OpenFiles},
		{"processes", unix.RLIMIT_NPROC, l.Processes},
	} {
		if r.most == 0 {
			continue
		}
		var now syscall.Rlimit
		err := syscall.Getrlimit(r.resource, &now)
		if err == nil {
			most := min(r.most, now.Max)
			// Package syscall's, which remembers that the limit on open files
			// has been changed and does not undo it when the process becomes
			// another program.
			err = syscall.Setrlimit(r.resource, &syscall.Rlimit{Cur: most, Max: most})
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("set limit on %s: %w", r.name, err))
		}
	}
	if l.Nice > 0 {
		// Of the group, which is the plugin alone: Linux would set that of the
		// calling thread only.
		if err := unix.Setpriority(unix.PRIO_PGRP, 0, l.Nice); err != nil {
			errs = append(errs, fmt.Errorf("set nice: %w", err))
		}
	}
	return errors.Join(append(errs, expendable())...)
}
