package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// TestRetiredKeepsOut: who comes while a listener is being retired is not
// refused; it tries again, and finds who has the address then.
func TestRetiredKeepsOut(t *testing.T) {
	t.Parallel()
	old, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := old.Addr().String()
	if err := old.Retire(); err != nil {
		t.Fatal(err)
	}
	dialled := make(chan error, 1)
	go func() {
		d := net.Dialer{Timeout: time.Minute}
		c, err := d.DialContext(context.WithoutCancel(t.Context()), "tcp", address)
		if err == nil {
			_ = c.Close()
		}
		dialled <- err
	}()
	syn(t, address)
	if _, err := old.Accept(); !errors.Is(err, ErrRetired) {
		t.Fatalf("accepted although it is retired: %v", err)
	}
	_ = old.Close()
	next, err := Listen(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = next.Close() })
	if err := <-dialled; err != nil {
		t.Errorf("a client in between: %v", err)
	}
}

// syn waits until a connection to address is being tried.
func syn(t *testing.T, address string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(address)
	a, err := net.ResolveTCPAddr("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(":%04X 02 ", a.Port) // SYN_SENT
	for {
		table, err := os.ReadFile("/proc/net/tcp")
		if err != nil {
			t.Skipf("no table of connections: %v", err)
		}
		if strings.Contains(string(table), want) {
			return
		}
		time.Sleep(time.Millisecond) // nothing tells of it
	}
}
