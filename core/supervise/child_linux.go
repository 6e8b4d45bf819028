package supervise

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill the process when the core dies, however it
// dies.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// pin opens the program, checks what it hashes to and has the very file that
// was hashed executed, so that nothing can be put in its place in between.
func pin(cmd *exec.Cmd, want []byte) error {
	if len(want) == 0 {
		return nil
	}
	f, err := os.Open(cmd.Path)
	if err != nil {
		return fmt.Errorf("open pinned program: %w", err)
	}
	if err := checkPin(f, cmd.Path, want); err != nil {
		_ = f.Close()
		return err
	}
	cmd.ExtraFiles = []*os.File{f} // descriptor 3 of the new process
	cmd.Path = "/proc/self/fd/3"
	return nil
}
