//go:build unix

package harden

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// common is what every Unix offers.
func common() error {
	unix.Umask(0o077)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	return nil
}
