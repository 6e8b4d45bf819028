package footprint

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestUnmap: after it, less of the test's program is mapped, and it still runs.
// It is not parallel: another test would have pages mapped again meanwhile.
func TestUnmap(t *testing.T) {
	p, err := findPages()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.advise(unix.MADV_POPULATE_READ); err != nil { // another test may have unmapped them
		t.Skip("NOT RUN: this system cannot map all of the program:", err)
	}
	before := resident(t)
	if err := p.unmap(); err != nil {
		t.Fatal(err)
	}
	after := resident(t)
	t.Logf("%d kB of the program mapped before, %d kB after", before, after)
	if after >= before {
		t.Errorf("%d kB of the program are mapped after, %d before", after, before)
	}
}

// TestWrittenStays: what the loader has relocated of a program before it was
// protected, as of one that can lie at any address, is not what the file has.
func TestWrittenStays(t *testing.T) {
	t.Parallel()
	program, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Close() }()
	part, err := unix.Mmap(int(program.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(part) }()
	copy(part, "relocated")
	if err := unix.Mprotect(part, unix.PROT_READ); err != nil {
		t.Fatal(err)
	}
	p, err := findPages()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.unmap(); err != nil {
		t.Fatal(err)
	}
	if got := string(part[:len("relocated")]); got != "relocated" {
		t.Errorf("%q is read where it was written", got)
	}
}

// resident sums what is mapped of the program file, in kilobytes.
func resident(t *testing.T) (sum int) {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip("NOT RUN: this system does not tell what is mapped:", err)
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(smaps)) {
		f := strings.Fields(line)
		switch {
		case !strings.HasSuffix(f[0], ":"):
			_, _, inside = ofFile(strings.TrimSuffix(line, "\n"), program)
		case inside && f[0] == "Rss:":
			kb, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			sum += kb
		}
	}
	return sum
}

// TestOfFile: only mappings of the program that cannot be written count.
func TestOfFile(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"00400000-00ea3000 r-xp 00000000 fe:00 10319416                           /usr/bin/mockmd":     true,
		"00ea3000-019fb000 r--p 00aa3000 fe:00 10319416                           /usr/bin/mockmd":     true,
		"019fb000-01aa1000 rw-p 015fb000 fe:00 10319416                           /usr/bin/mockmd":     false,
		"01aa1000-03ae8000 rw-p 00000000 00:00 0 ":                                                     false,
		"00400000-00ea3000 r-xp 00000000 fe:00 10319416                           /usr/bin/not/mockmd": false,
		"nonsense": false,
	} {
		low, high, ok := ofFile(line, "/usr/bin/mockmd")
		if ok != want {
			t.Errorf("%q: %v", line, ok)
		}
		if ok && (low == 0 || high <= low) {
			t.Errorf("%q: from %x to %x", line, low, high)
		}
	}
}
