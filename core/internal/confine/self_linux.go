package confine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// adopt makes the process the parent of what its children leave behind when
// they die. So all that a plugin starts stays below it, whatever session or
// group that moves to, until the plugin dies itself. It holds over exec.
func adopt() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	return nil
}

// expendable has the system, when it runs out of memory, end the plugin before
// the core, which starts it again.
func expendable() error {
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0); err != nil && !os.IsPermission(err) && !os.IsNotExist(err) {
		return fmt.Errorf("become the first to go when memory is short: %w", err)
	}
	return nil
}
