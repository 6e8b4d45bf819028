package harden

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestProcess hardens the test's own process.
func TestProcess(t *testing.T) {
	if err := Process(); err != nil {
		t.Fatal(err)
	}
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("dumpable is %d %v", dumpable, err)
	}
	var core unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core.Cur != 0 || core.Max != 0 {
		t.Errorf("core files may have %+v bytes: %v", core, err)
	}
	if mask := unix.Umask(0o077); mask != 0o077 {
		t.Errorf("umask is %04o", mask)
	}
}
