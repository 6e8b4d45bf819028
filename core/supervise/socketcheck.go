package supervise

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkSocket says why the core does not dial the address that a process has
// named in its handshake: a line of text must not make the core look up a name,
// connect to another machine, or speak to a socket that is not the process's
// own. It dials one kind only, a unix socket right in dir, the directory that
// was made for the process.
func checkSocket(dir, network, address string) error {
	const mend = "listen on a unix socket in the directory that PLUGIN_UNIX_SOCKET_DIR names"
	if network != "unix" {
		return fmt.Errorf("it listens on a %.20s address, which others can dial: %s", network, mend)
	}
	elsewhere := fmt.Errorf("it listens on %.*q, which is not in its own directory %s: %s", maxSocket, address, dir, mend)
	if !filepath.IsAbs(address) || filepath.Clean(address) != address {
		return elsewhere
	}
	own, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the directory of its socket: %w", err)
	}
	// By another name it may be the same directory: /tmp of macOS is a link.
	if in, err := os.Stat(filepath.Dir(address)); err != nil || !os.SameFile(in, own) {
		return elsewhere
	}
	switch at, err := os.Lstat(address); {
	case err != nil:
		return fmt.Errorf("it says that it listens on a socket that is not there: %w", err)
	case at.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("it says that it listens on %s, which is no socket: %s", address, mend)
	}
	return nil
}
