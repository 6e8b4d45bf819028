package app

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/internal/socket"
)

// TestAnswersTellsWhatIsStuck: a listener that nobody accepts on is stuck; one
// whose address is gone is not.
func TestAnswersTellsWhatIsStuck(t *testing.T) {
	t.Parallel()
	s, err := socket.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	l := &listener{Listener: s, role: roleMetadata}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := answers(ctx, l, false); err == nil || !strings.Contains(err.Error(), "metadata listener on 127.0.0.1:") {
		t.Errorf("nobody accepts: %v", err)
	}
	answered := make(chan struct{})
	go func() { // accepts the one above, too
		defer close(answered)
		for range 2 {
			if c, err := s.Accept(); err == nil {
				_ = c.Close()
			}
		}
	}()
	if err := answers(t.Context(), l, false); err != nil {
		t.Errorf("somebody answers: %v", err)
	}
	<-answered
	_ = s.Close()
	if err := answers(t.Context(), l, false); err != nil {
		t.Errorf("nobody listens: %v", err)
	}
}

// TestOwn: a listener is asked from its own address, so that no other host is.
func TestOwn(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"169.254.169.254:80": {"169.254.169.254:80", "169.254.169.254:0"},
		"0.0.0.0:8998":       {"127.0.0.1:8998", "127.0.0.1:0"},
		"[::]:8998":          {"[::1]:8998", "[::1]:0"},
		"[fd00:ec2::254]:80": {"[fd00:ec2::254]:80", "[fd00:ec2::254]:0"},
	} {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, to, from := own(a); to != want[0] || from.String() != want[1] {
			t.Errorf("%s: to %s from %s, want %v", address, to, from, want)
		}
	}
}
