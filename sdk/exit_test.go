package sdk

import (
	"context"
	"testing"
)

// TestProcessEndsWithItsRun: a core that is gone leaves no plugin behind, also
// where no parent-death signal does that.
func TestProcessEndsWithItsRun(t *testing.T) {
	t.Parallel()
	exited := make(chan int, 1)
	ctx, cancel := context.WithCancel(t.Context())
	stream := runOf(ctx, t, Static{"a": "b"}, func(code int) { exited <- code })
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-exited:
		t.Fatalf("exit(%d) while the core is there", code)
	default:
	}
	cancel() // the core dies
	if code := <-exited; code != 1 {
		t.Errorf("exit(%d), want 1", code)
	}
}
