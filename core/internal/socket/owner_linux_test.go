package socket

import (
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestGiveTo: beside a socket that root has opened, a user opens another when
// the first is given to it, and not else.
func TestGiveTo(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("NOT RUN: not root, so it cannot give a socket away")
	}
	const nobody = 65534
	one, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = one.Close() })
	_, port, _ := net.SplitHostPort(one.Addr().String())
	beside := func() error { // by a thread whose files and sockets are nobody's
		opened := make(chan error)
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with this
			_, err := unix.SetfsuidRetUid(nobody)
			var l *Listener
			if err == nil {
				if l, err = ListenBeside(t.Context(), "0.0.0.0:"+port, one); err == nil {
					err = l.Close()
				}
			}
			opened <- err
		}()
		return <-opened
	}
	if err := beside(); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("beside root's: %v", err)
	}
	if err := one.GiveTo(nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if err := beside(); err != nil {
		t.Errorf("beside its own: %v", err)
	}
}
