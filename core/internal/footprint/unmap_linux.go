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
func unmap() error { return advise(unix.MADV_DONTNEED) }

// advise gives the kernel an advice on what is mapped of the program file, as
// it is in the file. What cannot be written need not be so: of a program that
// can lie at any address (PIE), a part is relocated first and protected then,
// and would be lost.
func advise(advice int) error {
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return fmt.Errorf("find out what is mapped: %w", err)
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("find out which file is the program: %w", err)
	}
	var low, high uintptr
	var ranges [][2]uintptr // first all of them: to find them needs pages of the program
	takes := false
	for s := bufio.NewScanner(bytes.NewReader(maps)); s.Scan(); {
		switch name, value, _ := strings.Cut(s.Text(), ":"); {
		case !takes:
			low, high, takes = ofFile(s.Text(), program)
		case name == "Anonymous" || name == "Swap": // pages that have been written
			takes = strings.TrimSpace(value) == "0 kB"
		case name == "VmFlags": // the last line of a mapping
			ranges = append(ranges, [2]uintptr{low, high})
			takes = false
		}
	}
	for _, r := range ranges {
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, r[0], r[1]-r[0], uintptr(advice)); errno != 0 {
			return fmt.Errorf("give advice on the pages of the program: %w", errno)
		}
	}
	return nil
}

// ofFile tells whether a line of /proc/PID/maps is a mapping of a file that
// cannot be written, and from where to where it goes.
func ofFile(line, file string) (low, high uintptr, ok bool) {
	if !strings.HasSuffix(line, " "+file) {
		return 0, 0, false
	}
	var mode, offset, device, inode string
	if _, err := fmt.Sscanf(line, "%x-%x %s %s %s %s", &low, &high, &mode, &offset, &device, &inode); err != nil {
		return 0, 0, false
	}
	return low, high, mode[1] == '-'
}
