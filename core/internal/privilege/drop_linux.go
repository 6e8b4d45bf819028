package privilege

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// powerless says which capabilities the process still has.
func powerless() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("look at the capabilities: %w", err)
	}
	for i, d := range data {
		if d.Effective|d.Permitted != 0 {
			return fmt.Errorf("capabilities are left: %08x permitted, %08x effective in set %d", d.Permitted, d.Effective, i)
		}
	}
	return nil
}
