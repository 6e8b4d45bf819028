package socket

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"
)

// TestRetireLosesNobody: who has connected is accepted, however late the loop
// comes to it.
func TestRetireLosesNobody(t *testing.T) {
	t.Parallel()
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	const clients = 20
	for range clients {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	if err := l.Retire(); err != nil {
		t.Fatal(err)
	}
	if err := l.SetDeadline(time.Now()); err != nil { // the loop comes too late
		t.Fatal(err)
	}
	for i := range clients {
		c, err := l.Accept()
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		_ = c.Close()
	}
	if _, err := l.Accept(); !errors.Is(err, ErrRetired) {
		t.Errorf("after the last: %v", err)
	}
	select {
	case <-l.Closed():
		t.Error("closed before Close")
	default:
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	<-l.Closed()
}

// TestClosedIsNotRetired: an end that was not asked for is told as it is.
func TestClosedIsNotRetired(t *testing.T) {
	t.Parallel()
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) || errors.Is(err, ErrRetired) {
		t.Errorf("%v", err)
	}
}

// TestBeside: an address that overlaps is opened beside, the more special one
// is asked, and nobody else gets in afterwards.
func TestBeside(t *testing.T) {
	t.Parallel()
	one, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = one.Close() })
	_, port, _ := net.SplitHostPort(one.Addr().String())
	if l, err := Listen(t.Context(), "0.0.0.0:"+port); !errors.Is(err, syscall.EADDRINUSE) {
		if err == nil {
			_ = l.Close()
		}
		t.Skipf("this system lets addresses overlap: %v", err)
	}
	two, err := Listen(t.Context(), "127.0.0.3:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = two.Close() })
	all, err := ListenBeside(t.Context(), "0.0.0.0:"+port, one, two)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = all.Close() })
	if l, err := Listen(t.Context(), "0.0.0.0:"+port); err == nil {
		_ = l.Close()
		t.Error("a third listener gets in")
	}
	for addr, want := range map[string]*Listener{"127.0.0.1:": one, "127.0.0.2:": all, "127.0.0.3:": two} {
		c, err := net.Dial("tcp", addr+port)
		if err != nil {
			t.Fatal(err)
		}
		got, err := want.Accept()
		if err != nil || got.RemoteAddr().String() != c.LocalAddr().String() {
			t.Errorf("%s%s: %v", addr, port, err)
		}
		_ = got.Close()
		_ = c.Close()
	}
}

// TestPassOn: another listener on the same socket accepts who waits.
func TestPassOn(t *testing.T) {
	t.Parallel()
	one, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	two, err := one.Duplicate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = two.Close() })
	c, err := net.Dial("tcp", one.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := one.PassOn(); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Accept(); !errors.Is(err, ErrRetired) {
		t.Errorf("the first one: %v", err)
	}
	_ = one.Close()
	got, err := two.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Close()
}
