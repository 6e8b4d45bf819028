//go:build unix && !linux

package supervise

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// dieWithParent does nothing: only Linux has a parent-death signal. The plugin
// ends when its Run stream breaks.
func dieWithParent(*syscall.SysProcAttr) {}

// pin checks what the program hashes to before it is started.
func pin(cmd *exec.Cmd, want []byte) error {
	if len(want) == 0 {
		return nil
	}
	f, err := os.Open(cmd.Path)
	if err != nil {
		return fmt.Errorf("open pinned program: %w", err)
	}
	defer f.Close()
	return checkPin(f, cmd.Path, want)
}
