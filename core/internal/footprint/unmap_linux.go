package footprint

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// pages are those of the program file that are mapped as they are in the file,
// from where to where they go.
type pages [][2]uintptr

// findPages looks which pages there are. What cannot be written need not be as
// in the file: of a program that can lie at any address (PIE), a part is
// relocated first and protected then, and would be lost.
func findPages() (pages, error) {
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return nil, fmt.Errorf("find out what is mapped: %w", err)
	}
	defer func() { _ = maps.Close() }()
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("find out which file is the program: %w", err)
	}
	var low, high uintptr
	var found pages
	takes := false
	s := bufio.NewScanner(maps)
	for s.Scan() { // as bytes: what is allocated here would stay
		line := s.Bytes()
		switch {
		case !takes && bytes.HasSuffix(line, []byte(program)):
			low, high, takes = ofFile(string(line), program)
		case bytes.HasPrefix(line, []byte("Anonymous:")), bytes.HasPrefix(line, []byte("Swap:")): // pages that have been written
			takes = takes && bytes.HasSuffix(line, []byte(" 0 kB"))
		case takes && bytes.HasPrefix(line, []byte("VmFlags:")): // the last line of a mapping
			found = append(found, [2]uintptr{low, high})
			takes = false
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("find out what is mapped: %w", err)
	}
	return found, nil
}

// unmap unmaps them: the kernel maps sixteen pages around each one that is
// touched, so that after the start almost the whole program is mapped.
func (p pages) unmap() error { return p.advise(unix.MADV_DONTNEED) }

// advise gives the kernel an advice on them.
func (p pages) advise(advice int) error {
	for _, r := range p {
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, r[0], r[1]-r[0], uintptr(advice)); errno != 0 {
			return fmt.Errorf("give advice on the pages of the program: %w", errno)
		}
	}
	return nil
}

// ofFile tells whether a line of /proc/PID/smaps is a mapping of a file that
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
