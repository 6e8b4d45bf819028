package footprint

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// unmap unmaps the pages of the program file that are as they are in the file:
// the kernel maps sixteen pages around each one that is touched, so that after
// the start almost the whole program is mapped.
func unmap() error {
	// What is mapped privately and cannot be written is the file's own.
	return advise(unix.MADV_DONTNEED)
}

// advise gives the kernel an advice on what is mapped of the program file and
// cannot be written.
func advise(advice int) error {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return fmt.Errorf("find out what is mapped: %w", err)
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("find out which file is the program: %w", err)
	}
	for s := bufio.NewScanner(bytes.NewReader(maps)); s.Scan(); {
		low, high, ok := ofFile(s.Text(), program)
		if !ok {
			continue
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, low, high-low, uintptr(advice)); errno != 0 {
			return fmt.Errorf("give advice on the pages of the program: %w", errno)
		}
	}
	return nil
}

// ofFile tells whether a line of /proc/PID/maps is a mapping of a file that
// cannot be written, and from where to where it goes.
func ofFile(line, file string) (low, high uintptr, ok bool) {
	var mode, offset, device, inode string
	if _, err := fmt.Sscanf(line, "%x-%x %s %s %s %s", &low, &high, &mode, &offset, &device, &inode); err != nil {
		return 0, 0, false
	}
	return low, high, mode[1] == '-' && strings.HasSuffix(line, " "+file)
}
